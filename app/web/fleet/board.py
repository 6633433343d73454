"""What is on in the fleet: counts, bars, the incidents that the filters of the address leave."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from flask import Response, request
from werkzeug.exceptions import BadRequest

from app.api.access import store
from app.api.incidents import query_of_request
from app.api.paging import cursor_of
from app.incidents.values import EntryCount, IncidentError, IncidentQuery
from app.web import language
from app.web.fleet import spans
from app.web.fleet.pages import address, api_address, for_viewers, show
from app.web.fleet.troubles import troubles_of
from app.web.overview import overview
from app.web.site import blueprint
from kb.schema import SEVERITIES

_PAGE: Final = 50
_ENTRIES: Final = 12
_FILTERS: Final = ("severity", "host", "entry", "handled", "since")
STATES: Final = ("on", "new", "returned", "resolved", "")
"""The tabs, as the parameter `state` names them; "" is every state."""


@blueprint.get("/incidents")
@for_viewers
def incidents() -> Response:
    """What is on now, unless the address asks for another state."""
    found = store().incidents
    query = query_of_request(_PAGE)
    if "state" not in request.args:
        query = replace(query, state="on")
    try:
        page = found.page(query)
    except IncidentError as error:
        raise BadRequest(str(error)) from None
    counts = found.entry_counts()
    severity = request.args.get("severity") or None
    chosen = [
        each
        for each in counts
        if query.entry in (None, each.entry) and (severity is None or severity_of(each.entry) == severity)
    ]
    state = query.state or ""
    return show(
        "incidents.html",
        json=api_address("/incidents", **_parameters(state)),
        troubles=troubles_of(page.incidents),
        next=address(cursor=cursor_of(page.next)) if page.next else None,
        is_first="cursor" not in request.args,
        state=state,
        states=STATES,
        totals={} if _hides_counts(query) else _totals(chosen),
        severities=[
            (each, sum(one.on for one in counts if severity_of(one.entry) == each)) for each in SEVERITIES[::-1]
        ],
        entries=[(each, _title(each.entry)) for each in counts if each.on][:_ENTRIES],
        bars=spans.bars(lambda since: found.hours(since=since), found.now()),
        spans=spans.SPANS,
        span_now=spans.chosen(),
        is_empty=not counts,
        is_filtered=any(request.args.get(name) for name in _FILTERS),
    )


def _parameters(state: str) -> dict[str, str | None]:
    return {"state": state, **{name: request.args.get(name) for name in _FILTERS}}


def _hides_counts(query: IncidentQuery) -> bool:
    """Whether a filter holds by which incidents are not counted."""
    return query.host is not None or query.handled is not None or query.since is not None


def _totals(counts: Sequence[EntryCount]) -> dict[str, int]:
    return {
        "on": sum(each.on for each in counts),
        "new": sum(each.new for each in counts),
        "returned": sum(each.returned for each in counts),
        "handled": sum(each.handled for each in counts),
    }


def severity_of(entry: str) -> str | None:
    """What the entry says; None where it is not served here."""
    article = overview().articles.get(entry)
    return article.severity if article else None


def _title(entry: str) -> str:
    article = overview().articles.get(entry)
    return article.title_in(language.current()) if article else entry
