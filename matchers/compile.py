"""Specs of many entries -> one set that scans quickly: expressions for the scan, and a row of JSON for each matcher.

A row holds all that confirming a candidate needs (expressions as text, types, the `where` tree), so that a process that
scans reads neither YAML nor specs, and parses only the rows of matchers that were hit.

    {"entry", "name", "order", "source", "kind", "steps": [[wordings, optional]], "anchor", "keys", "types", "within",
     "by", "where", "unless", "record", "recovery", "threshold"}

with a wording as [syntax, expression, types, weight, words]: syntax "pattern" (expression: its pieces, see
`matchers.wording`) or "regex" (expression: for RE2), weight the characters of its literal text, words some that must
stand in the line (the scan looks for the last ones only).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matchers import where, wording
from matchers.errors import MatcherError, PatternError, RegexError
from matchers.fieldtypes import TYPES
from matchers.keyed import UNTRUSTED
from matchers.spec import Expression, KeyTest, Matcher, Step
from matchers.superset import Superset, superset
from matchers.tails import first_words, supersets

_SPELT_OTHERWISE = {"type", "avc"}  # matchers.keyed works these out; in the text they may be a number, or no value


@dataclass(frozen=True, slots=True)
class CompiledSet:
    """Matchers ready to scan.

    `rows[i]` is the JSON of matcher i; `rules[r]` = (matcher, step) of scan expression r; `beats` maps an entry's id to
    those it wins over.
    """

    rows: Sequence[str]
    rules: Sequence[tuple[int, int]]
    supersets: Sequence[Superset]
    beats: Mapping[str, Sequence[str]]


def compile_set(entries: Iterable[tuple[str, Sequence[str], Sequence[Matcher]]]) -> CompiledSet:
    """Compile (id, beats, matchers) of each entry; raises MatcherError for what lint would refuse."""
    rows: list[str] = []
    rules: list[tuple[int, int]] = []
    supersets: list[Superset] = []
    beats: dict[str, Sequence[str]] = {}
    for entry, wins_over, matchers in entries:
        if wins_over:
            beats[entry] = tuple(wins_over)
        for order, matcher in enumerate(matchers):
            anchor = anchor_of(matcher.steps) if matcher.kind == "block" else 0
            for step, expression in _scanned(matcher, anchor):
                rules.append((len(rows), step))
                supersets.append(expression)
            rows.append(json.dumps(_row(entry, order, matcher, anchor), ensure_ascii=False, separators=(",", ":")))
    return CompiledSet(rows, rules, supersets, beats)


def joined(sets: Iterable[CompiledSet]) -> CompiledSet:
    """One set of several."""
    rows: list[str] = []
    rules: list[tuple[int, int]] = []
    supersets: list[Superset] = []
    beats: dict[str, Sequence[str]] = {}
    for each in sets:
        rules += [(len(rows) + matcher, step) for matcher, step in each.rules]
        rows += each.rows
        supersets += each.supersets
        beats |= each.beats
    return CompiledSet(rows, rules, supersets, beats)


def anchor_of(steps: Sequence[Step]) -> int:
    """The step a block's search starts from: of those that must be there, the one with the longest literal text.

    Raises PatternError where every step is optional.
    """
    required = [index for index, step in enumerate(steps) if not step.optional]
    if not required:
        raise PatternError("every step of the block is optional; the search needs one that must be there")
    return max(required, key=lambda index: _least_literal(steps[index]))


def _least_literal(step: Step) -> int:
    return min(len(superset(expression.loose_regex()).literal) for expression in step.expressions)


def _scanned(matcher: Matcher, anchor: int) -> Iterable[tuple[int, Superset]]:
    """(step, superset) of each expression whose hit makes a line a candidate."""
    if matcher.kind == "keys":
        yield 0, _keys_superset(matcher.keys)
    elif matcher.kind == "sequence":
        for index, step in enumerate(matcher.steps):
            yield from ((index, each) for each in _supersets(step))
    else:
        yield from ((anchor, each) for each in _supersets(matcher.steps[anchor]))


def _supersets(step: Step) -> Iterable[Superset]:
    """What the scan looks for of a step, nothing of it twice."""
    return dict.fromkeys(each for expression in step.expressions for each in supersets(expression.loose_regex()))


def _keys_superset(keys: Sequence[KeyTest]) -> Superset:
    """The longest value that must stand in the text; one that may stand there in hex only where there is no other."""
    plain = [test for test in keys if test.equals is not None and test.key not in _SPELT_OTHERWISE]
    if not plain:
        raise RegexError("a keys matcher needs at least one key with a plain value; name one that is rare in logs")
    rarest = max(plain, key=lambda test: (test.key not in UNTRUSTED, len(test.equals or "")))
    return superset(wording.literal_regex(rarest.equals or ""))


def _row(entry: str, order: int, matcher: Matcher, anchor: int) -> dict[str, Any]:
    threshold = matcher.threshold
    return {
        "entry": entry,
        "name": matcher.name,
        "order": order,
        "source": matcher.source,
        "kind": matcher.kind,
        "steps": [[[_wording(expression) for expression in step.expressions], step.optional] for step in matcher.steps],
        "anchor": anchor,
        "keys": [[test.key, test.equals, _capture(test)] for test in matcher.keys],
        "types": matcher.types,
        "within": matcher.within_s,
        "by": list(matcher.by),
        "where": _condition(matcher),
        "unless": [_wording(expression) for expression in matcher.unless],
        "record": matcher.record,
        "recovery": matcher.recovery,
        "threshold": None if threshold is None else [threshold.count, threshold.within_s, threshold.by, threshold.hold],
    }


def _wording(expression: Expression) -> list[Any]:
    weight = weight_of(expression)  # reads it, and so raises for whatever cannot be searched
    words = _words(expression)
    if expression.syntax == "pattern":
        return [expression.syntax, wording.to_pieces(wording.parse(expression.text)), expression.types, weight, words]
    _check_groups(expression)
    return [expression.syntax, expression.regex(), expression.types, weight, words]


def _words(expression: Expression) -> list[str]:
    try:
        return first_words(expression.loose_regex())
    except RegexError:  # a value alone, which what captures a key may be
        return []


def _check_groups(expression: Expression) -> None:
    """Raise RegexError unless `fields` names a type for each named group."""
    for name in re.compile(expression.text).groupindex:
        kind = expression.types.get(name)
        if kind is None:
            raise RegexError(f'the group "{name}" has no type; list it under "fields"')
        if kind not in TYPES and not kind.startswith("="):
            raise RegexError(f'there is no type "{kind}"; the types are {", ".join(TYPES)} and =one|another')


def weight_of(expression: Expression) -> int:
    """How many characters of literal text a wording has, blanks not counted: its specificity."""
    if expression.syntax == "regex":
        return len(superset(expression.text).literal)
    tokens = wording.parse(expression.text)
    return sum(len("".join(token.text.split())) for token in tokens if isinstance(token, wording.Literal))


def _condition(matcher: Matcher) -> where.Tree | None:
    if not matcher.where:
        return None
    tree = where.parse(matcher.where)
    if where.check(tree, matcher.types) != "truth":
        raise MatcherError("where is a value, not a condition; compare it with something")
    return tree


def _capture(test: KeyTest) -> list[Any] | None:
    return None if test.capture is None else _wording(Expression(test.capture))
