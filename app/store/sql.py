"""The few statements that SQLite and PostgreSQL write differently."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Connection, Table, TextClause, any_, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

Merge = Literal["sum", "least", "greatest"]
"""What becomes of a value that is there already and the one that comes."""


def upsert(connection: Connection, table: Table) -> Any:
    """An INSERT into the table that takes `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)


def store_many(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], merges: Mapping[str, Merge] = {}
) -> None:
    """Insert rows (all with the same keys), or put them in the place of those with the same primary key.

    The columns in `merges` are merged with what is there. PostgreSQL gets one statement with an array for each column:
    it would parse and plan hundreds.
    """
    if not rows:
        return
    names = tuple(rows[0])
    statement = _store_statement(table, names, tuple(merges.items()), is_sqlite(connection))
    if is_sqlite(connection):
        connection.execute(statement, list(rows))
    else:
        connection.execute(statement, {name: [row[name] for row in rows] for name in names})


@cache
def _store_statement(
    table: Table, names: Sequence[str], merges: Iterable[tuple[str, Merge]], for_sqlite: bool
) -> TextClause:
    quoted = [f'"{name}"' for name in names]
    arrays = [f"CAST(:{name} AS {'text' if str(table.c[name].type) == 'TEXT' else 'bigint'}[])" for name in names]
    values = [f":{name}" for name in names]
    source = f"VALUES ({', '.join(values)})" if for_sqlite else f"SELECT * FROM unnest({', '.join(arrays)})"
    keys = [column.name for column in table.primary_key]
    merged = {name: _merged(f'{table.name}."{name}"', f'excluded."{name}"', how, for_sqlite) for name, how in merges}
    changed = [f'"{name}" = ' + merged.get(name, f'excluded."{name}"') for name in names if name not in keys]
    conflict = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changed)}"
    return text(f"INSERT INTO {table.name} ({', '.join(quoted)}) {source} {conflict}")


def _merged(old: str, new: str, how: Merge, for_sqlite: bool) -> str:
    if how == "sum":
        return f"{old} + {new}"
    if for_sqlite:
        return f"{'min' if how == 'least' else 'max'}({old}, {new})"
    return f"{how}({old}, {new})"


def among(connection: Connection, column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether the column is one of the values; one parameter, however many they are."""
    found = list(values)
    if is_sqlite(connection):
        return column.in_(select(func.json_each(json.dumps(found)).table_valued("value").c.value))
    return column == any_(bindparam(None, found, postgresql.ARRAY(column.type)))


def unguessed(column: Column[int]) -> ColumnElement[int]:
    """The column for a comparison with now, of whose outcome PostgreSQL shall guess nothing.

    It guesses from statistics of a while ago, when there were no such late times; so it expects next to no rows, and
    reads and sorts the whole table instead of going along an index until a page is full.
    """
    return column + 0


def is_sqlite(connection: Connection) -> bool:
    """Whether it is a connection to SQLite."""
    return connection.dialect.name == "sqlite"
