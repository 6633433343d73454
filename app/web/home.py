"""The start page: search, paste, components, what changed."""

from flask import Response

from app.web import language
from app.web.fleet.seen import counts_for_reader
from app.web.overview import overview, titled
from app.web.page import render
from app.web.site import blueprint

_NEWEST = 8


@blueprint.get("/")
def home() -> Response:
    """Two ways in, then what there is."""
    whole = overview()
    counts = counts_for_reader()
    howtos = [name for name, article in whole.articles.items() if article.kind == "howto"]
    response = render(
        "home.html",
        components=whole.components,
        sources=whole.sources,
        newest=[(each, whole.changes[each.id].on) for each in whole.newest(_NEWEST)],
        howtos=titled(howtos, whole.articles, language.current()),
        count=len(whole.articles),
        fleet=[(each, whole.articles[each.entry]) for each in counts if each.on and each.entry in whole.articles][
            :_NEWEST
        ],
        is_seen=bool(counts),
        on_now=sum(each.on for each in counts),
    )
    if counts:
        response.headers["Cache-Control"] = "no-store"
    return response
