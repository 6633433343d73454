"""What is found for a text by whichever way it comes in: first what matchers recognise, then what search finds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kb.book import Book
from kb.recognise import Answer, Suggestion, recognise
from kb.search.facets import EVERYTHING, Facets
from kb.search.index import MAX_QUERY, Index
from kb.search.results import Results

MAX_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class Found(Results):
    """Results whose first hits are the entries that were recognised (score 1); `recognised` says by what."""

    recognised: Sequence[Answer] = field(default=())


def find(
    book: Book,
    index: Index,
    query: str,
    language: str,
    *,
    chosen: Facets = EVERYTHING,
    limit: int = 20,
    offset: int = 0,
) -> Found:
    """One page of what is found for a query."""
    query = query[:MAX_QUERY]
    recognised = recognise(book, query.encode("utf-8", "replace")) if query.strip() else []
    first = [answer.article.id for answer in recognised]
    results = index.search(query, language=language, chosen=chosen, limit=limit, offset=offset, first=first)
    return Found(results.hits, results.total, results.facets, results.did_you_mean, recognised)


def suggest(book: Book, index: Index, text: str, *, limit: int = MAX_SUGGESTIONS) -> tuple[Suggestion, ...]:
    """What search offers for a text in which no matcher recognised anything, best first; often nothing."""
    scores = sorted(index.scores(text).items(), key=lambda each: (-each[1], each[0]))[:limit]
    found = ((book.article(name), score) for name, score in scores)
    return tuple(Suggestion(article, score) for article, score in found if article is not None)
