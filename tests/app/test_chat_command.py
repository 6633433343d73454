"""`faultbook chat test` asks a running server as a chat service would."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.chat import SERVICES
from app.chat.contract import Kind
from tests.app import serving
from tests.app.serving import Child, cache

__all__ = ["cache"]
PASTE = "demo: eth0 failed 5 times: no signal"
Call = Callable[..., Any]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of a secret for each service, by variable."""
    folder = tmp_path_factory.mktemp("secrets")
    files = {}
    for kind in SERVICES:
        (folder / kind.name).write_text(f"secret-of-{kind.name}\n")
        files[kind.secret] = str(folder / kind.name)
    return files


@pytest.fixture(scope="module")
def server(cache: Path, entries: Path, secrets: dict[str, str]) -> Iterator[Child]:
    arguments = ["--entries", str(entries), "--chat-language", "mattermost=zh"]
    with serving.child(cache, *arguments, environment=secrets) as running:
        yield running


def url(server: Child) -> str:
    return f"http://127.0.0.1:{server.port}"


@pytest.mark.parametrize("kind", SERVICES, ids=lambda kind: kind.name)
def test_a_signed_sample_is_answered_by_a_running_server(
    call: Call, server: Child, secrets: dict[str, str], kind: Kind
) -> None:
    result = call("chat", "test", kind.name, PASTE, "--url", url(server), env=secrets)
    assert result.code == 0, result.err
    assert result.err.startswith(f"faultbook: {kind.name}: answered 200 in ")
    assert result.out == "" or json.loads(result.out) is not None


def test_the_answer_is_that_of_the_article(call: Call, server: Child, secrets: dict[str, str]) -> None:
    result = call("chat", "test", "slack", PASTE, "--url", url(server), "--json", env=secrets)
    assert "The demo port fails" in json.loads(result.out)["text"]
    assert result.out.count("\n") == 1


def test_a_language_that_serve_was_given_is_that_of_its_service(
    call: Call, server: Child, secrets: dict[str, str]
) -> None:
    result = call("chat", "test", "mattermost", PASTE, "--url", url(server), env=secrets)
    assert "演示端口出错" in result.out


def test_another_secret_than_the_servers_is_told(
    call: Call, server: Child, secrets: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "other").write_text("another")
    env = secrets | {"FAULTBOOK_SLACK_SIGNING_SECRET_FILE": str(tmp_path / "other")}
    result = call("chat", "test", "slack", "--url", url(server), env=env)
    assert (result.code, result.out) == (1, "")
    assert "401; the server has another secret" in result.err
    assert server.logged("chat refused")


def test_a_server_without_the_secret_is_told(call: Call, cache: Path, entries: Path, secrets: dict[str, str]) -> None:
    with serving.child(cache, "--entries", str(entries)) as bare:
        result = call("chat", "test", "slack", "--url", url(bare), env=secrets)
    assert result.code == 1
    assert "start it with FAULTBOOK_SLACK_SIGNING_SECRET_FILE" in result.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["irc"], "there are slack, mattermost"),
        (["slack"], "FAULTBOOK_SLACK_SIGNING_SECRET_FILE is not set"),
        (["mattermost", "--url", "nowhere"], "is not the URL of a site"),
        (["mattermost", "--url", "http://127.0.0.1:1"], "is faultbook serve running there?"),
    ],
)
def test_wrong_use_is_told_in_one_line(call: Call, tmp_path: Path, arguments: list[str], told: str) -> None:
    (tmp_path / "token").write_text("x")
    result = call("chat", "test", *arguments, env={"FAULTBOOK_MATTERMOST_TOKEN_FILE": str(tmp_path / "token")})
    assert result.code == 2
    assert told in result.err
    assert result.err.count("\n") == 1


def test_serve_says_which_file_of_a_secret_is_missing(child: Call, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    result = child("serve", "--bind", "127.0.0.1:0", env={"FAULTBOOK_SLACK_SIGNING_SECRET_FILE": missing})
    assert result.code == 2
    assert missing in result.err
    assert result.err.count("\n") == 1


def test_serve_says_what_is_no_language_of_a_service(child: Call) -> None:
    result = child("serve", "--bind", "127.0.0.1:0", "--chat-language", "slack=de")
    assert result.code == 2
    assert "as in slack=zh" in result.err
