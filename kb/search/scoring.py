"""How well entries answer a query.

Each concept has a weight, the more the fewer entries know it (idf over entries, not over fields). An entry knows a
concept to a degree between 0 and 1: the best of its fields by BM25F, a little more where several fields have it. Its
score in a clause is the share of the clause's weight that it knows; so a score says the same in every query, an entry
that knows half of what was asked has about 0.5, and a floor on it keeps noise out.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import log, log10, sqrt

from kb.search.fields import FIELDS
from kb.search.library import IndexReader, TermNotFound, bm25
from kb.search.query import Concept, Option, Query

MAX_TELLING = 24
"""Of a pasted log the rarest concepts count."""
_OTHER_FIELDS = 0.1
_FULL_CONCEPTS = 5.0
"""As much as so many of the rarest concepts a line of a log must weigh to count in full: one word is no sign."""

KNOWS_ALL = 0.42
"""The least score of an entry that has every word of a question, be it in passing."""

Degrees = Mapping[int, float]
"""How well each document (by number) knows something."""


class Scorer:
    """Scores on one reader. Not for several threads at once."""

    def __init__(self, reader: "IndexReader") -> None:
        self._reader = reader
        self._count = max(1, reader.doc_count())
        self._average = {name: max(1.0, reader.field_length(name) / self._count) for name in FIELDS}
        everything = range(reader.doc_count_all())
        self._lengths = {name: [reader.doc_field_length(number, name) for number in everything] for name in FIELDS}
        self.degrees = lru_cache(1024)(self._degrees)
        self.concept_degrees = lru_cache(128)(self._concept_degrees)

    def scores(self, query: Query) -> dict[int, float]:
        """The score of every document that any clause finds."""
        wanted = self._telling(query) if query.is_paste else None
        best: dict[int, float] = {}
        for clause in query.clauses:
            for number, score in self._clause(clause, wanted, query.is_paste).items():
                best[number] = max(score, best.get(number, 0.0))
        return best

    def weighed(self, clause: Sequence[Concept]) -> list[tuple[Concept, float]]:
        """The concepts of a clause and what each counts for."""
        return [(concept, self.weight(concept, self.concept_degrees(concept))) for concept in clause]

    def knows(self, concept: Concept) -> bool:
        """Whether any entry has any term of it."""
        return any(self.frequency(term) for term in concept.terms)

    def frequency(self, term: str) -> int:
        """In how many entries a term stands, about: as many as the field has that knows it best."""
        return max(int(self._reader.doc_frequency(name, term)) for name in FIELDS)

    def _concept_degrees(self, concept: Concept) -> Degrees:
        """How well each document knows a concept: the best of its options, or the fallback where nobody knows any."""
        known = self._best_of(concept.options)
        return known if known or concept.fallback is None else self._best_of((concept.fallback,))

    def _best_of(self, options: Sequence[Option]) -> Degrees:
        if len(options) == 1 and len(options[0][0]) == 1 and options[0][1] == 1.0:
            return self.degrees(options[0][0][0])  # most words
        best: dict[int, float] = {}
        for terms, worth in options:
            found = [self.degrees(term) for term in terms]
            for number in {number for each in found for number in each}:
                known = [each[number] for each in found if number in each]
                degree = worth * (sum(known) / len(terms)) * (len(known) / len(terms)) ** 2
                if degree > best.get(number, 0.0):
                    best[number] = degree
        return best

    def weight(self, concept: Concept, degrees: Degrees) -> float:
        """What a concept counts for in its clause.

        What is known by its fallback alone counts like what one entry knows: that others share characters with it says
        nothing.
        """
        full = max(degrees.values(), default=0.0)
        known_by = sum(degree > full / 2 for degree in degrees.values())
        if not known_by:
            return self._of_unknown(concept) * concept.share * idf(1, self._count)
        if not any(self.degrees(term) for terms, _worth in concept.options for term in terms):
            known_by = 1
        return concept.share * idf(known_by, self._count)

    def _of_unknown(self, concept: Concept) -> float:
        """How much more what nobody knows counts than what one entry knows.

        A value counts nothing. A word counts the more the larger the book: what a large book never names is a subject
        it does not treat, and who knows only the rest of the question knows little of it.
        """
        if concept.kind == "value":
            return 0.0
        return max(1.0, log10(self._count)) if concept.kind == "word" else 1.0

    def _clause(self, clause: Sequence[Concept], wanted: frozenset[str] | None, is_paste: bool) -> dict[int, float]:
        total = 0.0
        scores: dict[int, float] = {}
        known: dict[int, float] = {}
        for concept in clause:
            if wanted is not None and concept.text not in wanted and self.knows(concept):
                continue
            degrees = self.concept_degrees(concept)
            weight = self.weight(concept, degrees)
            total += weight
            whole = self.degrees(concept.options[0][0][0])
            for number, degree in degrees.items():
                scores[number] = scores.get(number, 0.0) + weight * degree
                if number in whole:
                    known[number] = known.get(number, 0.0) + weight
        if not total:
            return {}
        if is_paste:
            size = max(total, _FULL_CONCEPTS * idf(1, self._count))
            return {number: min(1.0, score / size) for number, score in scores.items()}
        all_of_it = total * 0.999  # sums of floats
        least = {number: KNOWS_ALL for number, weight in known.items() if weight >= all_of_it}
        return {number: min(1.0, max(score / total, least.get(number, 0.0))) for number, score in scores.items()}

    def _telling(self, query: Query) -> frozenset[str]:
        """The rarest of what a paste says and some entry knows."""
        concepts = {concept.text: concept for clause in query.clauses for concept in clause}
        known = ((self._rarity(each), text) for text, each in concepts.items())
        rarest = sorted((rarity, text) for rarity, text in known if rarity)
        return frozenset(text for _rarity, text in rarest[:MAX_TELLING])

    def _rarity(self, concept: Concept) -> int:
        return self.frequency(concept.options[0][0][0]) or max(map(self.frequency, concept.terms))

    def _degrees(self, term: str) -> Degrees:
        best: dict[int, float] = {}
        others: dict[int, float] = {}
        for name, weight in FIELDS.items():
            for number, frequency in self._postings(name, term):
                length = self._lengths[name][number]
                degree = weight.worth * bm25(1.0, frequency, length, self._average[name], weight.b, weight.k1)
                degree /= weight.k1 + 1.0
                known = best.get(number, 0.0)
                best[number] = max(known, degree)
                others[number] = others.get(number, 0.0) + min(known, degree)
        return {number: min(1.0, degree + _OTHER_FIELDS * others[number]) for number, degree in best.items()}

    def _postings(self, field: str, term: str) -> Iterable[tuple[int, float]]:
        try:
            matcher = self._reader.postings(field, term)
        except TermNotFound:
            return
        while matcher.is_active():
            yield matcher.id(), matcher.weight()
            matcher.next()


def idf(known_by: int, count: int) -> float:
    """How much a concept tells that so many of all entries know; always above zero.

    The root keeps one rare word from outweighing several common ones, which in small sets it else does.
    """
    return sqrt(log(1.0 + (count - known_by + 0.5) / (known_by + 0.5)))
