"""The store in a SQLite file: rows are removed in small steps, each a short transaction, so that nobody waits long."""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, text

from app.store.backend import COLUMNS, Values
from app.store.partitions import Partition, day_of

STEP: Final = 2_000
_INSERT = f"INSERT INTO occurrences ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
# WHERE true: else SQLite takes ON for the beginning of a join.
_NEW_IDS = (
    "INSERT INTO occurrence_ids (id, recorded_at) SELECT value, ? FROM json_each(?) WHERE true "
    "ON CONFLICT DO NOTHING RETURNING id"
)
_REMOVE = (
    "DELETE FROM occurrences WHERE seq IN (SELECT seq FROM occurrences WHERE recorded_at < ? AND seq <= ? "
    "ORDER BY recorded_at LIMIT ?)"
)
_REMOVE_IDS = "DELETE FROM occurrence_ids WHERE id IN (SELECT id FROM occurrence_ids WHERE recorded_at < ? LIMIT ?)"


class SqliteBackend:
    """See `Backend`."""

    def new_ids(self, connection: Connection, ids: Iterable[str], at: int) -> set[str]:
        """Keep these ids as recorded at this time; gives those that were not there."""
        return {row[0] for row in connection.exec_driver_sql(_NEW_IDS, (at, json.dumps(sorted(ids))))}

    def prepare_day(self, connection: Connection, at: int) -> None:
        """Nothing is to be done."""

    def prepare_ahead(self, connection: Connection, at: int) -> None:
        """Nothing is to be done."""

    def insert(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Store rows."""
        connection.exec_driver_sql(_INSERT, list(rows))

    def size_bytes(self, connection: Connection) -> int:
        """The pages in use."""
        pages, free, size = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def remove_before(self, connection: Connection, at: int, counted_seq: int) -> int:
        """Remove the oldest rows, `STEP` at most."""
        return connection.exec_driver_sql(_REMOVE, (at, counted_seq, STEP)).rowcount

    def oldest_day_end(self, connection: Connection) -> int | None:
        """The end of the oldest day that has rows."""
        oldest = connection.scalar(text("SELECT min(recorded_at) FROM occurrences"))
        return None if oldest is None else Partition(day_of(oldest)).end

    def remove_ids_before(self, connection: Connection, at: int) -> int:
        """Remove old ids, `STEP` at most."""
        return connection.exec_driver_sql(_REMOVE_IDS, (at, STEP)).rowcount
