"""A SQLite file as an engine whose transactions are what the store needs.

A transaction that writes begins as a writer (BEGIN IMMEDIATE), so that it waits for its turn at the beginning and not
in the middle, where SQLite could only refuse. WAL lets readers go on meanwhile. `synchronous=FULL`: what was committed
outlives a power cut, since a delivery is answered with it.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import URL

_BUSY_S = 5.0
_WAL_PAGES = 8192
_CACHE_KIB = 32 << 10
_WRITING = "faultbook_writing"


def sqlite_engine(path: Path, *, readonly: bool = False) -> Engine:
    """An engine on this file. Unless `readonly` the file is made where there is none, for its owner only."""
    if not readonly:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    engine = create_engine(
        URL.create("sqlite"),
        creator=lambda: _connect(path, readonly),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=8,
        pool_timeout=_BUSY_S,
        pool_use_lifo=True,  # who writes finds what the one before had in its cache
    )
    event.listen(engine, "begin", _begin)
    return engine


def _connect(path: Path, readonly: bool) -> sqlite3.Connection:
    # isolation_level None: the module begins no transaction of its own.
    uri = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rw'}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S, check_same_thread=False)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        if not readonly:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA journal_size_limit = {4 << 20}")
            # Ids are spread over the whole file: a page that is changed again soon is written once.
            connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed and on the disk at the end of the block, rolled back when it raises."""
    with engine.connect().execution_options(**{_WRITING: True}) as connection, connection.begin():
        yield connection
