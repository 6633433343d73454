"""Entries that say what was asked in one breath stand above those that say it here and there.

网卡重启 is asked of an entry with the symptom "the NIC restarts again and again", not of one in whose title something
restarts and among whose symptoms a NIC is named.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from kb.entry import LANGUAGES, Article
from kb.search.query import Concept
from kb.search.tokens import index_terms

_MOST = 25
_GAIN = 0.5

Weighed = Sequence[tuple[Concept, float]]
"""Concepts of a clause and what each counts for."""


class Together:
    """Raises scores by what stands in one title, summary or symptom. Not for several threads at once."""

    def __init__(self, article: Callable[[str], Article | None]) -> None:
        self._article = article
        self._passages = lru_cache(2000)(self._read)

    def raised(self, scores: Mapping[str, float], clause: Weighed) -> dict[str, float]:
        """The scores, of the best entries raised towards 1 by the share of the clause that one passage holds."""
        total = sum(weight for _concept, weight in clause)
        known = [each for each in clause if each[1]]
        if len(known) < 2 or not total:
            return dict(scores)
        best = sorted(scores, key=lambda name: (-scores[name], name))[:_MOST]
        held = {name: self._held(name, known) / total for name in best}
        return {name: score + _GAIN * held.get(name, 0.0) * (1.0 - score) for name, score in scores.items()}

    def _held(self, entry: str, clause: Weighed) -> float:
        """The most weight that one passage of an entry holds; a single concept is not together with anything."""
        most = 0.0
        for passage in self._passages(entry):
            held = [weight for concept, weight in clause if _stands_in(concept, passage)]
            if len(held) > 1:
                most = max(most, sum(held))
        return most

    def _read(self, entry: str) -> tuple[frozenset[str], ...]:
        article = self._article(entry)
        if article is None:
            return ()
        texts: list[str] = []
        for language in LANGUAGES:
            texts += article.symptoms.in_language(language) or ()
            texts += (
                part for part in (article.title.in_language(language), article.summary.in_language(language)) if part
            )
        return tuple(frozenset(index_terms(text)) for text in texts)


def _stands_in(concept: Concept, passage: frozenset[str]) -> bool:
    return any(passage.issuperset(terms) for terms, _worth in concept.options)
