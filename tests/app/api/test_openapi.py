"""The API's description is true: every answer that it documents is asked for, and its body is as the schema says."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.api.access import EXTENSION as STORE
from app.api.delivery import Delivery
from app.api.openapi import document
from app.config import Limits, ServeConfig
from app.incidents.identity import number_of, shown
from app.shelf import Shelf
from app.store.engine import sqlite_engine
from app.store.errors import StoreBusy, StoreFull
from app.store.location import url_of
from app.store.store import Store, open_store
from tests.app.serving import Answer, Client, in_thread
from tests.deliveries import sent_row

LINE = "demo: eth0 failed 5 times: no signal"
LOOKUP, SEARCH, LIST, ONE, OWN, DELIVER, RECORDED, TROUBLES, TROUBLE, ACT, HOSTS, CROSS, AFFECTED = (
    ("post", "/api/v1/lookup"),
    ("get", "/api/v1/search"),
    ("get", "/api/v1/entries"),
    ("get", "/api/v1/entries/{entry}"),
    ("get", "/api/v1/openapi.json"),
    ("post", "/api/v1/occurrences"),
    ("get", "/api/v1/occurrences"),
    ("get", "/api/v1/incidents"),
    ("get", "/api/v1/incidents/{incident}"),
    ("post", "/api/v1/incidents/{incident}/actions"),
    ("get", "/api/v1/hosts"),
    ("get", "/api/v1/entries/{entry}/cross"),
    ("get", "/api/v1/entries/{entry}/hosts"),
)
KNOWN = f"/api/v1/incidents/{shown(number_of('demo-fault', 'db-7', '{}'))}"
USABLE = {
    LOOKUP: LOOKUP[1],
    SEARCH: "/api/v1/search?q=demo",
    LIST: LIST[1],
    ONE: "/api/v1/entries/demo-fault",
    OWN: OWN[1],
    DELIVER: DELIVER[1],
    RECORDED: RECORDED[1],
    TROUBLES: TROUBLES[1],
    TROUBLE: KNOWN,
    ACT: f"{KNOWN}/actions",
    HOSTS: HOSTS[1],
    CROSS: "/api/v1/entries/demo-fault/cross",
    AFFECTED: "/api/v1/entries/demo-fault/hosts",
}
JSON = {"Content-Type": "application/json"}
SOON = (datetime.now(UTC) + timedelta(days=1)).isoformat()
ROWS = json.dumps(
    {"host": "db-7", "facts": {"kernel": "6.1.0"}, "occurrences": [sent_row(0), sent_row(1, time="12:00:00", count=3)]}
)
TOKENS = "db-8 host-token"
TOKEN = {"Authorization": "Bearer host-token"}
CLIENT = {"X-Forwarded-For": "192.0.2.9"}
ACTION = json.dumps({"kind": "snooze", "until": SOON, "comment": "later"})
Case = tuple[tuple[str, str], int]


@dataclass(frozen=True)
class Request:
    """How one documented answer is brought about; `server` is the one of `servers` that gives it."""

    path: str
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    server: str = "usual"


def text(path: str = LOOKUP[1], body: str = LINE, **more: Any) -> Request:
    return Request(path, body, {"Content-Type": "text/plain"} | more.pop("headers", {}), **more)


def delivery(body: str = ROWS, headers: Mapping[str, str] = {}, server: str = "usual") -> Request:
    return Request(DELIVER[1], body, JSON | dict(headers), server)


def action(body: str = ACTION, headers: Mapping[str, str] = {}) -> Request:
    return Request(USABLE[ACT], body, JSON | dict(headers))


REQUESTS: dict[Case, Request] = {
    (LOOKUP, 200): text(),
    (LOOKUP, 400): Request(LOOKUP[1], '{"txt": 1}', {"Content-Type": "application/json"}),
    (LOOKUP, 413): text(body="x" * ((1 << 20) + 1)),
    (LOOKUP, 415): Request(LOOKUP[1], "<a/>", {"Content-Type": "application/xml"}),
    (LOOKUP, 429): text(headers=CLIENT, server="limited"),
    (LOOKUP, 503): text(server="busy"),
    (SEARCH, 200): Request(USABLE[SEARCH]),
    (SEARCH, 400): Request("/api/v1/search"),
    (SEARCH, 429): Request(USABLE[SEARCH], headers=CLIENT, server="limited"),
    (LIST, 200): Request("/api/v1/entries?limit=1"),
    (LIST, 400): Request("/api/v1/entries?limit=0"),
    (ONE, 200): Request(USABLE[ONE]),
    (ONE, 404): Request("/api/v1/entries/nothing"),
    (OWN, 200): Request(OWN[1]),
    (DELIVER, 200): delivery(),
    (DELIVER, 400): delivery("{"),
    (DELIVER, 401): delivery(server="guarded"),
    (DELIVER, 403): delivery(headers=TOKEN, server="guarded"),
    (DELIVER, 404): delivery(server="storeless"),
    (DELIVER, 413): delivery("x" * ((16 << 20) + 1)),
    (DELIVER, 415): delivery(headers={"Content-Type": "text/plain"}),
    (DELIVER, 422): delivery("{}"),
    (DELIVER, 429): delivery(headers=CLIENT, server="limited"),
    (DELIVER, 503): delivery(server="broken"),
    (DELIVER, 507): delivery(server="full"),
    (RECORDED, 200): Request(RECORDED[1]),
    (RECORDED, 400): Request("/api/v1/occurrences?since=yesterday"),
    (RECORDED, 401): Request(RECORDED[1], server="guarded"),
    (RECORDED, 403): Request(RECORDED[1], headers=TOKEN, server="guarded"),
    (RECORDED, 404): Request(RECORDED[1], server="storeless"),
    (RECORDED, 429): Request(RECORDED[1], headers=CLIENT, server="limited"),
    (RECORDED, 503): Request(RECORDED[1], server="broken"),
    (TROUBLES, 200): Request(TROUBLES[1]),
    (TROUBLES, 400): Request("/api/v1/incidents?state=bad"),
    (TROUBLE, 200): Request(KNOWN),
    (TROUBLE, 400): Request(f"{KNOWN}?lang=fr"),
    (HOSTS, 200): Request(HOSTS[1]),
    (HOSTS, 400): Request("/api/v1/hosts?cursor=x"),
    (CROSS, 200): Request(USABLE[CROSS]),
    (AFFECTED, 200): Request(USABLE[AFFECTED]),
    (AFFECTED, 400): Request(f"{USABLE[AFFECTED]}?verdict=bad"),
    (ACT, 200): action(),
    (ACT, 400): action("{"),
    (ACT, 413): action("x" * ((4 << 20) + 1)),
    (ACT, 415): action(headers={"Content-Type": "text/plain"}),
    (ACT, 422): action('{"kind": "snooze"}'),
}
for _guarded in (TROUBLES, TROUBLE, ACT, HOSTS, CROSS, AFFECTED):
    _sent = ACTION if _guarded == ACT else None
    _given = JSON if _guarded == ACT else {}
    REQUESTS |= {
        (_guarded, 401): Request(USABLE[_guarded], _sent, _given, "guarded"),
        (_guarded, 403): Request(USABLE[_guarded], _sent, {**_given, **TOKEN}, "guarded"),
        (_guarded, 404): Request(USABLE[_guarded], _sent, _given, "storeless"),
        (_guarded, 429): Request(USABLE[_guarded], _sent, {**_given, **CLIENT}, "limited"),
        (_guarded, 503): Request(USABLE[_guarded], _sent, _given, "broken"),
    }
for _operation, _path in USABLE.items():
    _body, _kind = {LOOKUP: (LINE, {"Content-Type": "text/plain"}), DELIVER: (ROWS, JSON), ACT: (ACTION, JSON)}.get(
        _operation, (None, {})
    )
    REQUESTS[_operation, 406] = Request(_path, _body, {"Accept": "text/html"} | _kind)
    REQUESTS[_operation, 500] = Request(_path, _body, _kind, server="failing")
    if _operation in (SEARCH, LIST, ONE, OWN):
        REQUESTS[_operation, 304] = Request(_path, headers={"If-None-Match": "*"})


def documented() -> Iterator[Case]:
    """Every answer of every operation."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            for status in operation["responses"]:
                yield (method, path), int(status)


