"""What /metrics tells of the store: incidents, lag, what waits; never a host, and nothing made up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from app.config import ServeConfig
from app.server import store_metrics
from app.server.store_metrics import EVERY_S, StoreCollector
from app.shelf import Shelf
from app.store.errors import StoreBusy
from app.store.location import url_of
from app.store.store import Store, open_store
from tests.app.telling.conftest import router
from tests.deliveries import HandClock
from tests.troubles import new

Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(url_of(tmp_path / "a.db"), environment={})
    yield opened
    opened.close()


@pytest.fixture
def client(shelf: Shelf, store: Store) -> FlaskClient:
    return create_app(ServeConfig(), shelf, store).test_client()


def samples(client: FlaskClient) -> Samples:
    text = client.get("/metrics").text
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_incidents_are_counted_by_entry_severity_and_state(client: FlaskClient, store: Store) -> None:
    now = datetime.now(UTC)
    for host in ("db-7", "db-8"):
        store.record(host, [new("demo-fault", now)])
    store.record("db-7", [new("made-up-entry", now)])
    found = samples(client)
    states = {labels: value for (name, labels), value in found.items() if name == "faultbook_incidents"}
    assert states[("demo-fault", "error", "open")] == 2
    assert states[("demo-fault", "error", "resolved")] == 0
    assert states[("other", "", "open")] == 1
    assert found["faultbook_incidents_unhandled", ("demo-fault", "error")] == 2
    text = client.get("/metrics").text
    assert "db-7" not in text
    assert "made-up" not in text


def test_the_number_of_entries_with_a_series_is_bounded(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_metrics, "MAX_ENTRIES", 1)
    now = datetime.now(UTC)
    for entry in ("demo-fault", "demo-fault", "demo-other"):
        store.record(f"{entry}-{now}", [new(entry, now)])
    entries = {labels[0] for name, labels in samples(client) if name == "faultbook_incidents"}
    assert len(entries - {"other"}) == 1
    assert "other" in entries


def test_the_newest_row_and_what_waits_are_told(client: FlaskClient, store: Store) -> None:
    began = datetime.now(UTC).timestamp()
    store.notices.look(router())
    store.record("db-7", [new("demo-fault", datetime.now(UTC))])
    store.notices.look(router())
    found = samples(client)
    assert found["faultbook_last_recorded_timestamp_seconds", ()] >= began
    assert found["faultbook_occurrences_uncounted", ()] == 0
    assert found["faultbook_notices_waiting", ("chat",)] == 1
    assert found["faultbook_notices_oldest_timestamp_seconds", ("chat",)] >= began
    assert found["faultbook_store_up", ()] == 1


def test_a_store_that_does_not_answer_leaves_the_rest_to_be_told(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise StoreBusy("it is held")

    monkeypatch.setattr(store.incidents, "entry_counts", fails)
    found = samples(client)
    assert found["faultbook_store_up", ()] == 0
    assert not any(name == "faultbook_incidents" for name, _labels in found)
    assert any(name == "faultbook_entries" for name, _labels in found)


def test_the_store_is_asked_now_and_then_however_often_somebody_scrapes(store: Store, shelf: Shelf) -> None:
    clock = HandClock()
    collector = StoreCollector(store, shelf, clock.monotonic)
    first = list(collector.collect())
    store.record("a", [new("demo-fault", datetime.now(UTC))])
    assert list(collector.collect()) == first
    clock.pass_s(EVERY_S)
    assert list(collector.collect()) != first


def test_deliveries_are_counted(client: FlaskClient) -> None:
    body = {"host": "db-7", "occurrences": []}
    client.post("/api/v1/occurrences", json=body, base_url="http://127.0.0.1:8080")
    assert samples(client)["faultbook_deliveries_total", ()] == 1
