"""`/api/v1/occurrences`: who may, what is taken, what is refused and how."""

import gzip
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from waitress.server import create_server
from werkzeug.test import TestResponse

import app.api.delivery
from app.config import Limits
from app.config_watch import ServerConfig, SpoolConfig
from app.store.occurrences import Query
from app.store.store import Store
from app.watch.deliver import Delivery
from app.watch.spool import Spool
from bench.postgresql import Cluster
from tests.deliveries import HandClock, file_size_limit, row, sent_row

Deliver = Callable[..., TestResponse]
LOCAL = "http://127.0.0.1:8080"


in_a_file = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
in_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def deliver(client: FlaskClient) -> Deliver:
    def post(rows: Any = None, *, host: str = "db-7", token: str | None = None, **more: Any) -> TestResponse:
        body = json.dumps({"host": host, "occurrences": [sent_row(0)] if rows is None else rows})
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        arguments = {"data": body, "content_type": "application/json", "headers": headers, "base_url": LOCAL} | more
        return client.post("/api/v1/occurrences", **arguments)

    return post


def listed(client: FlaskClient, query: str = "", **more: Any) -> Any:
    return client.get(f"/api/v1/occurrences{query}", **{"base_url": LOCAL} | more)


def detail(response: TestResponse) -> str:
    assert response.content_type == "application/problem+json"
    return str(response.get_json()["detail"])


# Deliveries


def test_rows_are_accepted_and_those_that_are_new_stored(deliver: Deliver, client: FlaskClient) -> None:
    assert deliver([sent_row(0), sent_row(1)]).get_json() == {"accepted": 2, "stored": 2}
    assert deliver([sent_row(1), sent_row(2)]).get_json() == {"accepted": 2, "stored": 1}
    assert [each["id"] for each in listed(client).get_json()["occurrences"]] == [f"id-{n:08}" for n in range(3)]


def test_what_was_sent_is_what_is_listed(deliver: Deliver, client: FlaskClient) -> None:
    sent = sent_row(0, host="log-host", cursor="s=1", assembled=True, count=2, first="2026-11-21T12:00:00Z")
    sent |= {"last": "2026-11-21T12:00:01.500000Z", "fields": {"a": -1, "b": "x", "c": None, "d": 2**64 - 1}}
    assert deliver([sent]).status_code == 200
    (found,) = listed(client).get_json()["occurrences"]
    assert found.pop("recorded_at").endswith("Z")
    assert (found.pop("host"), found.pop("log_host")) == ("db-7", sent.pop("host"))
    assert found.pop("seen_at").replace("Z", "+00:00") == sent.pop("seen_at")
    assert found == sent


def test_a_delivery_without_rows_is_accepted(deliver: Deliver) -> None:
    assert deliver([]).get_json() == {"accepted": 0, "stored": 0}


def test_facts_are_taken(deliver: Deliver) -> None:
    body = {"host": "db-7", "occurrences": [], "facts": {"kernel": "6.1.0", "nic_drivers": {"eth0": "mlx5_core 6.1"}}}
    assert deliver(data=json.dumps(body)).status_code == 200
    body["facts"] = {"deep": {"a": {"b": "c"}}}
    assert deliver(data=json.dumps(body)).status_code == 422


def test_packed_bodies_are_taken(deliver: Deliver) -> None:
    body = gzip.compress(json.dumps({"host": "db-7", "occurrences": [sent_row(0)]}).encode())
    assert deliver(data=body, headers={"Content-Encoding": "gzip"}).get_json() == {"accepted": 1, "stored": 1}