def fail() -> None:
    raise RuntimeError("as ordered")


def make_fail(application: Flask) -> None:
    """Let every request fail."""
    application.before_request(fail)


class FullStore(Store):
    """A store on a disk without space."""

    def record(self, *_arguments: object) -> int:
        raise StoreFull("as ordered")


class BrokenStore(Store):
    """A store that does not answer."""

    def has_tokens(self) -> bool:
        raise StoreBusy("as ordered")


def keep_in(kind: type[Store], path: Path) -> Callable[[Flask], object]:
    """Give the application a store of this kind."""

    def give(application: Flask) -> None:
        application.extensions[STORE] = kind(sqlite_engine(path, readonly=True), str(path))

    return give


@pytest.fixture(scope="module")
def servers(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Client]]:
    """Running servers: the usual one, one whose client asked too often, one that is busy, one that fails, ..."""
    path = tmp_path_factory.mktemp("store") / "faultbook.db"
    stored = ServeConfig(db=url_of(path))
    limited = replace(stored, trusted_proxy="127.0.0.1", limits=Limits(per_second=0.001, burst=0))
    (path.parent / "tokens").write_text(TOKENS)
    guarded = open_store(url_of(path), environment={"FAULTBOOK_TOKEN_FILE": str(path.parent / "tokens")})
    rows = Delivery.model_validate_json(ROWS).occurrences
    guarded.record("db-7", [row.to_record() for row in rows], {"kernel": "6.1.0"})
    kinds: Mapping[str, tuple[ServeConfig, Callable[[Flask], object] | None]] = {
        "usual": (stored, None),
        "limited": (limited, None),
        "busy": (ServeConfig(limits=Limits(max_lookups=0, lookup_wait_s=0.01)), None),
        "failing": (stored, make_fail),
        "storeless": (ServeConfig(), None),
        "guarded": (ServeConfig(), lambda application: application.extensions.update({STORE: guarded})),
        "full": (ServeConfig(), keep_in(FullStore, path)),
        "broken": (ServeConfig(), keep_in(BrokenStore, path)),
    }
    with ExitStack() as stack:
        stack.callback(guarded.close)
        yield {name: stack.enter_context(in_thread(*kind[:1], shelf, kind[1]))[0] for name, kind in kinds.items()}


