"""Recording occurrences and listing them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Literal

from sqlalchemy import Connection, Select, select

from app.incidents import keep as incidents
from app.incidents.keep import Placed, Recorded
from app.incidents.rules import Rules
from app.store.backend import Backend, Values
from app.store.listed import listed_row
from app.store.places import Place, save_place, take_place
from app.store.sql import upsert
from app.store.tables import IS_TROUBLE, host_facts, occurrences
from app.store.times import to_micros

MAX_PAGE = 1_000
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


def record(
    connection: Connection, backend: Backend, host: str, rows: Sequence[NewOccurrence], *, rules: Rules, now: datetime
) -> int:
    """Record the rows whose ids are new, in their order, and count them into incidents; gives how many that were.

    `recorded_at` never falls: where the clock was set back, the time of the row before is kept, so that somebody who
    asks again with `since` misses nothing. Where rows wait to be counted, these wait behind them.
    """
    place = take_place(connection)
    at = max(to_micros(now), place.recorded_at)
    new = _new_rows(rows, backend.new_ids(connection, {row.id for row in rows}, at))
    if not new:
        return 0
    recorded = [Recorded(host, at, to_micros(row.seen_at), row.count, row.row) for row in new]
    placed, batch = incidents.place(recorded, rules)
    is_counted = place.waiting == 0
    backend.prepare_day(connection, at)
    numbered = zip(count(place.seq + 1), new, recorded, placed, strict=False)
    backend.insert(connection, [_values(*each, is_counted=is_counted) for each in numbered])
    newest = place.seq + len(new)
    if is_counted:
        batch.count(connection, at)
    save_place(connection, Place(newest, at, newest if is_counted else place.counted_seq))
    return len(new)


def _new_rows(rows: Sequence[NewOccurrence], fresh: set[str]) -> list[NewOccurrence]:
    """Those with a new id; of two with the same one the first."""
    found = []
    for row in rows:
        if row.id in fresh:
            fresh.remove(row.id)
            found.append(row)
    return found


def _values(seq: int, new: NewOccurrence, row: Recorded, placed: Placed, *, is_counted: bool) -> Values:
    incident = placed.incident if is_counted else None
    recovery = int(placed.is_recovery)
    return seq, new.id, new.entry, row.host, row.recorded_at, row.seen_at, row.count, row.row, recovery, incident


def keep_facts(connection: Connection, host: str, facts: Mapping[str, Any], now: datetime) -> None:
    """Keep what a host tells of itself; it replaces what the host told before."""
    values = {"facts": json.dumps(facts, ensure_ascii=False), "recorded_at": to_micros(now)}
    statement = upsert(connection, host_facts).values(host=host, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[host_facts.c.host], set_=values))


def page(connection: Connection, query: Query) -> Page:
    """One page of what the query asks for."""
    found = connection.execute(_statement(query)).all()
    rows = found[: query.limit]
    shown = [listed_row(json.loads(row.row), row.host, row.recorded_at) for row in rows]
    return Page(shown, rows[-1].seq if len(found) > query.limit else None)


def _statement(query: Query) -> Select[Any]:
    table = occurrences.c
    statement = select(table.seq, table.host, table.recorded_at, table.row).where(IS_TROUBLE).limit(query.limit + 1)
    if query.entry is not None:
        statement = statement.where(table.entry == query.entry)
    if query.host is not None:
        statement = statement.where(table.host == query.host)
    if query.since is not None:
        # `recorded_at` never falls, so the first row since then begins all of them: one step in an index, and pages go
        # on by `seq` alone. The time itself is no condition: PostgreSQL would sort all rows since then.
        at = to_micros(query.since)
        first = select(table.seq).where(table.recorded_at >= at).order_by(table.recorded_at, table.seq).limit(1)
        statement = statement.where(table.seq >= first.scalar_subquery())
    if query.order == "desc":
        statement = statement.order_by(table.seq.desc())
        return statement if query.after is None else statement.where(table.seq < query.after)
    statement = statement.order_by(table.seq)
    return statement if query.after is None else statement.where(table.seq > query.after)
