"""Watchers deliver to the real server: what may be larger or packed, who counts as this machine, what is told."""

import gzip
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app.api.access import EXTENSION as STORE
from app.config import Limits, ServeConfig
from app.server import metrics
from app.shelf import Shelf
from app.store.location import url_of
from app.store.occurrences import Query
from app.store.store import Store
from tests.app.conftest import Run
from tests.app.serving import Answer, Child, Client, child, in_thread, read_all, request_of, responses
from tests.deliveries import sent_row

ROUTE = "/api/v1/occurrences"
JSON = "application/json"


def body_of(*numbers: int, host: str = "db-7", **more: Any) -> bytes:
    return json.dumps({"host": host, "occurrences": [sent_row(number, **more) for number in numbers]}).encode()


@pytest.fixture
def config(tmp_path: Path) -> ServeConfig:
    return ServeConfig(db=url_of(tmp_path / "faultbook.db"))


@contextmanager
def serving(config: ServeConfig, shelf: Shelf) -> Iterator[tuple[Client, Store]]:
    """A server, and its store."""
    found: list[Store] = []

    def keep(application: Flask) -> None:
        found.append(application.extensions[STORE])

    with in_thread(config, shelf, keep) as (client, _server):
        yield client, found[0]


@pytest.fixture
def client(config: ServeConfig, shelf: Shelf) -> Iterator[Client]:
    with serving(config, shelf) as (own, _store):
        yield own


# How much


def test_a_delivery_may_be_larger_than_any_other_body(client: Client) -> None:
    text = "x" * (1 << 20)
    body = body_of(*range(6), text=text)
    assert len(body) > Limits().max_body_bytes
    assert client.post(ROUTE, body, JSON).json == {"accepted": 6, "stored": 6}
    assert client.post("/api/v1/lookup", body, JSON).status == 413


def test_a_delivery_may_be_packed_and_nothing_else_may(client: Client) -> None:
    body = gzip.compress(body_of(0, 1))
    assert client.post(ROUTE, body, JSON, Content_Encoding="gzip").json == {"accepted": 2, "stored": 2}
    for path in ("/api/v1/lookup", "/lookup", f"{ROUTE}/", "/session"):
        assert client.post(path, body, JSON, Content_Encoding="gzip").status == 415
    assert client.ask("PUT", ROUTE, body, {"Content-Encoding": "gzip"}).status == 415


def test_what_a_packed_delivery_may_unpack_to_is_bounded(config: ServeConfig, shelf: Shelf) -> None:
    small = replace(config, limits=Limits(max_delivery_bytes=10_000))
    with serving(small, shelf) as (client, _store):
        bomb = gzip.compress(body_of(0, text="x" * 10_000))
        assert len(bomb) < 1_000
        assert client.post(ROUTE, bomb, JSON, Content_Encoding="gzip").status == 413
        assert client.post(ROUTE, body_of(0), JSON).status == 200


@pytest.mark.parametrize("path", [ROUTE, "/api/v1/occurrence%73"])
def test_a_delivery_that_is_too_large_is_refused_before_it_is_sent(client: Client, path: str) -> None:
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {JSON}", "Expect: 100-continue")
    with client.connect() as connection:
        connection.sendall(request_of(*lines, f"Content-Length: {(16 << 20) + 1}"))
        got = read_all(connection)
    assert responses(got) == [413]
    assert b"send fewer rows" in got


@pytest.mark.parametrize(
    "line", [f"PUT {ROUTE} HTTP/1.1", f"POST {ROUTE}/ HTTP/1.1", f"POST /x?{ROUTE} HTTP/1.1", "POST /session HTTP/1.1"]
)
def test_no_other_address_takes_so_much(client: Client, line: str) -> None:
    with client.connect() as connection:
        connection.sendall(request_of(line, "Host: localhost", f"Content-Length: {8 << 20}", "Expect: 100-continue"))
        assert responses(read_all(connection)) == [413]


def test_a_delivery_in_chunks_that_grows_too_large_is_refused(config: ServeConfig, shelf: Shelf) -> None:
    small = replace(config, limits=Limits(max_delivery_bytes=100_000))
    with serving(small, shelf) as (client, _store), client.connect() as connection:
        lines = ("Host: localhost", f"Content-Type: {JSON}", "Transfer-Encoding: chunked")
        connection.sendall(request_of(f"POST {ROUTE} HTTP/1.1", *lines))
        connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        assert responses(read_all(connection)) == [413]


