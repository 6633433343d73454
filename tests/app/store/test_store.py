"""The store: each id once, all of a delivery or nothing, pages that miss nothing, a schema that is checked."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.store import schema, schema_postgresql
from app.store.errors import StoreBusy, StoreError, StoreFull
from app.store.location import url_of
from app.store.occurrences import NewOccurrence, Query
from app.store.store import Store, open_store, upgrade_store
from app.store.tables import metadata
from app.store.times import iso, iso_of, parse_time, to_micros
from bench.postgresql import Cluster
from tests.databases import Database, administer
from tests.deliveries import NOON, HandClock, file_size_limit, sent_row


def new(number: int, entry: str = "demo-fault", **more: Any) -> NewOccurrence:
    sent = sent_row(number, entry, **more)
    return NewOccurrence(sent["id"], entry, NOON, sent.get("count", 1), json.dumps(sent))


@pytest.fixture
def file_store(sqlite_database: Database, clock: HandClock) -> Iterator[Store]:
    """A store in a file, for what only files do."""
    opened = open_store(sqlite_database.url, environment={}, now=clock.now)
    yield opened
    opened.close()


def lines(store: Store, **query: Any) -> list[int]:
    return [each["line"] - 1 for each in store.page(Query(limit=1000, **query)).rows]


# Recording


def test_an_id_is_stored_once_in_one_delivery_and_over_many(store: Store) -> None:
    assert store.record("a", [new(0), new(1), new(0)]) == 2
    assert store.record("a", [new(1), new(2)]) == 1
    assert lines(store) == [0, 1, 2]


def test_rows_keep_the_order_in_which_they_came(store: Store) -> None:
    order = [5, 3, 9, 1, 7]
    store.record("a", [new(number) for number in order])
    assert lines(store) == order


def test_a_delivery_larger_than_any_statement_is_stored(store: Store) -> None:
    assert store.record("a", [new(number) for number in range(10_000)]) == 10_000
    assert store.record("a", [new(number) for number in range(10_000)]) == 0


def test_a_delivery_that_fails_in_its_middle_leaves_nothing(store: Store, database: Database) -> None:
    database.refuse_entry("bad")
    with pytest.raises(StoreError):
        store.record("a", [new(0), new(1, "bad"), new(2)])
    assert lines(store) == []
    assert store.record("a", [new(0), new(2)]) == 2


def test_many_threads_with_the_same_rows_store_each_once(store: Store) -> None:
    counts: list[int] = []

    def deliver() -> None:
        batches = [[new(number) for number in range(start, start + 40)] for start in range(0, 200, 20)]
        counts.extend(store.record("a", batch) for batch in batches)

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(counts) == 220
    assert sorted(lines(store)) == list(range(220))


def test_a_full_disk_stores_nothing_says_so_and_heals(file_store: Store) -> None:
    store = file_store
    rows = [new(number, text="x" * 1000) for number in range(3000)]
    with file_size_limit(1 << 20):
        with pytest.raises(StoreFull, match="disk is full"):
            store.record("a", rows)
        with pytest.raises(StoreFull):
            store.record("a", rows)
    assert lines(store) == []
    assert store.record("a", rows) == 3000


def test_a_file_that_somebody_holds_is_busy(file_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = file_store
    monkeypatch.setattr("app.store.engine._BUSY_S", 0.0)
    store.close()
    holder = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreBusy, match="held by another program"):
            store.record("a", [new(0)])
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert store.record("a", [new(0)]) == 1


def test_a_database_that_somebody_holds_is_busy(postgresql_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.postgresql._SETTINGS", ("SET lock_timeout = '10ms'",))
    store = open_store(postgresql_database.url, environment={})
    with store._turn(), pytest.raises(StoreBusy, match="try again"):
        writer = open_store(postgresql_database.url, environment={})
        try:
            writer.record("a", [new(0)])
        finally:
            writer.close()
    assert store.record("a", [new(0)]) == 1
    store.close()


def test_a_reader_never_sees_a_later_row_before_an_earlier_one(postgresql_database: Database) -> None:
    stores = [open_store(postgresql_database.url, environment={}) for _ in range(3)]
    done = threading.Event()
    missed: list[int] = []

    def deliver(writer: int) -> None:
        for start in range(0, 200, 5):
            stores[writer].record(f"h{writer}", [new(writer * 1000 + start + each) for each in range(5)])

    def follow() -> None:
        after, seen = None, 0
        while seen < 400:
            page = stores[2].page(Query(limit=1000, after=after))
            seen += len(page.rows)
            after = after if not page.rows else newest_seq(postgresql_database, page.rows[-1]["id"])
            if done.is_set() and not page.rows:
                break
        missed.append(400 - seen)

    writers = [threading.Thread(target=deliver, args=(number,)) for number in range(2)]
    reader = threading.Thread(target=follow)
    for each in (*writers, reader):
        each.start()
    for each in writers:
        each.join()
    done.set()
    reader.join()
    for each in stores:
        each.close()
    assert missed == [0]


def newest_seq(database: Database, identifier: str) -> int:
    return int(database.execute(f"SELECT seq FROM occurrences WHERE id = '{identifier}'")[0][0])


def test_facts_replace_what_the_host_told_before(store: Store, database: Database) -> None:
    store.record("a", [], {"kernel": "6.1.0"})
    store.record("a", [], {"kernel": "6.12.0"})
    assert database.execute("SELECT host, facts FROM host_facts") == [("a", '{"kernel": "6.12.0"}')]


# Listing


def test_a_row_is_listed_with_whose_it_is_and_when_it_was_recorded(store: Store) -> None:
    store.record("db-7", [new(0, host="log-host", count=3, first="f", last="l")])
    (found,) = store.page(Query()).rows
    assert found["host"] == "db-7"
    assert found["log_host"] == "log-host"
    assert found["recorded_at"] == "2026-11-21T12:00:00.000000Z"
    assert (found["count"], found["first"], found["last"]) == (3, "f", "l")
    assert list(found)[:5] == ["id", "entry", "host", "recorded_at", "seen_at"]


def test_since_is_the_time_of_recording_and_included(store: Store, clock: HandClock) -> None:
    for number in range(3):
        store.record("a", [new(number)])
        clock.pass_s(10)
    assert lines(store, since=NOON + timedelta(seconds=10)) == [1, 2]
    assert lines(store, since=NOON + timedelta(seconds=10.000001)) == [2]
    assert lines(store, since=NOON + timedelta(days=1)) == []


def test_a_clock_that_is_set_back_hides_nothing_from_since(store: Store, clock: HandClock) -> None:
    store.record("a", [new(0)])
    clock.pass_s(-3600)
    store.record("a", [new(1)])
    assert lines(store, since=NOON) == [0, 1]


ROWS = st.lists(st.tuples(st.sampled_from(["e1", "e2"]), st.sampled_from(["h1", "h2"]), st.integers(0, 3)), max_size=25)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=ROWS,
    entry=st.sampled_from([None, "e1", "e2", "e3"]),
    host=st.sampled_from([None, "h1", "h3"]),
    since=st.none() | st.integers(0, 40),
    limit=st.integers(1, 7),
    order=st.sampled_from(["asc", "desc"]),
)
def test_the_pages_together_are_what_was_asked_for(
    *,
    database: Database,
    rows: list[tuple[str, str, int]],
    entry: str | None,
    host: str | None,
    since: int | None,
    limit: int,
    order: Any,
) -> None:
    clock = HandClock()
    database.clear()
    store = open_store(database.url, environment={}, now=clock.now)
    expected, at = [], 0
    for number, (its_entry, its_host, step) in enumerate(rows):
        clock.pass_s(step)
        at += step
        store.record(its_host, [new(number, its_entry)])
        if entry in (None, its_entry) and host in (None, its_host) and (since is None or at >= since):
            expected.append(number)
    after = None if since is None else NOON + timedelta(seconds=since)
    found: list[int] = []
    position = None
    while True:
        page = store.page(Query(entry, host, after, limit, order, position))
        assert len(page.rows) <= limit
        found += [each["line"] - 1 for each in page.rows]
        position = page.next
        if position is None:
            break
    store.close()
    assert found == (expected if order == "asc" else expected[::-1])


def test_every_filter_has_an_index(file_store: Store, tmp_path: Path) -> None:
    from app.store.occurrences import _statement  # noqa: PLC0415 - the plan of what is really asked

    connection = sqlite3.connect(tmp_path / "a.db")
    for query in (
        Query(entry="e"),
        Query(host="h"),
        Query(since=NOON),
        Query(order="desc"),
        Query(entry="e", since=NOON),
    ):
        compiled = _statement(query).compile(dialect=sqlalchemy.dialects.sqlite.dialect())  # type: ignore[no-untyped-call]
        values = [compiled.params[name] for name in compiled.positiontup or []]
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {compiled}", values)]
        assert not any("TEMP B-TREE" in step for step in plan), (query, plan)
        assert not any(step.startswith("SCAN") for step in plan) or query in (Query(), Query(order="desc")), plan
    connection.close()


# The schema


def test_the_tables_are_those_that_the_migrations_make(store: Store, database: Database) -> None:
    engine = sqlalchemy.create_engine(database.url)
    reflected = sqlalchemy.MetaData()
    reflected.reflect(engine)
    engine.dispose()
    own = "schema_migrations" if database.is_sqlite else "faultbook_migrations"
    assert set(reflected.tables) == {*metadata.tables, own}
    for name, table in metadata.tables.items():
        theirs = reflected.tables[name]
        assert sorted(each.name for each in theirs.columns) == sorted(each.name for each in table.columns)
        # A unique key of PostgreSQL holds what tells the partition, too.
        partitioned = {"recorded_at"} if name == "occurrences" and not database.is_sqlite else set()
        assert {each.name for each in theirs.primary_key} == {each.name for each in table.primary_key} | partitioned
        assert {each.name for each in theirs.indexes} == {each.name for each in table.indexes}
        # SQLite calls a primary key of its own integers nullable.
        nullable = {each.name: each.nullable for each in theirs.columns}
        assert all(nullable[each.name] == each.nullable for each in table.columns if not each.primary_key)


def test_migrations_are_numbered_without_gaps_and_the_same_for_both_databases() -> None:
    assert [each.number for each in schema.migrations()] == list(range(1, len(schema.migrations()) + 1))
    both = [[(each.number, each.name) for each in schema.migrations(kind)] for kind in ("sqlite", "postgresql")]
    assert both[0] == both[1]


def test_every_statement_of_a_migration_is_applied() -> None:
    for step in schema.migrations():
        assert "".join(schema.statements(step.sql)).count("CREATE") == step.sql.count("CREATE ")


def test_an_older_schema_is_refused_with_what_to_do_and_upgraded_on_request(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    schema._apply(connection, schema.migrations()[0])
    connection.execute("COMMIT")
    connection.close()
    with pytest.raises(StoreError, match="run faultbook db upgrade --db sqlite:///"):
        open_store(url_of(path), environment={})
    assert upgrade_store(url_of(path)) == [f"{each.number:04} {each.name}" for each in schema.migrations()[1:]]
    assert upgrade_store(url_of(path)) == []
    open_store(url_of(path), environment={}).close()


def test_an_older_database_is_refused_with_what_to_do_and_upgraded_on_request(postgresql_database: Database) -> None:
    url = postgresql_database.url
    step = schema.migrations("postgresql")[0]
    postgresql_database.execute(f"{schema_postgresql._TABLE}; {step.sql}")
    postgresql_database.execute("INSERT INTO faultbook_migrations (number, name) VALUES (1, 'occurrences')")
    with pytest.raises(StoreError, match="run faultbook db upgrade"):
        open_store(url, environment={})
    assert len(upgrade_store(url)) == len(schema.migrations()) - 1
    assert upgrade_store(url) == []
    open_store(url, environment={}).close()


def test_a_newer_schema_is_refused(store: Store, database: Database) -> None:
    table = "schema_migrations" if database.is_sqlite else "faultbook_migrations"
    database.execute(f"INSERT INTO {table} (number, name) VALUES (9999, 'later')")
    with pytest.raises(StoreError, match="made by a newer faultbook"):
        open_store(database.url, environment={})


def test_a_file_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("CREATE TABLE theirs (a)")
    connection.commit()
    connection.close()
    for opening in (
        lambda: open_store(url_of(tmp_path / "a.db"), environment={}),
        lambda: upgrade_store(url_of(tmp_path / "a.db")),
    ):
        with pytest.raises(StoreError, match="another program"):
            opening()


def test_a_file_that_is_no_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("a text\n" * 1000)
    with pytest.raises(StoreError, match=r"is damaged .*restore it from a copy"):
        open_store(url_of(tmp_path / "a.db"), environment={})


@pytest.mark.parametrize("url", ["", "a.db", "sqlite://", "postgresql://me:secret@h/db", "sqlite:///a.db?mode=memory"])
def test_what_is_no_store_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(StoreError, match="is not a store; write sqlite:///FILE") as refused:
        open_store(url, environment={})
    assert "secret" not in str(refused.value)


def test_the_file_is_for_its_owner_only(file_store: Store, tmp_path: Path) -> None:
    file_store.record("a", [new(0)])
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}


def test_a_store_that_is_opened_to_read_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing was recorded"):
        open_store(url_of(tmp_path / "a.db"), readonly=True)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_opened_to_read_is_not_made_and_not_written(postgresql_database: Database) -> None:
    with pytest.raises(StoreError, match="nothing was recorded"):
        open_store(postgresql_database.url, readonly=True)
    open_store(postgresql_database.url, environment={}).close()
    reader = open_store(postgresql_database.url, readonly=True)
    with pytest.raises(StoreError, match="read-only"):
        reader.record("a", [new(0)])
    reader.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql+psycopg://nobody:secret@127.0.0.1:1/none", "does not answer"),
        ("postgresql+psycopg://h:port/db", "cannot be read; write postgresql"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told_without_its_password(url: str, says: str) -> None:
    with pytest.raises(StoreError, match=says) as refused:
        open_store(url, environment={})
    assert "secret" not in str(refused.value)


def test_a_database_of_another_encoding_is_refused(postgresql: Cluster) -> None:
    administer(postgresql, "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(StoreError, match="encoding is LATIN1; create the database with ENCODING 'UTF8'"):
        open_store(postgresql.url("latin"), environment={})
    administer(postgresql, "DROP DATABASE latin WITH (FORCE)")


def test_commits_of_a_database_wait_for_its_disk(postgresql_database: Database) -> None:
    postgresql_database.execute("ALTER ROLE postgres SET synchronous_commit = off")
    store = open_store(postgresql_database.url, environment={})
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    store.close()
    postgresql_database.execute("ALTER ROLE postgres RESET synchronous_commit")


def test_commits_wait_for_the_disk(file_store: Store) -> None:
    with file_store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


# Health


def test_a_store_that_can_be_read_and_written_is_well(store: Store) -> None:
    store.check()


def test_a_store_that_cannot_be_written_is_not_well_until_it_can(
    file_store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("app.store.store._CHECK_EVERY_S", 0.0)
    with file_size_limit(0), pytest.raises(StoreError):
        file_store.check()
    file_store.check()


def test_the_disk_is_not_asked_for_every_check(file_store: Store) -> None:
    file_store.check()
    with file_size_limit(0):
        file_store.check()


# Times


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()))
def test_times_survive_as_microseconds(when: datetime) -> None:
    assert parse_time(iso(to_micros(when))) == when.astimezone(UTC)
    assert iso(to_micros(when)) == iso_of(when)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "0001-01-01T00:00:00+23:59", "12:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="should be a time in ISO 8601"):
        parse_time(text)
