"""An entry takes the place of one with the same id in an earlier directory, and with it of all its later changes.

That is how a site changes a shipped entry. After an update of the shipped ones somebody has to look what it misses.
"""

from collections.abc import Iterator

from kb.checks.subject import Subject
from kb.problem import Problem


def check(subject: Subject) -> Iterator[Problem]:
    """Advice on an entry that differs from the one it replaces; a mere copy of it is better left out."""
    replaced = subject.world.replaced.get(subject.entry.id)
    if replaced is None:
        return
    if replaced.source == subject.loaded.source:
        message = f"is a copy of {replaced.path}; remove it, or changes of that file will not be seen"
    else:
        message = f"replaces {replaced.path}, whose changes are not seen: compare the two after each update (diff -u)"
    yield subject.problem(("id",), message, "replaces", level="advice")
