"""Examples are tests: a `match` gives exactly one match of its matcher with exactly its fields, a `no_match` none.

Every example is run against the whole set. A line that another entry claims too, without `beats` between the two, is a
collision: the reader would get two answers.
"""

from collections.abc import Iterator

from kb.checks.subject import Subject
from kb.nodes import Path
from kb.problem import Problem
from kb.schema import field_value, types_of
from matchers.engine import MatcherSet, scan_text
from matchers.explain import why_not
from matchers.match import Match
from matchers.spec import Example, Matcher


def check(subject: Subject) -> Iterator[Problem]:
    """All examples of all matchers; silent while the set cannot be compiled."""
    book = subject.world.book
    for index, matcher in enumerate(subject.entry.matchers):
        at: Path = ("matchers", index)
        yield from _lacks(subject, matcher, at)
        if book is None or subject.entry.id not in book.ids or subject.entry.article.status == "retired":
            continue
        for number, example in enumerate(matcher.match):
            yield from _match(subject, matcher, book.matchers, example, (*at, "examples", "match", number))
        for number, text in enumerate(matcher.no_match):
            yield from _no_match(subject, matcher, book.matchers, text, (*at, "examples", "no_match", number))


def _lacks(subject: Subject, matcher: Matcher, at: Path) -> Iterator[Problem]:
    if not matcher.match:
        message = f'the matcher "{matcher.name}" has no example; paste a real one under examples: match'
        yield subject.problem(at, message, "missing-example")
    if not matcher.no_match:
        message = f'the matcher "{matcher.name}" has no near miss; add one under examples: no_match'
        yield subject.lack(at, message, "missing-near-miss")

    for number, example in enumerate(matcher.match):
        if example.fields is None and types_of(matcher):
            message = "says no fields; write {text: ..., fields: {...}}"
            yield subject.lack((*at, "examples", "match", number), message, "missing-fields")


def _match(subject: Subject, matcher: Matcher, matchers: MatcherSet, example: Example, at: Path) -> Iterator[Problem]:
    found = scan_text(matchers, example.text.encode("utf-8"), keep_beaten=True)
    own = [each for each in found if (each.entry, each.matcher) == (subject.entry.id, matcher.name)]
    if not own:
        rival = next((each for each in found if each.entry == subject.entry.id), None)
        reason = (
            f'the matcher "{rival.matcher}", which stands before it, claims the line'
            if rival
            else why_not(matcher, example.text)
        )
        yield subject.problem(
            at, f'the matcher "{matcher.name}" does not match this example: {reason}', "example-no-match"
        )
        return
    if len(own) > 1:
        yield subject.problem(
            at, f"gives {len(own)} matches; make it one case, or split it into several examples", "example-many-matches"
        )
    if example.fields is not None:
        types = matcher.types
        wanted = {name: field_value(value, types.get(name, "text")) for name, value in example.fields}
        if wanted != own[0].fields:
            yield subject.problem(at, f"gives other fields: {_difference(wanted, own[0].fields)}", "example-fields")
    yield from _collisions(subject, own[0], found, at)


def _difference(wanted: dict[str, int | str], got: dict[str, int | str]) -> str:
    parts = []
    for name in sorted(wanted.keys() | got.keys()):
        if name not in got:
            parts.append(f"{name} is not captured")
        elif name not in wanted:
            parts.append(f"{name}: {got[name]!r} is captured and not listed")
        elif wanted[name] != got[name]:
            parts.append(f"{name} is {got[name]!r}, not {wanted[name]!r}")
    return "; ".join(parts)


def _no_match(subject: Subject, matcher: Matcher, matchers: MatcherSet, text: str, at: Path) -> Iterator[Problem]:
    found = scan_text(matchers, text.encode("utf-8"), keep_beaten=True)
    for each in found:
        if (each.entry, each.matcher) == (subject.entry.id, matcher.name):
            yield subject.problem(
                at, f'the matcher "{matcher.name}" matches this near miss, fields {each.fields}', "no-match-matches"
            )


def _collisions(subject: Subject, own: Match, found: list[Match], at: Path) -> Iterator[Problem]:
    book = subject.world.book
    assert book is not None
    for other in found:
        if other.entry == own.entry or set(other.lines).isdisjoint(own.lines):
            continue
        if not (book.matchers.wins(own.entry, other.entry) or book.matchers.wins(other.entry, own.entry)):
            remedy = "say which beats the other, or make the patterns tell them apart"
            message = f'{other.entry} (matcher "{other.matcher}") claims this line too; {remedy}'
            yield subject.problem(at, message, "collision")
