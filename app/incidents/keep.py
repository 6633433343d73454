"""Counts a batch of recorded rows into their incidents: a few statements for the whole batch, in its transaction.

Whoever calls this holds the store's turn to record, so what is read here is still so when it is written.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select

from app.incidents import facts
from app.incidents.identity import identity_of, number_of
from app.incidents.life import Life, Sighting
from app.incidents.moments import moment_of
from app.incidents.rules import Rules
from app.incidents.totals import add_totals
from app.incidents.values import Change
from app.store.sql import among, store_many
from app.store.tables import entry_hours, incident_events, incident_hours, incident_rows, incidents
from app.store.times import parse_time, to_micros

HOUR_US: Final = 3_600_000_000
MAX_ROW: Final = 16 << 10
"""Of a longer row only a part stays with the incident."""
_CUT = 2_000
_LIFE = [name for name in Life.__dataclass_fields__ if name not in ("last_row", "told", "ended_from")]
LIFE_COLUMNS = [incidents.c[name] for name in _LIFE]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row that is being recorded, or was: `row` is what the watcher sent, as JSON."""

    host: str
    recorded_at: int
    seen_at: int
    count: int
    row: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a row belongs: its incident, and whether it says that a trouble is over."""

    incident: int
    is_recovery: bool


@dataclass(slots=True)
class _Seen:
    """A row on its way through the batch."""

    entry: str
    host: str
    identity: str
    sighting: Sighting
    is_recovery: bool
    matcher: str
    ends: Sequence[int] = ()


def place(rows: Iterable[Recorded], rules: Rules) -> tuple[list[Placed], "Batch"]:
    """Where each row belongs, and the batch to count; reads and writes nothing."""
    batch = Batch(rules)
    return [batch.add(row) for row in rows], batch


class Batch:
    """Rows by incident, in their order."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._rows: list[tuple[int, _Seen]] = []
        self._delivered: dict[str, int] = {}
        self._known: dict[tuple[Any, ...], tuple[int, str]] = {}

    def add(self, row: Recorded) -> Placed:
        """Take the row; says where it belongs."""
        sent = json.loads(row.row)
        entry, fields, matcher = sent["entry"], sent.get("fields") or {}, sent.get("matcher", "")
        number, identity = self._identified(entry, row.host, fields)
        ended = self._rules.ended_by(entry, matcher)
        is_recovery = sent.get("recovery") is True or entry in ended
        ends = [self._identified(each, row.host, fields)[0] for each in ended if each != entry]
        if is_recovery:
            ends.append(number)
        seen = _Seen(entry, row.host, identity, _sighting(row, sent), is_recovery, matcher, ends)
        self._rows.append((number, seen))
        self._delivered[row.host] = row.recorded_at
        return Placed(number, is_recovery)

    def _identified(self, entry: str, host: str, fields: dict[str, Any]) -> tuple[int, str]:
        """(number, identity) of an entry's incident with these fields; the rows of a batch have few."""
        names = self._rules.identity_fields(entry)
        key = (entry, host, *[fields.get(name) for name in names])
        found = self._known.get(key)
        if found is None:
            identity = identity_of(names, fields)
            found = self._known[key] = number_of(entry, host, identity), identity
        return found

    def count(self, connection: Connection, now: int) -> None:
        """Bring the incidents of these rows up to date."""
        touched = {number for number, seen in self._rows for number in (number, *seen.ends)}
        lives = {life.id: life for life in _loaded(connection, touched)}
        known = set(lives)
        hours: defaultdict[tuple[int, int], int] = defaultdict(int)
        entries: defaultdict[tuple[str, int], int] = defaultdict(int)
        changed: dict[int, Life] = {}
        for number, seen in self._rows:
            for each in seen.ends:
                if (life := lives.get(each)) is not None:
                    life.recover(seen.sighting.last, f"{seen.entry}/{seen.matcher}")
                    changed[each] = life
            if not seen.is_recovery:
                changed[number] = lives[number] = self._see(lives.get(number), number, seen)
                hour = seen.sighting.last // HOUR_US
                hours[number, hour] += seen.sighting.count
                entries[seen.entry, hour] += seen.sighting.count
        facts.heard_of(connection, self._delivered)
        _remember_changes(connection, list(changed.values()))
        write(connection, list(changed.values()), now)
        _add_hours(connection, incident_hours, "incident", hours)
        _add_hours(connection, entry_hours, "entry", entries)
        add_totals(connection, changed.values(), known, entries)

    def _see(self, life: Life | None, number: int, seen: _Seen) -> Life:
        silence_us = self._rules.silence_us(seen.entry)
        if life is None:
            return Life.begin(number, seen.entry, seen.host, seen.identity, seen=seen.sighting, silence_us=silence_us)
        life.see(seen.sighting, silence_us)
        return life


