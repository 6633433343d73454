"""Where in a line another message begins: for dumps that lost their newlines, and lines that were joined too eagerly.

Two things tell: the line's own kind of stamp coming again, and the wordings of matchers whose expression hits the line,
their blocks' other steps included. Only those few matchers are asked, so that the cost does not grow with the number of
entries.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import Any, Final

from matchers.fieldtypes import MAX_OPEN
from matchers.finder import Finder, Hit, PatternFinder, RegexFinder
from matchers.repair.code import looks_like_code
from matchers.sourcecode import is_source_code

__all__ = ["NAME", "Starts", "split_messages", "split_stamps"]

NAME: Final = "lost newlines"

_STAMPS: Final = tuple(
    re.compile(form)
    for form in (
        r"(?:(?<! )<[0-9]{1,3}>)?[A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?=[ :.])",
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?=[.,Z+-])",
        r"[0-9]{4}[-/][0-9]{2}[-/][0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?=[ .,])",
        r"(?:(?<! )<[0-7]>)?\[ {0,8}[0-9]{1,8}\.[0-9]{3,6}\]",
        r"\[[A-Z][a-z]{2} [A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}\]",
        r"(?<![0-9T:.-])(?<![0-9] )[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}(?= )",
        r"type=[A-Z_]{2,20} msg=audit\(",
    )
)
# The word edges that `matchers.wording.to_pieces` puts around a pattern.
_LEFT_EDGE = re.compile(r"\A\(\?<![^()]*\)")
_RIGHT_EDGE = re.compile(r"\(\?!\[A-Za-z0-9_\]\)\Z")
_TAG = re.compile(
    r"(?:(?:libbpf|libxdp|kernel|bonding|rcu|TCP|IPv[46]|neighbour|(?:NMI )?watchdog"
    r"|[Ee]rror|ERR|ERROR|WARN|WARNING|INFO): ?)+\Z"
)
_LONGEST: Final = 240  # characters of one message
_LONGEST_FREE: Final = 100  # the same for free regexes, which know less about what they pass over
_MAX_TAG: Final = 40
_MAX_STARTS: Final = 400
_MAX_HITS: Final = 50  # of one wording in one line


class Starts:
    """The first words of one matcher's messages: its wordings without word edges, for lost newlines leave none."""

    def __init__(self, row: str) -> None:
        data = json.loads(row)
        self._steps = [([_Wording(each) for each in rows], optional) for rows, optional in data["steps"]]

    def all_stand_in(self, text: str) -> bool:
        """Whether each step that must be there has a wording that stands somewhere in the text."""
        return all(optional or any(each.stands_in(text) for each in wordings) for wordings, optional in self._steps)

    def any_stands_in(self, text: str) -> bool:
        """Whether a wording of some step stands somewhere in the text."""
        return any(each.stands_in(text) for wordings, _optional in self._steps for each in wordings)

    def spans(self, line: str) -> Iterator[tuple[int, int]]:
        """(start, end) of what fits in the line; end is start where it may have taken another message on its way."""
        for wordings, _optional in self._steps:
            for wording in wordings:
                yield from wording.spans(line)


class _Wording:
    """Where one wording fits in a line."""

    def __init__(self, row: list[Any]) -> None:
        syntax, expression, self._types = row[:3]
        # What takes more has probably found its two ends in two messages.
        self._longest = _LONGEST_FREE if syntax == "regex" else _LONGEST
        self._finder: Finder = (
            RegexFinder(expression) if syntax == "regex" else PatternFinder(_without_edges(expression))
        )

    def stands_in(self, text: str) -> bool:
        return next(self._finder.hits(text), None) is not None

    def spans(self, line: str) -> Iterator[tuple[int, int]]:
        at = 0
        for _ in range(_MAX_HITS):
            hit = next(self._finder.hits(line[at:]), None)
            if hit is None:
                return
            end = hit.end - self._taken_at_end(hit, line[at:])
            if not is_source_code(line, at + hit.start, at + hit.end):
                yield at + hit.start, at + (end if end - hit.start <= self._longest else hit.start)
            at += max(end, hit.start + 1)

    def _taken_at_end(self, hit: Hit, line: str) -> int:
        """How many characters an unbounded value at the end took, which may be the rest of the line."""
        name, value = next(reversed(hit.groups.items()), ("", None))
        return len(value) if value and self._types[name] in MAX_OPEN and line[: hit.end].endswith(value) else 0


def _without_edges(pieces: list[Any]) -> list[Any]:
    free = [_LEFT_EDGE.sub("", pieces[0], count=1), *pieces[1:]]
    free[-1] = _RIGHT_EDGE.sub("", free[-1])
    return free


def split_messages(line: str, starts: Iterable[Starts]) -> str:
    """The line with a newline before each further message in it; the line itself where there is one message or none.

    Blanks before a message's first word stay with it: they say that it continues a record. A stamp begins its line.
    """
    if looks_like_code(line):
        return line
    stamps = _stamps(line)
    first_words, ends = _first_words(line, starts)
    glued = {place for place in first_words if _is_glued(line, place)}
    return _cut(line, {_before_tag(line, place) for place in _later(first_words, stamps) | glued} | stamps | ends)


def split_stamps(line: str) -> str:
    """The line with a newline before each further stamp of the kind that comes first in it."""
    return _cut(line, _stamps(line))


def _cut(line: str, cuts: set[int]) -> str:
    places = [0, *sorted(cut for cut in cuts if line[:cut].strip()), len(line)]
    return "\n".join(line[start:end] for start, end in pairwise(places) if line[start:end].strip())


def _later(first_words: set[int], stamps: set[int]) -> set[int]:
    """First words but the first one of the line and those that a stamp stands before."""
    later, is_first = set(), True
    for place, is_stamp in sorted(
        [(place, True) for place in stamps] + [(place, False) for place in first_words - stamps]
    ):
        if not is_stamp and not is_first:
            later.add(place)
        is_first = is_stamp
    return later


def _before_tag(line: str, place: int) -> int:
    """Where the message at `place` begins with its program's tag and the blanks before it."""
    tag = _TAG.search(line, max(0, place - _MAX_TAG), place)
    return len(line[: tag.start() if tag else place].rstrip())


def _stamps(line: str) -> set[int]:
    """Where stamps begin, of the kind that comes first in the line, if that kind comes again."""
    found = [[stamp.start() for stamp in islice(form.finditer(line), _MAX_STARTS)] for form in _STAMPS]
    several = sorted(places for places in found if len(places) > 1)
    return set(several[0]) if several else set()


def _first_words(line: str, starts: Iterable[Starts]) -> tuple[set[int], set[int]]:
    """Where messages and steps of blocks begin, and where they end in the middle of a word.

    Of those that overlap only the one that begins first counts: the others are shorter wordings of it.
    """
    spans = sorted({span for each in starts for span in each.spans(line)}, key=lambda span: (span[0], -span[1]))
    begins, ends, covered = set[int](), set[int](), 0
    for start, end in spans[:_MAX_STARTS]:
        if start >= covered:
            begins.add(start)
            if end > start and _is_glued(line, end):
                ends.add(end)
        covered = max(covered, end)
    return begins, ends


def _is_glued(line: str, place: int) -> bool:
    """Whether a word goes on across this place."""
    around = line[max(0, place - 1) : place + 1]
    return len(around) == 2 and around.isascii() and around.isalnum()
