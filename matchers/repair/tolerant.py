"""Matchers that take marks for values: a message with `xxx` in place of a value is still the message.

`TolerantSet` is a set of matchers whose strictly typed values also take a mark; the value is not known then. Its scan
sees each marked line with likely values in place of the marks, so that only matchers whose fixed text stands in the
line are tried, however many there are. A choice (`{driver:=ixgbe|ixgbevf}`) takes no mark: which of its words stands
there makes the problem.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate, islice
from typing import Any, Final

from matchers import where
from matchers.blocks import Backend, Bytes
from matchers.confirm import LoadedMatcher, Wording
from matchers.engine import MatcherSet
from matchers.fieldtypes import TYPES, Value
from matchers.finder import Hit
from matchers.match import Match
from matchers.repair.marks import MARK, SHORT_PCI, SHORT_PCI_ALONE, guesses, is_mark, marked_lines

__all__ = ["TolerantSet", "needs_absence"]

_MAX_LINES: Final = 300  # that are searched with values in place of their marks


class TolerantSet(MatcherSet):
    """The matchers of `matchers`, taking marks for values. Made for one text; not thread-safe."""

    def __init__(self, matchers: MatcherSet, backend: Backend) -> None:
        super().__init__(
            matchers._row_of, matchers.count, matchers.rules, matchers.beats, lambda: _TolerantBackend(backend)
        )
        self._tolerant: dict[int, TolerantMatcher] = {}

    def __getitem__(self, index: int) -> "TolerantMatcher":
        matcher = self._tolerant.get(index)
        if matcher is None:
            matcher = self._tolerant[index] = TolerantMatcher(self._row_of(index))
        return matcher

    def notes_on(self, match: Match) -> tuple[frozenset[str], bool]:
        """The fields that are not known because of a mark, and whether the matcher asks that something is not there."""
        own = [each for each in self._tolerant.values() if (each.entry, each.name) == (match.entry, match.matcher)]
        return frozenset().union(*(each.blacked_out for each in own)) - match.fields.keys(), any(
            map(needs_absence, own)
        )


def needs_absence(matcher: LoadedMatcher) -> bool:
    """Whether a matcher asks that something is not there: `unless`, or `not defined(field)`."""
    return bool(matcher._unless) or (matcher.where is not None and _has_negation(matcher.where))


def _has_negation(tree: Any) -> bool:
    return isinstance(tree, list) and (tree[:1] == ["not"] or any(map(_has_negation, tree)))


class TolerantMatcher(LoadedMatcher):
    """A matcher whose strict values take marks; what a `where` cannot know because of a mark counts as true."""

    def __init__(self, row: str) -> None:
        data = json.loads(row)
        super().__init__(row)
        self.blacked_out: set[str] = set()
        self.steps = [([self._wording(each) for each in rows], optional) for rows, optional in data["steps"]]
        self._keys = [(key, equals, capture and self._wording(capture)) for key, equals, capture in data["keys"]]

    def _wording(self, row: list[Any]) -> Wording:
        return _TolerantWording(row, self.blacked_out)

    def _holds(self, fields: Mapping[str, Value]) -> bool:
        if self.where is not None and where.names(self.where) & (self.blacked_out - fields.keys()):
            return True
        return super()._holds(fields)


class _TolerantWording(Wording):
    """A wording whose strict values take marks; fields that have one are named in `blacked_out` and not given."""

    def __init__(self, row: list[Any], blacked_out: set[str]) -> None:
        syntax, expression, types, *rest = row
        taking = (
            _regex_taking_marks(expression, types) if syntax == "regex" else _pieces_taking_marks(expression, types)
        )
        super().__init__([syntax, taking, types, *rest])
        self._kinds: Mapping[str, str] = types
        self._blacked_out = blacked_out

    @cached_property
    def _plain(self) -> None:
        """No short cut: every value has to be looked at."""
        return None

    def _fields(self, hit: Hit) -> dict[str, Value] | None:
        marked = [name for name, text in hit.groups.items() if text and self._is_marked(self._kinds[name], text)]
        fields = super()._fields(hit._replace(groups=hit.groups | dict.fromkeys(marked)))
        if fields is not None:
            self._blacked_out.update(marked)
        return fields

    def _read(self, kind: str, text: str) -> Value:
        if kind == "pci" and re.fullmatch(SHORT_PCI_ALONE, text):
            return text
        return super()._read(kind, text)

    def _is_marked(self, kind: str, text: str) -> bool:
        if is_mark(text):
            return True
        if kind not in TYPES or not TYPES[kind].in_commands:
            return False
        return re.fullmatch(MARK, text) is not None and re.fullmatch(_regex_of(kind), text) is None


def _regex_of(kind: str) -> str:
    regex = TYPES[kind].regex
    return rf"(?:{regex}|{SHORT_PCI})" if kind == "pci" else regex


def _pieces_taking_marks(pieces: list[Any], types: Mapping[str, str]) -> list[Any]:
    """The pieces of a pattern (`matchers.wording.to_pieces`) whose strict values also take a mark."""
    return [_taking_marks(each, types) if isinstance(each, str) else each for each in pieces]


def _taking_marks(expression: str, types: Mapping[str, str]) -> str:
    for name, kind in types.items():
        if kind in TYPES and TYPES[kind].in_commands:
            expression = expression.replace(f"(?P<{name}>{TYPES[kind].regex})", f"(?P<{name}>{_regex_of(kind)}|{MARK})")
    return expression


def _regex_taking_marks(regex: str, types: Mapping[str, str]) -> str:
    """A free regex whose strictly typed groups also take a mark."""
    for name, kind in types.items():
        start = regex.find(f"(?P<{name}>")
        end = _closing(regex, start) if start >= 0 else -1
        if end >= 0 and kind in TYPES and TYPES[kind].in_commands:
            also = f"{SHORT_PCI_ALONE}|{MARK}" if kind == "pci" else MARK
            regex = f"{regex[:end]}|{also}{regex[end:]}"
    return regex


def _closing(regex: str, start: int) -> int:
    """The place of the bracket that closes the group at `start`, -1 where it cannot be told."""
    depth = at = 0
    in_class = False
    for at in range(start, len(regex)):
        if regex[at - 1] == "\\" and regex[at - 2] != "\\":
            continue
        in_class = regex[at] == "[" or (in_class and regex[at] != "]")
        if not in_class:
            depth += (regex[at] == "(") - (regex[at] == ")")
            if depth == 0:
                return at
    return -1


class _TolerantBackend:
    """Names candidate lines as `backend` does, and marked lines that it would name if they had values."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def scan(self, data: Bytes, begin: int = 0, end: int | None = None) -> list[tuple[int, int]]:
        """The hits in `data[begin:end]` as (end, rule); a marked line's hits end with the line."""
        filled = [
            (begin + line_end, guess)
            for line_end, line in islice(marked_lines(bytes(data[begin:end])), _MAX_LINES)
            for guess in guesses(line)
        ]
        begins = list(accumulate((len(guess) + 1 for _, guess in filled), initial=0))
        hits = self._backend.scan(b"\n".join(guess for _, guess in filled)) if filled else []
        found = {(filled[bisect_right(begins, place - 1) - 1][0], rule) for place, rule in hits}
        return [*self._backend.scan(data, begin, end), *found]
