"""`faultbook notify test`, and `serve --notify` for real: a delivery comes in, a message goes out."""

import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.app.serving import cache, child
from tests.deliveries import sent_row
from tests.receiver import Received, Receiver, Reply

__all__ = ["cache"]
Run = Callable[..., Any]


@pytest.fixture
def notify(tmp_path: Path, receiver: Receiver) -> Path:
    """A configuration with a chat and a webhook that lead to the receiver."""
    (tmp_path / "url").write_text(f"{receiver.url}/chat/verysecret\n")
    (tmp_path / "secret").write_text("s\n")
    path = tmp_path / "notify.yaml"
    path.write_text(
        "version: 1\nchannels:\n"
        f"  ops: {{kind: slack, url_file: {tmp_path}/url, group: {{wait: 0s, interval: 0s}}}}\n"
        f"  hook: {{kind: webhook, url: '{receiver.url}/hook', secret_file: {tmp_path}/secret, "
        "group: {by: all, wait: 0s, interval: 0s}}\n"
        "routes:\n  - channels: [hook, ops]\n"
    )
    return path


def test_a_sample_goes_to_every_channel(call: Run, notify: Path, receiver: Receiver) -> None:
    done = call("notify", "test", "--notify", str(notify))
    assert (done.code, done.err) == (0, "")
    assert [line.split(" in ")[0] for line in done.out.splitlines()] == [
        "ops (slack): took it",
        "hook (webhook): took it",
    ]
    assert [each.path for each in receiver.received] == ["/chat/verysecret", "/hook"]
    assert receiver.received[1].json["test"] is True


def test_what_came_back_is_said(call: Run, notify: Path, receiver: Receiver) -> None:
    receiver.otherwise = Reply(404, b"no_\x1b[31mservice")
    done = call("notify", "test", "ops", "--notify", str(notify))
    assert done.code == 1
    assert "ops (slack): did not take it" in done.out
    assert "404: no_ [31mservice; check address and secret" in done.out
    assert "verysecret" not in done.out + done.err


@pytest.mark.parametrize(
    ("arguments", "words"), [(("nobody",), 'has no channel "nobody"'), (("--public-url", "x"), "not the URL of a site")]
)
def test_wrong_use_is_one_line(call: Run, notify: Path, arguments: tuple[str, ...], words: str) -> None:
    done = call("notify", "test", "--notify", str(notify), *arguments)
    assert done.code == 2
    assert words in done.err
    assert done.err.count("\n") == 1


def test_a_file_that_is_not_there_is_one_line(call: Run, tmp_path: Path) -> None:
    done = call("notify", "test", "--notify", str(tmp_path / "no.yaml"))
    assert done.code == 2
    assert "no.yaml" in done.err


def delivery(*numbers: int) -> str:
    at = datetime.now(UTC)
    rows = [sent_row(number, "demo-fault", at) for number in numbers]
    return json.dumps({"host": "db-7", "occurrences": rows})


def hooks(received: list[Received]) -> list[Any]:
    return [each.json for each in received if each.path == "/hook"]


def test_a_delivery_becomes_one_message_over_restarts(
    cache: Path, entries: Path, notify: Path, receiver: Receiver, tmp_path: Path
) -> None:
    options = ("--entries", str(entries), "--db", f"sqlite:///{tmp_path}/a.db", "--notify", str(notify))
    receiver.otherwise = Reply(503)
    with child(cache, *options) as server:
        assert server.post("/api/v1/occurrences", delivery(1, 2, 3), "application/json").status == 200
        receiver.wait_for(hooks, "a message is tried")
        metrics = server.get("/metrics").text
        assert 'faultbook_notifications_total{channel="hook",outcome="sent"} 0.0' in metrics
        server.end(signal.SIGKILL)
    first = hooks(receiver.received)[0]
    receiver.otherwise = Reply()
    before = len(receiver.received)
    with child(cache, *options) as server:
        receiver.wait_for(lambda all_: hooks(all_[before:]), "the message is sent again")
        again = hooks(receiver.received[before:])
        assert server.post("/api/v1/occurrences", delivery(2, 3, 4), "application/json").status == 200
        assert server.end() == 0
    assert [each["id"] for each in again] == [first["id"]]
    [told] = again[0]["incidents"]
    assert (told["entry"], told["host"], told["kinds"], told["count"]) == ("demo-fault", "db-7", ["new"], 3)
    assert len({each.json["id"] for each in receiver.received if each.path == "/hook"}) == 1


def test_a_server_with_a_wrong_file_does_not_start(call: Run, tmp_path: Path) -> None:
    path = tmp_path / "notify.yaml"
    path.write_text("version: 1\nchanels: {}\n")
    done = call("serve", "--bind", "127.0.0.1:0", "--db", f"sqlite:///{tmp_path}/a.db", "--notify", str(path))
    assert done.code == 2
    assert "notify.yaml:1:1" in done.err
