"""The store of a watcher without a server: the server's tables, each id once, positions in the same transaction."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.config_watch import SpoolConfig, StormConfig
from app.store.location import FILE_NAME, url_of
from app.store.occurrences import NewOccurrence, Query
from app.store.store import open_store
from app.watch.contract import RecorderFull
from app.watch.local import LocalStore
from app.watch.spool import Spool
from tests.deliveries import NOON, HandClock, file_size_limit, row


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def local(tmp_path: Path, clock: HandClock) -> Iterator[LocalStore]:
    opened = LocalStore(tmp_path, "db-7", clock, pytest.fail)
    yield opened
    opened.close()


def listed(directory: Path, **query: object) -> list[dict[str, object]]:
    store = open_store(url_of(directory / FILE_NAME), readonly=True)
    try:
        return [dict(each) for each in store.page(Query(limit=1000, **query)).rows]  # type: ignore[arg-type]
    finally:
        store.close()


def test_what_was_recorded_is_read_as_the_servers_store_is(local: LocalStore, tmp_path: Path) -> None:
    local.commit([row(0), row(1, "demo-other", host="web-1")], {"k": "1"})
    found = listed(tmp_path)
    assert [each["id"] for each in found] == ["id-00000000", "id-00000001"]
    assert (found[1]["host"], found[1]["log_host"], found[1]["entry"]) == ("db-7", "web-1", "demo-other")
    assert found[0]["recorded_at"] == "2026-11-21T12:00:00.000000Z"
    assert listed(tmp_path, entry="demo-other") == found[1:]


def test_each_id_is_recorded_once_over_turns_and_restarts(local: LocalStore, tmp_path: Path, clock: HandClock) -> None:
    local.commit([row(0), row(0), row(1)], {})
    local.close()
    again = LocalStore(tmp_path, "db-7", clock, pytest.fail)
    again.commit([row(1), row(2)], {"k": "2"})
    again.close()
    assert [each["line"] for each in listed(tmp_path)] == [1, 2, 3]


def test_a_full_disk_records_nothing_and_heals(local: LocalStore, tmp_path: Path) -> None:
    rows = [row(number, text="x" * 1000) for number in range(2000)]
    with file_size_limit(1 << 20), pytest.raises(RecorderFull):
        local.commit(rows, {"k": "1"})
    assert (local.positions(), listed(tmp_path)) == ({}, [])
    local.commit(rows, {"k": "1"})
    assert len(listed(tmp_path)) == 1000
    assert local.positions() == {"k": "1"}


def test_times_of_recording_never_fall_when_the_clock_is_set_back(
    local: LocalStore, tmp_path: Path, clock: HandClock
) -> None:
    local.commit([row(0)], {})
    clock.pass_s(-3600)
    local.commit([row(1, at=clock.now())], {})
    found = listed(tmp_path, since=NOON)
    assert [each["recorded_at"] for each in found] == ["2026-11-21T12:00:00.000000Z"] * 2
    assert str(found[1]["seen_at"]).startswith("2026-11-21T11:00:00")


def test_storms_are_recorded_with_their_count(tmp_path: Path, clock: HandClock) -> None:
    local = LocalStore(tmp_path, "db-7", clock, pytest.fail, StormConfig(1, 60.0))
    local.commit([row(number) for number in range(5)], {})
    clock.at += timedelta(seconds=61)
    local.settle()
    local.close()
    found = listed(tmp_path)
    assert [each.get("count") for each in found] == [None, 4]
    assert (found[1]["first"], found[1]["last"]) == ("2026-11-21T12:00:00.000000Z",) * 2


def test_rows_that_waited_for_a_server_are_recorded_when_there_is_none_any_more(
    tmp_path: Path, clock: HandClock
) -> None:
    spool = Spool(tmp_path, clock, pytest.fail, SpoolConfig())
    spool.commit([row(0), row(1)], {"k": "1"})
    spool.close()
    local = LocalStore(tmp_path, "db-7", clock, pytest.fail)
    assert local.positions() == {"k": "1"}
    local.close()
    assert len(listed(tmp_path)) == 2


def test_a_server_on_the_same_file_and_the_watcher_record_side_by_side(local: LocalStore, tmp_path: Path) -> None:
    local.commit([row(0)], {})
    store = open_store(url_of(tmp_path / FILE_NAME), environment={})
    theirs = row(1)
    assert store.record("web-1", [NewOccurrence(theirs.id, theirs.entry, NOON, 1, theirs.json)]) == 1
    assert store.record("web-1", [NewOccurrence("id-00000000", "demo-fault", NOON, 1, row(0).json)]) == 0
    store.close()
    local.commit([row(1), row(2)], {})
    assert [(each["host"], each["line"]) for each in listed(tmp_path)] == [("db-7", 1), ("web-1", 2), ("db-7", 3)]
