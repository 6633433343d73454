"""The systemd journal as an input: a `journalctl` child that prints JSON, and a cursor of our own.

The child is told to begin *at* the entry that was read last, not behind it: does that entry come first, the cursor was
found, and it is left out. Comes another one, the entry was vacuumed, and nothing that is left lies between. Comes
nothing, the cursor is of a journal that is gone, or was written before the clock was set back ("from the future"), and
the journal is read from its oldest entry: ids are made from cursors, so what was recorded is not recorded again.

A child that ends is started again, later each time; one that was silent for long is started again, too, for
`journalctl -f` notices nothing where inotify is exhausted. What this watcher itself wrote to the journal is left out.
"""

import json
import os
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.config_watch import Journal
from app.watch.contract import Counters, Positions, Row, Turn
from app.watch.ids import journal_id
from app.watch.journalctl import Child, machine_id, options_of, text_of
from app.watch.stream import Recogniser, is_recorded
from app.watch.wake import Wake
from matchers.engine import MAX_LINE_BYTES
from matchers.live import LiveScanner, ResumePoint
from matchers.match import Match

SETTLE_S: Final = 0.25
"""The lines of one message come together; what has not come by then is of another."""
CURSOR_WAIT_S: Final = 10.0
SILENT_S: Final = 300.0
BACKOFF_S: Final = (0.5, 30.0)
_MAX_GIVEN: Final = 8192
_MAX_RECORD: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """A position in the journal: an entry, whether the scan's place is behind it (`is_read`) or before it, that place,
    and the ids of rows that may come again. Without a cursor: before the oldest entry.
    """

    cursor: str | None
    point: ResumePoint
    given: tuple[str, ...] = ()
    is_read: bool = True

    def to_text(self) -> str:
        """As JSON."""
        plain = {"cursor": self.cursor, "is_read": self.is_read, "scan": self.point.to_plain(), "given": self.given}
        return json.dumps(plain)

    @classmethod
    def from_text(cls, text: str | None) -> "Place | None":
        """What `to_text` gave; None for anything else."""
        try:
            plain = json.loads(text or "")
            cursor = plain["cursor"]
            if cursor is not None and not (isinstance(cursor, str) and cursor.isprintable()):
                return None
            given = tuple(map(str, plain["given"]))
            return cls(cursor, ResumePoint.from_plain(plain["scan"]), given, bool(plain["is_read"]))
        except (ValueError, KeyError, TypeError):
            return None


