"""One incident: its life, its evidence, the article filled with its values, and what people do with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.api.access import check_may_change, csrf_token, may_change, session_token, store, store_answers
from app.api.incidents import actor
from app.incidents.actions import MAX_COMMENT, MAX_NAME
from app.incidents.values import Action, ActionKind, Change, Event, Incident, IncidentError, NewAction, NoIncident
from app.web import language
from app.web.article import ArticleView, view_of
from app.web.fleet import spans
from app.web.fleet.pages import api_address, for_viewers, show
from app.web.fleet.troubles import pairs_of, troubles_of
from app.web.fleet.verdicts import fact_label, verdict_on
from app.web.overview import overview
from app.web.site import blueprint
from app.web.words import say
from kb.case import case_of
from kb.entry import Article

_EVIDENCE: Final = 20
_HISTORY: Final = 200
SNOOZES: Final = ("1h", "4h", "1d", "7d", "30d")
_UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1)}
_KINDS: Final[dict[str, ActionKind]] = {
    "known": "known",
    "not-known": "not-known",
    "snooze": "snooze",
    "wake": "wake",
    "comment": "comment",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What happened at a time: an event of the log (`name` None) or what somebody did."""

    at: datetime
    kind: str
    name: str | None = None
    comment: str | None = None
    until: datetime | None = None
    by: str | None = None
    changes: tuple[Change, ...] = ()


@blueprint.get("/incidents/<incident>")
@for_viewers
def incident(incident: str) -> Response:
    """Everything that is known of it."""
    return _shown(incident)


@blueprint.post("/incidents/<incident>")
def incident_act(incident: str) -> AnyResponse:
    """Do what the form asks for in the name of who sent it, then show the incident."""
    with store_answers():
        token = check_may_change()
        try:
            name = actor(token.name if token else None, request.form.get("name"))
            store().incidents.act(incident, _asked(store().incidents.now()), name)
        except NoIncident:
            abort(404)
        except IncidentError as error:
            said = say(language.current(), f"refused-{error.about}", name=MAX_NAME, comment=MAX_COMMENT)
            return _shown(incident, 422, said)
    named = language.explicit()
    more: dict[str, Any] = {"lang": named} if named else {}
    return redirect(url_for("web.incident", incident=incident, _anchor="life", **more), 303)


def _asked(now: datetime) -> NewAction:
    kind = _KINDS.get(request.form.get("kind", ""))
    if kind is None:
        raise IncidentError("action", "press one of the buttons")
    length = re.fullmatch(r"([0-9]{1,3})([hd])", request.form.get("for", ""))
    until = now + int(length[1]) * _UNITS[length[2]] if length and kind == "snooze" else None
    return NewAction(kind, request.form.get("comment"), until)


def _shown(identifier: str, status: int = 200, trouble: str | None = None) -> Response:
    incidents, lang = store().incidents, language.current()
    found = incidents.one(identifier)
    if found is None:
        abort(404)
    article = overview().articles.get(found.entry)
    told = incidents.facts([found.host]).get(found.host, {})
    return show(
        "incident.html",
        status,
        json=api_address(f"/incidents/{found.id}"),
        trouble_shown=troubles_of([found])[0],
        found=found,
        article=article,
        view=_filled(article, found) if article else None,
        verdict=verdict_on(article, told, lang) if article else None,
        fields=pairs_of(found.fields),
        facts=[(fact_label(name, lang), value) for name, value in told.items()],
        label=lambda name: fact_label(name, lang),
        evidence=incidents.evidence(found.id, _EVIDENCE),
        life=_life(incidents.events(incident=found.id, newest_first=True, limit=_HISTORY), incidents.actions(found.id)),
        bars=spans.bars(lambda since: incidents.hours(incident=found.id, since=since), incidents.now()),
        spans=spans.SPANS,
        span_now=spans.chosen(),
        may_change=may_change(),
        csrf=csrf_token() if may_change() else "",
        signed_as=getattr(session_token(), "name", None),
        snoozes=SNOOZES,
        max_comment=MAX_COMMENT,
        max_name=MAX_NAME,
        given=request.form,
        refused=trouble,
    )


def _filled(article: Article, found: Incident) -> ArticleView:
    given = {name: value for name, value in found.fields.items() if value is not None}
    return view_of(article, case_of(article, given, "log"), language.current(), overview(), form=None)


def _life(events: Sequence[Event], actions: Sequence[Action]) -> list[Step]:
    """Newest first; of what happened at the same time what people did last comes first."""
    steps = [_event(each) for each in reversed(events)]
    steps += [Step(each.at, f"act-{each.kind}", each.name, each.comment, each.until) for each in actions]
    return sorted(steps, key=lambda each: each.at)[::-1]


def _event(event: Event) -> Step:
    detail: Any = event.detail
    changes = tuple(Change(*each) for each in detail.get("changed", ()))
    return Step(event.at, f"event-{event.kind}", by=detail.get("by"), changes=changes)
