"""An entry across the fleet: how often, since when, on which hosts, and what those hosts have in common."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from flask import Response, abort, request
from werkzeug.exceptions import BadRequest

from app.api.access import store
from app.api.incidents import query_of_request
from app.api.paging import cursor_of
from app.incidents.values import EntryCount, IncidentError, IncidentPage
from app.incidents.verdicts import HostVerdict
from app.web import language
from app.web.fleet import cross, spans
from app.web.fleet.pages import address, api_address, for_viewers, show
from app.web.fleet.troubles import troubles_of
from app.web.fleet.verdicts import fact_label
from app.web.overview import overview
from app.web.site import blueprint
from kb.verdict import has_ranges

_PAGE: Final = 100


@blueprint.get("/entries/<entry>/incidents")
@for_viewers
def entry_incidents(entry: str) -> Response:
    """Everything that the fleet says of one entry."""
    found = store().incidents
    article = overview().articles.get(entry)
    count = next(iter(found.entry_counts(entry)), None)
    if article is None and count is None:
        abort(404)
    page = _page(entry)
    verdicts = found.verdicts(article) if article is not None and has_ranges(article) else ()
    lang = language.current()
    tables = [
        cross.cross_of(name, found.cross(entry, name)) for name in (cross.ordered(found.fact_names()) if count else ())
    ]
    return show(
        "entry_incidents.html",
        json=api_address("/incidents", entry=entry, state=request.args.get("state")),
        entry=entry,
        article=article,
        title=article.title_in(lang) if article else entry,
        count=count,
        troubles=troubles_of(page.incidents),
        verdicts={each.host: each for each in verdicts},
        judged=_judged(verdicts),
        verdicts_json=api_address(f"/entries/{entry}/hosts"),
        next=address(cursor=cursor_of(page.next)) if page.next else None,
        is_first="cursor" not in request.args,
        state=request.args.get("state") or "",
        states=("", "on", "resolved"),
        totals=_totals(count),
        cross_json=api_address(f"/entries/{entry}/cross"),
        crosses=_telling(tables),
        label=lambda name: fact_label(name, lang),
        bars=spans.bars(lambda since: found.hours(entry=entry, since=since), found.now()) if count else None,
        spans=spans.SPANS,
        span_now=spans.chosen(),
    )


def _page(entry: str) -> IncidentPage:
    try:
        return store().incidents.page(replace(query_of_request(_PAGE), entry=entry))
    except IncidentError as error:
        raise BadRequest(str(error)) from None


def _telling(tables: Sequence[cross.Cross]) -> list[cross.Cross]:
    """The tables that tell hosts apart, then the others; a fact that is the same on all hosts says nothing."""
    return sorted((each for each in tables if len(each.families) > 1), key=lambda each: not each.tells_apart)


def _judged(verdicts: Sequence[HostVerdict]) -> dict[str, int]:
    """How many hosts there are of each verdict, and how many of them an upgrade would clear; empty without any."""
    if not verdicts:
        return {}
    tally = Counter(each.state for each in verdicts)
    counts = {"affected": tally["affected"], "fixed": tally["fixed"], "unknown": tally["unknown"]}
    return counts | {"cleared": sum(each.is_cleared_by_upgrade for each in verdicts)}


def _totals(count: EntryCount | None) -> dict[str, int]:
    return {"": count.incidents, "on": count.on, "resolved": count.incidents - count.on} if count else {}
