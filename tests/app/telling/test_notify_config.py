"""The file of `serve --notify`: what it may say, and where a mistake in it is."""

from datetime import time
from pathlib import Path

import pytest

from app.config_watch import ConfigError
from app.telling.config import Group, NotifyConfig, Route
from app.telling.configfile import read_notify, warnings_of

SMALL = """\
version: 1
channels:
  chat: {kind: slack, url_file: %(file)s}
routes:
  - channels: chat
"""
WHOLE = """\
version: 1
rate_per_hour: 600
channels:
  chat:
    kind: feishu
    url_file: %(file)s
    secret_file: %(file)s
    language: zh
    group: {by: host, wait: 10s, interval: 1m}
    quiet: {from: '22:00', to: '07:30', zone: Asia/Shanghai}
  hook: {kind: webhook, url: 'http://hooks.example/in', secret_file: %(file)s}
  alerts: {kind: alertmanager, url: 'http://127.0.0.1:9093', resend: 30s}
routes:
  - {channels: [chat, hook], severity: [error, critical], components: bird, hosts: ['edge-*'], on: [new, resolved]}
  - {channels: alerts, entries: [bird-ospf-mtu-mismatch]}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("https://hooks.example/verysecret\n")
    return path


def read(tmp_path: Path, text: str, file: Path) -> NotifyConfig:
    path = tmp_path / "notify.yaml"
    path.write_text(text % {"file": file} if "%(file)s" in text else text)
    return read_notify(path)


def test_a_small_file_has_all_defaults(tmp_path: Path, file: Path) -> None:
    config = read(tmp_path, SMALL, file)
    assert config.routes == (Route(("chat",)),)
    assert config.channels["chat"].group == Group("entry", 30.0, 300.0)
    assert config.rate_per_hour is None
    assert warnings_of(config) == []


def test_every_key_is_read(tmp_path: Path, file: Path) -> None:
    config = read(tmp_path, WHOLE, file)
    chat, hook, alerts = (config.channels[name] for name in ("chat", "hook", "alerts"))
    assert (chat.kind, chat.url_file, chat.secret_file, chat.language) == ("feishu", file, file, "zh")
    assert chat.group == Group("host", 10.0, 60.0)
    assert chat.quiet is not None
    assert (chat.quiet.begins, chat.quiet.ends, str(chat.quiet.zone)) == (time(22, 0), time(7, 30), "Asia/Shanghai")
    assert (hook.url, hook.group) == ("http://hooks.example/in", Group("all", 2.0, 0.0))
    assert alerts.resend_s == 30.0
    assert config.routes[0] == Route(
        ("chat", "hook"), ("error", "critical"), ("bird",), hosts=("edge-*",), on=("new", "resolved")
    )
    assert config.routes[1].entries == ("bird-ospf-mtu-mismatch",)
    assert config.rate_per_hour == 600
    assert warnings_of(config) == ["the channel hook is plain http: what is told travels readable"]


@pytest.mark.parametrize(
    ("before", "after", "place", "words"),
    [
        ("version: 1", "version: 2", "1:10", "version 1"),
        ("kind: slack", "kind: slack, lenguage: zh", "3:23", 'did you mean "language"'),
        ("kind: slack", "kind: slak", "3:16", 'did you mean "slack"'),
        ("channels: chat", "channels: caht", "5:15", 'there is no channel "caht"'),
        ("channels: chat", "channels: chat\n    severity: bad", "6:15", "critical"),
        ("channels: chat", "channels: chat\n    on: [old]", "6:10", "returned"),
        ("url_file: %(file)s", "url: 'https://hooks.slack.com/services/verysecret'", "3:9", "put it into a file"),
        ("url_file: %(file)s", "url_file: /nowhere/at-all", "3:33", "no file"),
        ("url_file: %(file)s", "url_file: %(file)s, url: 'http://a.example'", "3:9", "exactly one of url, url_file"),
        ("url_file: %(file)s", "url_file: %(file)s, secret_file: %(file)s", "3:9", "signs nothing"),
        ("kind: slack", "kind: webhook", "3:9", "needs a secret_file"),
        ("kind: slack", "kind: alertmanager, quiet: {from: '22:00', to: '23:00'}", "3:9", "silences of its own"),
        ("kind: slack", "kind: slack, quiet: {from: '25:00', to: '23:00'}", "3:37", "time of day"),
        ("kind: slack", "kind: slack, quiet: {from: '2:00', to: '3:00', zone: Mars/Base}", "3:63", "time zone"),
        ("kind: slack", "kind: slack, group: {wait: soon}", "3:37", "duration"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, file: Path, before: str, after: str, *, place: str, words: str
) -> None:
    with pytest.raises(ConfigError) as told:
        read(tmp_path, SMALL.replace(before, after), file)
    assert f"notify.yaml:{place}: " in str(told.value)
    assert words in str(told.value)
    assert "verysecret" not in str(told.value)


def test_a_channel_that_nothing_leads_to_is_told(tmp_path: Path, file: Path) -> None:
    config = read(tmp_path, SMALL.replace("routes:", "  idle: {kind: slack, url_file: %(file)s}\nroutes:"), file)
    assert warnings_of(config) == ["no route leads to the channel idle"]


def test_the_example_can_be_used(tmp_path: Path, file: Path) -> None:
    example = Path(__file__).resolve().parents[3] / "deploy" / "notify.example.yaml"
    text = example.read_text("utf-8").replace("/etc/faultbook/secrets/", f"{tmp_path}/")
    for line in text.splitlines():
        _, found, path = line.partition("_file: ")
        if found:
            Path(path.split()[0].strip("},")).write_text("https://hooks.example/secret\n")
    config = read(tmp_path, text, file)
    assert {each.kind for each in config.channels.values()} == {
        "webhook",
        "slack",
        "mattermost",
        "feishu",
        "dingtalk",
        "alertmanager",
    }
    assert warnings_of(config) == []
