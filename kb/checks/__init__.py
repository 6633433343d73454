"""What lint checks, one module per subject. Each opens with what it asks for and offers `check(subject) -> problems`.

A check sees one entry and the whole set it lives in (`Subject`), and yields problems with their place in the file.
"""

from collections.abc import Callable, Iterator

from kb.checks import (
    completeness,
    conditions,
    examples,
    identifiers,
    links,
    markdown,
    matchers_ok,
    replacing,
    templates,
    versions,
    vocabulary,
)
from kb.checks.subject import Subject, World
from kb.problem import Problem

CHECKS: tuple[Callable[[Subject], Iterator[Problem]], ...] = (
    identifiers.check,
    replacing.check,
    vocabulary.check,
    versions.check,
    completeness.check,
    links.check,
    matchers_ok.check,
    conditions.check,
    templates.check,
    markdown.check,
    examples.check,
)
"""All checks of one entry, in the order of their findings."""

__all__ = ["CHECKS", "Subject", "World"]
