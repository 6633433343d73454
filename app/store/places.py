"""How far recording has come: the newest number and time, and what incidents have counted of it.

Whoever records takes the place first and thereby the turn: PostgreSQL locks the row until the transaction ends, SQLite
has one writer anyway. So numbers are given out in the order of commits, and a reader who saw a number never meets a
smaller one later.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, text, update

from app.store.sql import is_sqlite
from app.store.tables import occurrences, recording


@dataclass(frozen=True, slots=True)
class Place:
    """`seq` and `recorded_at` (microseconds) of the newest row; rows up to `counted_seq` belong to incidents."""

    seq: int
    recorded_at: int
    counted_seq: int

    @property
    def waiting(self) -> int:
        """About how many rows are not counted yet."""
        return self.seq - self.counted_seq


def take_place(connection: Connection) -> Place:
    """Take the turn to record; it lasts until the transaction ends."""
    return _place(connection, select(recording).with_for_update())


def place_now(connection: Connection) -> Place:
    """The place, for whoever only wants to know."""
    return _place(connection, select(recording))


def _place(connection: Connection, statement: Any) -> Place:
    row = connection.execute(statement).one()
    if not is_sqlite(connection):
        return Place(row.seq, row.recorded_at, row.counted_seq)
    # A watcher of its own records into the same file and knows of no places.
    seq = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'occurrences'")) or 0
    newest = select(occurrences.c.recorded_at).order_by(occurrences.c.seq.desc()).limit(1)
    recorded_at = connection.scalar(newest) or 0
    return Place(max(row.seq, seq), max(row.recorded_at, recorded_at), row.counted_seq)


def save_place(connection: Connection, place: Place) -> None:
    """Store the place; the caller has the turn."""
    connection.execute(
        update(recording).values(seq=place.seq, recorded_at=place.recorded_at, counted_seq=place.counted_seq)
    )
