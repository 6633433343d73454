"""What the two databases do differently, each behind the same few methods: see `sqlite` and `postgresql`."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import Connection, Engine

Values = tuple[int, str, str, str, int, int, int, str, int, int | None]
"""A row to insert: seq, id, entry, host, recorded_at, seen_at, count, row, recovery, incident."""
COLUMNS = ("seq", "id", "entry", "host", "recorded_at", "seen_at", "count", '"row"', "recovery", "incident")


class Backend(Protocol):
    """One kind of database. Its methods work within the caller's transaction."""

    def new_ids(self, connection: Connection, ids: Iterable[str], at: int) -> set[str]:
        """Keep these ids as recorded at this time; gives those that were not there."""
        ...

    def prepare_day(self, connection: Connection, at: int) -> None:
        """Make room for rows that are recorded at this time."""
        ...

    def prepare_ahead(self, connection: Connection, at: int) -> None:
        """Make room for the days to come."""
        ...

    def insert(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Store rows."""
        ...

    def size_bytes(self, connection: Connection) -> int:
        """What everything in the store takes; what was removed and can be used again does not count."""
        ...

    def remove_before(self, connection: Connection, at: int, counted_seq: int) -> int:
        """Remove some of the rows recorded before this time; gives how many steps were made: 0: nothing is left.

        Rows behind `counted_seq` stay: no incident has counted them yet.
        """
        ...

    def oldest_day_end(self, connection: Connection) -> int | None:
        """The end of the oldest day that has rows; None where there are none."""
        ...

    def remove_ids_before(self, connection: Connection, at: int) -> int:
        """Remove some of the ids recorded before this time; gives how many."""
        ...


def backend_of(engine: Engine) -> Backend:
    """The backend of an engine."""
    if engine.dialect.name == "postgresql":
        from app.store.postgresql import PostgresqlBackend  # noqa: PLC0415 - one of the two is needed

        return PostgresqlBackend()
    from app.store.sqlite import SqliteBackend  # noqa: PLC0415

    return SqliteBackend()
