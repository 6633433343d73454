"""Passages of an article that show why it was found, with what was found in them marked.

Passages are chosen by a quick look for the query's terms in their folded text; only those that are shown are cut into
tokens, with the same analyzer that made the index.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.entry import LANGUAGES, Article
from kb.search.folding import fold
from kb.search.query import Query
from kb.search.results import Excerpt, Piece
from kb.search.tokens import part_terms, tokens
from kb.template import gap

_SLOT = re.compile(r"\{\{\s*(.{0,600}?)\s*\}\}", re.DOTALL)
_MARKUP = re.compile(r"(?m)^\s*(?:```.*|[-*]\s+|[0-9]+\.\s+|#+\s+|>\s+)|\*\*|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)|`")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*]|[0-9]+\.)\s)|\n(?=\s*[#$] )")
_BLANKS = re.compile(r"\s+")
_MAX_PASSAGES = 2
_MAX_CHARACTERS = 240
_BEFORE = 60


@dataclass(frozen=True, slots=True)
class _Passage:
    field: str
    text: str
    folded: str


class Excerpter:
    """Makes the excerpts of articles. Safe for several threads."""

    def __init__(self, article: Callable[[str], Article | None]) -> None:
        self._article = article
        self._passages = lru_cache(400)(self._read)

    def title(self, entry: str, query: Query, language: str) -> tuple[Piece, ...]:
        """The title in this language, with what the query asks for marked."""
        return _pieces(self._passages(entry, language)[0].text, _terms(query))

    def excerpts(self, entry: str, query: Query, language: str) -> tuple[Excerpt, ...]:
        """The title, then the passages that hold most of the query; in the other language where this one has none.

        Where no passage holds any of it, the summary follows.
        """
        terms = _terms(query)
        title, *rest = self._passages(entry, language)
        chosen = _best(rest, terms)
        if not chosen and terms:
            other = next(each for each in LANGUAGES if each != language)
            chosen = _best(self._passages(entry, other)[1:], terms)
        chosen = chosen or [each for each in rest if each.field == "summary"]
        return tuple(Excerpt(each.field, _pieces(_cut(each, terms), terms)) for each in (title, *chosen))

    def _read(self, entry: str, language: str) -> tuple[_Passage, ...]:
        article = self._article(entry)
        if article is None:
            return (_Passage("title", entry, fold(entry)),)
        return tuple(_Passage(field, text, fold(text)) for field, text in _texts(article, language))


def _texts(article: Article, language: str) -> Iterator[tuple[str, str]]:
    """(field, text) of every passage, the title first; without markup, slots as gaps."""
    yield "title", _plain(article.title_in(language))
    if article.summary.best(language):
        yield "summary", _plain(article.summary.best(language) or "")
    for symptom in article.symptoms.best(language) or ():
        yield "symptoms", _plain(symptom)
    for field, text in article.sections():
        for paragraph in _PARAGRAPH.split(text.best(language) or ""):
            plain = _plain(paragraph)
            if plain:
                yield field, plain


def _plain(markdown: str) -> str:
    text = _SLOT.sub(lambda found: gap(found[1]), markdown)
    return _BLANKS.sub(" ", _LINK.sub(r"\1", _MARKUP.sub("", text))).strip()


def _terms(query: Query) -> frozenset[str]:
    """What is marked: every term a concept is known by; single characters only where nothing else was asked."""
    concepts = [concept for clause in query.clauses for concept in clause]
    terms = {term for concept in concepts for options, _worth in concept.options for term in options}
    return frozenset(term for term in terms if len(term) > 1) or frozenset(terms)


def _best(passages: Sequence[_Passage], terms: frozenset[str]) -> list[_Passage]:
    """The passages that hold most of the terms, in the order of the article."""
    if not terms:
        return []
    look = _look_for(terms)
    held = [(len(set(look.findall(each.folded))), -at) for at, each in enumerate(passages)]
    best = sorted((each for each in held if each[0]), reverse=True)[:_MAX_PASSAGES]
    return [passages[-at] for _held, at in sorted(best, key=lambda each: -each[1])]


@lru_cache(64)
def _look_for(terms: frozenset[str]) -> "re.Pattern[str]":
    """Roughly the terms: a stem is the beginning of a word, a joined term has anything between its parts."""
    every = (r"[^\w\s]?_?".join(map(re.escape, _stem_begins(term).split("."))) for term in sorted(terms))
    return re.compile("|".join(rf"(?<![a-z0-9]){each}" if each[0].isascii() else each for each in every))


def _stem_begins(term: str) -> str:
    return term[:-1] if len(term) > 3 and term.endswith("i") else term


def _cut(passage: _Passage, terms: frozenset[str]) -> str:
    """A long passage from a little before what was found, with an ellipsis for what is left out."""
    text = passage.text
    if len(text) <= _MAX_CHARACTERS:
        return text
    found = _look_for(terms).search(passage.folded) if terms else None
    start = max(0, (found.start() if found else 0) - _BEFORE)
    if start:
        blank = text.find(" ", start, start + 20)
        start = blank + 1 if blank >= 0 else start
    end = start + _MAX_CHARACTERS
    return ("…" if start else "") + text[start:end].rstrip() + ("…" if end < len(text) else "")


def _pieces(text: str, terms: frozenset[str]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = 0
    for start, end in _found(text, terms):
        if start > at:
            pieces.append(Piece(text[at:start], False))
        pieces.append(Piece(text[start:end], True))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], False))
    return tuple(pieces)


@lru_cache(2048)
def _named(text: str) -> tuple[tuple[int, int, frozenset[str]], ...]:
    """(start, end, terms it is known by) of each token of a passage; the same passages are shown again and again."""
    return tuple(
        (token.start, token.end, frozenset((token.term, *(part_terms(token) if token.kind != "chinese" else ()))))
        for token in tokens(text)
    )


def _found(text: str, terms: frozenset[str]) -> list[tuple[int, int]]:
    """Where the terms stand, from left to right, what touches or overlaps as one."""
    spans = [(start, end) for start, end, names in _named(text) if not names.isdisjoint(terms)]
    folded = fold(text)
    for term in terms:
        if not term.isascii() and term in folded:
            spans += [(found.start(), found.end()) for found in re.finditer(re.escape(term), folded)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