def test_keys_that_are_not_known_are_left_out(deliver: Deliver, client: FlaskClient) -> None:
    assert deliver([sent_row(0, later="new")]).status_code == 200
    assert "later" not in listed(client).get_json()["occurrences"][0]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"id": None}, "occurrences.1.id"),
        ({"id": ""}, "occurrences.1.id"),
        ({"id": "a b"}, "occurrences.1.id"),
        ({"id": "x" * 129}, "occurrences.1.id"),
        ({"entry": "No Entry"}, "occurrences.1.entry"),
        ({"entry": "a\n"}, "occurrences.1.entry"),
        ({"line": -1}, "occurrences.1.line"),
        ({"line": 2**63}, "occurrences.1.line"),
        ({"offset": "5"}, "occurrences.1.offset"),
        ({"fields": {f"f{n}": 1 for n in range(101)}}, "occurrences.1.fields"),
        ({"fields": {"a": {"b": 1}}}, "occurrences.1.fields.a"),
        ({"fields": {"a": 10**21}}, "occurrences.1.fields.a"),
        ({"fields": {"a": "x" * 70_000}}, "occurrences.1.fields.a"),
        ({"text": None}, "occurrences.1.text"),
        ({"path": "x" * 9000}, "occurrences.1.path"),
        ({"seen_at": "2026-11-21T12:00:00"}, "occurrences.1.seen_at"),
        ({"seen_at": 5}, "occurrences.1.seen_at"),
        ({"seen_at": "SECRET"}, "occurrences.1.seen_at"),
        ({"count": 0}, "occurrences.1.count"),
        ({"count": True}, "occurrences.1.count"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_row_that_is_not_as_it_should_be_is_named_and_nothing_is_stored(
    deliver: Deliver, client: FlaskClient, change: dict[str, Any], place: str
) -> None:
    response = deliver([sent_row(0), sent_row(1) | change])
    assert response.status_code == 422
    assert detail(response).startswith(place)
    assert "SECRET" not in detail(response)
    assert listed(client).get_json()["occurrences"] == []


@pytest.mark.parametrize("host", ["", "two words", "x" * 254, "a\n"])
def test_a_host_that_is_no_name_is_refused(deliver: Deliver, host: str) -> None:
    response = deliver(host=host)
    assert response.status_code == 422
    assert detail(response).startswith("host")


def test_many_problems_are_told_in_few_words(deliver: Deliver) -> None:
    response = deliver([{}] * 1000)
    assert response.status_code == 422
    assert len(detail(response)) < 600
    assert "more" in detail(response)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"host": NaN}',
        b'{"host": "\\ud800", "occurrences": []}',
        b"1" * 10_000,
    ],
    ids=["empty", "cut", "no-utf8", "deep", "nan", "half-pair", "long-number"],
)
def test_what_is_no_json_is_a_bad_request(deliver: Deliver, body: bytes) -> None:
    assert deliver(data=body).status_code in (400, 422)


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "{}", '{"host": "a"}', '{"host": "a", "occurrences": {}}'])
def test_json_that_is_no_delivery_is_unprocessable(deliver: Deliver, body: str) -> None:
    response = deliver(data=body)
    assert response.status_code == 422
    assert detail(response)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"])
def test_only_json_is_taken(deliver: Deliver, content_type: str) -> None:
    assert deliver(content_type=content_type).status_code == 415


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_only_gzip_is_unpacked(deliver: Deliver, encoding: str) -> None:
    assert deliver(headers={"Content-Encoding": encoding}).status_code == 415


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not gzip", 400),
        (b"", 400),
        (gzip.compress(b'{"host": "a", "occurrences": []}')[:-4], 400),
        (gzip.compress(b'{"host": "a", "occurrences": []}') + b"more", 400),
        (gzip.compress(bytes(20 << 20)), 413),
        (gzip.compress(bytes(16 << 20)), 400),
    ],
    ids=["not-gzip", "empty", "cut", "trailing", "bomb", "as-large-as-may-be"],
)
def test_packed_bodies_are_bounded_and_whole(deliver: Deliver, body: bytes, status: int) -> None:
    assert deliver(data=body, headers={"Content-Encoding": "gzip"}).status_code == status


def test_a_body_that_is_too_large_is_refused_unread(deliver: Deliver) -> None:
    response = deliver(data=b"x", environ_overrides={"CONTENT_LENGTH": str(Limits().max_delivery_bytes + 1)})
    assert response.status_code == 413


def test_too_many_rows_and_too_large_rows_are_413_so_that_the_watcher_sends_fewer(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.api.delivery, "MAX_ROWS", 2)
    monkeypatch.setattr(app.api.delivery, "MAX_ROW_BYTES", 1000)
    assert deliver([sent_row(number) for number in range(3)]).status_code == 413
    assert deliver([sent_row(0, text="x" * 1000)]).status_code == 413
    assert deliver([sent_row(0)]).status_code == 200


@in_a_file
def test_a_full_disk_is_507_and_nothing_is_acknowledged(deliver: Deliver, client: FlaskClient) -> None:
    rows = [sent_row(number, text="x" * 1000) for number in range(2000)]
    with file_size_limit(1 << 20):
        response = deliver(rows)
    assert response.status_code == 507
    assert "send it again" in detail(response)
    assert int(response.headers["Retry-After"]) > 0
    assert listed(client).get_json()["occurrences"] == []
    assert deliver(rows).status_code == 200


