"""How long rows are kept, by age and by size. What goes, goes from its old end, whole days of recording at a time.

Incidents, their hours, events and actions are no rows: they stay, with the counts they have. Ids of rows stay much
longer than rows, so that a host that comes back after months with a full spool does not record twice.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete

from app.store.backend import Backend
from app.store.partitions import Partition, day_of
from app.store.places import place_now
from app.store.tables import entry_hours, incident_hours

DAY_S: Final = 86_400
IDS_LONGER_S: Final = 90 * DAY_S
IDS_AT_LEAST_S: Final = 180 * DAY_S
HOURS_S: Final = 400 * DAY_S
_MICROS = 1_000_000
_HOUR_US = 3600 * _MICROS


@dataclass(frozen=True, slots=True)
class Retention:
    """`keep_s`: rows recorded longer ago go; `keep_bytes`: the oldest day goes while the store takes more.

    None: no such limit. The rows of today (UTC) are never removed for the size.
    """

    keep_s: float | None = None
    keep_bytes: int | None = None

    @property
    def is_endless(self) -> bool:
        """Whether everything is kept for ever."""
        return self.keep_s is None and self.keep_bytes is None

    @property
    def ids_s(self) -> float:
        """How long ids are kept."""
        return max(IDS_AT_LEAST_S, (self.keep_s or 0) + IDS_LONGER_S)


def remove_some(connection: Connection, backend: Backend, retention: Retention, now: int) -> int:
    """Remove a step's worth; gives how much that was, 0 where nothing is left. The caller has the turn to record."""
    if retention.is_endless:
        return 0
    counted = place_now(connection).counted_seq
    return (
        _remove_by_age(connection, backend, retention, now, counted)
        or _remove_by_size(connection, backend, retention, now, counted)
        or backend.remove_ids_before(connection, now - int(retention.ids_s * _MICROS))
        or _remove_hours(connection, now)
    )


def _remove_by_age(connection: Connection, backend: Backend, retention: Retention, now: int, counted: int) -> int:
    if retention.keep_s is None:
        return 0
    return backend.remove_before(connection, now - int(retention.keep_s * _MICROS), counted)


def _remove_by_size(connection: Connection, backend: Backend, retention: Retention, now: int, counted: int) -> int:
    if retention.keep_bytes is None or backend.size_bytes(connection) <= retention.keep_bytes:
        return 0
    end = backend.oldest_day_end(connection)
    if end is None or end > Partition(day_of(now)).begin:
        return 0
    return backend.remove_before(connection, end, counted)


def _remove_hours(connection: Connection, now: int) -> int:
    hour = (now - HOURS_S * _MICROS) // _HOUR_US
    removed = connection.execute(delete(incident_hours).where(incident_hours.c.hour < hour)).rowcount
    return removed + connection.execute(delete(entry_hours).where(entry_hours.c.hour < hour)).rowcount
