"""The store in a PostgreSQL database: rows by COPY, days as partitions, whole days dropped.

Every setting that a promise hangs on is made for each connection, whatever the server's own is: `synchronous_commit`,
since a delivery is answered with its transaction, and limits on waiting, since a delivery that waits is sent again.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.store import partitions
from app.store.backend import COLUMNS, Values
from app.store.errors import StoreError
from app.store.partitions import day_of

STEP: Final = 20_000
_SETTINGS = (
    "SET synchronous_commit = on",
    "SET lock_timeout = '5s'",
    "SET statement_timeout = '60s'",
    "SET idle_in_transaction_session_timeout = '60s'",
    "SET TimeZone = 'UTC'",
)
_CONNECT = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "tcp_user_timeout": 10_000,
    "application_name": "faultbook",
    # A plan made for any value knows nothing of rare entries and of partitions that need not be read.
    "prepare_threshold": None,
}
_COPY = f"COPY occurrences ({', '.join(COLUMNS)}) FROM STDIN"
_NEW_IDS = text(
    "INSERT INTO occurrence_ids (id, recorded_at) SELECT unnest(CAST(:ids AS text[])), :at "
    "ON CONFLICT DO NOTHING RETURNING id"
)
_REMOVE_IDS = text(
    "DELETE FROM occurrence_ids WHERE ctid = ANY (ARRAY("
    "SELECT ctid FROM occurrence_ids WHERE recorded_at < :at LIMIT :most))"
)
_SIZE = text(
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'occurrences'::regclass)"
)
_NEWEST = "SELECT max(seq) FROM {}"


def postgresql_engine(url: str, *, readonly: bool = False) -> Engine:
    """An engine on this database; raises StoreError where the URL cannot be used or psycopg is missing."""
    try:
        found = make_url(url)
        engine = create_engine(
            found, pool_size=8, max_overflow=8, pool_timeout=5.0, pool_pre_ping=True, connect_args=_connect_args(found)
        )
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs psycopg: pip install 'faultbook[postgresql]'") from None
    except (ArgumentError, ValueError):
        raise StoreError("the store's URL cannot be read; write postgresql+psycopg://USER@HOST/DATABASE") from None

    def prepare(driver: Any, _record: object) -> None:
        driver.autocommit = True
        for setting in (*_SETTINGS, *(("SET default_transaction_read_only = on",) if readonly else ())):
            driver.execute(setting)
        driver.autocommit = False

    event.listen(engine, "connect", prepare)
    return engine


def _connect_args(url: URL) -> dict[str, Any]:
    return {name: value for name, value in _CONNECT.items() if name not in url.query}


def shown_url(url: str) -> str:
    """The URL without its password."""
    with suppress(ArgumentError, ValueError):
        return make_url(url).render_as_string(hide_password=True)
    return "the store"


class PostgresqlBackend:
    """See `Backend`. Remembers for which day there is a partition, and how large the store was."""

    def __init__(self) -> None:
        self._prepared: set[Any] = set()

    def new_ids(self, connection: Connection, ids: Iterable[str], at: int) -> set[str]:
        """Keep these ids as recorded at this time; gives those that were not there."""
        return set(connection.scalars(_NEW_IDS, {"ids": list(ids), "at": at}))

    def prepare_day(self, connection: Connection, at: int) -> None:
        """Make the partition of the day where nobody made it ahead."""
        day = day_of(at)
        # One that is made here is not remembered: this transaction may be rolled back, and the partition with it.
        if day not in self._prepared and not partitions.make(connection, day):
            self._prepared.add(day)

    def prepare_ahead(self, connection: Connection, at: int) -> None:
        """Make the partitions of today and the next days."""
        for micros in range(at, at + (partitions.AHEAD_DAYS + 1) * 86_400_000_000, 86_400_000_000):
            partitions.make(connection, day_of(micros))

    def insert(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Store rows by COPY."""
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)

    def size_bytes(self, connection: Connection) -> int:
        """All tables and indexes beside `occurrences`."""
        return int(connection.scalar(_SIZE) or 0)

    def remove_before(self, connection: Connection, at: int, counted_seq: int) -> int:
        """Drop the oldest partition that is wholly before this time."""
        for one in partitions.listed(connection):
            if one.end > at:
                return 0
            newest = connection.exec_driver_sql(_NEWEST.format(one.name)).scalar()
            if newest is not None and newest > counted_seq:
                return 0
            partitions.drop(connection, one)
            self._prepared.discard(one.day)
            return 1
        return 0

    def oldest_day_end(self, connection: Connection) -> int | None:
        """The end of the oldest day that has a partition."""
        return next((one.end for one in partitions.listed(connection)), None)

    def remove_ids_before(self, connection: Connection, at: int) -> int:
        """Remove old ids, `STEP` at most."""
        return connection.execute(_REMOVE_IDS, {"at": at, "most": STEP}).rowcount
