"""What all incidents of an entry come to, kept up to date with them: nobody has to add up years of incidents.

Only what time does not change is kept so: how many there are, on how many hosts, how often, the first and the last.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from app.incidents.life import Life
from app.store.sql import Merge, store_many, upsert
from app.store.tables import entry_hosts, entry_totals

_MERGES: Final[Mapping[str, Merge]] = {
    "incidents": "sum",
    "hosts": "sum",
    "count": "sum",
    "first_at": "least",
    "last_at": "greatest",
}


def add_totals(
    connection: Connection, lives: Collection[Life], known: Collection[int], hours: Mapping[tuple[str, int], int]
) -> None:
    """Add what a batch brought: its incidents, of which the `known` were there before, and its occurrences by hour."""
    begun = [life for life in lives if life.id not in known]
    incidents, hosts = Counter(life.entry for life in begun), _new_hosts(connection, begun)
    counts: Counter[str] = Counter()
    for (entry, _hour), count in hours.items():
        counts[entry] += count
    rows = [
        {
            "entry": entry,
            "incidents": incidents[entry],
            "hosts": hosts[entry],
            "count": counts[entry],
            "first_at": min(life.first_at for life in each),
            "last_at": max(life.last_at for life in each),
        }
        for entry, each in _by_entry(lives).items()
    ]
    store_many(connection, entry_totals, rows, _MERGES)


def _new_hosts(connection: Connection, begun: Iterable[Life]) -> Counter[str]:
    """By entry on how many hosts these are its first."""
    pairs = [{"entry": entry, "host": host} for entry, host in sorted({(life.entry, life.host) for life in begun})]
    if not pairs:
        return Counter()
    statement = upsert(connection, entry_hosts).on_conflict_do_nothing().returning(entry_hosts.c.entry)
    return Counter(connection.scalars(statement, pairs))


def _by_entry(lives: Iterable[Life]) -> Mapping[str, Sequence[Life]]:
    found: defaultdict[str, list[Life]] = defaultdict(list)
    for life in lives:
        found[life.entry].append(life)
    return found
