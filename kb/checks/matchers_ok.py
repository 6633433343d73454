"""Matchers can be compiled, are linear, and have literal text to search for.

A free regex is tried with RE2, which refuses what is not linear. Each wording needs `MIN_LITERAL` characters of text in
one piece: without it the scan has to look at every line (`lint --cost` measures what that costs).
"""

from collections.abc import Iterator
from dataclasses import replace

from kb.checks.subject import Subject
from kb.nodes import Path
from kb.problem import Problem
from kb.sound import groups_of, step_problem, untyped_groups
from matchers.compile import anchor_of, compile_set
from matchers.errors import MatcherError, did_you_mean
from matchers.spec import Expression, Matcher
from matchers.superset import superset

MIN_LITERAL = 4


def check(subject: Subject) -> Iterator[Problem]:
    """Every matcher by itself."""
    names: set[str] = set()
    for index, matcher in enumerate(subject.entry.matchers):
        at: Path = ("matchers", index)
        if matcher.name in names:
            message = f'the name "{matcher.name}" stands twice; give the second matcher another'
            yield subject.problem((*at, "name"), message, "matcher-name-unique")
        names.add(matcher.name)
        found = list(_check_matcher(subject, matcher, at))
        yield from found
        if not found:
            try:
                compile_set([(subject.entry.id, (), (replace(matcher, where="", unless=()),))])
            except MatcherError as error:
                yield subject.problem(at, error.message, "matcher")


def expressions_of(matcher: Matcher) -> Iterator[tuple[Path, Expression, int]]:
    """(path below the matcher, wording, number of its step) of every wording."""
    for number, step in enumerate(matcher.steps):
        base: Path = (matcher.kind,)
        if matcher.kind == "block":
            base = ("block", number)
        elif matcher.kind == "sequence":
            base = ("sequence", "steps", number)
        for place, expression in enumerate(step.expressions):
            yield (*base, place), expression, number


def _check_matcher(subject: Subject, matcher: Matcher, at: Path) -> Iterator[Problem]:
    types: dict[str, str] = {}
    usable = True
    short: list[tuple[int, Path]] = []
    for below, expression, step in expressions_of(matcher):
        place = _existing(subject, (*at, *below))
        try:
            literal = superset(expression.loose_regex()).literal  # first, for it knows the column of what is wrong
            expression.regex()
            own = expression.types
        except MatcherError as error:
            remedy = "" if ";" in error.message else "; write what RE2 and Python's re both take"
            yield subject.problem(place, error.message + remedy, expression.syntax, column=error.column)
            usable = False
            continue
        if len(literal) < MIN_LITERAL:
            short.append((step, place))
        for group in untyped_groups(expression):
            yield subject.problem(place, f'the group "{group}" has no type; list it under "fields"', "field-type")
        for name, kind in own.items():
            if types.setdefault(name, kind) != kind and not (kind.startswith("=") or types[name].startswith("=")):
                message = f'"{name}" is {kind} here and {types[name]} in another wording; use one type'
                yield subject.problem(place, message, "field-type")
    yield from _keys(subject, matcher, at)
    if usable:
        yield from _fields(subject, matcher, at)
    optional = step_problem(matcher)
    if optional is not None:
        yield subject.problem((*at, matcher.kind), optional, "optional-steps")
    elif usable:
        yield from _without_literal(subject, matcher, short)


def _existing(subject: Subject, at: Path) -> Path:
    """The path as it stands in the file: a single wording has no index, a step may be written as a mapping."""
    if at in subject.loaded.marks:
        return at
    inner = (*at[:-1], "pattern", at[-1])
    if inner in subject.loaded.marks:
        return inner
    return (*at[:-1], "pattern") if (*at[:-1], "pattern") in subject.loaded.marks else at[:-1]


def _without_literal(subject: Subject, matcher: Matcher, short: list[tuple[int, Path]]) -> Iterator[Problem]:
    """Of a block only the step from which the search starts needs fixed text."""
    anchor = anchor_of(matcher.steps) if matcher.kind == "block" else None
    for step, place in short:
        if anchor is None or step == anchor:
            what = f"has no {MIN_LITERAL} characters of fixed text in one piece, and the scan would stop at every line"
            yield subject.problem(place, f"{what}; add words that always stand there", "no-literal")


def _keys(subject: Subject, matcher: Matcher, at: Path) -> Iterator[Problem]:
    for test in matcher.keys:
        if test.capture is None:
            continue
        try:
            Expression(test.capture).regex()
        except MatcherError as error:
            yield subject.problem((*at, "keys", test.key), error.message, "pattern", column=error.column)


def _fields(subject: Subject, matcher: Matcher, at: Path) -> Iterator[Problem]:
    """`fields` is for regexes, and says nothing of groups that no regex has."""
    if (*at, "fields") not in subject.loaded.marks:
        return
    if matcher.kind != "regex":
        message = f"fields names the groups of a regex, and this is a {matcher.kind}; write {{name:type}} in it instead"
        yield subject.problem((*at, "fields"), message, "field-type")
        return
    expressions = matcher.steps[0].expressions
    groups = set[str]().union(*map(groups_of, expressions))
    for name in expressions[0].types:
        if name not in groups:
            hint = did_you_mean(name, groups) or "; name a group (?P<...>) so, or remove it"
            yield subject.problem((*at, "fields", name), f'no regex has a group "{name}"{hint}', "field-type")