def test_the_next_request_of_a_connection_has_its_own_bound(client: Client) -> None:
    body = body_of(0)
    got = client.raw(
        request_of(f"POST {ROUTE} HTTP/1.1", "Host: localhost", f"Content-Type: {JSON}", f"Content-Length: {len(body)}")
        + body
        + request_of("POST /api/v1/lookup HTTP/1.1", "Host: localhost", f"Content-Length: {8 << 20}")
    )
    assert responses(got) == [200, 413]


# Who may


def test_without_tokens_this_machine_is_answered(client: Client) -> None:
    assert client.post(ROUTE, body_of(0), JSON).status == 200
    assert client.get(ROUTE).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:8080"},
        {"Host": "127.0.0.1.evil.example"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-For": "192.0.2.9"},
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Server": "proxy"},
        {"X-Real-IP": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
    ],
    ids=str,
)
@pytest.mark.parametrize("proxy", [None, "127.0.0.1"])
def test_without_tokens_nobody_behind_a_proxy_or_another_name_is_answered(
    config: ServeConfig, shelf: Shelf, headers: Mapping[str, str], proxy: str | None
) -> None:
    with serving(replace(config, trusted_proxy=proxy), shelf) as (client, store):
        assert client.ask("GET", ROUTE, None, headers).status == 403
        assert client.ask("POST", ROUTE, body_of(0), {"Content-Type": JSON, **headers}).status == 403
        assert client.get(ROUTE, Host="localhost:80").json["occurrences"] == []
        _, viewer = store.add_token("viewer", "alice")
        assert client.ask("GET", ROUTE, None, {"Authorization": f"Bearer {viewer}", **headers}).status == 200


def test_who_names_no_host_is_not_this_machine(client: Client) -> None:
    assert responses(client.raw(request_of(f"GET {ROUTE} HTTP/1.0"))) == [403]
    assert responses(client.raw(request_of(f"GET {ROUTE} HTTP/1.0", "Host: [::1]:8080"))) == [200]


def test_a_valid_token_is_never_told_to_slow_down_and_an_invalid_one_is(config: ServeConfig, shelf: Shelf) -> None:
    slow = replace(config, trusted_proxy="127.0.0.1", limits=Limits(per_second=0.001, burst=3))
    far = {"X-Forwarded-For": "192.0.2.9", "Content-Type": JSON}
    with serving(slow, shelf) as (client, store):
        _, host = store.add_token("host", "db-7")
        wrong = [client.ask("POST", ROUTE, body_of(0), {**far, "Authorization": "Bearer x"}) for _ in range(5)]
        assert [each.status for each in wrong] == [401, 401, 401, 429, 429]
        assert int(wrong[-1].headers["retry-after"]) >= 1
        right = [
            client.ask("POST", ROUTE, body_of(each), {**far, "Authorization": f"Bearer {host}"}) for each in range(9)
        ]
        assert {each.status for each in right} == {200}


def test_errors_are_problems_with_what_a_client_needs_to_go_on(config: ServeConfig, shelf: Shelf) -> None:
    with serving(config, shelf) as (client, store):
        store.add_token("viewer", "alice")
        answer = client.get(ROUTE)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].lower() == "bearer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json["instance"].startswith("urn:uuid:")


# What is told


