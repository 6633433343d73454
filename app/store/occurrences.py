"""Recording occurrences and listing them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.store.tables import host_facts, occurrence_ids, occurrences
from app.store.times import iso, to_micros

MAX_PAGE = 1_000
_IDS_AT_ONCE = 500
Order = Literal["asc", "desc"]


@dataclass(frozen=True, slots=True)
class NewOccurrence:
    """One row to record; `row` is what the watcher sent of it, as JSON."""

    id: str
    entry: str
    seen_at: datetime
    count: int
    row: str


@dataclass(frozen=True, slots=True)
class Query:
    """Which occurrences: each filter that is not None holds.

    `since` is a time of recording in this store and included. `order` is that of recording; `after` the number of the
    last row of the page before.
    """

    entry: str | None = None
    host: str | None = None
    since: datetime | None = None
    limit: int = 100
    order: Order = "asc"
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as they are shown, and the number to go on after; None on the last page."""

    rows: Sequence[Mapping[str, Any]]
    next: int | None


def record(connection: Connection, host: str, rows: Sequence[NewOccurrence], now: datetime) -> int:
    """Record the rows whose ids are new, in their order; gives how many that were.

    `recorded_at` never falls: where the clock was set back, the time of the row before is kept, so that somebody who
    asks again with `since` misses nothing.
    """
    fresh = _new_ids(connection, rows)
    at = max(to_micros(now), last_recorded_at(connection))
    values = []
    for row in rows:
        if row.id in fresh:
            fresh.remove(row.id)
            values.append(_values(host, row, at))
    if values:
        connection.execute(insert(occurrences), values)
    return len(values)


def _values(host: str, row: NewOccurrence, recorded_at: int) -> dict[str, Any]:
    return {
        "id": row.id,
        "entry": row.entry,
        "host": host,
        "recorded_at": recorded_at,
        "seen_at": to_micros(row.seen_at),
        "count": row.count,
        "row": row.row,
    }


def _new_ids(connection: Connection, rows: Sequence[NewOccurrence]) -> set[str]:
    fresh: set[str] = set()
    ids = sorted({row.id for row in rows})
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = [{"id": each} for each in ids[start : start + _IDS_AT_ONCE]]
        statement = upsert(occurrence_ids).values(some).on_conflict_do_nothing().returning(occurrence_ids.c.id)
        fresh.update(connection.scalars(statement))
    return fresh


def last_recorded_at(connection: Connection) -> int:
    """The time of the newest row in microseconds; 0 where there is none."""
    newest = select(occurrences.c.recorded_at).order_by(occurrences.c.seq.desc()).limit(1)
    return connection.scalar(newest) or 0


def keep_facts(connection: Connection, host: str, facts: Mapping[str, Any], now: datetime) -> None:
    """Keep what a host tells of itself; it replaces what the host told before."""
    values = {"facts": json.dumps(facts, ensure_ascii=False), "recorded_at": to_micros(now)}
    statement = upsert(host_facts).values(host=host, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[host_facts.c.host], set_=values))


def page(connection: Connection, query: Query) -> Page:
    """One page of what the query asks for."""
    found = connection.execute(_statement(query)).all()
    rows = found[: query.limit]
    return Page([_shown(row) for row in rows], rows[-1].seq if len(found) > query.limit else None)


def _statement(query: Query) -> Select[Any]:
    table = occurrences.c
    statement = select(table.seq, table.host, table.recorded_at, table.row).limit(query.limit + 1)
    if query.entry is not None:
        statement = statement.where(table.entry == query.entry)
    if query.host is not None:
        statement = statement.where(table.host == query.host)
    if query.since is not None:
        # `recorded_at` never falls, so the first row since then begins all of them: one step in an index, and pages go
        # on by `seq` alone.
        since = select(func.min(table.recorded_at)).where(table.recorded_at >= to_micros(query.since))
        first = select(func.min(table.seq)).where(table.recorded_at == since.scalar_subquery())
        statement = statement.where(table.seq >= first.scalar_subquery())
    if query.order == "desc":
        statement = statement.order_by(table.seq.desc())
        return statement if query.after is None else statement.where(table.seq < query.after)
    statement = statement.order_by(table.seq)
    return statement if query.after is None else statement.where(table.seq > query.after)


def _shown(row: Any) -> dict[str, Any]:
    """A row as it is listed: `host` is whose watcher recorded it, `log_host` the one that the line names."""
    sent = json.loads(row.row)
    return {
        "id": sent.pop("id"),
        "entry": sent.pop("entry"),
        "host": row.host,
        "recorded_at": iso(row.recorded_at),
        "seen_at": sent.pop("seen_at"),
        "log_host": sent.pop("host", None),
        **sent,
    }
