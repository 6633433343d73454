"""Pages of incidents, one incident, and its evidence."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, false, not_, or_, select, tuple_

from app.incidents.identity import number_in, shown
from app.incidents.keep import HOUR_US
from app.incidents.values import (
    MAX_PAGE,
    NEW_FOR_S,
    Change,
    Incident,
    IncidentError,
    IncidentPage,
    IncidentQuery,
    State,
    StateFilter,
)
from app.store.listed import listed_row
from app.store.sql import among, unguessed
from app.store.tables import IS_BACK, IS_ON, IS_TROUBLE, incident_hours, incident_rows, incidents, occurrences
from app.store.times import from_micros, to_micros

QUIET_AFTER_S: Final = 900
_AFTER = re.compile(r"([0-9]{1,18})-([0-9a-f]{16})")
_TABLE = incidents.c


def page(connection: Connection, query: IncidentQuery, now: datetime) -> IncidentPage:
    """A page, the incident seen last first. One that is seen meanwhile moves to the front and may be met twice."""
    limit = max(1, min(query.limit, MAX_PAGE))
    statement = select(incidents).where(*_filters(connection, query, to_micros(now)))
    statement = statement.order_by(_TABLE.last_at.desc(), _TABLE.id.desc()).limit(limit + 1)
    if query.after is not None:
        statement = statement.where(tuple_(_TABLE.last_at, _TABLE.id) < tuple_(*_position(query.after)))
    found = connection.execute(statement).all()
    rows = found[:limit]
    is_more = len(found) > limit
    following = f"{rows[-1].last_at}-{shown(rows[-1].id)}" if is_more else None
    return IncidentPage(_incidents(connection, rows, now), following)


def one(connection: Connection, incident: str, now: datetime) -> Incident | None:
    """The incident with this id."""
    number = number_in(incident)
    if number is None:
        return None
    found = connection.execute(select(incidents).where(_TABLE.id == number)).all()
    return next(iter(_incidents(connection, found, now)), None)


def evidence(connection: Connection, incident: str, limit: int) -> Sequence[Mapping[str, Any]]:
    """Its newest occurrences, newest first."""
    number = number_in(incident)
    columns = occurrences.c
    wanted = select(columns.host, columns.recorded_at, columns.row).where(IS_TROUBLE, columns.incident == number)
    found = connection.execute(wanted.order_by(columns.seq.desc()).limit(limit)) if number is not None else ()
    return [listed_row(json.loads(row.row), row.host, row.recorded_at) for row in found]


def is_on(now: int) -> ColumnElement[bool]:
    """Whether an incident is on now."""
    return and_(IS_ON, unguessed(_TABLE.resolves_at) > now)


def began_lately(now: int) -> ColumnElement[bool]:
    """Whether an incident was seen for the first time lately; one that is on is then new."""
    return and_(_TABLE.returns == 0, unguessed(_TABLE.first_at) > now - NEW_FOR_S * 1_000_000)


def is_handled(now: int) -> ColumnElement[bool]:
    """Whether somebody marked it as known, or put it off until later than now."""
    return or_(_TABLE.known_by.is_not(None), and_(_TABLE.snoozed_until.is_not(None), _TABLE.snoozed_until > now))


def _filters(connection: Connection, query: IncidentQuery, now: int) -> Iterable[ColumnElement[bool]]:
    if query.entry is not None:
        yield _TABLE.entry == query.entry
    if query.entries is not None:
        yield among(connection, _TABLE.entry, sorted(query.entries)) if query.entries else false()
    if query.host is not None:
        yield _TABLE.host == query.host
    if query.state is not None:
        yield _in_state(query.state, now)
    if query.handled is not None:
        yield is_handled(now) if query.handled else not_(is_handled(now))
    if query.since is not None:
        yield _TABLE.last_at >= to_micros(query.since)


def _in_state(state: StateFilter, now: int) -> ColumnElement[bool]:
    if state == "resolved":
        return _TABLE.resolves_at <= now
    if state == "new":
        return and_(is_on(now), began_lately(now))
    if state == "open":
        return and_(is_on(now), _TABLE.returns == 0)
    if state == "returned":
        return and_(is_on(now), IS_BACK)
    return is_on(now)


def _position(after: str) -> tuple[int, int]:
    found = _AFTER.fullmatch(after)
    number = number_in(found[2]) if found else None
    if found is None or number is None:
        raise IncidentError("place", "this is no place in a list of incidents; begin without one")
    return int(found[1]), number


def _incidents(connection: Connection, rows: Sequence[Any], now: datetime) -> list[Incident]:
    numbers = [row.id for row in rows]
    rates = _rates(connection, numbers, to_micros(now))
    wanted = select(incident_rows).where(among(connection, incident_rows.c.incident, numbers))
    last_rows = {row.incident: row.row for row in connection.execute(wanted)}
    return [_incident(row, json.loads(last_rows[row.id]), rates.get(row.id, 0.0), now) for row in rows]


def _rates(connection: Connection, numbers: Sequence[int], now: int) -> dict[int, float]:
    """Occurrences within about the last hour: this clock hour's, and of the one before what is not an hour ago."""
    if not numbers:
        return {}
    hour, past = divmod(now, HOUR_US)
    table = incident_hours.c
    rates: dict[int, float] = {}
    wanted = select(table.incident, table.hour, table["count"])
    lately = connection.execute(wanted.where(among(connection, table.incident, numbers), table.hour >= hour - 1))
    for incident, at, count in lately:
        share = 1 - past / HOUR_US if at < hour else 1
        rates[incident] = round(rates.get(incident, 0.0) + count * share, 1)
    return rates


def _incident(row: Any, sent: dict[str, Any], rate: float, now: datetime) -> Incident:
    last_at, resolves_at = from_micros(row.last_at), from_micros(row.resolves_at)
    is_over = resolves_at <= now
    state: State = "resolved" if is_over else "returned" if row.returns else "open"
    is_quiet = not is_over and now - last_at > timedelta(seconds=QUIET_AFTER_S)
    last_row = listed_row(sent, row.host, sent.pop("recorded_at"))
    is_snoozed = row.snoozed_until is not None and row.snoozed_until > to_micros(now)
    return Incident(
        id=shown(row.id),
        entry=row.entry,
        host=row.host,
        identity=json.loads(row.identity),
        state=state,
        is_new=state == "open" and now - from_micros(row.first_at) < timedelta(seconds=NEW_FOR_S),
        first_seen=from_micros(row.first_at),
        last_seen=last_at,
        onset_at=from_micros(row.onset_at),
        count=row._mapping["count"],
        quiet_since=last_at if is_quiet else None,
        resolved_at=resolves_at if is_over else None,
        resolves_at=None if is_over else resolves_at,
        recovered_by=row.recovered_by,
        returns=row.returns,
        returned_at=_time(row.returned_at),
        changed=[Change(*each) for each in json.loads(row.changed or "[]")],
        known_by=row.known_by,
        known_at=_time(row.known_at),
        snoozed_by=row.snoozed_by if is_snoozed else None,
        snoozed_until=_time(row.snoozed_until) if is_snoozed else None,
        rate_per_hour=rate,
        fields=last_row.get("fields") or {},
        row=last_row,
    )


def _time(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
