"""From a candidate line to a certain recognition: exact expressions on the message, steps of a block, conditions."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

from matchers import where
from matchers.fieldtypes import TYPES, Value, read_value
from matchers.finder import Finder, Hit, PatternFinder, RegexFinder
from matchers.keyed import pairs_of
from matchers.records import Page, Part
from matchers.sourcecode import is_placeholder, is_source_code, may_be_source_code
from matchers.sources import SOURCES
from matchers.threshold import Threshold

MAX_GAP = 8
"""Lines of the same stream that fit no step of a block and may stand between two steps."""

_LOOSE = frozenset({"word", "text", "quoted"})  # what a placeholder such as %s may be taken for
_MAX_TRIES = 20  # a loose value (an address, say) may look right and be none: the search goes on behind it


class Wording:
    """One wording of a compiled matcher; its expression is compiled when it is first needed."""

    def __init__(self, row: list[Any]) -> None:
        syntax, expression, self._types, self.weight, self._words = row
        self._is_free = syntax == "regex"
        self._finder: Finder = RegexFinder(expression) if self._is_free else PatternFinder(expression)

    def search(self, text: str) -> dict[str, Value] | None:
        """The fields of the first place where it fits and every value is of its type, else None."""
        for word in self._words:
            if word not in text:
                return None
        if self._plain is not None:
            return self._search_plain(self._plain, text)
        for count, hit in enumerate(self._finder.hits(text)):
            if count >= _MAX_TRIES:
                return None
            fields = self._fields(hit)
            if fields is not None and not is_source_code(text, hit.start, hit.end):
                return fields
        return None

    @cached_property
    def _plain(self) -> re.Pattern[str] | None:
        """The one expression that a pattern without open values is."""
        return self._finder.plain if isinstance(self._finder, PatternFinder) else None

    @cached_property
    def _readers(self) -> list[tuple[str, Callable[[str], Value]]]:
        return [(name, TYPES[kind].read if kind in TYPES else str) for name, kind in self._types.items()]

    def _search_plain(self, expression: re.Pattern[str], text: str) -> dict[str, Value] | None:
        """The same as `search`, for most patterns and most quickly."""
        hit = expression.search(text)
        for _ in range(_MAX_TRIES):
            if hit is None:
                return None
            fields = self._read_all(hit)
            if fields is not None and not self._speaks_of_it(text, hit):
                return fields
            hit = expression.search(text, hit.end() if hit.end() > hit.start() else hit.end() + 1)
        return None

    def _read_all(self, hit: re.Match[str]) -> dict[str, Value] | None:
        try:
            return {name: read(hit[name]) for name, read in self._readers}
        except ValueError:
            return None

    def _speaks_of_it(self, text: str, hit: re.Match[str]) -> bool:
        for name in self._loose_fields:
            if is_placeholder(hit[name]):
                return True
        return may_be_source_code(text) and is_source_code(text, hit.start(), hit.end())

    @cached_property
    def _loose_fields(self) -> list[str]:
        return [name for name, kind in self._types.items() if kind in _LOOSE]

    def fullmatch(self, text: str) -> dict[str, Value] | None:
        """The fields when the whole of `text` fits, else None."""
        hit = self._finder.whole(text)
        return None if hit is None else self._fields(hit)

    def _fields(self, hit: Hit) -> dict[str, Value] | None:
        fields: dict[str, Value] = {}
        for name, text in hit.groups.items():
            kind = self._types[name]
            if text is None or (not text and self._is_free):
                continue
            if kind in _LOOSE and is_placeholder(text):
                return None
            try:
                fields[name] = self._read(kind, text)
            except ValueError:
                return None
        return fields

    def _read(self, kind: str, text: str) -> Value:
        if self._is_free:  # its groups take what the author wrote, which need not be what their types take
            return read_value(kind, text)
        return TYPES[kind].read(text) if kind in TYPES else text


@dataclass(frozen=True, slots=True)
class Found:
    """What was confirmed: the parts of the log that belong to it, in order, its fields, and how specific it is."""

    parts: tuple[Part, ...]
    fields: dict[str, Value]
    weight: int


_Chosen = tuple[Part, dict[str, Value], int]
"""What was found for a step of a block: the part, its fields, and the characters of fixed text."""


def entry_of(row: str) -> str:
    """Whose matcher a row is (see `matchers.compile`)."""
    entry: str = json.loads(row)["entry"]
    return entry


class LoadedMatcher:
    """A matcher made ready from its row (see `matchers.compile`)."""

    def __init__(self, row: str) -> None:
        data = json.loads(row)
        self.entry: str = data["entry"]
        self.name: str = data["name"]
        self.order: int = data["order"]
        self.kind: str = data["kind"]
        self.source = SOURCES[data["source"]]
        self.types: Mapping[str, str] = data["types"]
        self.record: bool = data["record"]
        self.recovery: bool = data["recovery"]
        self.within_s: float = data["within"]
        self.by: tuple[str, ...] = tuple(data["by"])
        self.threshold = None if data["threshold"] is None else Threshold(*data["threshold"])
        self.where = data["where"]
        names = where.names(self.where) if self.where is not None and self.threshold is not None else set()
        self.aggregates = {name for name in names if "." in name or name == "count"}
        self.steps = [([Wording(row) for row in rows], optional) for rows, optional in data["steps"]]
        self.anchor: int = data["anchor"]
        self._keys = [(key, equals, capture and Wording(capture)) for key, equals, capture in data["keys"]]
        self._unless = [Wording(row) for row in data["unless"]]
        self.is_single = self.kind in ("pattern", "regex") and self.threshold is None and not self._unless
        """Whether one line of a message decides, whatever stands around it."""

    def confirm(
        self, part: Part, page: Page, step: int, *, any_source: bool, taken: Collection[tuple[int, int]]
    ) -> Found | None:
        """What the matcher recognises at `part`, or None.

        `step` is the step whose expression hit this line. `any_source`: the text may be a paste, in which nothing says
        reliably whose message it is. `taken` are keys of parts that earlier matches of this matcher used up.
        """
        if part.key in taken or not (any_source or self.source.accepts(part.line.message.program)):
            return None
        if self.kind == "keys":
            found = self._confirm_keys(part)
        elif self.kind == "block":
            found = self._confirm_block(part, _Around(self, page, taken, any_source))
        else:
            found = self._confirm_line(part, step)
        if found is None or not self._holds(found.fields) or self._excused(found, page):
            return None
        return found

    def fit(self, text: str) -> tuple[dict[str, Value], int] | None:
        """Of a single matcher: (fields, characters of fixed text) when this line of a message is it, else None."""
        hit = _first_fit(self.steps[0][0], text)
        return hit if hit is not None and self._holds(hit[0]) else None

    def _confirm_line(self, part: Part, step: int) -> Found | None:
        hit = _first_fit(self.steps[step][0], part.text)
        return None if hit is None else Found((part,), hit[0], hit[1])

    def _confirm_keys(self, part: Part) -> Found | None:
        pairs = pairs_of(part.text, part.line.message.pairs)
        fields: dict[str, Value] = {}
        weight = 0
        for key, equals, capture in self._keys:
            value = pairs.get(key)
            if value is None or (equals is not None and value != equals):
                return None
            weight += len(key) + len(equals or "")
            if capture:
                captured = capture.fullmatch(value)
                if captured is None:
                    return None
                fields |= captured
        return Found((part,), fields, weight)

    def _confirm_block(self, part: Part, around: "_Around") -> Found | None:
        hit = _first_fit(self.steps[self.anchor][0], part.text)
        if hit is None:
            return None
        chosen = {self.anchor: (part, *hit)}
        for steps, ahead in (
            (range(self.anchor + 1, len(self.steps)), True),
            (range(self.anchor - 1, -1, -1), False),
        ):
            found = around.find(steps, part, ahead=ahead)
            if found is None:
                return None
            chosen |= found
        ordered = [chosen[index] for index in sorted(chosen)]
        fields = {name: value for _part, values, _weight in ordered for name, value in values.items()}
        weight = sum(weight for *_rest, weight in ordered)
        return Found(tuple(part for part, _values, _weight in ordered), fields, weight)

    def _holds(self, fields: Mapping[str, Value]) -> bool:
        """Whether `where` is true as far as one match can tell; of a sequence and of aggregates it is asked later."""
        if self.where is None or self.aggregates or self.kind == "sequence":
            return True
        return bool(where.evaluate(self.where, fields, self.types))

    def _excused(self, found: Found, page: Page) -> bool:
        if not self._unless:
            return False
        parts = {part.key: part for found_part in found.parts for part in page.record(found_part, self.source)}
        return any(_first_fit(self._unless, part.text) for part in parts.values())


class _Around:
    """Where the steps of a block are looked for, to both sides of the line that its search starts from."""

    def __init__(
        self, matcher: LoadedMatcher, page: Page, taken: Collection[tuple[int, int]], any_source: bool
    ) -> None:
        self._matcher = matcher
        self._page = page
        self._taken = taken
        self._any_source = any_source

    def find(self, steps: Sequence[int], start: Part, *, ahead: bool) -> dict[int, _Chosen] | None:
        """The nearest parts that fit the steps, in the order in which they must come; None where one is missing.

        An optional step is passed over where the next one that must be there comes first. Where only such steps are
        left, a line of another step ends the search: it belongs to the next message of this kind.
        """
        found: dict[int, _Chosen] = {}
        waiting = list(steps)
        parts = self._parts(start, ahead=ahead)
        gap = 0
        while waiting and gap <= MAX_GAP and (part := next(parts, None)) is not None:
            if self._all_optional(waiting) and self._begins_another(part):
                break
            fitting = self._fitting(waiting, part)
            if fitting is not None:
                place, chosen = fitting
                found[waiting[place]] = chosen
                del waiting[: place + 1]
                gap = 0
            elif self._all_optional(waiting) and self._fits_another(waiting, part):
                break
            elif part.text.strip():
                gap += 1
        return found if self._all_optional(waiting) else None

    def _parts(self, at: Part, *, ahead: bool) -> Iterator[Part]:
        """What may hold other steps: the stream up to a whole message, for firmly framed sources the record only."""
        source = self._matcher.source
        if source.is_whole(at.text):
            return iter(())
        if source.framed:
            record = self._page.record(at, source)
            own = next(index for index, part in enumerate(record) if part.key == at.key)
            parts = iter(record[own + 1 :] if ahead else record[:own][::-1])
        else:
            parts = self._page.near(at, ahead=ahead)
        mine = (part for part in parts if self._any_source or source.accepts(part.line.message.program))
        return takewhile(lambda part: not source.is_whole(part.text), mine)

    def _fitting(self, waiting: Sequence[int], part: Part) -> tuple[int, _Chosen] | None:
        """Which of the waiting steps the part fits, as far as the first that must be there."""
        if part.key in self._taken:
            return None
        for place, index in enumerate(waiting):
            wordings, optional = self._matcher.steps[index]
            hit = _first_fit(wordings, part.text)
            if hit is not None:
                return place, (part, *hit)
            if not optional:
                return None
        return None

    def _all_optional(self, waiting: Sequence[int]) -> bool:
        return all(self._matcher.steps[index][1] for index in waiting)

    def _begins_another(self, part: Part) -> bool:
        """Whether the part is by itself a message of this kind, so that it is no part of the one at hand."""
        return _first_fit(self._matcher.steps[self._matcher.anchor][0], part.text) is not None

    def _fits_another(self, waiting: Sequence[int], part: Part) -> bool:
        others = (wordings for index, (wordings, _) in enumerate(self._matcher.steps) if index not in waiting)
        return any(_first_fit(wordings, part.text) for wordings in others)


def _first_fit(wordings: list[Wording], text: str) -> tuple[dict[str, Value], int] | None:
    for wording in wordings:
        fields = wording.search(text)
        if fields is not None:
            return fields, wording.weight
    return None
