"""Narrowing down: what the hits have in common, counted, and what the reader chose."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.entry import Article

NAMES = ("component", "source", "severity", "kind")
Values = Mapping[str, Sequence[str]]
"""The values of one entry for each facet."""


@dataclass(frozen=True, slots=True)
class Facets:
    """Choices: of one facet any of the values will do, and every facet with a choice must agree."""

    component: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(self.of(name) for name in NAMES)

    def of(self, name: str) -> tuple[str, ...]:
        """What was chosen of this facet."""
        chosen: tuple[str, ...] = getattr(self, name)
        return chosen

    def allow(self, values: Values, leaving_out: str | None = None) -> bool:
        """Whether an entry fits the choices, those of one facet left out."""
        return all(
            name == leaving_out or not self.of(name) or not set(self.of(name)).isdisjoint(values[name])
            for name in NAMES
        )


EVERYTHING = Facets()
"""Nothing chosen."""


def values_of(article: Article) -> Values:
    """The values of an entry for each facet."""
    return {
        "component": article.components,
        "source": tuple(dict.fromkeys(sign.source for sign in article.signs)),
        "severity": (article.severity,) if article.severity else (),
        "kind": (article.kind,),
    }


def count(found: Iterable[Values], chosen: Facets) -> Mapping[str, Mapping[str, int]]:
    """How many of the entries have each value, most frequent first; choices of the other facets are in force."""
    narrowed = bool(chosen)
    counters: dict[str, Counter[str]] = {name: Counter() for name in NAMES}
    for values in found:
        for name in NAMES:
            if not narrowed or chosen.allow(values, leaving_out=name):
                counters[name].update(values[name])
    return {name: dict(sorted(each.items(), key=lambda one: (-one[1], one[0]))) for name, each in counters.items()}
