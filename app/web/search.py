"""Search: the page of results, whose address is its state, and what is offered while one types."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from flask import Response, request
from markupsafe import Markup

from app.web import language, page
from app.web.overview import overview
from app.web.site import blueprint
from app.web.suggestions import shown
from app.web.words import WORDS, say
from kb.case import case_of
from kb.entry import Language
from kb.html import inline_html
from kb.recognise import Answer
from kb.search.facets import NAMES, Facets
from kb.search.found import find
from kb.template import visible, visible_json

PAGE_SIZE: Final = 20
MAX_QUERY: Final = 1_000
_MAX_PAGE: Final = 50
_MAX_TYPED: Final = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: how many results have it, whether it is chosen, the address that changes that."""

    label: str
    count: int
    chosen: bool
    url: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a matcher saw in the query: values by name, what it is in a sentence, and the article filled with them."""

    summary: Markup
    values: Mapping[str, str]
    url: str


@blueprint.get("/search")
def results() -> Response:
    """What was recognised in the query, then what search finds."""
    query = request.args.get("q", "")[:MAX_QUERY].strip()
    chosen, number = _chosen(), _page_number()
    whole, lang = overview(), language.current()
    offset = (number - 1) * PAGE_SIZE
    found = find(whole.snapshot.book, whole.snapshot.index, query, lang, chosen=chosen, limit=PAGE_SIZE, offset=offset)
    return page.render(
        "search.html",
        query=query,
        shown_query=visible(query),
        recognised={answer.article.id: _as_recognised(answer, lang) for answer in found.recognised},
        hits=shown(found.hits, whole, lang),
        total=found.total,
        first=offset + 1,
        did_you_mean=found.did_you_mean,
        facets=_facets(query, found.facets, chosen) if chosen or found.total > 1 else (),
        has_choices=bool(chosen),
        number=number,
        pages=min(-(-found.total // PAGE_SIZE), _MAX_PAGE),
        page_url=lambda wanted: _address(query, chosen, wanted),
        plain_url=_address(query, Facets()),
    )


def _as_recognised(answer: Answer, lang: Language) -> Recognised:
    """What the query told: the values, and the address of the article with them."""
    values = {name: value for name, value in answer.fields.items() if value is not None}
    known = {name: str(value) for name, value in answer.values.known.items()}
    case = case_of(answer.article, answer.match.fields, "you")
    summary = answer.article.summary.best(lang) or ""
    return Recognised(
        Markup(inline_html(summary, case, lambda each: ("gap" if each.is_gap else "value", each.name))),
        {name: visible(str(value)) for name, value in values.items()},
        f"{page.url('article', entry=answer.article.id)}{'&' if language.explicit() else '?'}{urlencode(known)}",
    )


@blueprint.get("/search/typed")
def typed() -> Response:
    """Entries for what has been typed so far: `{"entries": [{"url", "title": [[text, highlighted], ...]}]}`."""
    prefix = request.args.get("q", "")[:_MAX_TYPED].strip()
    lang = language.current()
    found = overview().snapshot.index.typed(prefix, language=lang) if prefix else ()
    rows = [
        {"url": page.entry_url(each.entry), "title": [[piece.text, piece.highlighted] for piece in each.title]}
        for each in found
    ]
    text = visible_json(json.dumps({"entries": rows}, ensure_ascii=False))
    return Response(text, content_type="application/json")


def _chosen() -> Facets:
    return Facets(**{name: tuple(dict.fromkeys(request.args.getlist(name)[:20])) for name in NAMES})


def _page_number() -> int:
    number = request.args.get("page", "1")
    return min(max(int(number), 1), _MAX_PAGE) if number.isascii() and number.isdigit() and len(number) < 6 else 1


def _address(query: str, chosen: Facets, number: int = 1) -> str:
    values = {name: list(chosen.of(name)) for name in NAMES if chosen.of(name)}
    return page.url("results", q=query, **values, **({"page": number} if number > 1 else {}))


def _facets(query: str, counts: Mapping[str, Mapping[str, int]], chosen: Facets) -> list[tuple[str, list[Choice]]]:
    """(facet, choices) of the facets that tell results apart, or that are in force."""
    shown_facets = []
    for name in NAMES:
        own = {**dict.fromkeys(chosen.of(name), 0), **counts.get(name, {})}
        if len(own) > 1 or chosen.of(name):
            shown_facets.append((name, [_choice(query, name, value, count, chosen) for value, count in own.items()]))
    return shown_facets


def choice_label(lang: str, facet: str, value: str) -> str:
    """What a value of a facet is called; components are called the same in every language."""
    key = f"source-{value}" if facet == "source" else value
    return say(lang, key) if facet != "component" and key in WORDS else visible(value)


def _choice(query: str, name: str, value: str, count: int, chosen: Facets) -> Choice:
    present = chosen.of(name)
    wanted = tuple(each for each in present if each != value) if value in present else (*present, value)
    return Choice(
        choice_label(language.current(), name, value),
        count,
        value in present,
        _address(query, replace(chosen, **{name: wanted})),
    )
