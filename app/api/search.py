"""`GET /api/v1/search`: full-text search of the entries."""

from flask import Response, request
from werkzeug.exceptions import BadRequest

from app.api.json_response import json_response
from app.api.models import SearchAnswer
from app.api.negotiation import language
from app.api.operations import Parameter, operation
from app.api.paging import cursor_of, limit_of, paging, position_of
from app.api.parameters import LANGUAGE
from app.shelf import shelf
from kb.search import Facets
from kb.search.facets import NAMES
from kb.search.found import find

_DEFAULT, _MOST = 20, 100
_MANY = {"type": "array", "items": {"type": "string"}}
QUERY = Parameter("q", "What to look for: words, an error text, identifiers.", required=True)
FACETS = tuple(Parameter(name, f"Only entries with this {name}; may be repeated.", _MANY) for name in NAMES)


@operation(
    "GET",
    "/search",
    "Search the entries",
    answers={200: SearchAnswer},
    parameters=(QUERY, *FACETS, LANGUAGE, *paging(_DEFAULT, _MOST)),
)
def search() -> Response:
    """What matchers recognise in the query comes first, then what search finds; nothing is padded."""
    query = request.args.get("q")
    if query is None:
        raise BadRequest("q is missing; write /api/v1/search?q=words")
    chosen, limit, offset = language(), limit_of(_DEFAULT, _MOST), _offset()
    current = shelf().current
    facets = Facets(**{name: tuple(request.args.getlist(name)) for name in NAMES})
    found = find(current.book, current.index, query, chosen, chosen=facets, limit=limit, offset=offset)
    end = offset + limit
    rows = [
        {
            "entry": hit.entry,
            "title": current.articles[hit.entry].title_in(chosen),
            "url": f"/entries/{hit.entry}",
            "score": round(hit.score, 4),
        }
        for hit in found.hits
    ]
    answer = {
        "results": rows,
        "total": found.total,
        "facets": found.facets,
        "did_you_mean": found.did_you_mean,
        "next": cursor_of(str(end)) if end < found.total else None,
    }
    response = json_response(answer)
    response.headers["Content-Language"] = chosen
    response.vary.add("Accept-Language")
    return response


def _offset() -> int:
    position = position_of()
    if position is None:
        return 0
    if not (position.isascii() and position.isdigit() and len(position) <= 6):
        raise BadRequest("the cursor is not one of this list; begin without one")
    return int(position)