def own_messages(environment: Mapping[str, str] = os.environ, cgroup: str = "/proc/self/cgroup") -> dict[str, str]:
    """Fields by which the journal's entries of this process, or of the unit that it is, are known."""
    known = {"_PID": str(os.getpid())}
    if environment.get("INVOCATION_ID"):
        known["_SYSTEMD_INVOCATION_ID"] = environment["INVOCATION_ID"]
        with suppress(OSError), open(cgroup, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            unit = file.readline().rstrip("\n").rpartition("/")[2]
            if unit.endswith(".service"):
                known["_SYSTEMD_UNIT"] = unit
    return known


class JournalInput:
    """Follows this machine's journal, or the one that `program`, a call of journalctl, chooses."""

    def __init__(
        self,
        source: Journal,
        recogniser: Recogniser,
        wake: Wake,
        position: str | None,
        *,
        name: str = "journal",
        from_end: bool = False,
        max_line_bytes: int = MAX_LINE_BYTES,
        program: Sequence[str] | None = None,
        own: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._key = f"journal:{name}"
        self._command = [*(program or ("journalctl",)), *options_of(source, None if program else machine_id())]
        self._recogniser = recogniser
        self._wake = wake
        self._own = own_messages() if own is None else own
        self._max_line_bytes = max_line_bytes
        place = Place.from_text(position)
        self._from_end = from_end and place is None
        self._place = place or Place(None, ResumePoint())
        self._asked = self._place.cursor
        self._asked_is_read = self._place.is_read
        self._scanner: LiveScanner | None = None
        self._fed = 0
        self._starts: deque[tuple[int, str]] = deque()  # (stream offset of a line, its cursor) from the resume point on
        self._last: str | None = self._place.cursor
        self._given: deque[str] = deque(self._place.given, _MAX_GIVEN)
        self._known = set(self._place.given)
        self._ordinals: dict[tuple[str, str, str], int] = {}
        self._waiting: list[Row] = []
        self._child: Child | None = None
        self._is_listening = False
        self._failures = 0
        self._start_at = float("-inf")
        self._heard_at = float("-inf")
        self._settle_at: float | None = None
        self._cut = b""
        self._lines = self._bytes = self._matched = self._skipped = 0
        self._last_line_at: datetime | None = None
        self._trouble: str | None = None

    # The contract

    def discover(self, now: float) -> None:
        """Nothing is lost while nothing is read: the journal waits."""
        self._listen(wanted=False)

    def hint(self, path: str) -> None:
        """The child tells by itself."""

    def directories(self) -> frozenset[str]:
        """None: journalctl watches its own."""
        return frozenset()

    def committed(self, positions: Positions) -> None:
        """There is nothing to let go of."""

    def counters(self) -> Counters:
        """How it stands."""
        return Counters(
            lines=self._lines,
            bytes=self._bytes,
            matched=self._matched,
            skipped=self._skipped,
            last_line_at=self._last_line_at,
            trouble=self._trouble,
        )

    def use(self, recogniser: Recogniser) -> None:
        """From the next turn on recognise with other entries; what waited is decided by what there is."""
        if self._scanner is not None:
            self._waiting += self._rows(self._scanner.settle())
            state, line = self._scanner.resume_point().state, self._scanner.lines + 1
            place = Place(self._last, ResumePoint(self._fed, self._fed, line, state), tuple(self._given))
            self._begin(place)
        self._recogniser = recogniser

    def close(self) -> None:
        """End the child."""
        self._end_child()

    def read(self, budget: int, now: float) -> Turn:
        """Take what the child printed."""
        if self._child is None and now >= self._start_at:
            self._start(now)
        rows, self._waiting = self._waiting, []
        data, is_over = self._taken(budget)
        if data:
            rows += self._take(data, now)
        elif self._settle_at is not None and now >= self._settle_at and self._scanner is not None:
            self._settle_at = None
            rows += self._rows(self._scanner.settle())
        elif not is_over and not rows:
            self._doubt(now)
            return Turn(due=self._due(now))
        if is_over:
            self._over(now)
        self._matched += len(rows)
        return Turn(rows, {self._key: self._here().to_text()}, len(data) >= budget, self._due(now))

    # The child

    def _start(self, now: float) -> None:
        where = ["--no-tail"]
        if self._asked is not None:
            where.append(f"--cursor={self._asked}")
        elif self._from_end:
            where = ["--lines=0"]
        try:
            self._child = Child([*self._command, *where])
        except OSError as error:
            self._fail(
                now, f"{self._command[0]} cannot be run ({error.strerror}); install systemd, or leave journal out"
            )
            return
        self._cut = b""
        self._heard_at = now
        self._listen(wanted=True)

    def _taken(self, budget: int) -> tuple[bytes, bool]:
        """(what the child printed, whether it has ended)."""
        if self._child is None:
            return b"", False
        self._listen(wanted=True)
        data, is_over = self._child.read(budget)
        complaint = self._child.complaint()
        if complaint and not self._lines:
            self._trouble = complaint
        return data, is_over

    def _listen(self, *, wanted: bool) -> None:
        if self._child is not None and wanted != self._is_listening:
            if wanted:
                self._wake.add(self._child, lambda _events: None)
            else:
                self._wake.remove(self._child)
            self._is_listening = wanted

    def _doubt(self, now: float) -> None:
        """A child that says nothing: was its cursor not found, does it still follow?"""
        if self._child is None:
            return
        if self._asked is not None and now - self._heard_at >= CURSOR_WAIT_S:
            self._asked = None
            self._begin(self._before_all())
            self._end_child()
            self._start_at = now
        elif now - self._heard_at >= SILENT_S:
            self._restart(now)

    def _over(self, now: float) -> None:
        code, complaint = (self._child.end(), self._child.complaint()) if self._child is not None else (0, None)
        self._fail(
            now, f"journalctl ended with exit code {code}{f' ({complaint})' if complaint else ''}; it is restarted"
        )

    def _fail(self, now: float, trouble: str) -> None:
        self._trouble = trouble
        self._restart(now)
        first_s, most_s = BACKOFF_S
        self._start_at = now + min(first_s * 2.0**self._failures, most_s)
        self._failures = min(self._failures + 1, 16)

    def _restart(self, now: float) -> None:
        """Begin again where this child got to: the scan goes on as though nothing had been."""
        self._end_child()
        self._asked, self._asked_is_read = self._place.cursor, self._place.is_read
        if self._scanner is not None:
            self._asked, self._asked_is_read = self._last, True
        self._start_at = now

    def _end_child(self) -> None:
        if self._child is not None:
            self._listen(wanted=False)
            self._child.end()
            self._child = None

    def _due(self, now: float) -> float:
        if self._child is None:
            return self._start_at
        wait = CURSOR_WAIT_S if self._asked is not None else SILENT_S
        due = max(self._heard_at + wait, now + SETTLE_S)
        return due if self._settle_at is None else min(due, self._settle_at)

    # The stream

    def _begin(self, place: Place) -> None:
        """Read on from another place: what was taken before is of no use."""
        self._place, self._last = place, place.cursor
        self._scanner, self._settle_at = None, None
        self._starts.clear()

    def _take(self, data: bytes, now: float) -> list[Row]:
        self._heard_at = now
        lines = (self._cut + data).split(b"\n")
        self._cut = lines.pop()
        if len(self._cut) > _MAX_RECORD:  # no entry of the journal is as large; whatever it is, it is not kept
            self._cut = b""
            self._skipped += 1
        taken = [entry for line in lines if (entry := self._entry(line)) is not None]
        self._bytes += len(data)
        self._lines += len(lines)
        if lines:
            self._trouble, self._failures = None, 0
            self._last_line_at = self._recogniser.clock.now()
        if not taken:
            return []
        if self._scanner is None:
            self._scanner = self._recogniser.scanner(self._place.point, max_line_bytes=self._max_line_bytes)
            self._fed = self._place.point.read_from
        for cursor, text in taken:
            self._starts.append((self._fed, cursor))
            self._last = cursor
            self._fed += len(text)
        self._settle_at = now + SETTLE_S
        return self._rows(self._scanner.feed(b"".join(text for _cursor, text in taken)))

    def _entry(self, line: bytes) -> tuple[str, bytes] | None:
        """(cursor, the line to scan) of an entry; None for one that is left out."""
        try:
            record = json.loads(line)
            cursor = record["__CURSOR"]
        except (ValueError, KeyError, TypeError):
            self._skipped += bool(line.strip())
            return None
        if not isinstance(cursor, str):
            self._skipped += 1
            return None
        if self._asked is not None and not self._is_behind(cursor):
            return None
        # An entry of ours is fed as well, empty: its cursor has to be remembered.
        if any(record.get(name) == value for name, value in self._own.items()):
            return cursor, b"\n"
        message = text_of(record.get("MESSAGE"))
        if message is None:
            self._skipped += 1
            return cursor, b"\n"
        if message is not record["MESSAGE"]:
            line = json.dumps(record | {"MESSAGE": message}, ensure_ascii=False).encode("utf-8", "replace")
        return cursor, line + b"\n"

    def _is_behind(self, cursor: str) -> bool:
        """Of the first entry of a child that was given a cursor: whether it was not read before."""
        asked, self._asked = self._asked, None
        if cursor == asked:
            return not self._asked_is_read
        if self._scanner is None:  # vacuumed while we were away: the scan's place is not in what is left
            self._begin(self._before_all())
        return True

    def _before_all(self) -> Place:
        """Before whatever entry comes first; sequences and thresholds go on."""
        return Place(None, ResumePoint(state=self._place.point.state), tuple(self._given))

    def _rows(self, matches: Iterable[Match]) -> list[Row]:
        rows = []
        for match in matches:
            if not is_recorded(match) or match.cursor is None:
                continue
            key = match.cursor, match.entry, match.matcher
            ordinal = self._ordinals[key] = self._ordinals.get(key, -1) + 1
            row_id = journal_id(self._recogniser.host, *key, ordinal)
            if row_id not in self._known:
                rows.append(self._recogniser.row(match, row_id, None))
                self._remember(row_id)
        return rows

    def _remember(self, row_id: str) -> None:
        if len(self._given) == _MAX_GIVEN:
            self._known.discard(self._given[0])
        self._given.append(row_id)
        self._known.add(row_id)

    def _here(self) -> Place:
        """Where the journal is to be read from again, once what was given is recorded."""
        if self._scanner is None:
            return self._place
        point = self._scanner.resume_point()
        while self._starts and self._starts[0][0] < point.read_from:
            self._starts.popleft()
        if self._ordinals and not self._scanner_waits(point):
            self._ordinals.clear()
        if self._starts:
            return Place(self._starts[0][1], point, tuple(self._given), is_read=False)
        return Place(self._last, point, tuple(self._given))

    def _scanner_waits(self, point: ResumePoint) -> bool:
        return point.decided_to < self._fed