@in_a_file
def test_a_store_that_does_not_answer_is_503(deliver: Deliver, store: Store, tmp_path: Path) -> None:
    deliver()
    store.close()
    (tmp_path / "a.db").write_bytes(bytes((tmp_path / "a.db").stat().st_size))
    response = deliver([sent_row(1)])
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "a.db" not in detail(response)


@in_postgresql
def test_a_database_that_is_away_is_503_and_well_when_it_is_back(
    deliver: Deliver, client: FlaskClient, postgresql: Cluster
) -> None:
    assert deliver().status_code == 200
    postgresql.stop()
    try:
        away = [deliver([sent_row(1)]), listed(client)]
    finally:
        postgresql.start()
    assert [each.status_code for each in away] == [503, 503]
    assert all(each.headers["Retry-After"] and "127.0.0.1" not in detail(each) for each in away)
    assert deliver([sent_row(0), sent_row(1)]).get_json() == {"accepted": 2, "stored": 1}
    assert client.get("/metrics").status_code == 200


def test_a_server_without_a_store_has_no_occurrences(application: Flask, client: FlaskClient) -> None:
    del application.extensions["faultbook_store"]
    assert listed(client).status_code == 404


# Who may


def test_without_tokens_only_this_machine_is_answered(client: FlaskClient, deliver: Deliver) -> None:
    assert deliver().status_code == 200
    for address in ("192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1", "", "unix"):
        other = {"environ_overrides": {"REMOTE_ADDR": address}}
        assert deliver(**other).status_code == 403
        response = listed(client, **other)
        assert response.status_code == 403
        assert "faultbook token add" in detail(response)
    for address in ("127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"):
        assert listed(client, environ_overrides={"REMOTE_ADDR": address}).status_code == 200


def test_the_connection_counts_and_not_what_a_trusted_proxy_says(client: FlaskClient) -> None:
    said = {"REMOTE_ADDR": "127.0.0.1", "faultbook.peer": "192.0.2.1"}
    assert listed(client, environ_overrides=said).status_code == 403


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"])
def test_a_forwarded_request_is_never_one_of_this_machine(client: FlaskClient, deliver: Deliver, name: str) -> None:
    assert listed(client, headers={name: "127.0.0.1"}).status_code == 403
    assert deliver(headers={name: "127.0.0.1"}).status_code == 403


