"""The rules in deploy/ are what Prometheus takes, fire when they should, and name metrics that there are."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "deploy" / "prometheus-rules.yml"
Program = Callable[..., str]


@pytest.fixture
def promtool(system_program: Program) -> str:
    return system_program("promtool", "prometheus")


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_prometheus_takes_the_rules(promtool: str, tmp_path: Path) -> None:
    done = run(promtool, "check", "rules", str(RULES), cwd=tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout


def test_every_rule_fires_when_it_should_and_not_before(promtool: str, tmp_path: Path) -> None:
    shutil.copy(RULES, tmp_path)
    tests = shutil.copy(ROOT / "tests" / "prometheus-rules-test.yml", tmp_path)
    done = run(promtool, "test", "rules", tests, cwd=tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout


def test_every_alert_is_tested() -> None:
    alerts = set(re.findall(r"alert: (\w+)", RULES.read_text("utf-8")))
    tested = set(re.findall(r"alertname: (\w+)", (ROOT / "tests" / "prometheus-rules-test.yml").read_text("utf-8")))
    assert alerts == tested


def test_every_metric_of_a_rule_is_documented() -> None:
    named = set(re.findall(r"faultbook_[a-z_]+", RULES.read_text("utf-8")))
    pages = (ROOT / "docs" / "serve.md").read_text("utf-8") + (ROOT / "docs" / "watch.md").read_text("utf-8")
    assert named - set(re.findall(r"faultbook_[a-z_]+", pages)) == set()
