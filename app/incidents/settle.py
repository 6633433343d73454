"""Tells what silence ended: nobody comes by when nothing happens, so the store looks from time to time."""

from typing import Final

from sqlalchemy import Connection, select

from app.incidents.keep import LIFE_COLUMNS, write
from app.incidents.life import HOLD_US, Life
from app.store.tables import IS_ON, incidents

AT_ONCE: Final = 500


def settle(connection: Connection, now: int) -> int:
    """Write `resolved` for incidents that are over for good; gives how many, at most `AT_ONCE`."""
    over = (IS_ON, incidents.c.resolves_at <= now - HOLD_US)
    lives = [Life(*row) for row in connection.execute(select(*LIFE_COLUMNS).where(*over).limit(AT_ONCE))]
    for life in lives:
        life.settle(now)
    write(connection, lives, now)
    return len(lives)
