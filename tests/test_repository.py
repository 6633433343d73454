"""What the repository promises about itself: its commands are the same everywhere, and its pages can be followed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from kb.schema import json_schema

ROOT = Path(__file__).resolve().parent.parent


def console_lines(page: str, heading: str) -> list[str]:
    """The commands of the first console block under a heading of a page."""
    section = (ROOT / page).read_text("utf-8").split(heading, 1)[1]
    block = section.split("```console\n", 1)[1].split("```", 1)[0]
    return [line.strip()[2:] for line in block.splitlines() if line.strip().startswith("$ ")]


def test_ci_runs_the_readmes_test_command() -> None:
    [command] = console_lines("README.md", "## Run the tests")
    assert command in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_the_published_schema_is_that_of_the_reader() -> None:
    assert json.loads((ROOT / "schema" / "entry.schema.json").read_text("utf-8")) == json_schema()


def test_no_file_names_a_package_mirror() -> None:
    for name in ("requirements.lock", "requirements-test.lock", "pyproject.toml"):
        assert not re.search(r"--(?:extra-)?index-url|--find-links", (ROOT / name).read_text("utf-8"))


def test_the_page_for_contributors_can_be_followed(tmp_path: Path) -> None:
    section = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## Add an entry in five minutes", 1)[1]
    section = section.split("\n## ", 1)[0]
    commands = [line.strip()[2:] for line in section.splitlines() if line.strip().startswith("$ ")]
    assert len(commands) == 3
    (tmp_path / "entries" / "nic").mkdir(parents=True)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "FAULTBOOK_CACHE": str(tmp_path / "cache")}
    environment["FAULTBOOK_ENTRIES"] = f"shipped:{tmp_path / 'entries'}"
    for command in commands:
        line = command.replace(".venv/bin/faultbook", f"{sys.executable} -m app")
        done = subprocess.run(
            line, check=False, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr + done.stdout
    assert "ring 7 stuck" in done.stdout


@pytest.mark.parametrize("path", sorted(ROOT.glob("entries/*/*.yaml")), ids=lambda path: path.stem)
def test_every_entrys_first_line_points_editors_to_the_schema(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    target = re.fullmatch(r"# yaml-language-server: \$schema=(.+)", first)
    assert target is not None
    assert (path.parent / target[1]).resolve() == ROOT / "schema" / "entry.schema.json"


def test_the_pre_commit_hook_checks_a_repository_of_own_entries(tmp_path: Path) -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    program, *arguments = hook["entry"].split()
    assert program == "faultbook"
    entry = tmp_path / "entries" / "acme-lb" / "bird-ospf-mtu-mismatch.yaml"
    assert re.search(hook["files"], str(entry.relative_to(tmp_path)))
    entry.parent.mkdir(parents=True)
    entry.write_text("id: bird-ospf-mtu-mismatch\nkind: problem\ntitle: {en: Silenced here}\nstatus: retired\n")
    silenced = "replaced_by: ixgbe-tx-unit-hang\n"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "FAULTBOOK_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "app", *arguments, *hook["args"]]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "[missing-part]" in done.stdout) == (1, True)
    entry.write_text(entry.read_text() + silenced)
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert "[replaces]" in done.stdout
