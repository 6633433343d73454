"""The start page: search, paste, components, what changed."""

from flask import Response

from app.web import language
from app.web.overview import overview, titled
from app.web.page import render
from app.web.site import blueprint

_NEWEST = 8


@blueprint.get("/")
def home() -> Response:
    """Two ways in, then what there is."""
    whole = overview()
    howtos = [name for name, article in whole.articles.items() if article.kind == "howto"]
    return render(
        "home.html",
        components=whole.components,
        sources=whole.sources,
        newest=[(each, whole.changes[each.id].on) for each in whole.newest(_NEWEST)],
        howtos=titled(howtos, whole.articles, language.current()),
        count=len(whole.articles),
    )
