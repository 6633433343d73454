"""The entries as JSON: a list in pages, and each one whole."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.paging import cursor_of
from tests.app.serving import Child


def pages(server: Child, limit: int, more: str = "") -> list[list[str]]:
    """The ids of every page, asked for one after the other."""
    found, cursor = [], ""
    while True:
        page = server.get(f"/api/v1/entries?limit={limit}{cursor}{more}").json
        found.append([row["entry"] for row in page["entries"]])
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


def test_the_list_comes_in_pages_that_leave_nothing_out(server: Child) -> None:
    assert pages(server, 1) == [["demo-fault"], ["demo-other"]]
    assert pages(server, 2) == [["demo-fault", "demo-other"]]
    assert pages(server, 1000) == [["demo-fault", "demo-other"]]


def test_a_list_may_be_of_one_component(server: Child) -> None:
    assert pages(server, 5, "&component=nic") == [["demo-fault"]]
    assert pages(server, 5, "&component=none") == [[]]


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "", "1.5", "٣", "9" * 30])
def test_a_limit_out_of_bounds_is_refused(server: Child, limit: str) -> None:
    answer = server.ask("GET", f"/api/v1/entries?limit={limit.encode().hex() if not limit.isascii() else limit}")
    assert answer.status == 400
    assert "1 to 1000" in answer.json["detail"]


@pytest.mark.parametrize("cursor", ["", "!", "%00", "====", "a", base64.b64encode(b"\xff\xff").decode(), "QUFB" * 200])
@pytest.mark.parametrize("path", ["/api/v1/entries?", "/api/v1/search?q=demo&"])
def test_a_cursor_that_is_not_ours_is_refused(server: Child, path: str, cursor: str) -> None:
    assert server.get(f"{path}cursor={cursor}").status == 400


@given(st.text(min_size=1))
def test_a_cursor_is_plain_in_a_url(position: str) -> None:
    cursor = cursor_of(position.encode("utf-8", "replace").decode())
    assert cursor.replace("-", "").replace("_", "").isalnum()


def test_an_entry_is_given_whole_and_in_both_languages(server: Child) -> None:
    entry = server.get("/api/v1/entries/demo-fault").json
    assert entry["title"] == {"en": "The demo port fails", "zh": "演示端口出错"}
    assert entry["fields"] == {"iface": "iface", "n": "int", "what": "text"}
    assert entry["inputs"]["nproc"]["max"] == 64
    assert entry["values"]["half"] == {"expression": "nproc - n", "min": 1, "max": 64}
    assert "ethtool -L {{ iface }}" in entry["fix"]["en"]
    assert entry["signs"][0]["wordings"] == ["demo: {iface:iface} failed {n:int} times: {what:text}"]


@pytest.mark.parametrize(
    "entry", ["nothing", "..%2f..%2fetc%2fpasswd", "%00", "DEMO-FAULT", "demo-fault%0a", "a" * 5000]
)
def test_an_id_is_looked_up_and_never_a_path(server: Child, entry: str) -> None:
    answer = server.get(f"/api/v1/entries/{entry}")
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_list_follows_the_language(server: Child) -> None:
    by_header = server.get("/api/v1/entries", Accept_Language="zh").json
    assert by_header["entries"][0]["title"] == "演示端口出错"
    assert by_header == server.get("/api/v1/entries?lang=zh").json
    assert server.get("/api/v1/entries").headers["vary"] == "Accept-Language"
