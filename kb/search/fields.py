"""What of an entry is searched, in four fields, both languages together, and how much a field counts.

    title      the title
    names      id, components, sources, fixed text of the matchers, errors by name, number and message
    symptoms   symptoms and summary: what people say
    body       cause, diagnosis, fix, steps, titles of the references

`words` holds the English words of all but the body as they are written, for spelling.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.entry import LANGUAGES, Article, Both
from kb.search.errnos import messages, said_as_well
from kb.search.folding import fold
from kb.search.library import ID, TEXT, RegexTokenizer, Schema
from kb.search.tokens import index_terms

WORDS = "words"
_SLOT = re.compile(r"\{\{.{0,600}?\}\}", re.DOTALL)
_FIELD = re.compile(r"\{[a-z][a-z0-9_]*:[^{}]*\}")
_REGEX = re.compile(r"\(\?P?<[a-z_0-9]+>|\(\?[:iP]|\\[a-zA-Z]|[\\^$|()\[\]{}*+?]")
_SPELT = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True, slots=True)
class Weight:
    """What finding a term in a field is worth (at most 1), and BM25F's constants for the field."""

    worth: float
    k1: float
    b: float


FIELDS: Mapping[str, Weight] = {
    "title": Weight(1.0, 0.2, 0.2),
    "names": Weight(0.9, 0.3, 0.3),
    "symptoms": Weight(0.95, 0.3, 0.2),
    "body": Weight(0.7, 1.2, 0.75),
}


def schema() -> "Schema":
    """The index's schema: nothing is stored but ids, for the text lives in the entries."""
    spaced = RegexTokenizer(r"[^ ]+")
    terms = {name: TEXT(analyzer=spaced, phrase=False) for name in (*FIELDS, WORDS)}
    return Schema(id=ID(unique=True, stored=True), **terms)


def document(article: Article) -> dict[str, str]:
    """The fields of an entry as the terms they are found by, joined by blanks."""
    texts = {
        "title": _plain("\n".join(_both(article.title))),
        "names": "\n".join(_names(article)),
        "symptoms": _plain("\n".join([*_symptoms(article), *_both(article.summary)])),
        "body": _plain("\n".join(_body(article))),
    }
    terms = {name: list(index_terms(text, characters=name != "body")) for name, text in texts.items()}
    short = [name for name in FIELDS if name != "body"]
    known = frozenset(term for name in short for term in terms[name])
    errors = [*messages(known), *(each for name in short for each in said_as_well(fold(texts[name])))]
    terms["names"] += index_terms("\n".join(errors))
    spelt = set(_SPELT.findall(fold("\n".join(texts[name] for name in short))))
    return {name: " ".join(each) for name, each in terms.items()} | {WORDS: " ".join(sorted(spelt))}


def _names(article: Article) -> Iterator[str]:
    yield article.id
    yield " ".join(article.components)
    for sign in article.signs:
        yield sign.source
        for wording in sign.wordings:
            yield _REGEX.sub(" ", _FIELD.sub(" ", wording))


def _symptoms(article: Article) -> Iterator[str]:
    for language in LANGUAGES:
        yield from article.symptoms.in_language(language) or ()


def _body(article: Article) -> Iterator[str]:
    for _name, part in article.sections():
        yield from _both(part)
    yield from (reference.title for reference in article.references)


def _both(text: Both[str]) -> Iterator[str]:
    yield from (each for each in (text.en, text.zh) if each)


def _plain(text: str) -> str:
    """The text without its slots: `{{ iface }}` is no word of it."""
    return _SLOT.sub(" ", text)
