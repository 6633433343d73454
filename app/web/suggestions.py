"""What search finds, as templates show it."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.answers import plain
from app.web.overview import Overview
from kb.entry import Article, Language
from kb.search.found import suggest
from kb.search.results import Hit, Piece
from kb.template import fill, values_of


@dataclass(frozen=True, slots=True)
class Suggested:
    """One entry that search found: its title and the best passage of it, in pieces of which some are highlighted."""

    article: Article
    title: tuple[Piece, ...]
    passage: tuple[Piece, ...]


def suggested(text: str, whole: Overview, language: Language, *, limit: int) -> tuple[Suggested, ...]:
    """The entries nearest to a text, the same that `lookup` offers; none where nothing is near."""
    found = suggest(whole.snapshot.book, whole.snapshot.index, text, limit=limit)
    return tuple(
        Suggested(each.article, (Piece(each.article.title_in(language), False),), _summary(each.article, language))
        for each in found
    )


def shown(hits: Iterable[Hit], whole: Overview, language: Language) -> tuple[Suggested, ...]:
    """The hits with their articles."""
    return tuple(_shown(hit, whole.articles[hit.entry], language) for hit in hits if hit.entry in whole.articles)


def _shown(hit: Hit, article: Article, language: Language) -> Suggested:
    title = next((each.pieces for each in hit.excerpts if each.field == "title"), None)
    passage = next((each.pieces for each in hit.excerpts if each.field != "title"), ())
    return Suggested(
        article, title or (Piece(article.title_in(language), False),), passage or _summary(article, language)
    )


def _summary(article: Article, language: Language) -> tuple[Piece, ...]:
    """The summary as plain text, its values as gaps; empty where there is none."""
    summary = fill(article.summary.best(language) or "", values_of(article, {}))
    return (Piece(" ".join(plain(summary).split()), False),) if summary else ()
