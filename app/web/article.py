"""An article as a template shows it: its parts as HTML with the values of a case, the case itself, its versions."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup

from app.web import page
from app.web.overview import Overview, titled
from app.web.words import say
from kb.case import Case
from kb.entry import LANGUAGES, Article, Language
from kb.html import Describe, article_html, inline_html
from kb.template import Filled, slots, visible
from matchers import where
from matchers.errors import WhereError

_SUBJECTS = ("summary", "cause", "diagnosis", "fix", "steps")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an article: `language` is that of its text, which may not be the reader's."""

    name: str
    html: Markup
    language: Language


@dataclass(frozen=True, slots=True)
class CaseField:
    """One value of the case. `origin` is where it came from, "nowhere" for a gap; `expected` what it has to be."""

    name: str
    label: str
    text: str
    origin: str
    expected: str
    how: str | None
    is_computed: bool
    refused: str | None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """Everything of an article that a template shows."""

    article: Article
    title: str
    summary: Markup
    summary_language: Language
    symptoms: tuple[str, ...]
    symptoms_language: Language
    parts: tuple[Part, ...]
    fields: tuple[CaseField, ...]
    case: Case
    related: tuple[Article, ...]
    is_foreign: bool
    case_link: str


def view_of(
    article: Article, case: Case, language: Language, whole: Overview, *, anchor: str = "", form: str | None = "value-"
) -> ArticleView:
    """The view of an article in a language; ids of its headings begin with `anchor` where several share a page.

    `form` is what the ids of the fields begin with in which the reader gives values; None where there is no form.
    """
    summary = article.summary.best(language) or ""
    return ArticleView(
        article,
        article.title_in(language),
        Markup(inline_html(summary, case, _describer(case, language), form)),
        language_of(article.summary.in_language(language), language),
        article.symptoms.best(language) or (),
        language_of(article.symptoms.in_language(language), language),
        tuple(_parts(article, case, language, whole, anchor=anchor, form=form)),
        tuple(_fields(article, case, language)),
        case,
        tuple(titled(whole.related.get(article.id, ()), whole.articles, language)),
        all(article_text is None for article_text in _own_texts(article, language)),
        _case_link(article, case),
    )


def language_of(own: object, language: Language) -> Language:
    """The language of a text that is shown: the reader's where `own`, the text in it, is there."""
    if own is not None:
        return language
    return "en" if language == "zh" else "zh"


def _own_texts(article: Article, language: Language) -> Iterator[object]:
    yield article.title.in_language(language)
    yield from (text.in_language(language) for _name, text in article.sections())


def _parts(
    article: Article, case: Case, language: Language, whole: Overview, *, anchor: str, form: str | None
) -> Iterator[Part]:
    describe = _describer(case, language)
    linked = whole.articles.keys() - {article.id}
    for name, text in article.sections():
        html = article_html(
            text.best(language) or "",
            case,
            describe,
            anchor=f"{anchor}{name}",
            form=form,
            linked=linked,
            link=page.entry_url,
        )
        yield Part(name, Markup(html), language_of(text.in_language(language), language))


def _describer(case: Case, language: Language) -> Describe:
    def describe(filled: Filled) -> tuple[str, str]:
        origin = "nowhere" if filled.is_gap else case.origins.get(filled.name, "you")
        css = "gap" if filled.is_gap else f"value from-{origin}"
        return css, f"{filled.name}: {say(language, f'from-{origin}')}"

    return describe


def asked_names(article: Article) -> tuple[str, ...]:
    """The names that the article's text or its sums ask for, those of its inputs first, then in reading order."""
    types = article.name_types()
    asked: dict[str, None] = dict.fromkeys(article.inputs)
    for subject in _SUBJECTS:
        for language in LANGUAGES:
            for expression in _expressions(getattr(article, subject).in_language(language) or ""):
                for name in (*_used_by(article, expression), expression):
                    asked.setdefault(name)
    return tuple(name for name in asked if name in types)


@lru_cache(4096)
def _expressions(text: str) -> tuple[str, ...]:
    """What the slots of an article's text ask for."""
    return tuple(slot.expression for slot in slots(text))


def _used_by(article: Article, name: str) -> list[str]:
    computed = article.values.get(name)
    if computed is None:
        return []
    try:
        return sorted(where.names(where.parse(computed.expression)))
    except WhereError:
        return []


def _fields(article: Article, case: Case, language: Language) -> Iterator[CaseField]:
    """The values of the case in the order of a form: what can be given, then what is worked out from it."""
    asked = asked_names(article)
    names = [*asked, *(name for name in case.values.known if name not in asked)]
    for name in sorted(names, key=lambda each: each in article.values):
        value = case.values.lookup(name)[0]
        given = article.inputs.get(name)
        yield CaseField(
            name,
            (given.label.best(language) if given else None) or name,
            "" if value is None else visible(str(value)),
            "nowhere" if value is None else case.origins.get(name, "you"),
            expected(article, name, language),
            given.how if given else None,
            name in article.values,
            visible(case.refused[name])[:80] if name in case.refused else None,
        )


def expected(article: Article, name: str, language: Language) -> str:
    """What a value has to be, for people."""
    kind = article.name_types()[name]
    if kind.startswith("="):
        return say(language, "type-choice", choices=", ".join(kind[1:].split("|")))
    said = say(language, f"type-{kind}")
    bounds = article.inputs.get(name) or article.values.get(name)
    if bounds is not None and bounds.min is not None and bounds.max is not None:
        return say(language, "expected-range", type=said, least=bounds.min, most=bounds.max)
    return said


def _case_link(article: Article, case: Case) -> str:
    query = urlencode(dict(case.values.known))
    return f"{url_for('web.article', entry=article.id)}?{query}" if query else ""
