"""When an entry was last changed: by git, by its file, or not known."""

import os
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kb.changes import changes_in
from tests.conftest import Program

DAY = date(2024, 5, 6)


def git(directory: Path, *arguments: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": f"{DAY}T12:00:00Z",
        "GIT_COMMITTER_DATE": f"{DAY}T12:00:00Z",
    }
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.net", *arguments]
    subprocess.run(command, cwd=directory, env=environment, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path, system_program: Program) -> Path:
    """A repository with two committed entries below `entries`."""
    system_program("git", "git")
    entries = tmp_path / "repo" / "entries" / "网卡"
    entries.mkdir(parents=True)
    for name in ("one", "two"):
        (entries / f"{name}.yaml").write_text(f"id: {name}\n", "utf-8")
    git(entries.parents[1], "init", "-q")
    git(entries.parents[1], "add", ".")
    git(entries.parents[1], "commit", "-q", "-m", "x")
    return entries.parent


def test_in_a_checkout_it_is_the_day_of_the_last_commit(checkout: Path) -> None:
    found = changes_in([checkout])
    assert {name: (each.on, each.known_by, str(each.path)) for name, each in found.items()} == {
        name: (DAY, "git", f"网卡/{name}.yaml") for name in ("one", "two")
    }


def test_a_file_with_changes_that_are_not_committed_has_the_time_of_the_file(checkout: Path) -> None:
    (checkout / "网卡" / "one.yaml").write_text("id: one\ntitle: x\n", "utf-8")
    (checkout / "three.yaml").write_text("id: three\n", "utf-8")
    found = changes_in([checkout])
    assert [found[name].known_by for name in ("one", "two", "three")] == ["file", "git", "file"]
    assert found["three"].on is not None


def test_a_shallow_clone_knows_no_days(checkout: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{checkout.parent}", "shallow")
    assert changes_in([tmp_path / "shallow" / "entries"])["one"].on is None


def test_outside_of_git_it_is_the_time_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("id: one\n", "utf-8")
    os.utime(path, (0, datetime(2023, 1, 2, 3, tzinfo=UTC).timestamp()))
    assert changes_in([tmp_path])["one"].on == date(2023, 1, 2)


def test_in_an_installed_package_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "kb" / "_entries"
    inside.mkdir(parents=True)
    (inside / "one.yaml").write_text("id: one\n", "utf-8")
    monkeypatch.setattr("kb.changes.shipped_dir", lambda: inside)
    assert changes_in([inside])["one"].on is None


def test_the_entry_of_the_last_directory_counts(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.yaml").write_text("id: one\n", "utf-8")
    assert changes_in([tmp_path / "a", tmp_path / "b"])["one"].directory == tmp_path / "b"
