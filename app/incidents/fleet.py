"""The fleet at a glance: counts by entry, hosts with what they tell of themselves, and one entry by a fact."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from app.incidents.lists import began_lately, is_handled, is_on
from app.incidents.values import EntryCount, FactCount, HostCount
from app.store.sql import among
from app.store.tables import entry_totals, incidents
from app.store.tables import facts as fact_rows
from app.store.tables import hosts as host_rows
from app.store.times import from_micros, to_micros

_TABLE = incidents.c
_COUNTED = ("on", "new", "returned", "handled", "hosts_on")


def entry_counts(connection: Connection, now: datetime, entry: str | None) -> Sequence[EntryCount]:
    """Counts for each entry that has incidents, or for one; those with most on now first.

    What was ever counted is kept with the entry; only what is on is counted here.
    """
    on = _on_by_entry(to_micros(now), entry).subquery()
    counted = [func.coalesce(on.c[name], 0).label(name) for name in _COUNTED]
    statement = select(entry_totals, *counted).outerjoin(on, on.c.entry == entry_totals.c.entry)
    if entry is not None:
        statement = statement.where(entry_totals.c.entry == entry)
    found = [_entry_count(row) for row in connection.execute(statement)]
    return sorted(found, key=lambda each: (-each.on, -each.last_seen.timestamp(), each.entry))


def _on_by_entry(at: int, entry: str | None) -> Select[Any]:
    """Asks for nothing that the index `incidents_on_entry` does not hold."""
    wanted = select(
        _TABLE.entry,
        func.count().label("on"),
        _how_many(began_lately(at)).label("new"),
        _how_many(_TABLE.returns > 0).label("returned"),
        _how_many(is_handled(at)).label("handled"),
        func.count(_TABLE.host.distinct()).label("hosts_on"),
    )
    wanted = wanted.where(is_on(at)).group_by(_TABLE.entry)
    return wanted if entry is None else wanted.where(_TABLE.entry == entry)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _entry_count(row: Any) -> EntryCount:
    return EntryCount(
        entry=row.entry,
        incidents=row.incidents,
        on=row.on,
        new=row.new,
        returned=row.returned,
        handled=row.handled,
        hosts=row.hosts,
        hosts_on=row.hosts_on,
        occurrences=row._mapping["count"],
        first_seen=from_micros(row.first_at),
        last_seen=from_micros(row.last_at),
    )


def hosts(connection: Connection, now: datetime, limit: int, after: str | None) -> Sequence[HostCount]:
    """Hosts by name, those behind `after`."""
    wanted = select(host_rows).order_by(host_rows.c.host).limit(limit)
    if after is not None:
        wanted = wanted.where(host_rows.c.host > after)
    return _host_counts(connection, now, connection.execute(wanted).all())


def host(connection: Connection, now: datetime, name: str) -> HostCount | None:
    """One host, None where nothing was ever delivered by it."""
    found = connection.execute(select(host_rows).where(host_rows.c.host == name)).all()
    return next(iter(_host_counts(connection, now, found)), None)


def _host_counts(connection: Connection, now: datetime, rows: Sequence[Any]) -> list[HostCount]:
    names = [row.host for row in rows]
    on = _how_many(is_on(to_micros(now))).label("on")
    columns = (_TABLE.host, func.count().label("incidents"), on, func.max(_TABLE.last_at).label("last_at"))
    wanted = select(*columns).where(among(connection, _TABLE.host, names)).group_by(_TABLE.host)
    counted = {row.host: row for row in connection.execute(wanted)}
    told = facts(connection, names)
    return [_host_count(row, counted.get(row.host), told.get(row.host, {})) for row in rows]


def _host_count(row: Any, counted: Any, told: Mapping[str, str]) -> HostCount:
    delivered_at = from_micros(row.recorded_at)
    if counted is None:
        return HostCount(row.host, 0, 0, None, delivered_at, told)
    last_seen = from_micros(counted.last_at)
    return HostCount(row.host, counted.incidents, int(counted.on), last_seen, delivered_at, told)


def facts(connection: Connection, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """What these hosts tell of themselves."""
    found: dict[str, dict[str, str]] = {}
    wanted = select(fact_rows).where(among(connection, fact_rows.c.host, names)).order_by(fact_rows.c.name)
    for row in connection.execute(wanted):
        found.setdefault(row.host, {})[row.name] = row.value
    return found


def fact_names(connection: Connection) -> Sequence[str]:
    """The names of all facts."""
    return connection.scalars(select(fact_rows.c.name).distinct().order_by(fact_rows.c.name)).all()


def cross(connection: Connection, now: datetime, entry: str, fact: str) -> Sequence[FactCount]:
    """One entry by the values of one fact, the most frequent value first."""
    on = func.max(case((is_on(to_micros(now)), 1), else_=0)).label("on")
    have = select(_TABLE.host, on).where(_TABLE.entry == entry).group_by(_TABLE.host).subquery()
    columns = (
        fact_rows.c.value,
        func.count().label("hosts"),
        func.count(have.c.host).label("hosts_with"),
        func.coalesce(func.sum(have.c.on), 0).label("hosts_on"),
    )
    joined = fact_rows.outerjoin(have, have.c.host == fact_rows.c.host)
    wanted = select(*columns).select_from(joined).where(fact_rows.c.name == fact).group_by(fact_rows.c.value)
    found = connection.execute(wanted.order_by(func.count().desc(), fact_rows.c.value))
    return [FactCount(fact, row.value, row.hosts, row.hosts_with, int(row.hosts_on)) for row in found]
