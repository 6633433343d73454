"""The look at all paths four times a second: what it sees, and how little it asks."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.watch.follow.glance import FULL_EVERY
from tests.app.watch.following import Followed, append, line, rotate

Calls = list[str]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """The paths that stat(2) was asked about."""
    monkeypatch.setattr("app.watch.follow.place.time_ns", lambda: 1 << 62)  # nothing changed a moment ago
    found: Calls = []
    real: Callable[..., Any] = os.stat

    def stat(path: Any, **more: Any) -> os.stat_result:
        found.append(str(path))
        return real(path, **more)  # type: ignore[no-any-return]

    monkeypatch.setattr(os, "stat", stat)
    yield found


@pytest.fixture
def followed(tmp_path: Path, calls: Calls) -> Iterator[Followed]:
    """A follower of ten logs, at rest."""
    paths = [tmp_path / f"{number}.log" for number in range(10)]
    for path in paths:
        append(path, b"nothing of note\n")
    followed = Followed(*paths).wait()
    for _ in range(2 * FULL_EVERY):
        followed.turn()
    calls.clear()
    yield followed
    followed.close()


def test_an_idle_watcher_asks_about_the_paths_only_at_every_full_look(followed: Followed, calls: Calls) -> None:
    for _ in range(10 * FULL_EVERY):
        followed.turn()
    assert sum(each.endswith("/3.log") for each in calls) == 10


@pytest.mark.parametrize("looks", range(FULL_EVERY))
def test_what_is_written_is_seen_at_each_look(followed: Followed, tmp_path: Path, looks: int) -> None:
    for _ in range(looks):
        followed.turn()
    append(tmp_path / "3.log", line(1))
    followed.turn()
    assert followed.numbers() == [1]


@pytest.mark.parametrize("looks", range(FULL_EVERY))
def test_another_file_at_the_path_is_seen_at_each_look(followed: Followed, tmp_path: Path, looks: int) -> None:
    for _ in range(looks):
        followed.turn()
    rotate(tmp_path / "3.log")
    append(tmp_path / "3.log", line(1) + b"x")
    for _ in range(3):
        followed.turn()
    assert followed.numbers() == [1]


def test_a_file_that_was_cut_and_has_its_old_size_is_seen_at_the_next_full_look(
    followed: Followed, tmp_path: Path
) -> None:
    log = tmp_path / "3.log"
    size = log.stat().st_size
    os.truncate(log, 0)
    append(log, line(1).ljust(size - 1, b" ").replace(b"\n", b"") + b"\n")
    for _ in range(FULL_EVERY + 1):
        followed.turn()
    assert followed.numbers() == [1]


def test_descriptors_that_are_closed_are_asked_no_more(followed: Followed, tmp_path: Path) -> None:
    for number in range(10):
        rotate(tmp_path / f"{number}.log")
    followed.wait()
    followed.restart()
    followed.wait()
    append(tmp_path / "7.log", line(7))
    assert followed.wait().numbers() == [7]