def samples(answer: Answer) -> dict[tuple[str, str], float]:
    """Values by name and the one label that tells them apart."""
    return {
        (sample.name, sample.labels.get("entry") or sample.labels.get("status") or ""): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_metrics_count_what_was_delivered_and_no_label_is_made_up(client: Client) -> None:
    client.post(ROUTE, body_of(0, 1), JSON)
    client.post(ROUTE, body_of(1, 2), JSON)
    client.post(ROUTE, body_of(3, entry="made-up"), JSON)
    client.post(ROUTE, b"{", JSON)
    client.post(ROUTE, b"{}", JSON)
    answer = client.get("/metrics")
    found = samples(answer)
    assert found["faultbook_occurrences_accepted_total", "demo-fault"] == 4
    assert found["faultbook_occurrences_accepted_total", "other"] == 1
    assert found["faultbook_occurrences_duplicates_total", ""] == 1
    assert found["faultbook_deliveries_refused_total", "400"] == 1
    assert found["faultbook_deliveries_refused_total", "422"] == 1
    assert found["faultbook_store_bytes", ""] > 4096
    assert "made-up" not in answer.text
    assert "db-7" not in answer.text


def test_only_so_many_entries_have_a_series(config: ServeConfig, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MAX_ENTRIES", 1)
    with serving(config, shelf) as (client, _store):
        client.post(ROUTE, body_of(0), JSON)
        client.post(ROUTE, body_of(1, entry="demo-other"), JSON)
        client.post(ROUTE, body_of(2), JSON)
        found = samples(client.get("/metrics"))
    assert found["faultbook_occurrences_accepted_total", "demo-fault"] == 2
    assert found["faultbook_occurrences_accepted_total", "other"] == 1


def test_health_is_good_only_while_the_store_can_be_written(
    config: ServeConfig, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.store._CHECK_EVERY_S", 0.0)
    monkeypatch.setattr("app.store.engine._BUSY_S", 0.05)
    with serving(config, shelf) as (client, _store):
        assert client.get("/healthz").json["status"] == "ok"
        holding = sqlite3.connect(tmp_path / "faultbook.db", isolation_level=None)
        holding.execute("BEGIN IMMEDIATE")
        answer = client.get("/healthz")
        assert (answer.status, answer.json["status"]) == (503, "failing")
        assert "faultbook.db" not in answer.text
        assert client.get("/").status == 200
        holding.close()
        assert client.get("/healthz").json["status"] == "ok"


def test_health_tells_of_a_file_of_tokens_that_cannot_be_used(
    config: ServeConfig, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tokens"
    file.write_text("db-7 secret-of-db-7\n")
    monkeypatch.setenv("FAULTBOOK_TOKEN_FILE", str(file))
    with serving(config, shelf) as (client, _store):
        token = {"Authorization": "Bearer secret-of-db-7", "Content-Type": JSON}
        assert client.ask("POST", ROUTE, body_of(0), token).status == 200
        file.write_text("three words here\n")
        assert client.ask("POST", ROUTE, body_of(1), token).status == 200
        answer = client.get("/healthz")
        assert (answer.status, answer.json["status"]) == (200, "degraded")
        assert "stay valid" in answer.json["trouble"]


# The command


def test_the_store_is_made_in_the_users_state_directory_and_readable_by_its_owner_only(
    cache: Path, entries: Path, tmp_path: Path
) -> None:
    with child(cache, "--entries", str(entries), environment={"XDG_STATE_HOME": str(tmp_path)}) as running:
        assert running.post(ROUTE, body_of(0), JSON).status == 200
        assert running.end() == 0
    path = tmp_path / "faultbook" / "faultbook.db"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]  # closed at the end: no log is left behind


def test_what_was_committed_is_there_after_a_restart(cache: Path, entries: Path, tmp_path: Path) -> None:
    arguments = ("--entries", str(entries), "--db", url_of(tmp_path / "a.db"))
    with child(cache, *arguments) as running:
        running.post(ROUTE, body_of(0, 1), JSON)
    with child(cache, *arguments) as running:
        assert running.post(ROUTE, body_of(1, 2), JSON).json == {"accepted": 2, "stored": 1}
        assert len(running.get(ROUTE).json["occurrences"]) == 3


def test_queries_and_tokens_are_not_logged(cache: Path, entries: Path, tmp_path: Path) -> None:
    with child(cache, "--entries", str(entries), "--db", url_of(tmp_path / "a.db")) as running:
        shown = {"Authorization": "Bearer secret-token", "Cookie": "faultbook_session=secret-session"}
        running.ask("GET", f"{ROUTE}?host=secret-host", None, shown)
        running.post("/session", "token=secret-word", "application/x-www-form-urlencoded")
        running.logged("path=/session")
        assert "secret" not in running.log


@pytest.mark.parametrize(
    ("make", "arguments", "told"),
    [
        (lambda _path: None, ["--db", "mysql://root:secret@db/x"], "write sqlite:///FILE"),
        (lambda path: path.write_bytes(b"not a database, " * 100), ["--db", "sqlite:///{path}"], "is damaged"),
        (lambda path: path.mkdir(), ["--db", "sqlite:///{path}"], "cannot be opened"),
    ],
    ids=["no-store", "damaged", "directory"],
)
def test_a_store_that_cannot_be_used_is_told_in_one_line(
    child: Run, tmp_path: Path, make: Any, arguments: list[str], told: str
) -> None:
    path = tmp_path / "a.db"
    make(path)
    filled = [each.format(path=path) for each in arguments]
    result = child("serve", "--bind", "127.0.0.1:0", *filled)
    assert (result.code, result.out) == (2, "")
    assert len(result.err.splitlines()) == 1
    assert told in result.err
    assert "secret" not in result.err


@pytest.mark.parametrize("text", [None, "", "too many words\n"])
def test_a_file_of_tokens_that_cannot_be_used_is_told_in_one_line(child: Run, tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "tokens"
    if text is not None:
        file.write_text(text)
    env = {"FAULTBOOK_TOKEN_FILE": str(file)}
    result = child("serve", "--bind", "127.0.0.1:0", "--db", url_of(tmp_path / "a.db"), env=env)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert str(file) in result.err


def test_deliveries_of_many_watchers_at_once_are_all_stored(cache: Path, entries: Path, tmp_path: Path) -> None:
    with child(cache, "--entries", str(entries), "--db", url_of(tmp_path / "a.db")) as running:

        def watch(number: int, running: Child = running) -> None:
            for each in range(10):
                assert running.post(ROUTE, body_of(number * 100 + each, host=f"h{number}"), JSON).status == 200

        threads = [threading.Thread(target=watch, args=(number,)) for number in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(running.get(f"{ROUTE}?limit=1000").json["occurrences"]) == 80


# Before and after the body


def _sent_head(client: Client, *more: str) -> bytes:
    lines = ("Host: localhost", f"Content-Type: {JSON}", "Expect: 100-continue", *more)
    with client.connect() as connection:
        connection.sendall(request_of(f"POST {ROUTE} HTTP/1.1", *lines))
        return read_all(connection)


@pytest.mark.parametrize("length", ["Content-Length: 16000000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("authorization", [(), ("Authorization: Bearer wrong",), ("Authorization: Basic eA==",)])
def test_a_large_delivery_without_a_valid_token_is_refused_before_it_is_sent(
    config: ServeConfig, shelf: Shelf, length: str, authorization: tuple[str, ...]
) -> None:
    with serving(config, shelf) as (client, store):
        store.add_token("host", "db-7")
        got = _sent_head(client, length, *authorization)
        assert responses(got) == [401]
        assert b"www-authenticate: bearer" in got.lower()
        assert b"application/problem+json" in got


def test_a_token_that_does_not_deliver_cannot_send_a_large_delivery(config: ServeConfig, shelf: Shelf) -> None:
    with serving(config, shelf) as (client, store):
        _token, secret = store.add_token("viewer", "alice")
        assert responses(_sent_head(client, "Content-Length: 16000000", f"Authorization: Bearer {secret}")) == [401]


def test_a_large_delivery_with_a_valid_token_is_taken(config: ServeConfig, shelf: Shelf) -> None:
    with serving(config, shelf) as (client, store):
        _token, secret = store.add_token("host", "db-7")
        body = body_of(*range(6), text="x" * (1 << 20))
        assert client.post(ROUTE, body, JSON, Authorization=f"Bearer {secret}").status == 200


@pytest.mark.parametrize("limits", [Limits(rows_per_minute=3), Limits(bytes_per_minute=2_000)])
def test_more_than_a_minutes_amount_is_refused_with_when_to_come_again(
    config: ServeConfig, shelf: Shelf, limits: Limits
) -> None:
    with serving(replace(config, limits=limits), shelf) as (client, store):
        _token, secret = store.add_token("host", "db-7")
        _other, second = store.add_token("host", "db-8")
        text = "x" * 300
        answers = [client.post(ROUTE, body_of(n, text=text), JSON, Authorization=f"Bearer {secret}") for n in range(8)]
        statuses = [each.status for each in answers]
        assert statuses[:2] == [200, 200]
        assert 429 in statuses
        refused = answers[statuses.index(429)]
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert len(store.page(Query()).rows) == statuses.count(200)
        body = body_of(99, host="db-8", text=text)
        assert client.post(ROUTE, body, JSON, Authorization=f"Bearer {second}").status == 200
