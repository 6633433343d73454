"""The index of a book, open for reading: search, search as you type, and what a reader may have meant.

An index may be used from several threads; they take turns, since Whoosh's reader keeps its place in its files.
"""

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from kb.book import Book
from kb.search import spelling
from kb.search.build import generation_of
from kb.search.excerpts import Excerpter
from kb.search.facets import EVERYTHING, Facets, Values, count
from kb.search.generation import Generation
from kb.search.query import Query, parse
from kb.search.results import Hit, Results, Typed
from kb.search.scoring import KNOWS_ALL, Scorer
from kb.search.together import Together
from kb.search.typed import typed_query

FLOOR = KNOWS_ALL
"""An entry that knows less of what a query says is not offered."""
_OF_THE_BEST = 0.45
"""Nor is one that is so much worse than the best."""
_TYPED_FLOOR = 0.3
_KEPT_ARTICLES = 256
_MAX_RESPELT = 200  # characters of a query that another spelling is looked for
MAX_QUERY = 1 << 16


class Index:
    """Finds entries of a book."""

    def __init__(self, book: Book, generation: Generation) -> None:
        self._reader = generation.index.reader()
        self._names: Mapping[int, str] = {number: stored["id"] for number, stored in self._reader.iter_docs()}
        self._facets = generation.facets
        self._scorer = Scorer(self._reader)
        article = lru_cache(_KEPT_ARTICLES)(book.article)
        self._together = Together(article)
        self._excerpter = Excerpter(article)
        self._turn = threading.Lock()

    def search(
        self,
        query: str,
        *,
        language: str,
        chosen: Facets = EVERYTHING,
        limit: int = 20,
        offset: int = 0,
        first: Sequence[str] = (),
    ) -> Results:
        """What is found for a text, best first; `first` are entries that stand above whatever is found.

        Empty rather than padded. A query without a word to look for finds what the chosen facets leave, in the order of
        the ids, and nothing where none is chosen.
        """
        parsed = parse(query[:MAX_QUERY])
        with self._turn:
            scores = self._scores(parsed)
            meant = None if scores or first or parsed.is_paste else self._meant(query[:_MAX_RESPELT], parsed)
        ranked = self._ranked(scores, first)
        if not parsed.clauses and not first and chosen:
            ranked = [(name, 0.0) for name in sorted(self._names.values())]
        left = [each for each in ranked if chosen.allow(self._facets[each[0]])] if chosen else ranked
        hits = tuple(
            Hit(name, score, self._excerpter.excerpts(name, parsed, language))
            for name, score in left[offset : offset + limit]
        )
        return Results(hits, len(left), count((self._facets[name] for name, _score in ranked), chosen), meant)

    def scores(self, query: str) -> Mapping[str, float]:
        """The scores of the entries that are found for a text, by id."""
        with self._turn:
            return self._scores(parse(query[:MAX_QUERY]))

    def typed(self, prefix: str, *, language: str, limit: int = 8) -> tuple[Typed, ...]:
        """The entries for what has been typed so far: the last word may be the beginning of one."""
        with self._turn:
            query = typed_query(prefix[:200], self._reader)
            scores = self._above(self._scorer.scores(query), _TYPED_FLOOR)
        names = [name for name, _score in self._ranked(scores, ())][:limit]
        return tuple(Typed(name, self._excerpter.title(name, query, language)) for name in names)

    def facets_of(self, entry: str) -> Values:
        """The facets' values of an entry."""
        return self._facets[entry]

    def _scores(self, query: Query) -> Mapping[str, float]:
        scores = self._above(self._scorer.scores(query), FLOOR)
        if len(query.clauses) != 1:
            return scores
        return self._together.raised(scores, self._scorer.weighed(query.clauses[0]))

    def _above(self, scores: Mapping[int, float], floor: float) -> Mapping[str, float]:
        least = max(floor, _OF_THE_BEST * max(scores.values(), default=0.0))
        return {self._names[number]: score for number, score in scores.items() if score >= least}

    def _meant(self, query: str, parsed: Query) -> str | None:
        """Another spelling of a query that finds nothing, where that one finds something."""
        meant = spelling.respelt(query, parsed, self._reader, self._scorer)
        return meant if meant is not None and self._scores(parse(meant)) else None

    @staticmethod
    def _ranked(scores: Mapping[str, float], first: Sequence[str]) -> list[tuple[str, float]]:
        above = [(name, 1.0) for name in first]
        rest = sorted(scores.items(), key=lambda each: (-each[1], each[0]))
        return [*above, *(each for each in rest if each[0] not in first)]


def open_index(book: Book, cache_dir: Path | None = None) -> Index:
    """The index of a book, from beside its cache (or from `cache_dir`) where it is current, else built there."""
    return Index(book, generation_of(book, cache_dir))