def _sighting(row: Recorded, sent: dict[str, Any]) -> Sighting:
    """A watcher whose clock is ahead has seen nothing later than the store recorded it."""
    first = _micros(sent.get("first"), row.seen_at)
    last = max(first, _micros(sent.get("last"), row.seen_at))
    at = moment_of(sent.get("time"), min(first, row.recorded_at))
    return Sighting(at, min(at + last - first, row.recorded_at), row.count, _shown(row, sent))


def _micros(text: str | None, otherwise: int) -> int:
    try:
        return to_micros(parse_time(text)) if text else otherwise
    except ValueError:  # what was stored by other means than a delivery was not checked
        return otherwise


def _shown(row: Recorded, sent: dict[str, Any]) -> str:
    """The row as JSON with the time of recording in it; a long one cut, so that incidents stay small."""
    text = row.row
    if len(text) > MAX_ROW:
        fields = {name: value[:200] if isinstance(value, str) else value for name, value in sent["fields"].items()}
        text = json.dumps(sent | {"text": sent["text"][:_CUT], "fields": fields}, ensure_ascii=False)
    return f'{{"recorded_at": {row.recorded_at}, {text[1:]}'


def _loaded(connection: Connection, numbers: Iterable[int]) -> list[Life]:
    found = connection.execute(select(*LIFE_COLUMNS).where(among(connection, incidents.c.id, numbers)))
    return [Life(*row) for row in found]


def _remember_changes(connection: Connection, lives: Sequence[Life]) -> None:
    """What is different on the hosts of those that returned, since they were last seen."""
    returned = [(life, life.ended_from) for life in lives if life.ended_from is not None]
    found = facts.changes_since(connection, [(life.host, at) for life, at in returned]) if returned else []
    for (life, _at), changes in zip(returned, found, strict=True):
        life.changed = plain_changes(changes)


def plain_changes(changes: Sequence[Change]) -> str | None:
    """Changes as they are stored; None where there are none."""
    return json.dumps([[each.fact, each.before, each.after] for each in changes]) if changes else None


def write(connection: Connection, lives: Sequence[Life], now: int) -> None:
    """Store these incidents and what is to be told of them; `now` is the time of recording."""
    if not lives:
        return
    store_many(connection, incidents, [{name: getattr(life, name) for name in _LIFE} for life in lives])
    rows = [{"incident": life.id, "row": life.last_row} for life in lives if life.last_row is not None]
    store_many(connection, incident_rows, rows)
    told = [_event(life, each, now) for life in lives for each in life.told]
    if told:
        connection.execute(insert(incident_events), told)


def _event(life: Life, told: Any, now: int) -> dict[str, Any]:
    detail: str | None = None
    if told.by is not None:
        detail = json.dumps({"by": told.by})
    elif told.kind == "returned" and life.changed is not None:
        detail = f'{{"changed": {life.changed}}}'
    return {
        "incident": life.id,
        "entry": life.entry,
        "host": life.host,
        "kind": told.kind,
        "at": told.at,
        "recorded_at": now,
        "detail": detail,
    }


def _add_hours(connection: Connection, table: Table, key: str, hours: Mapping[tuple[Any, int], int]) -> None:
    rows = [{key: each, "hour": hour, "count": count} for (each, hour), count in hours.items()]
    store_many(connection, table, rows, {"count": "sum"})
