"""Finds an expression in a line of a message, in time linear in the line's length, whatever the line holds.

A pattern is cut at its open values, `text` and `word` fields that end where the pattern's next literal text begins:

    '{protocol:word}: MTU mismatch with nbr {neighbor:ip}'
    edge, the value `protocol`, : MTU mismatch with nbr (?P<neighbor>...)

The expressions between them are bounded. As no part of a pattern gives back what it took, an open value that begins
somewhere ends at the next place where its stop stands, and what follows depends on that place alone: each place is
looked up once and, where the rest does not fit, tried once, however many beginnings lead to it. Free regexes go to RE2.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from matchers.fieldtypes import MAX_OPEN
from matchers.linear import compile_regex

_NEVER = sys.maxsize
_BLANK = re.compile(r"\s")


class Hit(NamedTuple):
    """Where an expression fits, and the texts of its fields by name (None: this one was not there)."""

    start: int
    end: int
    groups: dict[str, str | None]


class Finder(Protocol):
    """Finds one expression in lines."""

    def hits(self, text: str) -> Iterator[Hit]:
        """Every place where it fits, from the left; none begins before the one before it ends."""

    def whole(self, text: str) -> Hit | None:
        """The hit that is the whole of `text`."""


class RegexFinder:
    """Finds a free regex with RE2."""

    def __init__(self, regex: str) -> None:
        self._regex = regex

    @cached_property
    def _compiled(self) -> Any:
        return compile_regex(self._regex)

    def hits(self, text: str) -> Iterator[Hit]:
        """Every place where it fits, from the left."""
        return (Hit(found.start(), found.end(), found.groupdict()) for found in self._compiled.finditer(text))

    def whole(self, text: str) -> Hit | None:
        """The hit that is the whole of `text`."""
        found = self._compiled.fullmatch(text)
        return None if found is None else Hit(found.start(), found.end(), found.groupdict())


class PatternFinder:
    """Finds a pattern that was cut by `matchers.wording.to_pieces`."""

    def __init__(self, pieces: Sequence[Any]) -> None:
        self._expressions: Sequence[str] = pieces[::2]
        self._values: Sequence[tuple[str, str, str]] = pieces[1::2]

    @cached_property
    def _compiled(self) -> list[re.Pattern[str]]:
        return [re.compile(expression) for expression in self._expressions]

    @cached_property
    def plain(self) -> re.Pattern[str] | None:
        """The whole pattern as one expression, None where it has open values."""
        return None if self._values else self._compiled[0]

    @cached_property
    def _stops(self) -> list[re.Pattern[str]]:
        return [re.compile(stop) for _name, _kind, stop in self._values]

    def hits(self, text: str) -> Iterator[Hit]:
        """Every place where it fits, from the left."""
        if not self._values:
            return (Hit(found.start(), found.end(), found.groupdict()) for found in self._compiled[0].finditer(text))
        return self._open_hits(text)

    def whole(self, text: str) -> Hit | None:
        """The hit that is the whole of `text`."""
        begin = self._compiled[0].match(text)
        if begin is None:
            return None
        hit = _Search(self._compiled, self._values, self._stops, text).from_beginning(begin)
        return hit if hit is not None and hit.end == len(text) else None

    def _open_hits(self, text: str) -> Iterator[Hit]:
        search = _Search(self._compiled, self._values, self._stops, text)
        hit = search.next_hit(0)
        while hit is not None:
            yield hit
            hit = search.next_hit(hit.end)


class _Search:
    """One search in one text: what it learned about places that cannot lead to a hit."""

    def __init__(
        self,
        expressions: Sequence[re.Pattern[str]],
        values: Sequence[tuple[str, str, str]],
        stops: Sequence[re.Pattern[str]],
        text: str,
    ) -> None:
        self._expressions = expressions
        self._values = values
        self._stops = [_NextStop(stop, text) for stop in stops]
        self._text = text
        self._useful = 0  # no first value that begins before this can lead to a hit

    def next_hit(self, at: int) -> Hit | None:
        """The first hit that begins at `at` or behind it."""
        while (begin := self._expressions[0].search(self._text, at)) is not None:
            if begin.end() >= self._useful:
                hit = self.from_beginning(begin)
                if hit is not None:
                    return hit
                if self._useful == _NEVER:
                    return None
            at = begin.start() + 1
            if begin.end() == begin.start():
                at = max(at, self._useful)
        return None

    def from_beginning(self, begin: re.Match[str]) -> Hit | None:
        """The hit that begins with `begin`, a match of the first expression."""
        groups = begin.groupdict()
        at = begin.end()
        for index, (name, kind, _stop) in enumerate(self._values):
            stop = self._stops[index].behind(at)
            reachable = stop if stop == _NEVER else _first_useful(self._text, kind, at, stop)
            if index == 0:
                self._useful = reachable or stop + 1
            if reachable is not None:
                return None
            groups[name] = self._text[at:stop]
            rest = self._expressions[index + 1].match(self._text, stop)
            if rest is None:
                return None
            groups |= rest.groupdict()
            at = rest.end()
        return Hit(begin.start(), at, groups)


class _NextStop:
    """Where the next stop stands; each is searched for once while the questions go forward."""

    def __init__(self, expression: re.Pattern[str], text: str) -> None:
        self._expression = expression
        self._text = text
        self._asked = self._found = -1

    def behind(self, at: int) -> int:
        """The place of the first stop at `at` or behind it, `_NEVER` where there is none."""
        if not self._asked <= at <= self._found:
            found = self._expression.search(self._text, at)
            self._asked, self._found = at, _NEVER if found is None else found.start()
        return self._found


def _first_useful(text: str, kind: str, start: int, stop: int) -> int | None:
    """None where `text[start:stop]` can be a value, else the first place from which one could reach to this stop."""
    if stop == start:
        return start + 1
    nearest = max(start, stop - MAX_OPEN[kind])
    if kind == "word":
        blanks = [blank.end() for blank in _BLANK.finditer(text, nearest, stop)]
        nearest = blanks[-1] if blanks else nearest
    return None if nearest == start else nearest
