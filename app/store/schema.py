"""Brings a SQLite file to the newest schema: the numbered files of `migrations/sqlite`, each in one transaction.

Standard library only: a watcher without a server keeps the same schema without SQLAlchemy. Which migrations a file has
stands in its table `schema_migrations`; its application id tells the file from those of other programs.

    SchemaError          the file's schema is not the one this program works with
    ├── OutdatedSchema   it is older: `faultbook db upgrade`
    ├── NewerSchema      it was made by a newer faultbook
    └── ForeignFile      it belongs to another program
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

APPLICATION_ID = 0x66624B31
"""`fbK1`, in the header of every SQLite file of faultbook (`PRAGMA application_id`)."""
_DIRECTORY = Path(__file__).parent / "migrations"
_TABLE = """\
CREATE TABLE schema_migrations (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ'))
)"""


class SchemaError(Exception):
    """The file cannot be used as it is; str() says why and what to do."""


class OutdatedSchema(SchemaError):
    """The file was made by an older faultbook."""


class NewerSchema(SchemaError):
    """The file was made by a newer faultbook."""


class ForeignFile(SchemaError):
    """The file belongs to another program."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: `number` counts from 1 without gaps."""

    number: int
    name: str
    sql: str


def migrations(dialect: str = "sqlite") -> list[Migration]:
    """Every step, in order; `dialect` is `sqlite` or `postgresql`, and both have the same steps."""
    found = []
    for path in sorted((_DIRECTORY / dialect).glob("[0-9]*.sql")):
        number, _, name = path.stem.partition("_")
        found.append(Migration(int(number), name, path.read_text("utf-8")))
    return found


def missing(connection: sqlite3.Connection) -> list[Migration]:
    """The steps that this file has not had; raises NewerSchema and ForeignFile."""
    steps = migrations()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    if tables and application_id != APPLICATION_ID:
        raise ForeignFile("it is a database of another program; choose another file")
    if "schema_migrations" not in tables:
        return steps
    (newest,) = connection.execute("SELECT coalesce(max(number), 0) FROM schema_migrations").fetchone()
    if newest > len(steps):
        raise NewerSchema("it was made by a newer faultbook; install that version again")
    return steps[newest:]


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether nothing was ever created in this file."""
    return bool(connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])


def upgrade(connection: sqlite3.Connection) -> list[Migration]:
    """Apply what is missing and give it; the connection is in autocommit (`isolation_level=None`).

    Each step is one transaction, and two programs that do this at once do each step once.
    """
    done = []
    while missing(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            steps = missing(connection)
            if steps:
                _apply(connection, steps[0])
                done.append(steps[0])
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return done


def _apply(connection: sqlite3.Connection, step: Migration) -> None:
    if step.number == 1:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(_TABLE)
    for statement in statements(step.sql):
        connection.execute(statement)
    connection.execute("INSERT INTO schema_migrations (number, name) VALUES (?, ?)", (step.number, step.name))


def statements(sql: str) -> list[str]:
    """The statements of a script one by one: `executescript` would end the transaction."""
    found, pending = [], ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    return found
