"""What stands between an entry and the set it is compiled into: with an entry that passes no scan can stumble over it.

Lint says the same with places; here the first thing wrong is enough to leave the entry out.
"""

import re

from kb.entry import Entry
from matchers.compile import compile_set
from matchers.errors import MatcherError
from matchers.explain import check_where
from matchers.spec import Expression, Matcher


def check_entry(entry: Entry) -> None:
    """Raise MatcherError for the first matcher that cannot be used."""
    check_matchers(entry)
    compile_set([(entry.id, (), entry.matchers)])


def check_matchers(entry: Entry) -> None:
    """Raise MatcherError for the first matcher that cannot be used, but for what compiling it tells."""
    for matcher in entry.matchers:
        problem = step_problem(matcher)
        if problem is not None:
            raise MatcherError(problem)
        for expression in (each for step in matcher.steps for each in step.expressions):
            expression.regex()
            for group in untyped_groups(expression):
                raise MatcherError(f'the group "{group}" has no type; list it under "fields"')
        if matcher.where:
            check_where(matcher.where, matcher.types)


def is_usable(entry: Entry) -> bool:
    """Whether every matcher of the entry can be used."""
    try:
        check_entry(entry)
    except MatcherError:
        return False
    return True


def step_problem(matcher: Matcher) -> str | None:
    """What is wrong with the optional steps of a matcher, and what to do; None where nothing is."""
    if matcher.kind == "block" and all(step.optional for step in matcher.steps):
        return "every step of the block is optional; the search needs one that must be there"
    if matcher.kind == "sequence" and any(step.optional for step in matcher.steps):
        return "a step of a sequence cannot be optional; leave the step out, or write two matchers"
    return None


def untyped_groups(expression: Expression) -> list[str]:
    """The named groups of a free regex for which `fields` names no type; none where it cannot be read at all."""
    if expression.syntax != "regex":
        return []
    return sorted(groups_of(expression) - set(expression.types))


def groups_of(expression: Expression) -> set[str]:
    """The named groups of a free regex; none where it cannot be read (compiling it says why)."""
    try:
        return set(re.compile(expression.text).groupindex)
    except (re.error, OverflowError, RecursionError):
        return set()
