"""What lies in deploy/ is what the programs of a real system take, and the units are shut tight."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from app.chat import SERVICES, slack
from app.watch.configfile import read_config

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
Program = Callable[[str, str], str]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_there_are_units_for_both_services() -> None:
    assert [unit.name for unit in UNITS] == ["faultbook-serve.service", "faultbook-watch.service"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_exposed_less_than_2_5(unit: Path, system_program: Program) -> None:
    analyze = system_program("systemd-analyze", "systemd")
    done = run(analyze, "security", "--offline=true", "--no-pager", "--threshold=25", str(unit))
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found is not None, done.stderr
    assert float(found[1]) < 2.5
    assert done.returncode == 0


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_every_line_of_a_unit(unit: Path, system_program: Program, tmp_path: Path) -> None:
    analyze = system_program("systemd-analyze", "systemd")
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text("utf-8").replace("/usr/bin/faultbook", "/bin/true"), "utf-8")
    for drop_in in (DEPLOY / f"{unit.name}.d").glob("*.conf"):
        (tmp_path / f"{unit.name}.d").mkdir(exist_ok=True)
        (tmp_path / f"{unit.name}.d" / drop_in.name).write_bytes(drop_in.read_bytes())
    done = run(analyze, "verify", "--man=no", str(copy))
    assert [line for line in done.stderr.splitlines() if unit.name in line] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_notifies_and_is_watched(unit: Path) -> None:
    lines = unit.read_text("utf-8").splitlines()
    assert "Type=notify" in lines
    assert any(line.startswith("WatchdogSec=") for line in lines)
    assert "ExecReload=/bin/kill -HUP $MAINPID" in lines


def test_tokens_come_as_credentials() -> None:
    for drop_in in DEPLOY.glob("*.service.d/*.conf"):
        assert "LoadCredential=" in drop_in.read_text("utf-8")


def test_the_credentials_of_chat_are_those_that_the_server_reads() -> None:
    drop_in = (DEPLOY / "faultbook-serve.service.d" / "chat.conf").read_text("utf-8")
    named = set(re.findall(r"(?m)^LoadCredential=([a-z-]+):", drop_in))
    used = dict(re.findall(r"(?m)^Environment=([A-Z_]+)=%d/([a-z-]+)$", drop_in))
    assert set(used.values()) == named
    assert set(used) == {name for kind in SERVICES for name in (kind.secret, *kind.more_secrets)}


def test_the_slack_app_has_the_commands_and_buttons_that_are_answered() -> None:
    manifest = yaml.safe_load((DEPLOY / "chat" / "slack-manifest.yaml").read_text("utf-8"))
    [command], settings = manifest["features"]["slash_commands"], manifest["settings"]
    assert command["command"] == slack.KIND.call
    urls = {command["url"], settings["event_subscriptions"]["request_url"], settings["interactivity"]["request_url"]}
    assert urls == {f"https://faults.example.net/chat/{slack.KIND.name}"}
    assert settings["event_subscriptions"]["bot_events"] == ["app_mention", "message.im"]
    assert manifest["oauth_config"]["scopes"]["bot"] == ["commands", "app_mentions:read", "chat:write", "im:history"]


def test_logrotate_takes_the_example(system_program: Program, tmp_path: Path) -> None:
    copy = tmp_path / "example"
    copy.write_text((DEPLOY / "logrotate.example").read_text("utf-8").replace("/var/log", str(tmp_path)), "utf-8")
    done = run(system_program("logrotate", "logrotate"), "--debug", "--state", str(tmp_path / "state"), str(copy))
    assert done.returncode == 0
    assert "error" not in done.stderr.lower()


def test_the_configuration_is_one_that_the_watcher_takes() -> None:
    assert read_config(DEPLOY / "watch.yaml")["sources"][1].source == "bird"


def test_the_account_and_the_directories_belong_together() -> None:
    user = (DEPLOY / "faultbook.sysusers.conf").read_text("utf-8")
    assert re.search(r"(?m)^u faultbook ", user)
    for group in ("adm", "systemd-journal"):
        assert re.search(rf"(?m)^m faultbook {group}$", user)
    assert "d /var/lib/faultbook 0700 faultbook faultbook" in (DEPLOY / "faultbook.tmpfiles.conf").read_text("utf-8")
