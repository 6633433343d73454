"""A pasted error over HTTP: the same answer as on the command line."""

import json

import pytest

from tests.app.conftest import LINE, Run
from tests.app.serving import Child

JSON = "application/json"


@pytest.mark.parametrize(
    "text", [LINE, "demo: failed 3 times", f"{LINE}\ndemo: failed 3 times", "nothing known", "", "网卡"]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_api_gives_what_lookup_json_prints(server: Child, call: Run, text: str, language: str) -> None:
    printed = json.loads(call("lookup", "--json", "--lang", language, "-", stdin=text.encode()).out)
    assert server.post(f"/api/v1/lookup?lang={language}", text).json == printed
    assert server.post(f"/api/v1/lookup?lang={language}", json.dumps({"text": text}), JSON).json == printed


def test_what_is_recognised_comes_with_its_fields(server: Child) -> None:
    [match] = server.post("/api/v1/lookup", LINE).json["matches"]
    assert match["entry"] == "demo-fault"
    assert match["url"] == "/entries/demo-fault"
    assert match["fields"] == {"iface": "eth0", "n": 5, "what": "no signal"}


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("zh", "zh"),
        ("zh-CN,en;q=0.5", "zh"),
        ("zh-Hant", "zh"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("zh;q=0", "en"),
        ("fr, zh-TW;q=0.3, en;q=0.2", "zh"),
    ],
)
def test_titles_come_in_the_language_that_the_client_prefers(server: Child, asked: str, language: str) -> None:
    answer = server.post("/api/v1/lookup", LINE, Accept_Language=asked)
    assert answer.headers["content-language"] == language
    assert answer.json["matches"][0]["title"] == {"en": "The demo port fails", "zh": "演示端口出错"}[language]


def test_an_unknown_language_is_an_error(server: Child) -> None:
    assert server.post("/api/v1/lookup?lang=fr", LINE).status == 400


def test_bytes_that_are_no_text_are_looked_at_all_the_same(server: Child) -> None:
    answer = server.post("/api/v1/lookup", b"\x80\xff " + LINE.encode() + b"\x00\x80")
    assert answer.status == 200
    assert answer.json["matches"][0]["entry"] == "demo-fault"


def test_half_of_a_surrogate_pair_in_json_is_no_failure(server: Child) -> None:
    body = '{"text": "' + LINE + ' \\ud800"}'
    assert server.post("/api/v1/lookup", body, JSON).status in (200, 400)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        "{}",
        '{"text": 5}',
        '{"text": null}',
        '{"text": "a", "more": 1}',
        '{"text": "a"} x',
        "[" * 100_000,
        '{"text":' * 100_000,
        '{"text": "\\x"}',
        "\x00",
    ],
    ids=lambda body: body[:20] or "empty",
)
def test_json_that_is_not_a_text_is_refused_and_says_what_to_send(server: Child, body: str) -> None:
    answer = server.post("/api/v1/lookup", body, JSON)
    assert answer.status == 400
    assert '{"text": "..."}' in answer.json["detail"]


@pytest.mark.parametrize(
    "content_type", ["application/xml", "multipart/form-data", "text/plain; charset=utf-16", "nonsense"]
)
def test_other_types_of_bodies_are_refused_with_those_that_are_read(server: Child, content_type: str) -> None:
    answer = server.post("/api/v1/lookup", "demo", content_type)
    assert answer.status == 415
    assert "text/plain or application/json" in answer.json["detail"]


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "us-ascii"])
def test_text_may_say_that_it_is_utf_8(server: Child, charset: str) -> None:
    assert server.post("/api/v1/lookup", LINE, f"text/plain; charset={charset}").status == 200


@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/json", "text/html, application/json;q=0.1"])
def test_whoever_takes_json_gets_it(server: Child, accept: str) -> None:
    assert server.post("/api/v1/lookup", LINE, Accept=accept).status == 200


def test_pasted_text_travels_by_post_only(server: Child) -> None:
    answer = server.get("/api/v1/lookup?text=demo")
    assert answer.status == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert "POST" in answer.headers["allow"]
