"""The log: one line per event, whatever a client sends, and nothing of what it asks."""

import json
import logging
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import LogFormat
from app.server.logs import Formatter
from tests.app.serving import Child, request_of

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (?:info|warning|error) [a-z ]+(?: [a-z_]+=(?:[!#-~]+|\"[^\n]*\"))*"
)


def record_of(message: str, **fields: object) -> logging.LogRecord:
    record = logging.LogRecord("faultbook", logging.INFO, __file__, 1, message, None, None)
    record.faultbook_fields = fields
    return record


@given(st.text())
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_an_event_is_one_line_whatever_its_values_hold(log_format: LogFormat, text: str) -> None:
    line = Formatter(log_format).format(record_of("access", path=text))
    assert len(line.splitlines()) == 1
    assert line.encode("utf-8").decode("utf-8").isprintable() or "\u3000" in text or " " not in line.strip()[:0]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_value_can_be_read_back(text: str) -> None:
    line = Formatter("text").format(record_of("access", path=text))
    value = line.partition(" path=")[2]
    assert (json.loads(value) if value.startswith('"') else value) == text
    assert json.loads(Formatter("json").format(record_of("access", path=text)))["path"] == text


def test_a_value_cannot_look_like_another_field() -> None:
    line = Formatter("text").format(record_of("access", path="/x status=200", status=404))
    assert re.findall(r" (\w+)=", re.sub(r'"[^"]*"', "", line)) == ["path", "status"] or line.endswith("status=404")
    assert 'path="/x status=200"' in line


def test_a_failure_brings_its_traceback_in_the_same_line() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("waitress", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    line = Formatter("text").format(record)
    assert "\n" not in line
    assert "ValueError" in line
    assert "logger=waitress" in line


def test_a_request_is_logged_without_its_query(server: Child) -> None:
    server.get("/search?q=secret-query&marker=1", User_Agent="secret-agent", Referer="http://secret-referrer/")
    line = server.logged("path=/search ")
    assert "client=127.0.0.1 method=GET path=/search status=200 bytes=" in line
    assert "secret" not in server.log


def test_a_paste_is_not_logged(server: Child) -> None:
    server.post("/api/v1/lookup", "secret-paste demo: eth0 failed 5 times: no signal")
    server.post("/api/v1/lookup", '{"text": "secret-json', "application/json")
    server.logged("path=/api/v1/lookup status=400")
    assert "secret" not in server.log


def test_a_path_cannot_forge_a_line(server: Child) -> None:
    server.raw(request_of("GET /forged%0a2026-01-01T00:00:00.000Z%20info%20access%1b[31m%e2%80%ae HTTP/1.1", "Host: x"))
    line = server.logged("/forged")
    assert line.startswith("20")
    assert "\\n2026-01-01" in line
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert not any(each.startswith("2026-01-01T00:00:00.000Z") for each in server.log.splitlines())


def test_every_line_of_a_server_has_the_same_form(server: Child) -> None:
    for path in ("/", "/nothing", "/api/v1/entries?limit=x", "/%00%0a%22="):
        server.get(path)
    server.raw(b"nonsense\r\n\r\n")
    server.logged("refused")
    lines = server.log.splitlines()[1:]  # the first one says where the site is
    assert [line for line in lines if not LINE.fullmatch(line)] == []
