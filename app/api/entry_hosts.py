"""`GET /api/v1/entries/ENTRY/hosts`: which hosts an entry affects, by the versions they tell of themselves."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, Literal

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.exceptions import BadRequest, NotFound

from app.api.access import check_may_view, store, store_answers
from app.api.json_response import json_response
from app.api.models import EntryId
from app.api.negotiation import language
from app.api.operations import Parameter, operation
from app.api.paging import cursor_of, host_behind, limit_of, paging
from app.api.parameters import LANGUAGE
from app.incidents.verdicts import HostVerdict
from app.shelf import shelf

_DEFAULT: Final = 100
_STATES: Final = ("affected", "fixed", "unknown")
ENTRY = Parameter("entry", "Id of the entry.", place="path", required=True)
VERDICT = Parameter("verdict", "Only hosts of this verdict.", {"type": "string", "enum": list(_STATES)})


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class VerdictOfHost(_Model):
    """Whether a host's versions have the problem of the entry."""

    host: str
    verdict: Literal["affected", "fixed", "unknown"]
    reason: str | None = Field(description="Why, in a sentence.")
    component: str | None = Field(description="Of which component it speaks.")
    stream: str | None
    version: str | None
    fixed_in: str | None = Field(description="Of an affected host: the version with the fix, where one is known.")
    fixed_stream: str | None
    incidents: int = Field(ge=0, description="Incidents of the entry on this host.")
    on: int = Field(ge=0, description="Those of them that are on now.")
    cleared_by_upgrade: bool = Field(description="It has the trouble now, and a version without it is known.")


class VerdictCounts(_Model):
    """How many hosts, whatever page is asked for."""

    affected: int
    fixed: int
    unknown: int
    cleared_by_upgrade: int


class EntryHosts(_Model):
    """The hosts that tell a version in question, or have incidents of the entry; by name."""

    entry: str = EntryId
    counts: VerdictCounts
    hosts: list[VerdictOfHost]
    next: str | None = Field(description="Cursor of the next page, null on the last one.")


@operation(
    "GET",
    "/entries/<entry>/hosts",
    "Which hosts an entry affects",
    answers={200: EntryHosts},
    parameters=(ENTRY, VERDICT, LANGUAGE, *paging(_DEFAULT)),
    needs="viewer",
)
def hosts_of_entry(entry: str) -> Response:
    """By the versions that hosts tell of themselves (`facts` in watch.yaml): affected, fixed, or unknown."""
    chosen = language()
    with store_answers():
        check_may_view()
        article = shelf().current.articles.get(entry)
        if article is None:
            raise NotFound("there is no entry of this id; /api/v1/entries lists those there are")
        wanted, limit, after = _verdict(), limit_of(_DEFAULT), host_behind()
        every = store().incidents.verdicts(article)
    listed = [each for each in every if (wanted is None or each.state == wanted) and (not after or each.host > after)]
    following = cursor_of(f"host:{listed[limit - 1].host}") if len(listed) > limit else None
    rows = [_row(each, chosen) for each in listed[:limit]]
    return json_response({"entry": entry, "counts": _counts(every), "hosts": rows, "next": following})


def _row(each: HostVerdict, chosen: str) -> dict[str, Any]:
    return {
        "host": each.host,
        "verdict": each.state,
        "reason": each.reason.best(chosen),
        "component": each.component,
        "stream": each.stream,
        "version": each.version,
        "fixed_in": each.fixed_in,
        "fixed_stream": each.fixed_stream,
        "incidents": each.incidents,
        "on": each.on,
        "cleared_by_upgrade": each.is_cleared_by_upgrade,
    }


def _counts(every: Sequence[HostVerdict]) -> dict[str, int]:
    tally = Counter(each.state for each in every)
    cleared = sum(each.is_cleared_by_upgrade for each in every)
    return {state: tally[state] for state in _STATES} | {"cleared_by_upgrade": cleared}


def _verdict() -> str | None:
    text = request.args.get("verdict") or None
    if text is not None and text not in _STATES:
        raise BadRequest(f"verdict is one of {', '.join(_STATES)}")
    return text
