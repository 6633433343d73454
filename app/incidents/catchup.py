"""Counts rows that were recorded while nobody counted: before there were incidents, or by a watcher of its own.

`recording.counted_seq` says how far that went. While it is behind, new rows wait there too, so that every incident
sees its rows in the order of recording; each step is a short transaction, and the store goes on recording meanwhile.
"""

from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from app.incidents.keep import Recorded, place
from app.incidents.rules import Rules
from app.store.places import Place, save_place
from app.store.tables import occurrences

STEP: Final = 2_000


def step(connection: Connection, at: Place, rules: Rules, now: int, most: int = STEP) -> int:
    """Count the next rows; gives how many that were, 0 where none is left. The caller holds the turn to record."""
    columns = occurrences.c
    wanted = select(
        columns.seq, columns.host, columns.recorded_at, columns.seen_at, columns["count"], columns.row
    ).where(columns.seq > at.counted_seq)
    found = connection.execute(wanted.order_by(columns.seq).limit(most)).all()
    if found:
        placed, batch = place((Recorded(*row[1:]) for row in found), rules)
        batch.count(connection, now)
        values = [
            {"the_seq": row.seq, "at": row.recorded_at, "number": each.incident, "is_recovery": int(each.is_recovery)}
            for row, each in zip(found, placed, strict=True)
        ]
        # The time is there for PostgreSQL: it says in which partition the row is.
        statement = update(occurrences).where(
            columns.seq == bindparam("the_seq"), columns.recorded_at == bindparam("at")
        )
        connection.execute(statement.values(incident=bindparam("number"), recovery=bindparam("is_recovery")), values)
    counted = found[-1].seq if len(found) == most else at.seq
    save_place(connection, Place(at.seq, at.recorded_at, counted))
    return len(found)
