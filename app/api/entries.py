"""`GET /api/v1/entries` and `GET /api/v1/entries/ENTRY`: the entries as JSON."""

from dataclasses import asdict
from typing import Any

from flask import Response, request
from werkzeug.exceptions import NotFound

from app.api.json_response import json_response
from app.api.models import EntryDocument, EntryPage, Problem
from app.api.negotiation import language
from app.api.operations import Parameter, operation
from app.api.paging import cursor_of, limit_of, paging, position_of
from app.api.parameters import LANGUAGE
from app.shelf import shelf
from kb.entry import Article

_DEFAULT = 100
COMPONENT = Parameter("component", "Only entries of this component.")
ENTRY = Parameter("entry", "Id of the entry.", place="path", required=True)


@operation(
    "GET",
    "/entries",
    "List the entries",
    answers={200: EntryPage},
    parameters=(COMPONENT, LANGUAGE, *paging(_DEFAULT)),
)
def list_entries() -> Response:
    """Every entry, in the order of the ids; a page tells where the next one begins."""
    chosen, limit, after = language(), limit_of(_DEFAULT), position_of()
    component = request.args.get("component")
    found = [
        article
        for name, article in shelf().current.articles.items()
        if (after is None or name > after) and (component is None or component in article.components)
    ]
    page = found[:limit]
    more = len(found) > limit
    answer = {"entries": [row_of(each, chosen) for each in page], "next": cursor_of(page[-1].id) if more else None}
    response = json_response(answer)
    response.headers["Content-Language"] = chosen
    response.vary.add("Accept-Language")
    return response


@operation("GET", "/entries/<entry>", "One entry", answers={200: EntryDocument, 404: Problem}, parameters=(ENTRY,))
def one_entry(entry: str) -> Response:
    """The article in both languages, with what its matchers look for."""
    article = shelf().current.articles.get(entry)
    if article is None:
        raise NotFound("there is no entry of this id; /api/v1/entries lists those there are")
    return json_response(document_of(article))


def row_of(article: Article, language: str) -> dict[str, object]:
    """An entry as a row of the list."""
    return {
        "entry": article.id,
        "title": article.title_in(language),
        "url": f"/entries/{article.id}",
        "kind": article.kind,
        "status": article.status,
        "severity": article.severity,
        "components": article.components,
        "summary": article.summary.best(language),
    }


def document_of(article: Article) -> dict[str, Any]:
    """The whole entry as plain values, also what is at its default."""
    plain = asdict(article)
    plain["entry"] = plain.pop("id")
    plain["fields"] = plain.pop("field_types")
    return {"entry": article.id, "url": f"/entries/{article.id}", **plain}
