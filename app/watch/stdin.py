"""Standard input as an input: what comes can be read once, so there is no position.

A row's id is made when the row is, from a name that this run of the watcher makes up once; it is kept with the row.
"""

import os
import select
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from app.watch.contract import Counters, Positions, Row, Turn
from app.watch.ids import stream_id
from app.watch.stream import Recogniser, is_recorded
from app.watch.wake import Wake
from matchers.engine import MAX_LINE_BYTES
from matchers.live import ResumePoint
from matchers.match import Match

SETTLE_S: Final = 1.0
_BLOCK: Final = 65536


class StdinInput:
    """Reads standard input until it ends (`is_over`; `on_end` is called). `run` names this run."""

    name = "stdin"

    def __init__(
        self,
        recogniser: Recogniser,
        wake: Wake,
        *,
        run: str | None = None,
        on_end: Callable[[], None] = lambda: None,
        descriptor: int = 0,
        max_line_bytes: int = MAX_LINE_BYTES,
    ) -> None:
        self._recogniser = recogniser
        self._next: Recogniser | None = None
        self._max_line_bytes = max_line_bytes
        self._wake = wake
        self._run = run or os.urandom(16).hex()
        self._on_end = on_end
        self._descriptor = descriptor
        self._scanner = recogniser.scanner(max_line_bytes=max_line_bytes)
        self._ordinals: dict[tuple[int, str, str], int] = {}
        self._is_listening = False
        self._settle_at: float | None = None
        self._bytes = self._matched = 0
        self._last_line_at: datetime | None = None
        self._is_open = False
        self.is_over = False

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def discover(self, now: float) -> None:
        """The writer waits."""
        self._listen(wanted=False)

    def hint(self, path: str) -> None:
        """It has no path."""

    def directories(self) -> frozenset[str]:
        """None."""
        return frozenset()

    def committed(self, positions: Positions) -> None:
        """There is no position."""

    def counters(self) -> Counters:
        """How it stands."""
        return Counters(
            lines=self._scanner.lines,
            bytes=self._bytes,
            matched=self._matched,
            skipped=self._scanner.lines_cut,
            last_line_at=self._last_line_at,
            trouble="it has ended" if self.is_over else None,
        )

    def use(self, recogniser: Recogniser) -> None:
        """From the next line on recognise with other entries."""
        self._next = recogniser

    def close(self) -> None:
        """Read no more."""
        self._listen(wanted=False)

    def read(self, budget: int, now: float) -> Turn:
        """Take what is there."""
        if self.is_over:
            return Turn()
        rows = self._switched()
        size = 0
        while size < budget and self._is_ready():
            data = os.read(self._descriptor, _BLOCK)
            if not data:
                self.is_over = True
                rows += self._rows(self._scanner.finish())
                self._on_end()
                break
            size += len(data)
            self._is_open = not data.endswith(b"\n")
            rows += self._rows(self._scanner.feed(data))
            self._bytes += len(data)
        if size:
            self._last_line_at = self._recogniser.clock.now()
            self._settle_at = now + SETTLE_S
        elif self._settle_at is not None and now >= self._settle_at:
            self._settle_at = None
            rows += self._rows(self._scanner.settle())
        self._listen(wanted=not self.is_over)
        self._matched += len(rows)
        return Turn(rows, more=size >= budget, due=self._settle_at)

    def _switched(self) -> list[Row]:
        """Take the other entries where no line has begun; gives the rows that still waited."""
        if self._next is None or self._is_open:
            return []
        rows = self._rows(self._scanner.settle())
        state = self._scanner.resume_point().state
        start = ResumePoint(self._bytes, self._bytes, self._scanner.lines + 1, state)
        self._recogniser, self._next = self._next, None
        self._scanner = self._recogniser.scanner(start, max_line_bytes=self._max_line_bytes)
        return rows

    def _is_ready(self) -> bool:
        # The descriptor is shared with whoever started us: it is not made non-blocking.
        return bool(select.select([self._descriptor], [], [], 0)[0])

    def _listen(self, *, wanted: bool) -> None:
        if wanted == self._is_listening:
            return
        if wanted:
            try:
                self._wake.add(self, lambda _events: None)
            except PermissionError:  # a regular file can always be read
                return
        else:
            self._wake.remove(self)
        self._is_listening = wanted

    def _rows(self, matches: Iterable[Match]) -> list[Row]:
        rows = []
        for match in matches:
            if not is_recorded(match):
                continue
            key = match.offset, match.entry, match.matcher
            ordinal = self._ordinals[key] = self._ordinals.get(key, -1) + 1
            row_id = stream_id(self._recogniser.host, self._run, *key, ordinal)
            rows.append(self._recogniser.row(match, row_id, None))
        if self._ordinals and self._scanner.resume_point().decided_to > max(key[0] for key in self._ordinals):
            self._ordinals.clear()
        return rows
