"""watch.yaml: read as documented, and every mistake is one line that names its place."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.config_watch import (
    BatchConfig,
    ConfigError,
    Files,
    Journal,
    MetricsConfig,
    ServerConfig,
    Stdin,
    StormConfig,
    WatchConfig,
    config_of_paths,
    default_state_dir,
    load_config,
    warnings_of,
)
from app.watch.configfile import SOURCE_NAMES
from app.yaml_values import seconds
from matchers.sources import SOURCES

ROOT = Path(__file__).resolve().parents[3]
SMALL = "version: 1\nsources: [{paths: /var/log/syslog}]\n"


def load(tmp_path: Path, text: str) -> WatchConfig:
    path = tmp_path / "watch.yaml"
    path.write_text(text, "utf-8")
    return load_config(path)


def documented() -> str:
    """The whole configuration as docs/watch.md shows it."""
    page = (ROOT / "docs" / "watch.md").read_text("utf-8")
    found = re.search(r"```yaml\n(version: 1\n.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_documented_configuration_is_read_whole(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret")
    config = load(tmp_path, documented().replace("/etc/faultbook/token", str(token)))
    assert config.host == "db-7"
    assert config.entries == ("shipped", "/etc/faultbook/entries")
    assert config.state_dir == Path("/var/lib/faultbook")
    assert config.server == ServerConfig("http://127.0.0.1:8080", token, 10.0, 30.0, BatchConfig(500, 1.0))
    assert (config.spool.max_bytes, config.spool.when_full) == (268435456, "block")
    assert config.storm is None
    assert config.facts == ()
    assert (config.read.from_end, config.read.poll_s, config.read.max_line_bytes) == (False, 0.25, 1048576)
    assert config.read.rotated is True
    assert config.metrics == MetricsConfig("127.0.0.1", 9479)
    assert config.sources == (
        Files(("/var/log/messages", "/var/log/syslog"), "auto"),
        Files(("/var/log/bird.log", "/var/log/bird6.log"), "bird"),
        Journal((), kernel=True),
    )


def test_what_is_left_out_has_the_documented_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    small = load(tmp_path, SMALL)
    whole = load(tmp_path, re.sub(r"(?m)^server:.*(?:\n  .*)*\n", "", documented()))
    assert small.state_dir == tmp_path / "faultbook"
    for name in ("spool", "storm", "facts", "read", "server"):
        assert getattr(small, name) == getattr(whole, name), name
    assert small.host
    assert small.sources == (Files(("/var/log/syslog",)),)


def test_storms_and_facts_can_be_switched_on(tmp_path: Path) -> None:
    config = load(tmp_path, SMALL + "storm: {over: 100, per: 1m}\nfacts: [kernel, bird]\n")
    assert config.storm == StormConfig(100, 60.0)
    assert config.facts == ("kernel", "bird")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (SMALL + "storn: off\n", "3:1", 'there is no key "storn"; did you mean "storm"?'),
        (SMALL.replace("1", "2", 1), "1:10", "this faultbook reads version 1"),
        ("sources: [{paths: /x}]\n", "1:1", '"version" is missing'),
        ("version: 1\n", "1:1", '"sources" is missing'),
        ("version: 1\nsources: []\n", "2:10", "sources"),
        ("", "1:1", "is empty"),
        (SMALL + "server: {url: http://x, token_file: /no/such}\n", "3:37", "is no file"),
        (SMALL + "server: {url: 'ftp://x'}\n", "3:15", "http://HOST:PORT"),
        (SMALL + "server: {url: 'http://joe:hush@x'}\n", "3:15", "no user and password"),
        (SMALL + "server: {timeout: 3s}\n", "3:9", '"url" is missing'),
        (SMALL + "read: {poll: 250}\n", "3:14", "write 250ms, 10s, 5m or 1h"),
        (SMALL + "read: {poll: 1ms}\n", "3:14", "from 10ms to 1h"),
        (SMALL + "read: {from: start}\n", "3:14", "beginning, end"),
        (SMALL + "read: {max_line_bytes: 1M}\n", "3:24", "whole number"),
        (SMALL + "spool: {max_bytes: 12}\n", "3:20", "whole number"),
        (SMALL + "spool: {when_full: drop}\n", "3:20", "drop_oldest"),
        (SMALL + "storm: {over: 5}\n", "3:8", '"per" is missing'),
        (SMALL + "facts: [kernel, disk]\n", "3:17", "nic_drivers"),
        (SMALL + "metrics: {bind: '9479'}\n", "3:17", "127.0.0.1:9479"),
        (SMALL + "host: 'a b'\n", "3:7", "without blanks"),
        ("version: 1\nsources: [{source: kernal, paths: /x}]\n", "2:20", 'did you mean "kernel"?'),
        ("version: 1\nsources: [{journal: {units: [a b]}}]\n", "2:30", "bird.service"),
        ("version: 1\nsources: [{journal: {}, paths: /x}]\n", "2:25", '"paths"'),
        ("version: 1\nversion: 1\nsources: [{paths: /x}]\n", "2:1", "twice"),
        ("version: 1\nsources: [{paths: &a /x}]\n", "2:19", "anchor"),
        ("version: [\n", "2:1", "not valid YAML"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, place: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, text)
    message = str(raised.value)
    assert message.startswith(f"{tmp_path / 'watch.yaml'}:{place}: "), message
    assert said in message
    assert "\n" not in message


def test_a_password_in_the_url_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, SMALL + "server: {url: 'http://joe:hush@x'}\n")
    assert "hush" not in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml:1:1: cannot be read"):
        load_config(tmp_path / "none.yaml")


@pytest.mark.parametrize(("text", "value"), [("250ms", 0.25), ("10s", 10), ("5m", 300), ("1h", 3600)])
def test_durations_have_a_unit(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "5", "s", "-1s", "1.5s", "1 s", "1d", "٣s"])
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        seconds(text)


def test_every_source_of_messages_can_be_named() -> None:
    assert set(SOURCE_NAMES) == {"auto", *SOURCES}


def test_paths_need_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = config_of_paths(("a.log", "/b.log", "-"), {"XDG_STATE_HOME": str(tmp_path)})
    assert config.sources == (Stdin(), Files((str(tmp_path / "a.log"), "/b.log")))
    assert config.state_dir == tmp_path / "faultbook"


def test_the_state_directory_is_systemds_where_there_is_one() -> None:
    assert default_state_dir({"STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "XDG_STATE_HOME": "/x"}) == Path("/var/lib/a")
    assert default_state_dir({"XDG_STATE_HOME": "/x"}) == Path("/x/faultbook")
    assert default_state_dir({"XDG_STATE_HOME": "x"}) == Path.home() / ".local/state/faultbook"


@pytest.mark.parametrize(
    ("url", "warned"),
    [("http://127.0.0.1:80", False), ("http://localhost", False), ("https://x", False), ("http://faults.lan", True)],
)
def test_plain_http_to_another_machine_is_warned_of(url: str, warned: bool) -> None:
    values: dict[str, Any] = {"sources": (), "state_dir": Path("/x"), "host": "h", "server": ServerConfig(url)}
    assert bool(warnings_of(WatchConfig(**values))) == warned
