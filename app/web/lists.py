"""Lists of entries: all of them, those of a component, those whose messages a source prints."""

import re

from flask import Response, abort, request
from markupsafe import Markup

from app.web import language
from app.web.overview import overview, titled
from app.web.page import render
from app.web.site import blueprint
from kb.case import case_of
from kb.entry import Article, Language
from kb.html import inline_html


@blueprint.get("/entries")
def index() -> Response:
    """All entries, by title or by component (`?by=component`)."""
    whole, lang = overview(), language.current()
    by_component = request.args.get("by") == "component"
    if by_component:
        groups = [(name, titled(whole.components[name], whole.articles, lang)) for name in sorted(whole.components)]
    else:
        groups = _by_title(titled(list(whole.articles), whole.articles, lang), lang)
    return render("entries.html", groups=groups, by_component=by_component, count=len(whole.articles))


def _by_title(articles: list[Article], lang: str) -> list[tuple[str, list[Article]]]:
    """Groups by the first letter of the title; titles that begin in no Latin letter stand together at the end."""
    groups: dict[str, list[Article]] = {}
    for article in articles:
        first = article.title_in(lang)[0].upper()
        groups.setdefault(first if re.match("[A-Z]", first) else "…", []).append(article)
    return sorted(groups.items(), key=lambda each: (each[0] == "…", each[0]))


@blueprint.get("/components/<name>")
def component(name: str) -> Response:
    """The entries of a component."""
    return _listing("component", name, overview().components.get(name))


@blueprint.get("/sources/<name>")
def source(name: str) -> Response:
    """The entries with a matcher for what this source prints."""
    return _listing("source", name, overview().sources.get(name))


def _listing(kind: str, name: str, entries: tuple[str, ...] | None) -> Response:
    if entries is None:
        abort(404)
    whole, lang = overview(), language.current()
    rows = [(each, _summary(each, lang)) for each in titled(entries, whole.articles, lang)]
    return render("listing.html", kind=kind, name=name, entries=rows)


def _summary(article: Article, lang: Language) -> Markup:
    """What it is, in a sentence; its values are gaps here."""
    return Markup(
        inline_html(article.summary.best(lang) or "", case_of(article, {}, "you"), lambda each: ("gap", each.name))
    )
