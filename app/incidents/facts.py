"""What hosts tell of themselves, flat and one value a row, and what changed when.

A delivery's facts `{"kernel": "6.1.0", "nic_drivers": {"ixgbe": "5.19.6"}}` are kept as `kernel` and
`nic_drivers.ixgbe`. They hold from the moment the store hears of them: a host whose kernel was upgraded tells of it
when its watcher starts again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select

from app.incidents.values import Change
from app.store.sql import store_many
from app.store.tables import fact_changes, facts, hosts


def flat(told: Mapping[str, Any]) -> dict[str, str]:
    """Facts as names and texts; a list is one text, its values in order."""
    found: dict[str, str] = {}
    for name, value in told.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{part}": str(each) for part, each in value.items()}
        else:
            found[name] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return found


def keep(connection: Connection, host: str, told: Mapping[str, Any], at: int) -> None:
    """Keep what a host tells now in the place of what it told before, and remember what is different."""
    heard_of(connection, {host: at})
    new = flat(told)
    told_before = connection.execute(select(facts.c.name, facts.c.value).where(facts.c.host == host))
    old = {row.name: row.value for row in told_before}
    different = [name for name in sorted(new.keys() | old.keys()) if new.get(name) != old.get(name)]
    if not different:
        return
    gone = [name for name in different if name not in new]
    if gone:
        connection.execute(delete(facts).where(facts.c.host == host, facts.c.name.in_(gone)))
    fresh = [{"host": host, "name": name, "value": new[name], "since": at} for name in different if name in new]
    store_many(connection, facts, fresh)
    if old:  # what a host tells for the first time is no change
        changes = [
            {"host": host, "name": name, "at": at, "before": old.get(name), "after": new.get(name)}
            for name in different
        ]
        connection.execute(insert(fact_changes), changes)


def heard_of(connection: Connection, delivered: Mapping[str, int]) -> None:
    """Remember when these hosts delivered last."""
    store_many(connection, hosts, [{"host": host, "recorded_at": at} for host, at in delivered.items()])


def changes_since(connection: Connection, since: Iterable[tuple[str, int]]) -> Sequence[Sequence[Change]]:
    """For each (host, time) what changed on that host after it, from the first value to the last."""
    asked = list(since)
    oldest: dict[str, int] = {}
    for host, at in asked:
        oldest[host] = min(at, oldest.get(host, at))
    wanted = or_(*(and_(fact_changes.c.host == host, fact_changes.c.at > at) for host, at in oldest.items()))
    found = connection.execute(select(fact_changes).where(wanted).order_by(fact_changes.c.seq)).all() if asked else []
    return [_merged([row for row in found if row.host == host and row.at > at]) for host, at in asked]


def _merged(rows: Sequence[Any]) -> Sequence[Change]:
    merged: dict[str, Change] = {}
    for row in rows:
        before = merged[row.name].before if row.name in merged else row.before
        merged[row.name] = Change(row.name, before, row.after)
    return [each for each in merged.values() if each.before != each.after]
