"""The hosts that deliver, and one of them: what is on, what it tells of itself, and what happened there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from flask import Response, abort, request
from werkzeug.exceptions import BadRequest

from app.api.access import store
from app.incidents.values import Event, IncidentQuery
from app.web import language, page
from app.web.fleet import spans
from app.web.fleet.lanes import lanes_of
from app.web.fleet.pages import api_address, for_viewers, host_url, show
from app.web.fleet.troubles import troubles_of
from app.web.fleet.verdicts import fact_label
from app.web.overview import overview
from app.web.site import blueprint
from app.web.words import say
from kb.template import visible

_PAGE: Final = 100
_TROUBLES: Final = 100
_EVENTS: Final = 200
_MAX_HOST: Final = 253


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the timeline: what became of an incident, or (without `url`) which fact of the host changed."""

    at: datetime
    kind: str
    title: str
    url: str | None = None
    by: str | None = None


@blueprint.get("/hosts")
@for_viewers
def hosts() -> Response:
    """The hosts by name; with `?name=` the one of this name."""
    name = request.args.get("name", "")
    if name:
        return _one(name)
    after = request.args.get("after") or None
    found = store().incidents.hosts(_PAGE + 1, after)
    lang = language.current()
    return show(
        "hosts.html",
        json=api_address("/hosts", cursor=None),
        hosts=found[:_PAGE],
        next=page.url("hosts", after=found[_PAGE - 1].host) if len(found) > _PAGE else None,
        is_first=after is None,
        usual=[(each, fact_label(each, lang)) for each in ("kernel", "bird", "os")],
    )


@blueprint.get("/hosts/<host>")
@for_viewers
def host(host: str) -> Response:
    """One host."""
    return _one(host)


def _one(name: str) -> Response:
    if len(name) > _MAX_HOST:
        raise BadRequest("no host has so long a name")
    incidents, lang = store().incidents, language.current()
    found = incidents.host(name)
    if found is None:
        abort(404)
    troubles = troubles_of(incidents.page(IncidentQuery(host=name, limit=_TROUBLES)).incidents)
    events = incidents.events(host=name, newest_first=True, limit=_EVENTS)
    step, steps = spans.SPANS[spans.chosen()]
    since = incidents.now() - step * steps
    return show(
        "host.html",
        json=api_address("/incidents", host=name),
        host=found,
        own_url=host_url(name),
        facts=[(fact_label(each, lang), value) for each, value in found.facts.items()],
        troubles=troubles,
        days=_days([*map(_happened, events), *_changes(name, events)]),
        is_more=len(events) == _EVENTS,
        lanes=lanes_of(troubles, events, since, incidents.now()),
        lanes_since=since,
        bars=spans.bars(lambda since: incidents.hours(host=name, since=since), incidents.now()),
        spans=spans.SPANS,
        span_now=spans.chosen(),
    )


def _changes(name: str, events: Sequence[Event]) -> Iterator[Happened]:
    """What the host told anew since the oldest of its events that are shown."""
    incidents, lang = store().incidents, language.current()
    since = min((each.at for each in events), default=incidents.now())
    for each in incidents.changes(name, since)[-_EVENTS:]:
        before, after = (value or say(lang, "incident-not-told") for value in (each.before, each.after))
        label = fact_label(each.fact, lang)
        title = say(lang, "incident-change", fact=label, before=visible(before), after=visible(after))
        yield Happened(each.at, "event-changed", title)


def _days(all_of_it: Sequence[Happened]) -> list[tuple[date, list[Happened]]]:
    """What happened, by day (UTC), newest first."""
    happened = sorted(all_of_it, key=lambda each: each.at, reverse=True)
    return [(day, list(group)) for day, group in groupby(happened, key=lambda each: each.at.date())]


def _happened(event: Event) -> Happened:
    article = overview().articles.get(event.entry)
    title = article.title_in(language.current()) if article else event.entry
    by = event.detail.get("by")
    return Happened(event.at, f"event-{event.kind}", title, page.url("incident", incident=event.incident), by)
