"""What the entries say of their incidents: which fields make one, how much silence ends it, which matches end it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kb.entry import Article

SILENCE_S: Final = 24 * 3600.0
"""How long nothing must be seen for an incident to be over, where its entry does not say."""
_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Rules:
    """`identities` and `silence_s` by entry; `recoveries`: by `entry/matcher` the entries whose trouble a match ends.

    An entry that is not known has no identity fields: all its occurrences on a host are one incident.
    """

    identities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    silence_s: Mapping[str, float] = field(default_factory=dict)
    recoveries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def identity_fields(self, entry: str) -> tuple[str, ...]:
        """The names of the entry's identity fields, in its order."""
        return self.identities.get(entry, ())

    def silence_us(self, entry: str) -> int:
        """The silence after which an incident of this entry is over, in microseconds."""
        return int(self.silence_s.get(entry, SILENCE_S) * _MICROS)

    def ended_by(self, entry: str, matcher: str) -> tuple[str, ...]:
        """The entries whose trouble is over when this matcher matches."""
        return self.recoveries.get(f"{entry}/{matcher}", ())


def rules_of(articles: "Iterable[Article]") -> Rules:
    """The rules of these entries."""
    identities, silence_s = {}, {}
    recoveries: defaultdict[str, list[str]] = defaultdict(list)
    for article in articles:
        identities[article.id] = article.identity
        if article.resolved_after_s is not None:
            silence_s[article.id] = article.resolved_after_s
        for matcher in article.recovered_by:
            recoveries[matcher].append(article.id)
    return Rules(identities, silence_s, {matcher: tuple(entries) for matcher, entries in recoveries.items()})
