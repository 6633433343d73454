"""The scan of a stream that goes on for ever: its matches come as soon as nothing can change them.

A `Scanner` waits with a match until 128 KiB more of the stream are there. Behind the last line of a log that is
followed nothing may come for hours, so a `LiveScanner`

- gives a match of a single line at once, where no rival that needs more lines could still win over it;
- decides what waits when it is told that nothing followed for a while (`settle`);
- names a place from which another one can go on after a restart (`resume_point`).

What comes again after a restart: matches that begin at or behind `decided_to` may have been given before. What is lost:
nothing. A record that was settled before its end came is decided by what was there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matchers.blocks import Block, Candidate
from matchers.correlate import Correlator, State
from matchers.engine import MAX_LINE_BYTES, MatcherSet, Scanner
from matchers.match import Match
from matchers.records import MAX_BYTES, MAX_LINES


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where a stream can be taken up again.

    `read_from` is the stream offset, a line's beginning, from which it is to be fed anew, and `line` that line's
    number; what begins before `decided_to` is context and not told again. `state` is that of sequences and thresholds.
    """

    read_from: int = 0
    decided_to: int = 0
    line: int = 1
    state: State = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"read_from": self.read_from, "decided_to": self.decided_to, "line": self.line, "state": self.state}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "ResumePoint":
        """What `to_plain` gave; raises KeyError, TypeError or ValueError for anything else."""
        read_from, decided_to, line = (int(plain[name]) for name in ("read_from", "decided_to", "line"))
        if not 0 <= read_from <= decided_to or line < 1:
            raise ValueError(f"no place in a stream: {read_from}, {decided_to}, {line}")
        state = plain["state"]
        if not isinstance(state, dict):
            raise TypeError(f"no state of sequences and thresholds: {state!r:.40}")
        Correlator(state)
        return cls(read_from, decided_to, line, state)


class LiveScanner(Scanner):
    """Recognises problems in a stream without end. Not thread-safe.

    `feed` it, `settle` it when nothing followed for a while, and save its `resume_point` once what it gave is recorded.
    """

    def __init__(
        self,
        matchers: MatcherSet,
        start: ResumePoint | None = None,
        *,
        max_line_bytes: int = MAX_LINE_BYTES,
    ) -> None:
        super().__init__(matchers, max_line_bytes=max_line_bytes)
        self._point = start or ResumePoint()
        self._coming: ResumePoint | None = None
        self._is_crossed = False  # whether a match that was given crosses the place that is coming
        self._certain_to = 0
        self._decided_to = self._point.decided_to
        self._offset = self._point.read_from
        self._number = self._point.line
        self._correlator = Correlator(self._point.state)
        self._finality = _Finality(matchers)

    @property
    def lines(self) -> int:
        """How many whole lines of the stream were taken, those before `read_from` counted too."""
        return self._number + self._kept_lines - 1

    def resume_point(self) -> ResumePoint:
        """The furthest place from which another scanner gives what this one has not yet given."""
        return self._point

    def settle(self) -> Iterator[Match]:
        """Nothing followed for a while: what waits is decided by what is there. An unfinished last line waits on.

        It costs next to nothing where nothing waits.
        """
        if self._is_settled():
            return
        yield from self.take(Block(b"", 0, 0), (), last=True)
        self._forget()

    def _is_settled(self) -> bool:
        return self._point.decided_to == max(self._decided_to, self._stream_offset(len(self._kept)))

    def _forget(self) -> None:
        """Keep no more lines than a record can reach back over: a host has many logs, and most are quiet."""
        cut = len(self._kept)
        for _ in range(2 * MAX_LINES + 1):
            cut = self._kept.rfind(b"\n", 0, cut)
            if cut < 0:
                return
        self._drop(cut + 1)
        self._point = self._here()

    def take(self, block: Block, found: Sequence[Candidate], *, last: bool = False) -> Iterator[Match]:
        """Take the next block with its candidates; see `Scanner.take`."""
        begin = self._stream_offset(len(self._kept))
        if begin < self._decided_to:
            found = [each for each in found if begin + each[0] - block.begin >= self._decided_to]
        yield from super().take(block, found, last=last)
        self._advance(last=last)

    def _release(self, certain_to: int | None) -> Iterator[Match]:
        for match in super()._release(certain_to):
            self._is_crossed = self._is_crossed or self._crosses(match)
            yield match
        if certain_to is not None:
            yield from self._referee.release_early(self._finality)
            self._certain_to = certain_to

    def _crosses(self, match: Match) -> bool:
        return self._coming is not None and match.offset < self._coming.decided_to < match.end

    def _advance(self, *, last: bool) -> None:
        """Go on to a later place to resume from: the one that was noted before, once all that began before it is told.

        A record reaches at most `MAX_BYTES` from the line that is its candidate.
        """
        if last:
            self._point, self._coming = self._here(), None
            return
        coming = self._coming
        if coming is None:
            self._coming, self._is_crossed = self._here(), False
        elif self._certain_to >= coming.decided_to + MAX_BYTES:
            if not self._is_crossed:
                self._point = coming
            self._coming, self._is_crossed = self._here(), False

    def _here(self) -> ResumePoint:
        """The place before the first candidate that waits, with what is kept before it."""
        position = self._waiting[0][0] if self._waiting else len(self._kept)
        decided_to = max(self._decided_to, self._stream_offset(position))
        return ResumePoint(self._offset, decided_to, self._number, self._correlator.state())


class _Finality:
    """Whether nothing later can change a match: it is of one line, and so are all rivals it could lose to."""

    def __init__(self, matchers: MatcherSet) -> None:
        self._matchers = matchers
        self._known: dict[tuple[str, int], bool] = {}

    def __call__(self, match: Match) -> bool:
        key = match.entry, match.order
        final = self._known.get(key)
        if final is None:
            final = self._known[key] = self._is_final(match.entry, match.order)
        return final

    def _is_final(self, entry: str, order: int) -> bool:
        own = [self._matchers[index] for index in self._matchers.of_entry(entry)]
        itself = next(each for each in own if each.order == order)
        rivals = [each for each in own if each.order < order]
        for winner in self._matchers.beats:
            if self._matchers.wins(winner, entry):
                rivals += [self._matchers[index] for index in self._matchers.of_entry(winner)]
        return all(each.is_single and each.source is itself.source for each in [itself, *rivals])
