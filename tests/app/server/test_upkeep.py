"""The server's upkeep: rows of before are counted, ends told, old rows removed, and trouble does not end it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.incidents.values import IncidentQuery
from app.server.upkeep import Upkeep
from app.store.errors import StoreBusy
from app.store.location import url_of
from app.store.retention import Retention
from app.store.store import Store, open_store
from tests.app.serving import child, until
from tests.databases import Database
from tests.troubles import new


def test_a_server_counts_what_was_recorded_before_and_removes_what_is_old(
    cache: Path, entries: Path, tmp_path: Path
) -> None:
    database = Database(url_of(tmp_path / "a.db"))
    now = datetime.now(UTC)
    store = open_store(database.url, environment={}, now=lambda: now - timedelta(days=10))
    store.record("a", [new("demo-fault", now - timedelta(days=10))])
    store.close()
    for table in ("incidents", "incident_events"):
        database.execute(f"DELETE FROM {table}")
    database.execute("UPDATE recording SET counted_seq = 0")
    with child(cache, "--entries", str(entries), "--db", database.url, "--keep", "2d") as server:
        until(lambda: server.get("/api/v1/incidents").json["incidents"], "the row is counted")
        until(lambda: not server.get("/api/v1/occurrences").json["occurrences"], "the row is removed")
        (found,) = server.get("/api/v1/incidents").json["incidents"]
        events = until(lambda: server.get(f"/api/v1/incidents/{found['id']}").json["events"][1:], "the end is told of")
    assert (found["state"], found["count"], events[0]["kind"]) == ("resolved", 1, "resolved")


def test_a_store_that_fails_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.server.upkeep.COUNT_EVERY_S", 0.001)
    failed: list[int] = []

    class Failing(Store):
        def count_waiting(self) -> int:
            failed.append(1)
            if len(failed) < 3:
                raise StoreBusy("as ordered")
            return super().count_waiting()

    plain = open_store(url_of(tmp_path / "a.db"), environment={})
    store = Failing(plain._engine, "a.db")
    upkeep = Upkeep(store, Retention())
    upkeep.start()
    until(lambda: len(failed) > 5, "it goes on")
    upkeep.stop()
    assert store.incidents.page(IncidentQuery()).incidents == []
    store.close()
