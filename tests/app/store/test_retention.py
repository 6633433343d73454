"""Retention: rows go by age and size from the old end, ids stay longer, incidents keep their counts."""

from datetime import timedelta

import pytest

from app.incidents.values import IncidentQuery
from app.store.occurrences import Query
from app.store.retention import Retention
from app.store.store import Store, open_store
from tests.databases import Database
from tests.deliveries import NOON, HandClock
from tests.troubles import new

DAY = 86_400


def fill(store: Store, clock: HandClock, days: int, rows: int = 3, text: str = "x") -> list[str]:
    """So many days of rows, the last one today; gives the ids."""
    ids = []
    for day in range(days):
        batch = [new("link", clock.now(), text=text) for _ in range(rows)]
        store.record("a", batch)
        ids += [each.id for each in batch]
        if day < days - 1:
            clock.pass_s(DAY)
    return ids


def remove(store: Store, retention: Retention) -> None:
    while store.remove_old(retention):
        pass


def days_left(store: Store) -> list[int]:
    days = {int(each["recorded_at"][8:10]) for each in store.page(Query(limit=1000)).rows}
    return sorted(days)


def test_rows_go_when_they_are_old_and_incidents_keep_their_counts(store: Store, clock: HandClock) -> None:
    fill(store, clock, 5)
    (before,) = store.incidents.page(IncidentQuery()).incidents
    hours = store.incidents.hours(since=NOON)
    remove(store, Retention(keep_s=2 * DAY - 3600))
    kept = days_left(store)
    assert kept[-1] == 25
    assert 21 not in kept and 22 not in kept
    assert store.incidents.page(IncidentQuery()).incidents == [before]
    assert (before.count, store.incidents.hours(since=NOON)) == (15, hours)
    assert before.row["text"] == "x"


def test_without_a_limit_nothing_goes(store: Store, clock: HandClock) -> None:
    fill(store, clock, 3)
    clock.pass_s(10_000 * DAY)
    remove(store, Retention())
    assert len(store.page(Query(limit=1000)).rows) == 9


def test_an_id_whose_row_is_gone_is_not_recorded_again(store: Store, clock: HandClock) -> None:
    batch = [new("link", clock.now()) for _ in range(3)]
    store.record("a", batch)
    clock.pass_s(100 * DAY)
    remove(store, Retention(keep_s=DAY))
    assert store.page(Query()).rows == []
    assert store.record("a", batch) == 0
    clock.pass_s(100 * DAY)
    remove(store, Retention(keep_s=DAY))
    assert store.record("a", batch) == 3


def test_the_order_of_recording_goes_on_when_all_rows_are_gone(
    store: Store, clock: HandClock, database: Database
) -> None:
    fill(store, clock, 2)
    clock.pass_s(100 * DAY)
    remove(store, Retention(keep_s=DAY))
    clock.pass_s(-100 * DAY)
    store.record("a", [new("link", clock.now())])
    assert database.execute("SELECT seq FROM occurrences") == [(7,)]
    assert store.page(Query(since=NOON + timedelta(days=1))).rows != []


def test_the_oldest_days_go_until_it_fits_and_today_stays(store: Store, clock: HandClock) -> None:
    fill(store, clock, 4, rows=300, text="x" * 4000)
    all_of_it = store.size_bytes()
    remove(store, Retention(keep_bytes=all_of_it * 2 // 3))
    assert store.size_bytes() <= all_of_it * 2 // 3
    assert days_left(store)[-1] == 24
    assert 21 not in days_left(store)
    remove(store, Retention(keep_bytes=1))
    assert days_left(store) == [24]


def test_rows_that_no_incident_has_counted_stay(store: Store, clock: HandClock, database: Database) -> None:
    fill(store, clock, 3)
    database.execute("UPDATE recording SET counted_seq = 0")
    clock.pass_s(100 * DAY)
    remove(store, Retention(keep_s=DAY))
    assert len(store.page(Query()).rows) == 9


def test_days_are_made_ahead_and_on_demand(postgresql_database: Database, clock: HandClock) -> None:
    store = open_store(postgresql_database.url, environment={}, now=clock.now)
    store.prepare()
    store.prepare()

    def partitions() -> list[str]:
        found = postgresql_database.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class "
            "ON pg_class.oid = inhrelid WHERE relkind = 'r' ORDER BY 1"
        )
        return [name for (name,) in found]

    assert partitions() == [f"occurrences_202611{day}" for day in (21, 22, 23, 24)]
    clock.pass_s(10 * DAY)
    store.record("a", [new("link", clock.now())])
    assert partitions()[-1] == "occurrences_20261201"
    remove(store, Retention(keep_s=DAY))
    assert partitions() == ["occurrences_20261201"]
    store.close()


def test_a_file_is_trimmed_in_small_steps(
    sqlite_database: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.sqlite.STEP", 4)
    store = open_store(sqlite_database.url, environment={}, now=clock.now)
    fill(store, clock, 1, rows=10)
    clock.pass_s(10 * DAY)
    steps = [store.remove_old(Retention(keep_s=DAY)) for _ in range(4)]
    assert steps == [4, 4, 2, 0]
    store.close()
