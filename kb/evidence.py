"""Where in a paste the evidence of a match stands, so that a reader sees what was recognised.

Of an undamaged paste the match itself says it. What was recognised only after quoting, line wraps and the like were
undone has no place of its own in the paste: it is looked for by its words, in the order of the text.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from matchers.match import Match
from matchers.repair import MAX_REPAIRED

MAX_LINES = 5_000
"""How many lines of a paste are looked through for the words of a repaired match."""

_WORD = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_.:/+-]*")
_SPARE_LINES = 16
_ENOUGH = 0.4


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line: `line` counts from 1, `start` and `end` are characters of that line."""

    line: int
    start: int
    end: int


class Pasted:
    """A pasted text in which the evidence of its matches is looked for; what all of them need is worked out once."""

    def __init__(self, paste: str) -> None:
        self.lines = paste.split("\n")

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins, in bytes."""
        return [0, *accumulate(len(line.encode("utf-8", "surrogateescape")) + 1 for line in self.lines)]

    @cached_property
    def _words(self) -> list[list["re.Match[str]"]]:
        """The words of each line, as far as pastes are repaired."""
        return [list(_WORD.finditer(line[:MAX_REPAIRED])) for line in self.lines[:MAX_LINES]]

    def evidence(self, match: Match) -> tuple[Span, ...]:
        """The pieces that the match was recognised by, in order; empty where they cannot be found again."""
        stated = self._stated(match)
        return stated if stated is not None else self._by_words(match.text)

    def _stated(self, match: Match) -> tuple[Span, ...] | None:
        """By the offsets of the match, None where they are those of another text."""
        starts = self._starts
        places = sorted({bisect_right(starts, offset) - 1 for offset in match.lines})
        if not places or places[-1] >= len(self.lines) or any(starts[place] not in match.lines for place in places):
            return None
        shown = "\n".join(self.lines[place] for place in places)
        if Counter(_WORD.findall(match.text)) - Counter(_WORD.findall(shown)):
            return None
        return tuple(Span(place + 1, 0, len(self.lines[place])) for place in places)

    def _by_words(self, text: str) -> tuple[Span, ...]:
        """The window of lines that has most of the words; of each line from its first word to its last."""
        wanted = Counter(_WORD.findall(text))
        found = [[hit for hit in words if hit[0] in wanted] for words in self._words]
        reach = text.count("\n") + 1 + _SPARE_LINES
        best: tuple[int, tuple[Span, ...]] = (0, ())
        for first, hits in enumerate(found):
            if hits:
                score, spans = _window(found, first, reach, wanted)
                if score > best[0]:
                    best = score, spans
        return best[1] if best[0] >= wanted.total() * _ENOUGH else ()


def _window(
    found: Sequence[Sequence["re.Match[str]"]], first: int, reach: int, wanted: Counter[str]
) -> tuple[int, tuple[Span, ...]]:
    """(words found, pieces of lines) of the window that begins with this line; it ends when all words were seen."""
    left, spans, score = wanted.copy(), [], 0
    for place in range(first, min(first + reach, len(found))):
        new = []
        for hit in found[place]:
            if left[hit[0]] > 0:
                left[hit[0]] -= 1
                new.append(hit)
        if len(new) * 2 >= len(found[place]) and new:
            score += len(new)
            spans.append(Span(place + 1, new[0].start(), new[-1].end()))
        if score == wanted.total():
            break
    return score, tuple(spans)
