"""The two databases that a store may live in, for real: the same tests run on both.

PostgreSQL is Debian's, one server for the whole run, with a database of its own for each test.
"""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

from app.store.location import is_postgresql, path_of, url_of
from bench.postgresql import PACKAGE, Cluster, folders

Program = Callable[..., str]


class Database:
    """Where a test keeps its store. `execute` asks it past the store."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = not is_postgresql(url)

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement, committed."""
        if self.is_sqlite:
            connection = sqlite3.connect(path_of(self.url))
            try:
                with connection:
                    return connection.execute(sql).fetchall()
            finally:
                connection.close()
        engine = create_engine(self.url)
        try:
            with engine.begin() as opened:
                found = opened.exec_driver_sql(sql)
                return [tuple(row) for row in found] if found.returns_rows else []
        finally:
            engine.dispose()

    def clear(self) -> None:
        """As it was before anybody used it."""
        if self.is_sqlite:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path_of(self.url)}{suffix}").unlink(missing_ok=True)
        else:
            self.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def refuse_entry(self, entry: str) -> None:
        """Let every row of this entry fail."""
        if self.is_sqlite:
            self.execute(
                f"CREATE TRIGGER no AFTER INSERT ON occurrences WHEN new.entry = '{entry}' "
                "BEGIN SELECT raise(ABORT, 'no'); END"
            )
            return
        self.execute(f"ALTER TABLE occurrences ADD CHECK (entry <> '{entry}')")


@pytest.fixture(scope="session")
def postgresql(system_program: Program) -> Iterator[Cluster]:
    """A running PostgreSQL."""
    system_program("postgres", PACKAGE, *folders())
    pytest.importorskip("psycopg", reason="psycopg is missing: pip install 'faultbook[postgresql]'")
    cluster = Cluster(is_durable=False, settings=["shared_buffers=32MB", "autovacuum=off"])
    cluster.start()
    yield cluster
    cluster.close()


_numbers = iter(range(1, 1 << 30))


@pytest.fixture
def postgresql_database(postgresql: Cluster) -> Iterator[Database]:
    """An empty database."""
    name = f"test_{next(_numbers)}"
    administer(postgresql, f"CREATE DATABASE {name}")
    yield Database(postgresql.url(name))
    administer(postgresql, f"DROP DATABASE {name} WITH (FORCE)")


def administer(postgresql: Cluster, statement: str) -> None:
    """Run a statement that takes no transaction."""
    engine = create_engine(postgresql.url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Database:
    """A file that is not there yet."""
    return Database(url_of(tmp_path / "a.db"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """One after the other."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found
