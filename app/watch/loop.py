"""The watcher's main loop: one thread that reads all inputs turn by turn and records what they give.

    sleep until something happens -> every input reads up to its budget -> all rows and positions in one transaction
    -> the inputs learn what is durable -> delivery learns that there is something to send

Rows are recorded at the end of the turn that read them; positions alone wait up to `POSITIONS_WAIT_S`, for they cost a
sync of the disk and only save reading again. While a transaction fails nothing more is read: what was read is kept and
tried again, and the inputs only hold on to their files. Whatever ends the process in between costs nothing but reading
some bytes twice, which gives the same ids.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from app.notify import Notifier
from app.watch.contract import Clock, Input, Recorder, RecorderError, RecorderFull, Row
from app.watch.database import RecorderDamaged
from app.watch.ownlog import OwnLog
from app.watch.wake import Hints, Wake

BUDGET_BYTES = 256 * 1024
"""What one input may read in a turn."""
TURN_S = 0.005
"""Turns begin so far apart while writers keep waking the loop: one transaction for what came meanwhile."""
POSITIONS_WAIT_S = 1.0
RETRY_S = (0.25, 5.0)
"""The first and the longest wait between two attempts to record."""
DISCOVER_S = 0.25
"""How often the inputs look for files while nothing can be recorded."""
LOOK_AFTER_S = 5.0
TROUBLE_S = 10.0
"""A source's trouble is told when it has lasted so long: a rotation is none."""
REFRESH_S = 10.0
LAST_TURNS_S = 3.0
"""How long the watcher still reads what is there when it was told to end."""


class Keeper(Recorder, Protocol):
    """A recorder that may also have rows of its own to give after a while."""

    def settle(self) -> None:
        """Record what is due by time; raises RecorderError."""


@dataclass(slots=True)
class _Batch:
    """What was read and is not recorded yet."""

    rows: list[Row] = field(default_factory=list)
    positions: dict[str, str | None] = field(default_factory=dict)
    owners: list[tuple[Input, dict[str, str | None]]] = field(default_factory=list)
    since: float | None = None

    def add(self, owner: Input, rows: Sequence[Row], positions: Mapping[str, str | None], now: float) -> None:
        self.rows += rows
        if positions:
            self.positions |= positions
            own = next((known for each, known in self.owners if each is owner), None)
            if own is None:
                self.owners.append((owner, dict(positions)))
            else:
                own.update(positions)
        if self.since is None and (rows or positions):
            self.since = now


