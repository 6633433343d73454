"""Conditions speak only of fields that their matcher captures: `where`, `unless`, `by`, and the entry's `identity`."""

from collections.abc import Iterator

from kb.checks.subject import Subject
from kb.nodes import Path
from kb.problem import Problem
from kb.schema import types_of
from matchers.errors import MatcherError, WhereError, did_you_mean
from matchers.explain import check_where
from matchers.spec import Matcher


def check(subject: Subject) -> Iterator[Problem]:
    """The conditions of every matcher, then what makes two occurrences the same trouble."""
    for index, matcher in enumerate(subject.entry.matchers):
        at: Path = ("matchers", index)
        yield from _unless(subject, matcher, at)
        if matcher.threshold and matcher.kind == "sequence":
            message = "a sequence has no threshold; remove one of the two"
            yield subject.problem((*at, "threshold"), message, "one-of")
        if subject.reads(matcher):
            yield from _where(subject, matcher, at)
            yield from _grouped_by(subject, matcher, at)
    yield from _identity(subject)


def _where(subject: Subject, matcher: Matcher, at: Path) -> Iterator[Problem]:
    if not matcher.where:
        return
    try:
        check_where(matcher.where, types_of(matcher))
    except MatcherError as error:
        unknown = isinstance(error, WhereError) and "is not a field" in error.message
        rule = "where-unknown-field" if unknown else "where"
        remedy = "" if ";" in error.message else "; a condition is like remote != local and iface in ['bond0']"
        yield subject.problem((*at, "where"), f"where: {error.message}{remedy}", rule, column=error.column)


def _grouped_by(subject: Subject, matcher: Matcher, at: Path) -> Iterator[Problem]:
    types = types_of(matcher)
    named: list[tuple[Path, str]] = [(("sequence", "by", index), name) for index, name in enumerate(matcher.by)]
    if matcher.threshold:
        named += [(("threshold", "by", index), name) for index, name in enumerate(matcher.threshold.by)]
    for below, name in named:
        if name not in types:
            hint = did_you_mean(name, set(types)) or "; name one of its fields"
            yield subject.problem((*at, *below), f'the matcher captures no "{name}"{hint}', "unknown-field")


def _unless(subject: Subject, matcher: Matcher, at: Path) -> Iterator[Problem]:
    for index, expression in enumerate(matcher.unless):
        try:
            expression.regex()
        except MatcherError as error:
            yield subject.problem((*at, "unless", index), error.message, "pattern", column=error.column)


def _identity(subject: Subject) -> Iterator[Problem]:
    known = set(subject.entry.article.field_types)
    for index, name in enumerate(subject.entry.article.identity):
        if name not in known and subject.reads_all:
            hint = did_you_mean(name, known) or "; name one of their fields"
            yield subject.problem(("identity", index), f'no matcher captures "{name}"{hint}', "unknown-field")
