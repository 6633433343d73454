"""`faultbook occurrences`, `token` and `db`, as people and scripts meet them."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from app.config import read_age, read_size
from app.store.location import FILE_NAME, url_of
from app.store.occurrences import NewOccurrence
from app.store.store import open_store
from tests.databases import Database
from tests.deliveries import NOON, HandClock, sent_row

Run = Callable[..., Any]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def url(tmp_path: Path, clock: HandClock) -> str:
    """A store with five rows, recorded ten minutes apart."""
    url = url_of(tmp_path / FILE_NAME)
    store = open_store(url, environment={}, now=clock.now)
    for number in range(5):
        sent = sent_row(number, "demo-fault" if number % 2 == 0 else "demo-other", text=f"\x1b[31m{number}\nmore")
        store.record(
            "db-7" if number < 3 else "db-8", [NewOccurrence(sent["id"], sent["entry"], NOON, 1, json.dumps(sent))]
        )
        clock.pass_s(600)
    store.close()
    return url


def numbers(out: str) -> list[int]:
    return [json.loads(line)["fields"]["n"] for line in out.splitlines()]


# occurrences


def test_occurrences_are_listed_as_json_lines(call: Run, url: str) -> None:
    result = call("occurrences", "--json", "--db", url)
    assert (result.code, result.err) == (0, "")
    assert numbers(result.out) == [0, 1, 2, 3, 4]
    first = json.loads(result.out.splitlines()[0])
    assert (first["host"], first["entry"], first["recorded_at"]) == (
        "db-7",
        "demo-fault",
        "2026-11-21T12:00:00.000000Z",
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--entry", "demo-other"], [1, 3]),
        (["--host", "db-8"], [3, 4]),
        (["--since", "2026-11-21T12:15:00Z"], [2, 3, 4]),
        (["--since", "2026-11-21T12:20:00"], [2, 3, 4]),
        (["--limit", "2"], [3, 4]),
        (["--limit", "2", "--entry", "demo-fault", "--host", "db-7"], [0, 2]),
        (["--since", "2999-01-01"], []),
    ],
    ids=str,
)
def test_occurrences_are_narrowed(call: Run, url: str, options: list[str], expected: list[int]) -> None:
    assert numbers(call("occurrences", "--json", "--db", url, *options).out) == expected


def test_since_may_be_said_as_how_long_ago(call: Run, tmp_path: Path) -> None:
    clock = HandClock(datetime.now(UTC) - timedelta(hours=2))
    store = open_store(url_of(tmp_path / "a.db"), environment={}, now=clock.now)
    for number in range(2):
        sent = sent_row(number)
        store.record("db-7", [NewOccurrence(sent["id"], sent["entry"], NOON, 1, json.dumps(sent))])
        clock.pass_s(7200)
    store.close()
    found = {
        ago: call("occurrences", "--json", "--db", url_of(tmp_path / "a.db"), "--since", ago) for ago in ("1h", "3h")
    }
    assert {ago: numbers(result.out) for ago, result in found.items()} == {"1h": [1], "3h": [0, 1]}


def test_people_see_a_line_for_each_and_no_control_characters(call: Run, url: str) -> None:
    result = call("occurrences", "--db", url, "--limit", "1")
    assert result.out == "2026-11-21T12:00:00Z db-8 demo-fault /var/log/messages:5: \\x1b[31m4\n"


def test_json_holds_no_control_characters_either(call: Run, url: str) -> None:
    out = call("occurrences", "--json", "--db", url).out
    assert all(char == "\n" or char.isprintable() for char in out)


def test_a_watchers_own_store_is_listed(call: Run, url: str, tmp_path: Path) -> None:
    assert numbers(call("occurrences", "--json", "--state-dir", str(tmp_path)).out) == [0, 1, 2, 3, 4]
    state = tmp_path / "home" / "faultbook"
    state.mkdir(parents=True)
    (tmp_path / FILE_NAME).rename(state / FILE_NAME)
    by_default = call("occurrences", "--json", env={"XDG_STATE_HOME": str(tmp_path / "home")})
    assert numbers(by_default.out) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--db", "sqlite:////nowhere/a.db"], "nothing was recorded in /nowhere/a.db yet"),
        (["--db", "nonsense"], "write sqlite:///FILE"),
        (["--since", "soon"], "is no time; write 90s"),
        (["--limit", "0"], "--limit"),
        (["--db", "sqlite:///a", "--server", "http://h"], "give one of"),
        (["--server", "h"], "is not a server; write http://HOST:PORT"),
        (["--server", "http://me:secret@h"], '"h" is not a server'),
        (["--server", "http://127.0.0.1:1"], "cannot be reached: Connection refused"),
    ],
    ids=str,
)
def test_wrong_use_is_one_clear_line(call: Run, options: list[str], says: str) -> None:
    result = call("occurrences", *options)
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert result.err.count("\n") == 1
    assert "secret" not in result.err


# occurrences --server


class _Handler(BaseHTTPRequestHandler):
    answers: ClassVar[list[tuple[int, Any]]] = []
    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Authorization"]))
        status, value = self.answers.pop(0)
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    listener = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    _Handler.answers.clear()
    _Handler.asked.clear()
    yield f"http://127.0.0.1:{listener.server_port}"
    listener.shutdown()
    listener.server_close()
    thread.join()


def test_a_server_is_asked_page_by_page_with_the_token(call: Run, server: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    _Handler.answers += [
        (200, {"occurrences": [sent_row(0), sent_row(1)], "next": "abc"}),
        (200, {"occurrences": [sent_row(2)], "next": None}),
    ]
    result = call(
        "occurrences",
        "--json",
        "--server",
        f"{server}/kb/",
        "--host",
        "a b&c",
        "--since",
        "2026-11-21",
        env={"FAULTBOOK_TOKEN_FILE": str(tmp_path / "token")},
    )
    assert numbers(result.out) == [0, 1, 2]
    assert _Handler.asked == [
        (
            "/kb/api/v1/occurrences?host=a+b%26c&since=2026-11-21T00%3A00%3A00.000000Z&order=asc&limit=1000",
            "Bearer s3cret",
        ),
        (
            "/kb/api/v1/occurrences?host=a+b%26c&since=2026-11-21T00%3A00%3A00.000000Z&order=asc&cursor=abc&limit=1000",
            "Bearer s3cret",
        ),
    ]


def test_the_last_of_a_server_come_in_the_order_of_recording(call: Run, server: str) -> None:
    _Handler.answers.append((200, {"occurrences": [sent_row(2), sent_row(1)], "next": "x"}))
    assert numbers(call("occurrences", "--json", "--server", server, "--limit", "2").out) == [1, 2]


@pytest.mark.parametrize(
    ("status", "value", "says"),
    [
        (401, {"detail": "no"}, "answers 401: put a viewer's token into a file"),
        (403, {"detail": "no"}, "answers 403: this token does not read"),
        (404, b"<html>", "answers 404: check the URL"),
        (503, {"detail": "the store \x1b[2J is away"}, "answers 503: the store \\x1b[2J is away"),
        (200, b"<html>", "does not answer as faultbook does"),
        (200, [1], "does not answer as faultbook does"),
        (302, b"", "answers 302"),
    ],
    ids=str,
)
def test_a_server_that_gives_no_rows_is_one_clear_line(
    call: Run, server: str, status: int, value: Any, says: str
) -> None:
    _Handler.answers.append((status, value))
    result = call("occurrences", "--server", server)
    assert (result.code, result.out) == (2, "")
    assert says in result.err


# token and db


def test_a_token_is_printed_once_listed_without_its_secret_and_revoked(call: Run, tmp_path: Path) -> None:
    url = url_of(tmp_path / "a.db")
    added = call("token", "add", "host", "db-7", "--db", url)
    assert added.code == 0
    secret = added.out.strip()
    assert secret.startswith("fb-host-")
    assert "shown only this once" in added.err
    (listed,) = [json.loads(line) for line in call("token", "list", "--json", "--db", url).out.splitlines()]
    assert (listed["kind"], listed["name"], listed["revoked_at"]) == ("host", "db-7", None)
    assert call("token", "revoke", listed["id"], "--db", url).code == 0
    shown = call("token", "list", "--db", url).out
    assert "revoked" in shown
    assert secret not in shown
    again = call("token", "revoke", listed["id"], "--db", url)
    assert (again.code, "was revoked before" in again.err) == (2, True)


def test_an_empty_list_of_tokens_says_who_is_answered(call: Run, tmp_path: Path) -> None:
    result = call("token", "list", "--db", url_of(tmp_path / "a.db"))
    assert (result.code, result.out) == (0, "")
    assert "only this machine is answered" in result.err


def test_a_kind_that_is_none_is_refused(call: Run, tmp_path: Path) -> None:
    result = call("token", "add", "admin", "x", "--db", url_of(tmp_path / "a.db"))
    assert (result.code, list(tmp_path.iterdir())) == (2, [])


def test_a_store_is_made_and_is_then_the_newest(call: Run, tmp_path: Path) -> None:
    url = url_of(tmp_path / "new" / "a.db")
    assert call("db", "upgrade", "--db", url).out.startswith("applied 0001 occurrences\n")
    assert call("db", "upgrade", "--db", url).out == "the schema is the newest\n"


def test_every_command_takes_a_postgresql_database(call: Run, postgresql_database: Database) -> None:
    url = postgresql_database.url
    assert call("db", "upgrade", "--db", url).out.startswith("applied 0001 occurrences\n")
    assert call("db", "upgrade", "--db", url).out == "the schema is the newest\n"
    assert call("token", "add", "viewer", "alice", "--db", url).code == 0
    assert "alice" in call("token", "list", "--db", url).out
    store = open_store(url, environment={})
    sent = sent_row(7)
    store.record("db-7", [NewOccurrence(sent["id"], sent["entry"], NOON, 1, json.dumps(sent))])
    store.close()
    assert numbers(call("occurrences", "--json", "--db", url).out) == [7]


def test_a_database_that_does_not_answer_is_one_clear_line_without_the_password(call: Run) -> None:
    result = call("occurrences", "--db", "postgresql+psycopg://me:secret@127.0.0.1:1/none")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert "does not answer" in result.err
    assert "secret" not in result.err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--keep", "90"], "is not how long to keep rows; write 90d"),
        (["--keep", "0d"], "is not how long"),
        (["--keep-bytes", "many"], "is not a size; write 20GB"),
    ],
    ids=str,
)
def test_what_is_no_retention_is_refused(call: Run, options: list[str], says: str) -> None:
    result = call("serve", *options)
    assert result.code == 2
    assert says in result.err


def test_ages_and_sizes_are_read() -> None:
    assert (read_age("90d"), read_age("36h")) == (90 * 86400, 36 * 3600)
    sizes = {"20GB": 20 * 10**9, "500MiB": 500 << 20, "1K": 1024, "12": 12}
    assert {text: read_size(text) for text in sizes} == sizes


def test_a_file_of_another_program_is_not_upgraded(call: Run, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    result = call("db", "upgrade", "--db", url_of(tmp_path / "a.db"))
    assert result.code == 2
    assert "another program" in result.err


@pytest.mark.parametrize(
    "arguments", [["occurrences"], ["token"], ["token", "add"], ["token", "list"], ["db", "upgrade"]]
)
def test_help_has_an_example(call: Run, arguments: list[str]) -> None:
    result = call(*arguments, "--help")
    assert result.code == 0
    assert "Example" in result.out
