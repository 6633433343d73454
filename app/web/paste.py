"""A pasted text as the page shows it: numbered lines, the evidence of each match marked, its values told apart."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kb.evidence import Span
from kb.template import visible

CONTEXT: Final = 2
MAX_WHOLE: Final = 20
"""A paste of more lines is shown around its evidence only."""
SMALL_GAP: Final = 3
"""So few lines are not left out: nothing would be saved."""
MAX_SHOWN: Final = 400
MAX_LINE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Bit:
    """A piece of a line. `match` is the number of the match it is evidence of, None for other text; `field` its name
    where it is a value."""

    text: str
    match: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the paste; `matches` are those it is evidence of, `begins` those whose evidence begins here.

    `after` is the line shown before it, 0 for none.
    """

    number: int
    bits: tuple[Bit, ...]
    matches: tuple[int, ...]
    begins: tuple[int, ...]
    after: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a paste of `count` lines."""

    lines: tuple[Line, ...]
    count: int


def shown(texts: Sequence[str], found: Sequence[tuple[Sequence[Span], Mapping[str, object]]]) -> Shown:
    """The lines of a paste with the evidence and the fields of each match; a long one only around its evidence."""
    texts = texts[:-1] if len(texts) > 1 and not texts[-1] else texts
    spans: dict[int, list[tuple[Span, int]]] = {}
    for number, (evidence, _fields) in enumerate(found, start=1):
        for span in evidence:
            spans.setdefault(span.line, []).append((span, number))
    fields = [fields for _evidence, fields in found]
    kept = _kept(len(texts), spans.keys())
    lines: list[Line] = []
    before, before_matches = 0, tuple[int, ...]()
    for number in kept:
        own = sorted(spans.get(number, ()), key=lambda each: (each[0].start, each[1]))
        bits = tuple(_bits(texts[number - 1][:MAX_LINE], own, fields))
        matches = tuple(dict.fromkeys(match for _span, match in own))
        begins = tuple(match for match in matches if match not in before_matches)
        lines.append(Line(number, bits, matches, begins, before))
        before, before_matches = number, matches
    return Shown(tuple(lines), len(texts))


def _kept(count: int, marked: Iterable[int]) -> list[int]:
    """The numbers of the lines that are shown: all of a short paste, else evidence and what stands around it."""
    if count <= MAX_WHOLE:
        return list(range(1, count + 1))
    near = {
        number
        for line in sorted(marked)[:MAX_SHOWN]
        for number in range(max(1, line - CONTEXT), min(count, line + CONTEXT) + 1)
    }
    edges = sorted(near)[:MAX_SHOWN] or list(range(1, MAX_WHOLE + 1))
    kept: list[int] = []
    for number in [*edges, count + 1]:
        before = kept[-1] if kept else 0
        if number - before - 1 <= SMALL_GAP:
            kept += range(before + 1, number)
        kept.append(number)
    return kept[:-1]


def _bits(text: str, spans: Sequence[tuple[Span, int]], fields: Sequence[Mapping[str, object]]) -> Iterable[Bit]:
    """The line cut at its evidence; where pieces overlap the first match has it."""
    at = 0
    for span, match in spans:
        start, end = max(at, span.start), min(span.end, len(text))
        if start >= end:
            continue
        if start > at:
            yield Bit(_readable(text[at:start]))
        yield from _values(text[start:end], match, fields[match - 1])
        at = end
    if at < len(text) or not text:
        yield Bit(_readable(text[at:]))


def _values(text: str, match: int, fields: Mapping[str, object]) -> Iterable[Bit]:
    """A piece of evidence cut at its values."""
    names = {str(value): name for name, value in fields.items() if value is not None and str(value)}
    if not names:
        yield Bit(_readable(text), match)
        return
    either = "|".join(re.escape(value) for value in sorted(names, key=len, reverse=True)[:50])
    at = 0
    for found in re.finditer(rf"(?<![\w.])(?:{either})(?!\w)", text):
        if found.start() > at:
            yield Bit(_readable(text[at : found.start()]), match)
        yield Bit(_readable(found[0]), match, names[found[0]])
        at = found.end()
    if at < len(text):
        yield Bit(_readable(text[at:]), match)


def _readable(text: str) -> str:
    return visible(text.expandtabs(8))


def line_of(value: object, lines: Sequence[str], spans: Sequence[Span]) -> int | None:
    """The line of the evidence in which a value stands."""
    text = str(value)
    inside = (span.line for span in spans if text in lines[span.line - 1][span.start : span.end])
    return next(inside, None)