@pytest.mark.parametrize("host", ["evil.example:8080", "127.0.0.1.evil.example", "[::1].evil.example", "0.0.0.0:8080"])
def test_a_name_that_only_points_to_this_machine_is_not_this_machine(client: FlaskClient, host: str) -> None:
    assert listed(client, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:80", "[::1]:8080"])
def test_this_machine_goes_by_its_names(client: FlaskClient, host: str) -> None:
    assert listed(client, headers={"Host": host}).status_code == 200


def test_where_there_are_tokens_this_machine_needs_one_too(client: FlaskClient, deliver: Deliver, store: Store) -> None:
    _, host = store.add_token("host", "db-7")
    _, viewer = store.add_token("viewer", "alice")
    _, operator = store.add_token("operator", "root")
    assert deliver().status_code == 401
    assert listed(client).headers["WWW-Authenticate"].lower().startswith("bearer")
    bearer = {
        name: {"Authorization": f"Bearer {token}"}
        for name, token in {"host": host, "viewer": viewer, "operator": operator, "none": "fb-host-wrong"}.items()
    }
    statuses = {name: listed(client, headers=headers).status_code for name, headers in bearer.items()}
    assert statuses == {"host": 403, "viewer": 200, "operator": 200, "none": 401}
    assert {name: deliver(headers=headers).status_code for name, headers in bearer.items()} == {
        "host": 200,
        "viewer": 403,
        "operator": 403,
        "none": 401,
    }
    far = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.1"}, "base_url": "https://faults.example.net"}
    assert deliver(token=host, **far).status_code == 200


def test_a_host_does_not_speak_for_another(deliver: Deliver, store: Store, client: FlaskClient) -> None:
    _, db7 = store.add_token("host", "db-7")
    _, viewer = store.add_token("viewer", "alice")
    response = deliver(host="db-8", token=db7)
    assert response.status_code == 403
    assert listed(client, headers={"Authorization": f"Bearer {viewer}"}).get_json()["occurrences"] == []


def test_both_tokens_of_a_host_are_valid_until_one_is_revoked(deliver: Deliver, store: Store) -> None:
    old, old_secret = store.add_token("host", "db-7")
    _, new_secret = store.add_token("host", "db-7")
    assert {deliver(token=each).status_code for each in (old_secret, new_secret)} == {200}
    store.revoke_token(old.id)
    assert deliver(token=old_secret).status_code == 401
    assert deliver(token=new_secret).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer \u00e9", "Token x", "Bearer a b"])
def test_other_headers_are_no_token(client: FlaskClient, store: Store, header: str) -> None:
    store.add_token("viewer", "alice")
    assert listed(client, headers={"Authorization": header}).status_code == 401


def test_a_body_is_not_read_before_somebody_may_send_one(deliver: Deliver, store: Store) -> None:
    store.add_token("viewer", "alice")
    assert deliver(data=b"{").status_code == 401


# Listing


def test_pages_go_on_where_the_one_before_ended(deliver: Deliver, client: FlaskClient) -> None:
    deliver([sent_row(number) for number in range(25)])
    for order, expected in (("asc", list(range(25))), ("desc", list(range(24, -1, -1)))):
        found, cursor = [], ""
        while cursor is not None:
            answer = listed(client, f"?limit=10&order={order}" + (f"&cursor={cursor}" if cursor else "")).get_json()
            found += [each["fields"]["n"] for each in answer["occurrences"]]
            cursor = answer["next"]
        assert found == expected


def test_filters_narrow(deliver: Deliver, client: FlaskClient) -> None:
    deliver([sent_row(0), sent_row(1, "demo-other")])
    deliver([sent_row(2)], host="db-8")

    def numbers(query: str) -> list[int]:
        return [each["fields"]["n"] for each in listed(client, query).get_json()["occurrences"]]

    assert numbers("?entry=demo-fault") == [0, 2]
    assert numbers("?host=db-8") == [2]
    assert numbers("?entry=demo-other&host=db-8") == []
    assert numbers("?since=2000-01-01") == [0, 1, 2]
    assert numbers("?since=2999-01-01T00:00:00Z") == []
    assert numbers("?entry=' OR 1=1 --") == []


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=1001", "limit=-1", "limit=x", "limit=٥", "limit=99999999999999", "order=up"),
        *("since=yesterday", "cursor=x", "cursor=%00", "cursor=ZGVzYzo1", "cursor=" + "A" * 5000),
    ],
    ids=lambda query: query[:20],
)
def test_parameters_that_cannot_be_used_are_named(client: FlaskClient, query: str) -> None:
    response = listed(client, f"?{query}")
    assert response.status_code == 400
    assert detail(response).split()[0] in ("limit", "order", "since", "the")


def test_what_a_terminal_would_act_on_is_escaped_and_nothing_is_cached(deliver: Deliver, client: FlaskClient) -> None:
    deliver([sent_row(0, text="\x1b[2J\u202e\x00\x9b31m")])
    response = listed(client)
    assert response.headers["Cache-Control"] == "no-store"
    assert not set(response.get_data(as_text=True)) & set("\x1b\u202e\x00\x9b")
    assert response.get_json()["occurrences"][0]["text"] == "\x1b[2J\u202e\x00\x9b31m"


# The whole way


def test_a_watchers_rows_arrive_over_a_real_server(application: Flask, store: Store, tmp_path: Path) -> None:
    _, secret = store.add_token("host", "db-7")
    (tmp_path / "token").write_text(secret + "\n")
    (tmp_path / "state").mkdir()
    server = create_server(application, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        spool = Spool(tmp_path / "state", HandClock(), pytest.fail, SpoolConfig())
        spool.commit([row(number, text="größer \x00 \U0001f600") for number in range(1200)], {})
        config = ServerConfig(f"http://127.0.0.1:{server.effective_port}", tmp_path / "token")
        delivery = Delivery(spool, config, "db-7", HandClock(), on_trouble=pytest.fail)
        while spool.counters()["spool_rows"]:
            assert delivery.attempt()
        delivery.close()
        spool.close()
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(10)
    page = store.page(Query(limit=1000))
    assert [each["fields"]["n"] for each in page.rows] == list(range(1000))
    assert page.rows[0]["text"] == "größer \x00 \U0001f600"
