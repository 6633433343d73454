"""`/api/v1/incidents`: the troubles of the fleet as a list, one of them, and what people do with it."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, cast

from flask import Response, request
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest, NotFound, UnprocessableEntity

from app.api.access import check_may_change, check_may_view, store, store_answers
from app.api.incident_models import ActionDone, ActionRequest, IncidentDetail, IncidentList
from app.api.json_response import json_response
from app.api.models import Problem
from app.api.negotiation import language
from app.api.operations import JSON, Parameter, operation
from app.api.paging import cursor_of, limit_of, paging, position_of
from app.api.parameters import LANGUAGE
from app.api.since import since_of
from app.incidents.plain import plain
from app.incidents.values import (
    MAX_PAGE,
    STATE_FILTERS,
    Incident,
    IncidentError,
    IncidentQuery,
    NewAction,
    NoIncident,
    StateFilter,
)
from app.shelf import shelf
from kb.schema import SEVERITIES

_DEFAULT = 50
_EVIDENCE = 20
_HISTORY = 200
_HOURS = timedelta(hours=48)
ENTRY = Parameter("entry", "Only incidents of this entry.")
HOST = Parameter("host", "Only those on this host.")
STATE = Parameter(
    "state",
    "on: open or returned; new: on, and seen for the first time within a day; open; returned: on again after it was "
    "resolved; resolved.",
    {"type": "string", "enum": list(STATE_FILTERS)},
)
SEVERITY = Parameter("severity", "Only of entries of this severity.", {"type": "string", "enum": list(SEVERITIES)})
HANDLED = Parameter("handled", "Known or snoozed now, or neither.", {"type": "string", "enum": ["yes", "no"]})
SINCE = Parameter("since", "Only those seen at this time or later: ISO 8601, UTC where it names no zone.")
INCIDENT = Parameter("incident", "Id of the incident.", place="path", required=True)


@operation(
    "GET",
    "/incidents",
    "List the incidents",
    answers={200: IncidentList},
    parameters=(ENTRY, HOST, STATE, SEVERITY, HANDLED, SINCE, LANGUAGE, *paging(_DEFAULT, MAX_PAGE)),
    needs="viewer",
)
def list_incidents() -> Response:
    """Occurrences of one entry, host and identity are one incident. The one that was seen last comes first."""
    chosen = language()
    with store_answers():
        check_may_view()
        try:
            found = store().incidents.page(query_of_request(_DEFAULT))
        except IncidentError as error:
            raise BadRequest(f"the cursor cannot be used: {error}") from None
    rows = [incident_json(each, chosen) for each in found.incidents]
    return json_response({"incidents": rows, "next": cursor_of(found.next) if found.next else None})


@operation(
    "GET",
    "/incidents/<incident>",
    "One incident",
    answers={200: IncidentDetail},
    parameters=(INCIDENT, LANGUAGE),
    needs="viewer",
)
def one_incident(incident: str) -> Response:
    """With its newest evidence, what became of it, what people did, its hours, and the host's facts."""
    chosen = language()
    with store_answers():
        check_may_view()
        detail = detail_of(incident)
    found = detail.pop("found")
    return json_response({**incident_json(found, chosen), **detail})


@operation(
    "POST",
    "/incidents/<incident>/actions",
    "Do something with an incident",
    answers={200: ActionDone, 422: Problem},
    parameters=(INCIDENT,),
    bodies={JSON: ActionRequest},
    needs="operator",
)
def act_on_incident(incident: str) -> Response:
    """Mark as known or not, snooze or wake, comment. Nothing is deleted, and who did it is kept. In a browser with a
    session the header X-CSRF-Token is needed.
    """
    with store_answers():
        token = check_may_change()
        asked = _action_of_request()
        action = NewAction(asked.kind, asked.comment, asked.until)
        try:
            done = store().incidents.act(incident, action, actor(token.name if token else None, asked.name))
        except NoIncident as error:
            raise NotFound(str(error)) from None
        except IncidentError as error:
            raise UnprocessableEntity(str(error)) from None
    return json_response(plain(done))


def query_of_request(default: int) -> IncidentQuery:
    """Which incidents the parameters of the request ask for; raises 400 for one that cannot be used."""
    handled = _one_of("handled", ("yes", "no"))
    severity = _one_of("severity", SEVERITIES)
    return IncidentQuery(
        entry=request.args.get("entry") or None,
        entries=_entries_of(severity) if severity else None,
        host=request.args.get("host") or None,
        state=cast(StateFilter | None, _one_of("state", STATE_FILTERS)),
        handled=None if handled is None else handled == "yes",
        since=since_of(),
        limit=limit_of(default, MAX_PAGE),
        after=position_of(),
    )


def incident_json(incident: Incident, chosen: str) -> dict[str, Any]:
    """An incident as JSON, with what the entry says of it: title and severity, null for an entry not served here."""
    article = shelf().current.articles.get(incident.entry)
    told = {
        "title": article.title_in(chosen) if article else incident.entry,
        "severity": article.severity if article else None,
    }
    return {**plain(incident), **told}


def detail_of(incident: str) -> dict[str, Any]:
    """What there is to tell of an incident, as JSON but for `found`, itself; raises 404 where there is none."""
    incidents = store().incidents
    found = incidents.one(incident)
    if found is None:
        raise NotFound("there is no incident of this id; /api/v1/incidents lists those there are")
    return {
        "found": found,
        "evidence": list(incidents.evidence(incident, _EVIDENCE)),
        "events": plain(list(reversed(incidents.events(incident=incident, newest_first=True, limit=_HISTORY)))),
        "actions": plain(list(incidents.actions(incident))),
        "hours": plain(list(incidents.hours(incident=incident, since=found.last_seen - _HOURS))),
        "facts": _facts_of(found.host),
    }


def actor(token_name: str | None, given: str | None) -> str:
    """In whose name something is done: the token's, and the name that was given beside it."""
    given = (given or "").strip()
    if token_name is None:
        return given or "this machine"
    return f"{given} ({token_name})" if given and given != token_name else token_name


def _facts_of(host: str) -> Mapping[str, str]:
    return store().incidents.facts([host]).get(host, {})


def _entries_of(severity: str) -> Collection[str]:
    return [name for name, article in shelf().current.articles.items() if article.severity == severity]


def _one_of(name: str, values: Collection[str]) -> str | None:
    text = request.args.get(name) or None
    if text is not None and text not in values:
        raise BadRequest(f"{name} is one of {', '.join(values)}")
    return text


def _action_of_request() -> ActionRequest:
    try:
        return ActionRequest.model_validate_json(request.get_data(cache=False))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise BadRequest('the body is not JSON; send {"kind": "comment", "comment": ...}') from None
        place = ".".join(str(step)[:40] for step in first["loc"]) or "the body"
        raise UnprocessableEntity(f"{place}: {first['msg']}") from None