class Loop:
    """Reads `inputs` into `recorder` until `stop` is called. Both may be exchanged between two turns (`call`).

    `housekeeping` is called every few seconds with how many bytes the inputs read. `on_damaged` is called when the
    recorder set its file aside: it puts another recorder and other inputs in place, which read everything again.
    """

    def __init__(
        self,
        inputs: Sequence[Input],
        recorder: Keeper,
        *,
        clock: Clock,
        wake: Wake,
        hints: Hints,
        log: OwnLog,
        notifier: Notifier,
        housekeeping: Callable[[int], None] = lambda _bytes_read: None,
        on_damaged: Callable[[], None] = lambda: None,
    ) -> None:
        self.inputs = list(inputs)
        self.recorder = recorder
        self._clock = clock
        self._wake = wake
        self._hints = hints
        self._log = log
        self._notifier = notifier
        self._housekeeping = housekeeping
        self._on_damaged = on_damaged
        self._batch = _Batch()
        self._failures = 0
        self._retry_at = float("-inf")
        self._looked_at = float("-inf")
        self._refreshed_at = clock.monotonic()
        self._turned_at = float("-inf")
        self._blind_since: dict[str, float] = {}
        self._is_stopping = False
        self._is_busy = False
        self._calls: list[Callable[[], None]] = []

    def stop(self) -> None:
        """End `run` after the turn in work."""
        self._is_stopping = True
        self._wake.ring()

    def call(self, what: Callable[[], None]) -> None:
        """Do this in the loop's thread, between two turns. May be called from any thread."""
        self._calls.append(what)
        self._wake.ring()

    @property
    def is_stuck(self) -> bool:
        """Whether recording fails."""
        return self._failures > 0

    def uncommitted_s(self) -> float:
        """How long the oldest of what was read waits to be recorded."""
        return 0.0 if self._batch.since is None else self._clock.monotonic() - self._batch.since

    def hold(self) -> None:
        """Find and hold what there is to follow, reading nothing yet: from here on nothing is lost sight of."""
        now = self._clock.monotonic()
        for each in self.inputs:
            each.discover(now)

    def run(self) -> None:
        """Turn until `stop`, then read what is left and record it all."""
        while not self._is_stopping:
            due = self.turn()
            now = self._clock.monotonic()
            if due > now and now - self._turned_at < TURN_S and self._is_busy:
                self._wake.rest(TURN_S)
            self._sleep(due - now)
        self._finish()

    def turn(self) -> float:
        """One turn; the monotonic time at which the next is wanted when nothing happens before."""
        while self._calls:
            self._calls.pop(0)()
        now = self._turned_at = self._clock.monotonic()
        self._notifier.alive(now)
        due = self._read(now) if not self.is_stuck or self._try_again(now) else min(self._retry_at, now + DISCOVER_S)
        if now - self._looked_at >= LOOK_AFTER_S:
            self._looked_at = now
            self._look_after(now)
        return min(due, self._looked_at + LOOK_AFTER_S)

    def _sleep(self, seconds: float) -> None:
        watchdog_s = self._notifier.watchdog_s
        for path in self._wake.sleep(seconds if watchdog_s is None else min(seconds, watchdog_s)):
            for each in self.inputs:
                each.hint(path)

    def _read(self, now: float) -> float:
        due = float("inf")
        for each in self.inputs:
            turn = each.read(BUDGET_BYTES, now)
            self._batch.add(each, turn.rows, turn.positions, now)
            if turn.more:
                due = now
            elif turn.due is not None:
                due = min(due, turn.due)
        since = self._batch.since
        self._is_busy = since is not None
        if self._batch.rows or (since is not None and now - since >= POSITIONS_WAIT_S):
            return due if self.commit() else self._retry_at
        return due if since is None else min(due, since + POSITIONS_WAIT_S)

    def _try_again(self, now: float) -> bool:
        """Whether recording works again; meanwhile the inputs hold on to their files."""
        if now >= self._retry_at and self.commit():
            return True
        for each in self.inputs:
            each.discover(now)
        return False

    def commit(self) -> bool:
        """Record what waits; False where it fails: everything is kept for the next attempt."""
        batch = self._batch
        if batch.since is None:
            return True
        try:
            self.recorder.commit(batch.rows, batch.positions)
        except RecorderDamaged:
            self._begin_anew()
            return False
        except RecorderError as error:
            self._fail(error)
            return False
        self._failures = 0
        self._log.trouble("recording", None)
        self._batch = _Batch()
        for owner, own in batch.owners:
            owner.committed(own)
        return True

    def _begin_anew(self) -> None:
        """The recorder's file was damaged: rows that were read stay, positions are those of the new file."""
        self._batch.positions.clear()
        self._batch.owners.clear()
        self._failures += 1
        self._retry_at = self._clock.monotonic()
        self._on_damaged()

    def _fail(self, error: RecorderError) -> None:
        first_s, most_s = RETRY_S
        self._retry_at = self._clock.monotonic() + min(first_s * 2.0**self._failures, most_s)
        self._failures += 1
        if not isinstance(error, RecorderFull) or self._failures > 4:  # a spool that is full for a moment is no news
            self._log.trouble("recording", str(error), "error")

    def _look_after(self, now: float) -> None:
        bytes_read = 0
        for each in self.inputs:
            counters = each.counters()
            bytes_read += counters.bytes
            self._tell(each.name, counters.trouble, now)
        self._hints.follow(frozenset[str]().union(*(each.directories() for each in self.inputs)))
        if now - self._refreshed_at >= REFRESH_S:
            self._refreshed_at = now
            self._hints.refresh()
        self._log.trouble("inotify", self._hints.trouble, "notice")
        with suppress(RecorderError):  # what cannot be recorded now is due later, too
            self.recorder.settle()
        self._housekeeping(bytes_read)

    def _tell(self, name: str, trouble: str | None, now: float) -> None:
        if trouble is None:
            self._blind_since.pop(name, None)
            self._log.trouble(name, None)
        elif now - self._blind_since.setdefault(name, now) >= TROUBLE_S:
            self._log.trouble(name, trouble)

    def _finish(self) -> None:
        """What is there is still read, for a while; then everything is recorded."""
        self._notifier.stopping()
        until = self._clock.monotonic() + LAST_TURNS_S
        while not self.is_stuck and (now := self._clock.monotonic()) < until and self._read(now) <= now:
            pass
        self.commit()
        for each in self.inputs:
            each.close()
