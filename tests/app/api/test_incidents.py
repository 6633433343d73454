"""`/api/v1/incidents`: who sees and changes them, the list, one of them, what people do."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.api.access import CSRF_HEADER, SESSION_COOKIE, csrf_token
from app.store.store import Store
from tests.deliveries import sent_row

LOCAL = "http://127.0.0.1:8080"
Ask = Callable[..., TestResponse]


def deliver(client: FlaskClient, *rows: dict[str, Any], host: str = "db-7", **more: Any) -> TestResponse:
    now = datetime.now(UTC)
    sent = [{**row, "seen_at": row.get("seen_at") or now.isoformat()} for row in rows]
    return client.post("/api/v1/occurrences", json={"host": host, "occurrences": sent}, **{"base_url": LOCAL} | more)


def row(number: int, entry: str = "demo-fault", **more: Any) -> dict[str, Any]:
    return sent_row(number, entry) | {"seen_at": None} | more


def listed(client: FlaskClient, query: str = "", **more: Any) -> Any:
    response = client.get(f"/api/v1/incidents{query}", **{"base_url": LOCAL} | more)
    assert response.status_code == 200, response.text
    return response.get_json()


def act(client: FlaskClient, incident: str, body: Any, **more: Any) -> TestResponse:
    return client.post(f"/api/v1/incidents/{incident}/actions", json=body, **{"base_url": LOCAL} | more)


def test_what_is_delivered_is_an_incident_at_once(client: FlaskClient) -> None:
    deliver(client, row(0), row(1, count=3))
    (found,) = listed(client)["incidents"]
    assert (found["entry"], found["host"], found["count"], found["state"]) == ("demo-fault", "db-7", 4, "open")
    assert (found["title"], found["severity"]) == ("The demo port fails", "error")
    assert listed(client, "?lang=zh")["incidents"][0]["title"] == "演示端口出错"


def test_filters_of_the_list(client: FlaskClient) -> None:
    deliver(client, row(0))
    deliver(client, row(1, "demo-other"), host="db-8")
    deliver(client, row(2, "not-served"), host="db-9")

    def hosts(query: str) -> list[str]:
        return sorted(each["host"] for each in listed(client, query)["incidents"])

    assert hosts("?entry=demo-other") == ["db-8"]
    assert hosts("?host=db-9") == ["db-9"]
    assert hosts("?severity=error") == ["db-7"]
    assert hosts("?severity=critical") == []
    assert hosts("?state=on") == hosts("?state=new") == hosts("?handled=no") == ["db-7", "db-8", "db-9"]
    assert hosts("?state=resolved") == hosts("?handled=yes") == hosts("?since=2999-01-01") == []


def test_pages_go_on_where_the_one_before_ended(client: FlaskClient) -> None:
    for number in range(5):
        deliver(client, row(number), host=f"db-{number}")
    found, cursor = [], ""
    while cursor is not None:
        answer = listed(client, "?limit=2" + (f"&cursor={cursor}" if cursor else ""))
        found += [each["host"] for each in answer["incidents"]]
        cursor = answer["next"]
    assert found == [f"db-{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    "query", ["state=bad", "severity=loud", "handled=1", "since=x", "limit=501", "cursor=ZGVzYzo1", "lang=fr"]
)
def test_a_parameter_that_cannot_be_used_is_refused(client: FlaskClient, query: str) -> None:
    response = client.get(f"/api/v1/incidents?{query}", base_url=LOCAL)
    assert (response.status_code, response.content_type) == (400, "application/problem+json")


def test_one_incident_comes_with_everything_that_is_known(client: FlaskClient) -> None:
    deliver(client, row(0))
    deliver(client, row(1, recovery=True))
    (found,) = listed(client)["incidents"]
    assert act(client, found["id"], {"kind": "comment", "comment": "cable", "name": "alice"}).status_code == 200
    one = client.get(f"/api/v1/incidents/{found['id']}", base_url=LOCAL).get_json()
    assert {name: one[name] for name in found} == found
    assert (one["state"], one["recovered_by"]) == ("resolved", "demo-fault/fault")
    assert [each["id"] for each in one["evidence"]] == ["id-00000000"]
    assert [each["kind"] for each in one["events"]] == ["new"]
    assert [(each["kind"], each["name"], each["comment"]) for each in one["actions"]] == [("comment", "alice", "cable")]
    assert sum(each["count"] for each in one["hours"]) == 1


@pytest.mark.parametrize("incident", ["0" * 16, "x", "F" * 16])
def test_an_incident_that_is_none_is_404(client: FlaskClient, incident: str) -> None:
    assert client.get(f"/api/v1/incidents/{incident}", base_url=LOCAL).status_code == 404
    assert act(client, incident, {"kind": "known"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "known"}, 200),
        ({"kind": "close"}, 422),
        ({"kind": "comment"}, 422),
        ({"kind": "snooze", "until": "yesterday"}, 422),
        ({"kind": "snooze", "until": "2001-01-01T00:00:00Z"}, 422),
        ({"kind": "known", "more": 1}, 422),
        ([], 422),
    ],
    ids=str,
)
def test_an_action_is_checked(client: FlaskClient, body: Any, status: int) -> None:
    deliver(client, row(0))
    (found,) = listed(client)["incidents"]
    response = act(client, found["id"], body)
    assert response.status_code == status, response.text


def test_hostile_text_is_escaped(client: FlaskClient) -> None:
    deliver(client, row(0, text="\x1b[2J\u202e", fields={"iface": "\x9b31m"}))
    response = client.get("/api/v1/incidents", base_url=LOCAL)
    assert not set(response.get_data(as_text=True)) & set("\x1b\u202e\x9b")
    assert response.headers["Cache-Control"] == "no-store"


# Who may


def test_viewers_see_operators_change_and_hosts_do_neither(client: FlaskClient, store: Store) -> None:
    deliver(client, row(0))
    (found,) = listed(client)["incidents"]
    secrets = {kind: store.add_token(kind, f"a-{kind}")[1] for kind in ("host", "viewer", "operator")}  # type: ignore[arg-type]
    secrets["none"] = "wrong"
    path = f"/api/v1/incidents/{found['id']}"
    saw, did = {}, {}
    for kind, secret in secrets.items():
        headers = {"Authorization": f"Bearer {secret}"}
        saw[kind] = client.get(path, base_url=LOCAL, headers=headers).status_code
        did[kind] = act(client, found["id"], {"kind": "known", "name": "alice"}, headers=headers).status_code
    assert saw == {"host": 403, "viewer": 200, "operator": 200, "none": 401}
    assert did == {"host": 403, "viewer": 403, "operator": 200, "none": 401}
    assert [each.name for each in store.incidents.actions(found["id"])] == ["alice (a-operator)"]


def test_without_tokens_only_this_machine_is_answered(client: FlaskClient) -> None:
    deliver(client, row(0))
    (found,) = listed(client)["incidents"]
    far = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.1"}}
    assert client.get("/api/v1/incidents", base_url=LOCAL, **far).status_code == 403  # type: ignore[arg-type]
    assert act(client, found["id"], {"kind": "known"}, **far).status_code == 403
    assert act(client, found["id"], {"kind": "known"}, headers={"Host": "evil.example"}).status_code == 403


def test_a_session_changes_only_with_the_token_of_its_own_pages(
    client: FlaskClient, store: Store, application: Flask
) -> None:
    deliver(client, row(0))
    (found,) = listed(client)["incidents"]
    _, secret = store.add_token("operator", "olga")
    session, other = store.begin_session(secret), store.begin_session(secret)
    client.set_cookie(SESSION_COOKIE, session, domain="127.0.0.1")

    def token_of(cookie: str) -> str:
        with application.test_request_context(headers={"Cookie": f"{SESSION_COOKIE}={cookie}"}):
            return csrf_token()

    def status(sent: str | None) -> int:
        headers = {CSRF_HEADER: sent} if sent is not None else {}
        return act(client, found["id"], {"kind": "known"}, headers=headers).status_code

    assert [status(sent) for sent in (None, "", "x", "é", token_of(other))] == [403] * 5
    assert status(token_of(session)) == 200
    assert [each.name for each in store.incidents.actions(found["id"])] == ["olga"]


def test_a_session_of_a_viewer_changes_nothing(client: FlaskClient, store: Store, application: Flask) -> None:
    deliver(client, row(0))
    (found,) = listed(client)["incidents"]
    session = store.begin_session(store.add_token("viewer", "vera")[1])
    client.set_cookie(SESSION_COOKIE, session, domain="127.0.0.1")
    with application.test_request_context(headers={"Cookie": f"{SESSION_COOKIE}={session}"}):
        sent = csrf_token()
    assert act(client, found["id"], {"kind": "known"}, headers={CSRF_HEADER: sent}).status_code == 403


# Rows that came by all ways


def test_an_end_that_silence_brings_comes_with_time(client: FlaskClient) -> None:
    old = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    deliver(client, row(0, seen_at=old))
    (found,) = listed(client)["incidents"]
    assert (found["state"], found["is_new"], found["resolves_at"]) == ("resolved", False, None)
    assert found["resolved_at"] < json.loads(json.dumps(found["row"]["recorded_at"]))
