"""The input that follows files."""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime

from app.watch.contract import Counters, FileSource, Positions, Row, Turn
from app.watch.follow.discovery import Discovery
from app.watch.follow.glance import Glance
from app.watch.follow.late import Tally
from app.watch.follow.log import Log
from app.watch.follow.past import MarkMemory, Past
from app.watch.follow.position import LogPosition, Saved
from app.watch.stream import Recogniser

_BUFFER_BYTES = 1 << 18
_DISCOVERY_POLLS = 4  # patterns are looked at once in so many polls
MAX_HELD = 16

_GONE_S = 600.0  # how long the position of a file that vanished is kept in case it comes back


class FileInput:
    """Follows the files of one source. See `app.watch.contract.Input`; not thread-safe.

    `positions` are all that were committed, other inputs' too. `after_loss`: positions were lost, and what is missing
    among them may have been there.
    """

    def __init__(
        self, source: FileSource, recogniser: Recogniser, positions: Mapping[str, str], *, after_loss: bool = False
    ) -> None:
        self._source = source
        self._recogniser = recogniser
        self._tally = Tally()
        self._memory = MarkMemory()
        self._discovery = Discovery(source.paths, source.exclude, source.poll_s * _DISCOVERY_POLLS)
        self._positions = positions
        self._after_loss = after_loss
        self._logs: dict[str, Log] = {}
        self._awake: dict[str, Log] = {}
        self._glance = Glance()
        self._gone: dict[str, float] = {}
        self._dropped: dict[str, str | None] = {}
        self._left_over = Counters()
        self._hints: set[str] = set()
        self._is_first = True
        self._next_poll = 0.0
        self._next_first = 0
        self._buffer = bytearray(_BUFFER_BYTES)
        self._waiting: list[Row] = []
        self._last_line_at: datetime | None = None
        for key, text in positions.items():
            if key.startswith("file-marks:"):
                self._load_marks(text)

    def _load_marks(self, text: str) -> None:
        try:
            self._memory.load(text)
        except (ValueError, TypeError, KeyError, AttributeError):
            self._after_loss = True

    @property
    def name(self) -> str:
        """What status and metrics call it."""
        return self._source.name

    def hint(self, path: str) -> None:
        """Something happened at this path."""
        self._hints.add(path)

    def directories(self) -> frozenset[str]:
        """The directories of the files, and of those that they are links to."""
        found = {os.path.dirname(path) for path in self._source.paths}  # noqa: PTH120
        for log in self._logs.values():
            found |= log.directories
        return frozenset(each for each in found if os.path.isdir(each))  # noqa: PTH112

    def discover(self, now: float) -> None:
        """Look for files that are new, and at each that is followed: what was rotated away is held."""
        if self._discovery.is_due(now):
            self._find(now)
        if now >= self._next_poll:
            self._next_poll = now + self._source.poll_s
            for path in self._glance.changed(self._logs.values()):
                self._poll(path, now)
            self._hints.clear()
        elif self._hints:
            for path in self._hinted(now):
                self._poll(path, now)

    def _poll(self, path: str, now: float) -> None:
        log = self._awake[path] = self._logs[path]
        self._glance.wake(path)
        log.poll(now)
        if not log.is_settled:
            self._glance.add(path)

    def _hinted(self, now: float) -> list[str]:
        """The paths that the hints may mean; a file nobody knows makes the patterns be looked at again."""
        hints, self._hints = self._hints, set()
        named = [path for path in hints if path in self._logs]
        if len(named) == len(hints):
            return named
        if self._discovery.patterns:
            self._find(now)
        return list(self._logs)

    def _find(self, now: float) -> None:
        wanted = dict.fromkeys(self._discovery.paths(now))
        if self._is_first:  # what was rotated away while nobody watched is found by its position
            for key in self._positions:
                path = key.removeprefix("file:")
                if path != key and self._discovery.expects(path):
                    wanted.setdefault(path)
        for path in wanted:
            self._gone.pop(path, None)
            if path not in self._logs:
                self._logs[path] = self._begin(path)
                self._glance.add(path)
                self._next_poll = now
        for path in [path for path in self._logs if path not in wanted]:
            self._drop_when_gone(path, now)
        self._is_first = False

    def _begin(self, path: str) -> Log:
        return Log(path, self._source, self._recogniser, self._saved(path), memory=self._memory, tally=self._tally)

    def _saved(self, path: str) -> Saved:
        position, past = self._positions.get(f"file:{path}"), self._positions.get(f"file-past:{path}")
        damaged = False
        if position is not None and self._is_first:
            try:
                return Saved(LogPosition.from_text(position), Past(past))
            except (ValueError, TypeError, KeyError, AttributeError, IndexError):
                damaged = True
        after_loss = self._is_first and (damaged or self._after_loss)
        return Saved(at_end=self._source.from_end and self._is_first and not after_loss, after_loss=after_loss)

    def _drop_when_gone(self, path: str, now: float) -> None:
        """Forget a file that a pattern found once, when it was away for long."""
        log = self._logs[path]
        if not log.is_gone:
            self._gone.pop(path, None)
        elif now - self._gone.setdefault(path, now) >= _GONE_S:
            log.close()
            del self._logs[path], self._gone[path]
            self._glance.remove(path)
            self._awake.pop(path, None)
            self._dropped |= {f"file:{path}": None, f"file-past:{path}": None}
            self._left_over = _with_files(self._left_over, [log])

    def read(self, budget: int, now: float) -> Turn:
        """Read from each log in turn, the one that is first another each time."""
        self.discover(now)
        rows, self._waiting = self._waiting, []
        for path in [path for path, log in self._awake.items() if log.is_idle]:
            self._glance.rest(path, self._awake.pop(path))
        logs = list(self._awake.values())
        self._next_first = (self._next_first + 1) % max(1, len(logs))
        logs = logs[self._next_first :] + logs[: self._next_first]
        for place, log in enumerate(logs):
            if budget <= 0:
                break
            share = max(len(self._buffer), budget // (len(logs) - place))
            budget -= log.read(min(share, budget), now, self._buffer, rows)
        self._let_go()
        if self._tally.read_any:
            self._last_line_at, self._tally.read_any = self._recogniser.clock.now(), False
        more = any(log.has_more for log in logs)
        return Turn(rows, self._changes(logs), more, self._next_poll)

    def _let_go(self) -> None:
        """Hold few files that were read to their end."""
        held = sum(log.held for log in self._awake.values())
        for log in self._awake.values():
            while held > MAX_HELD and log.held:
                log.release()
                held -= 1

    def _changes(self, logs: Iterable[Log]) -> dict[str, str | None]:
        changed = self._dropped
        self._dropped = {}
        for log in logs:
            changed |= log.changes()
        return changed | self._memory.changes()

    def use(self, recogniser: Recogniser) -> None:
        """From the next turn on recognise with other entries."""
        self._recogniser = recogniser
        self._awake = dict(self._logs)
        for path, log in self._logs.items():
            self._glance.wake(path)
            log.use(recogniser, self._waiting)

    def committed(self, positions: Positions) -> None:
        """Nothing is left to do: what was read stays open for its grace time anyway."""

    def counters(self) -> Counters:
        """How it stands."""
        logs = list(self._logs.values())
        tally, before = self._tally, self._left_over
        return Counters(
            lines=tally.lines,
            bytes=tally.bytes,
            matched=tally.matched,
            skipped=tally.skipped,
            truncations=before.truncations + sum(log.files.truncations for log in logs),
            given_up_bytes=before.given_up_bytes + sum(log.files.given_up_bytes for log in logs),
            lag_bytes=sum(log.lag_bytes() for log in logs),
            files=sum(log.files.current is not None for log in logs),
            descriptors=sum(log.descriptors for log in logs),
            last_line_at=self._last_line_at,
            trouble=self._trouble(logs),
        )

    def _trouble(self, logs: list[Log]) -> str | None:
        troubles = [log.trouble for log in logs if log.trouble is not None]
        troubles += [f"{log.path} does not exist" for log in logs if log.is_gone and log.path in self._discovery.named]
        if troubles:
            return troubles[0] + (f" (and {len(troubles) - 1} more)" if len(troubles) > 1 else "")
        if not logs:
            return (
                f"no file fits {', '.join(self._source.paths)}; check the patterns and the permissions of directories"
            )
        return None

    def close(self) -> None:
        """Let go of all files."""
        for log in self._logs.values():
            log.close()
        self._logs.clear()
        self._awake.clear()
        self._glance = Glance()


def _with_files(counters: Counters, logs: Iterable[Log]) -> Counters:
    """The counts with those of logs that are followed no more."""
    return Counters(
        truncations=counters.truncations + sum(log.files.truncations for log in logs),
        given_up_bytes=counters.given_up_bytes + sum(log.files.given_up_bytes for log in logs),
    )
