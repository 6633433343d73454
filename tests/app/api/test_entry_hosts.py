"""`/api/v1/entries/ENTRY/hosts`: who sees it, what it says, page by page."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.api.entry_hosts import EntryHosts
from app.config import ServeConfig
from app.shelf import Shelf
from app.store.store import Store
from tests.app.conftest import DEMO
from tests.deliveries import sent_row

LOCAL = "http://127.0.0.1:8080"
RANGES = """\
affected:
  - component: ixgbe
    ranges:
      - {stream: stable 5.10, introduced: '0', fixed: '5.10.100'}
      - {stream: mainline, introduced: '4.13', fixed: '5.17'}
"""


@pytest.fixture(scope="module")
def ranged(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """An entry that names versions."""
    directory = tmp_path_factory.mktemp("ranged")
    text = DEMO.replace("matchers:\n", f"{RANGES}matchers:\n")
    (directory / "demo-fault.yaml").write_text(text, "utf-8")
    return Shelf([str(directory)], cache)


@pytest.fixture
def client(ranged: Shelf, store: Store) -> FlaskClient:
    client = create_app(ServeConfig(), ranged, store).test_client()
    hosts = {"ill": "5.10.46", "quiet": "5.10.46", "well": "6.1.55", "odd": "5.10.46-custom"}
    for host, kernel in hosts.items():
        rows = [sent_row(1, "demo-fault", datetime.now(UTC))] if host == "ill" else []
        body = {"host": host, "occurrences": rows, "facts": {"kernel": kernel}}
        assert client.post("/api/v1/occurrences", json=body, base_url=LOCAL).status_code == 200
    return client


def asked(client: FlaskClient, query: str = "", entry: str = "demo-fault", **more: Any) -> Any:
    return client.get(f"/api/v1/entries/{entry}/hosts{query}", **{"base_url": LOCAL} | more)


def test_hosts_are_told_by_verdict_with_the_version_that_has_the_fix(client: FlaskClient) -> None:
    answer = asked(client).get_json()
    EntryHosts.model_validate(answer)
    assert answer["counts"] == {"affected": 2, "fixed": 1, "unknown": 1, "cleared_by_upgrade": 1}
    found = {each["host"]: each for each in answer["hosts"]}
    assert {host: each["verdict"] for host, each in found.items()} == {
        "ill": "affected",
        "quiet": "affected",
        "well": "fixed",
        "odd": "unknown",
    }
    assert (found["ill"]["fixed_in"], found["ill"]["fixed_stream"], found["ill"]["on"]) == (
        "5.10.100",
        "stable 5.10",
        1,
    )
    assert "5.10.46" in found["ill"]["reason"]
    assert found["well"]["fixed_in"] is None


def test_a_reason_comes_in_the_language_that_was_asked_for(client: FlaskClient) -> None:
    assert "受影响" in asked(client, "?lang=zh&verdict=affected").get_json()["hosts"][0]["reason"]


def test_hosts_come_page_by_page_and_by_verdict(client: FlaskClient) -> None:
    names, query = [], "?limit=1&verdict=affected"
    while query:
        page = asked(client, query).get_json()
        names += [each["host"] for each in page["hosts"]]
        assert page["counts"]["fixed"] == 1
        query = f"?limit=1&verdict=affected&cursor={page['next']}" if page["next"] else ""
    assert names == ["ill", "quiet"]


@pytest.mark.parametrize(
    ("query", "entry", "status"),
    [("?verdict=bad", "demo-fault", 400), ("?cursor=eHg", "demo-fault", 400), ("", "no-such-entry", 404)],
)
def test_what_cannot_be_answered_is_a_problem(client: FlaskClient, query: str, entry: str, status: int) -> None:
    response = asked(client, query, entry)
    assert (response.status_code, response.content_type) == (status, "application/problem+json")


def test_only_a_viewer_sees_the_hosts(client: FlaskClient, store: Store) -> None:
    _token, host = store.add_token("host", "ill")
    _token, viewer = store.add_token("viewer", "alice")
    assert asked(client).status_code == 401
    assert asked(client, headers={"Authorization": f"Bearer {host}"}).status_code == 403
    assert asked(client, headers={"Authorization": f"Bearer {viewer}"}).status_code == 200


@pytest.mark.parametrize(
    "facts",
    [
        {f"fact{n}": "x" for n in range(65)},
        {"a": "x" * 1_001},
        {"a": {"deep": {"er": "x"}}},
        {"a": ["x"] * 257},
        {"a": 1},
        {"a": None},
    ],
)
def test_facts_are_bounded(client: FlaskClient, facts: dict[str, Any]) -> None:
    body = {"host": "ill", "occurrences": [], "facts": facts}
    assert client.post("/api/v1/occurrences", json=body, base_url=LOCAL).status_code == 422


def test_a_host_speaks_only_for_itself(client: FlaskClient, store: Store) -> None:
    _token, secret = store.add_token("host", "ill")
    body = {"host": "well", "occurrences": [], "facts": {"kernel": "5.10.46"}}
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.post("/api/v1/occurrences", json=body, base_url=LOCAL, headers=headers).status_code == 403
    assert store.incidents.facts(["well"]) == {"well": {"kernel": "6.1.55"}}
