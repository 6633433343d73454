"""The page of one article and its twins in JSON and Markdown."""

from typing import Final

from flask import Response, abort, request
from werkzeug.datastructures import MultiDict

from app.api.entries import document_of
from app.api.json_response import json_response
from app.web import language
from app.web.article import view_of
from app.web.fleet.pages import host_url
from app.web.fleet.seen import counts_for_reader, hosts_now
from app.web.overview import config, overview, sources_of
from app.web.page import render
from app.web.site import blueprint
from app.web.versions import ranges_of, verdict_of
from kb.case import Case, Origin, case_of
from kb.entry import Article
from kb.render import article_markdown
from kb.template import visible
from kb.version import VERSION

_HERE_COOKIE: Final = "faultbook-here"
"""Says that the reader saw a page of this site before: browsers do not send it with what another site posts."""


@blueprint.get("/entries/<entry>")
def article(entry: str) -> Response:
    """The article, with values from the link, which are marked as such until the reader confirms them."""
    found = _found(entry)
    response = _page(found, case_of(found, _first(request.args), "link"), request.args)
    if _HERE_COOKIE not in request.cookies:
        response.set_cookie(_HERE_COOKIE, "1", samesite="Strict", httponly=True)
    return response


@blueprint.post("/entries/<entry>")
def confirmed_article(entry: str) -> Response:
    """The article with values that the reader gave or saw in a paste; nothing of it is kept."""
    found = _found(entry)
    said: Origin = "paste" if request.form.get("from") == "paste" else "you"
    given = _first(request.form)
    response = _page(found, case_of(found, given, said if is_posted_here() else "link"), request.form)
    response.headers["Cache-Control"] = "no-store"
    return response


def is_posted_here() -> bool:
    """Whether a form of this site was posted, as far as the browser says; where in doubt it was not."""
    said = request.headers.get("Sec-Fetch-Site")  # sent to https and to loopback only
    return said == "same-origin" if said is not None else _HERE_COOKIE in request.cookies


@blueprint.get("/entries/<entry>.json")
def article_json(entry: str) -> Response:
    """The article as data: the same object as `/api/v1/entries/ENTRY`."""
    return json_response(document_of(_found(entry)))


@blueprint.get("/entries/<entry>.md")
def article_text(entry: str) -> Response:
    """The article as Markdown in the reader's language, filled with values from the link."""
    found = _found(entry)
    values = case_of(found, _first(request.args), "link").values
    response = Response(
        article_markdown(found, values, language.current()), content_type="text/markdown; charset=utf-8"
    )
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _found(entry: str) -> Article:
    found = overview().articles.get(entry)
    if found is None:
        abort(404)
    return found


def _first(given: "MultiDict[str, str]") -> dict[str, int | str]:
    return {name: value for name, value in given.items() if len(value) <= 4096}


def _page(found: Article, case: Case, given: "MultiDict[str, str]") -> Response:
    whole, lang = overview(), language.current()
    repository, path = config().repository_url, whole.edit_path(found.id)
    counts = counts_for_reader(found.id)
    response = render(
        "entry.html",
        view=view_of(found, case, lang, whole),
        article=found,
        sources=sources_of(found),
        verdict=verdict_of(found, given, lang),
        ranges_of=ranges_of,
        changed=whole.changes.get(found.id),
        version=VERSION,
        edit=f"{repository}/{path}" if repository and path else None,
        replaced_by=whole.articles.get(found.replaced_by or ""),
        fleet=counts[0] if counts else None,
        fleet_hosts=[(visible(each), host_url(each)) for each in hosts_now(next(iter(counts), None))],
    )
    if counts:
        response.headers["Cache-Control"] = "no-store"
    return response
