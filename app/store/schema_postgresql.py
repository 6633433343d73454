"""Brings a PostgreSQL database to the newest schema: the numbered files of `migrations/postgresql`.

As for SQLite (`schema`), with the same numbers and names. Which steps a database has had stands in its table
`faultbook_migrations`; the tables of other programs in it are left alone.
"""

from sqlalchemy import Connection, Engine, text

from app.store.schema import Migration, NewerSchema, OutdatedSchema, SchemaError, migrations

_LOCK = 0x66624B31  # of this program alone: two that upgrade at once do each step once
_TABLE = """\
CREATE TABLE faultbook_migrations (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
)"""


def check(engine: Engine, *, readonly: bool) -> None:
    """Make the schema where there is none; raises SchemaError where it is not the newest."""
    with engine.connect() as connection:
        _check_encoding(connection)
        done = _done(connection)
    if done is None and not readonly:
        upgrade(engine)
    elif done is None:
        raise SchemaError("nothing was recorded there yet; start faultbook serve on it")
    elif len(_missing(done)) > 0:
        raise OutdatedSchema("its schema is an older one; run faultbook db upgrade --db with the same URL")


def upgrade(engine: Engine) -> list[Migration]:
    """Apply what is missing, each step in a transaction of its own, and give it."""
    applied: list[Migration] = []
    with engine.connect() as connection:
        _check_encoding(connection)
    while True:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            done = _done(connection)
            if done is None:
                connection.exec_driver_sql(_TABLE)
            steps = _missing(done or 0)
            if not steps:
                return applied
            _apply(connection, steps[0])
            applied.append(steps[0])


def _apply(connection: Connection, step: Migration) -> None:
    connection.exec_driver_sql(step.sql)
    connection.execute(
        text("INSERT INTO faultbook_migrations (number, name) VALUES (:number, :name)"),
        {"number": step.number, "name": step.name},
    )


def _done(connection: Connection) -> int | None:
    """The newest step that this database has had, None where it has none of our tables."""
    if connection.scalar(text("SELECT to_regclass('faultbook_migrations')")) is None:
        return None
    return int(connection.scalar(text("SELECT coalesce(max(number), 0) FROM faultbook_migrations")) or 0)


def _missing(done: int) -> list[Migration]:
    steps = migrations("postgresql")
    if done > len(steps):
        raise NewerSchema("it was made by a newer faultbook; install that version again")
    return steps[done:]


def _check_encoding(connection: Connection) -> None:
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise SchemaError(f"its encoding is {encoding}; create the database with ENCODING 'UTF8'")
