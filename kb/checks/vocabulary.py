"""Components are words of `_vocabulary.yaml`, so that filters in the web show each thing once."""

from collections.abc import Iterator

from kb.checks.subject import Subject
from kb.problem import Problem
from matchers.errors import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    """Unknown components are named with their nearest neighbour."""
    article, known = subject.entry.article, subject.world.components
    places = [(("components", index), name) for index, name in enumerate(article.components)]
    places += [(("affected", index, "component"), each.component) for index, each in enumerate(article.affected)]  # type: ignore[misc]
    for at, name in places:
        if name not in known:
            hint = did_you_mean(name, set(known)) or "; add it to _vocabulary.yaml if it is a new thing"
            yield subject.problem(at, f'there is no component "{name}"{hint}', "unknown-component")
