"""Which of the matches in one record stand, and when a match is certain."""

from bisect import insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from matchers.match import Match

_Side = tuple[str, int]
"""Whose a match is: its entry, and the place of its matcher in that entry."""


@dataclass(slots=True, eq=False)
class _Claim:
    """A match that waits, whether it still stands, and whether it was told already."""

    match: Match
    stands: bool = True
    told: bool = False


class Referee:
    """Holds matches until they are certain, in the order of the stream, and says which of one record stand.

    Two matches are of one record when they share a physical line. Of one entry, that of the matcher that stands first
    in the file stands; of two entries, the one that beats the other. Every pair is judged, whatever else was dropped.
    """

    def __init__(self, wins: Callable[[str, str], bool], *, keep_beaten: bool) -> None:
        self._wins = wins
        self._keep_beaten = keep_beaten
        self._held: list[_Claim] = []
        self._by_line: dict[int, dict[_Side, list[_Claim]]] = {}

    def add(self, match: Match) -> None:
        """Take a match that was confirmed."""
        claim, side = _Claim(match), (match.entry, match.order)
        for line in match.lines:
            sides = self._by_line.get(line)
            if sides is None:
                self._by_line[line] = {side: [claim]}
                continue
            is_first = side not in sides  # else those who lose to this side are out already
            for other, claims in sides.items():
                if self._loses(side, other):
                    claim.stands = False
                elif is_first and self._loses(other, side):
                    for each in claims:
                        each.stands = False
            sides.setdefault(side, []).append(claim)
        held = self._held
        if not held or held[-1].match.offset < match.offset:
            held.append(claim)
        else:
            insort(held, claim, key=_place)

    def _loses(self, one: _Side, other: _Side) -> bool:
        if one[0] == other[0]:
            return other[1] < one[1]
        return not self._keep_beaten and self._wins(other[0], one[0])

    def release_early(self, is_final: Callable[[Match], bool]) -> Iterator[Match]:
        """The matches that stand and of which `is_final` says that nothing later can change it; each is given once."""
        for claim in self._held:
            if claim.stands and not claim.told and is_final(claim.match):
                claim.told = True
                yield claim.match

    def release(self, certain_to: int | None) -> Iterator[Match]:
        """The matches that end before the stream offset `certain_to` (None: all) and stand."""
        count = 0
        for claim in self._held:
            if certain_to is not None and claim.match.end >= certain_to:
                break
            count += 1
            if claim.stands and not claim.told:
                yield claim.match
        del self._held[:count]
        # No later match can share these lines.
        if certain_to is None:
            self._by_line.clear()
        elif self._by_line:
            self._by_line = {line: sides for line, sides in self._by_line.items() if line >= certain_to}


def _place(claim: _Claim) -> tuple[int, int]:
    return claim.match.offset, claim.match.end
