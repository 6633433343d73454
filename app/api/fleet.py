"""`/api/v1/hosts` and the cross table of an entry: the fleet as data."""

from typing import Final

from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import check_may_view, store, store_answers
from app.api.json_response import json_response
from app.api.models import EntryId
from app.api.operations import Parameter, operation
from app.api.paging import cursor_of, host_behind, limit_of, paging
from app.incidents.plain import plain

_DEFAULT: Final = 100
_MOST: Final = 1_000
ENTRY = Parameter("entry", "Id of the entry.", place="path", required=True)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Host(_Model):
    """A host that delivered."""

    host: str
    incidents: int = Field(ge=0)
    on: int = Field(ge=0, description="Incidents that are on now.")
    last_seen: str | None = Field(description="When a problem was last seen there.")
    delivered_at: str = Field(description="When it last delivered rows or facts.")
    facts: dict[str, str] = Field(description="What it tells of itself, as in `kernel`, `nic_drivers.ixgbe`.")


class HostList(_Model):
    """A page of hosts, by name."""

    hosts: list[Host]
    next: str | None = Field(description="Cursor of the next page, null on the last one.")


class FactCount(_Model):
    """Of the hosts that tell this value of the fact, how many have or had the entry."""

    fact: str
    value: str
    hosts: int = Field(ge=1)
    hosts_with: int = Field(ge=0)
    hosts_on: int = Field(ge=0, description="Hosts where it is on now.")


class CrossTable(_Model):
    """One entry by what hosts tell of themselves."""

    entry: str = EntryId
    facts: list[FactCount]


@operation(
    "GET", "/hosts", "List the hosts", answers={200: HostList}, parameters=paging(_DEFAULT, _MOST), needs="viewer"
)
def list_hosts() -> Response:
    """Every host that delivered rows or facts, by name."""
    with store_answers():
        check_may_view()
        limit, after = limit_of(_DEFAULT, _MOST), host_behind()
        found = store().incidents.hosts(limit + 1, after)
    following = cursor_of(f"host:{found[limit - 1].host}") if len(found) > limit else None
    return json_response({"hosts": plain(list(found[:limit])), "next": following})


@operation(
    "GET",
    "/entries/<entry>/cross",
    "An entry by the facts of hosts",
    answers={200: CrossTable},
    parameters=(ENTRY,),
    needs="viewer",
)
def cross_table(entry: str) -> Response:
    """For each value of each fact that hosts tell: how many hosts, and how many of them have or had the entry."""
    with store_answers():
        check_may_view()
        incidents = store().incidents
        counts = [each for name in incidents.fact_names() for each in incidents.cross(entry, name)]
    return json_response({"entry": entry, "facts": plain(counts)})