def errors_of(schema: Mapping[str, Any], body: object) -> list[str]:
    """Why a body is not as its schema says."""
    whole = {**schema, "components": document()["components"]}
    return [each.message for each in Draft202012Validator(whole).iter_errors(body)]


def test_the_document_is_valid_openapi() -> None:
    assert list(map(str, OpenAPIV31SpecValidator(document()).iter_errors())) == []


def test_every_route_of_the_api_is_documented(shelf: Shelf) -> None:
    from app import create_app  # noqa: PLC0415

    rules = create_app(ServeConfig(), shelf).url_map.iter_rules()
    served = {
        (method.lower(), rule.rule.replace("<", "{").replace(">", "}"))
        for rule in rules
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == {operation for operation, _status in documented()}


def test_every_documented_answer_is_asked_for() -> None:
    assert set(documented()) == set(REQUESTS)


@pytest.mark.parametrize("case", sorted(REQUESTS), ids=lambda case: f"{case[0][0]} {case[0][1]} {case[1]}")
def test_an_answer_is_as_it_is_documented(servers: Mapping[str, Client], case: Case) -> None:
    (method, path), status = case
    request = REQUESTS[case]
    answer: Answer = servers[request.server].ask(method.upper(), request.path, request.body, request.headers)
    assert answer.status == status, answer.text
    content = document()["paths"][path][method]["responses"][str(status)].get("content")
    if content is None:
        assert answer.body == b""
        return
    [(kind, described)] = content.items()
    assert answer.headers["content-type"] == kind
    assert errors_of(described["schema"], answer.json) == []
    if status >= 400:
        assert answer.json["status"] == status
        assert answer.json["instance"].startswith("urn:uuid:")


def test_what_needs_a_token_says_so_and_is_kept_by_nobody(servers: Mapping[str, Client]) -> None:
    schemes = document()["components"]["securitySchemes"]
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            named = [name for each in operation.get("security", ()) for name in each]
            assert ("401" in operation["responses"]) == bool(named)
            assert set(named) <= set(schemes), (method, path)
    assert servers["usual"].get(RECORDED[1]).headers["cache-control"] == "no-store"


def test_the_schemas_refuse_what_they_do_not_name(servers: Mapping[str, Client]) -> None:
    schema = document()["paths"]["/api/v1/entries/{entry}"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    body = servers["usual"].get("/api/v1/entries/demo-fault").json
    assert errors_of(schema, body | {"more": 1})
    assert errors_of(schema, {name: value for name, value in body.items() if name != "title"})


def test_the_served_document_is_this_one(servers: Mapping[str, Client]) -> None:
    assert servers["usual"].get("/api/v1/openapi.json").json == document()
