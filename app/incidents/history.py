"""What became of incidents, what people did with them, and occurrences by the hour."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from app.incidents.identity import number_in, shown
from app.incidents.keep import HOUR_US
from app.incidents.values import Action, Event, HourCount
from app.store.tables import entry_hours, incident_actions, incident_events, incident_hours, incidents
from app.store.times import from_micros, to_micros


def events(
    connection: Connection, incident: str | None, host: str | None, after: int | None, *, newest_first: bool, limit: int
) -> Sequence[Event]:
    """Events in the order in which the store learned of them, or the reverse."""
    table = incident_events.c
    statement = select(incident_events).limit(limit)
    if incident is not None:
        statement = statement.where(table.incident == _number(incident))
    if host is not None:
        statement = statement.where(table.host == host)
    if after is not None:
        statement = statement.where(table.seq < after if newest_first else table.seq > after)
    statement = statement.order_by(table.seq.desc() if newest_first else table.seq)
    return [_event(row) for row in connection.execute(statement)]


def _event(row: Any) -> Event:
    detail = json.loads(row.detail or "{}")
    at, recorded_at = from_micros(row.at), from_micros(row.recorded_at)
    return Event(row.seq, shown(row.incident), row.entry, row.host, row.kind, at, recorded_at, detail)


def actions(connection: Connection, incident: str) -> Sequence[Action]:
    """What people did with an incident, oldest first."""
    wanted = select(incident_actions).where(incident_actions.c.incident == _number(incident))
    return [action_of(row) for row in connection.execute(wanted.order_by(incident_actions.c.seq))]


def action_of(row: Any) -> Action:
    """An action as it is stored."""
    until = None if row.until is None else from_micros(row.until)
    return Action(row.seq, shown(row.incident), row.kind, row.name, from_micros(row.at), row.comment, until)


def hours(
    connection: Connection,
    since: datetime,
    until: datetime,
    *,
    entry: str | None,
    incident: str | None,
    host: str | None,
) -> Sequence[HourCount]:
    """Occurrences by hour from the hour of `since` to that of `until`, oldest first; one of the three, or none."""
    source: Any = entry_hours
    where = []
    if incident is not None:
        source, where = incident_hours, [incident_hours.c.incident == _number(incident)]
    elif host is not None:
        source = incident_hours.join(incidents, incidents.c.id == incident_hours.c.incident)
        where = [incidents.c.host == host]
        where += [incidents.c.entry == entry] if entry is not None else []
    elif entry is not None:
        where = [entry_hours.c.entry == entry]
    table = entry_hours if source is entry_hours else incident_hours
    first, last = to_micros(since) // HOUR_US, to_micros(until) // HOUR_US
    statement = select(table.c.hour, func.sum(table.c["count"]).label("times")).select_from(source)
    statement = statement.where(*where, table.c.hour >= first, table.c.hour <= last)
    found = connection.execute(statement.group_by(table.c.hour).order_by(table.c.hour))
    return [HourCount(from_micros(row.hour * HOUR_US), int(row.times)) for row in found]


def _number(incident: str) -> int:
    number = number_in(incident)
    return -1 if number is None else number  # no incident has it
