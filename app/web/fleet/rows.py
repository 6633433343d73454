"""Occurrences: what was recorded, row by row, newest first."""

import re
from typing import Final

from flask import Response, request
from werkzeug.exceptions import BadRequest

from app.api.access import store
from app.api.paging import cursor_of, position_of
from app.api.since import since_of
from app.store.occurrences import Query
from app.web import language
from app.web.fleet.pages import address, api_address, for_viewers, show
from app.web.overview import overview
from app.web.site import blueprint

_PAGE: Final = 50
_NAMES: Final = ("entry", "host", "since")


@blueprint.get("/occurrences")
@for_viewers
def occurrences() -> Response:
    """A page of rows; the address narrows them down as that of the API does."""
    own = {name: request.args.get(name) or None for name in _NAMES}
    query = Query(entry=own["entry"], host=own["host"], since=since_of(), limit=_PAGE, order="desc", after=_after())
    page = store().page(query)
    articles, lang = overview().articles, language.current()
    entries = {str(row["entry"]) for row in page.rows}
    return show(
        "occurrences.html",
        json=api_address("/occurrences", order="desc", **own),
        rows=page.rows,
        titles={each: articles[each].title_in(lang) for each in entries if each in articles},
        next=address(cursor=cursor_of(f"desc:{page.next}")) if page.next is not None else None,
        is_first="cursor" not in request.args,
        is_filtered=any(own.values()),
        own=own,
    )


def _after() -> int | None:
    position = position_of()
    found = re.fullmatch(r"desc:([0-9]{1,18})", position) if position else None
    if position is not None and found is None:
        raise BadRequest("the cursor is not one that this server gave; begin without one")
    return int(found[1]) if found else None
