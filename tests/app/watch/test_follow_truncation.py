"""Files that are truncated: with a copy beside them, without, and grown past their old size before anybody looked."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.watch.following import Followed, append, compress, copytruncate, line, lines, rotated


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


@pytest.fixture
def followed(log: Path) -> Iterator[Followed]:
    log.touch()
    followed = Followed(log).drain()
    yield followed
    followed.close()


def test_what_was_left_of_a_truncated_file_is_read_from_its_copy(log: Path, followed: Followed) -> None:
    append(log, lines(1, 2))
    followed.drain()
    append(log, lines(3, 4))
    copytruncate(log)
    append(log, line(5))
    assert followed.wait().numbers() == [1, 2, 3, 4, 5]
    assert followed.input.counters().truncations == 1
    assert followed.input.counters().given_up_bytes == 0


def test_a_file_that_grew_past_its_old_size_was_truncated_all_the_same(log: Path, followed: Followed) -> None:
    append(log, lines(1, 2))
    followed.drain()
    append(log, line(3))
    copytruncate(log)
    append(log, lines(*range(4, 40)))
    assert followed.wait().numbers() == list(range(1, 40))


def test_so_it_was_when_every_file_begins_alike(log: Path, followed: Followed) -> None:
    head = b"# the same head\n" * 100
    append(log, head + lines(1, 2))
    followed.drain()
    append(log, line(3))
    copytruncate(log)
    append(log, head + lines(*range(4, 200)))
    assert followed.wait().numbers() == list(range(1, 200))


def test_a_copy_tells_of_a_truncation_that_the_file_does_not_show(log: Path, followed: Followed) -> None:
    head = b"# the same head\n" * 100
    append(log, head)
    followed.drain()
    append(log, line(1))
    copytruncate(log)
    append(log, head + lines(2, 3))
    assert followed.wait().numbers() == [1, 2, 3]


@pytest.mark.parametrize("packed", [False, True])
def test_the_copy_is_found_after_a_restart(log: Path, followed: Followed, packed: bool) -> None:
    append(log, lines(1, 2))
    followed.drain()
    append(log, line(3))
    copy = copytruncate(log)
    if packed:
        compress(copy)
    append(log, lines(4, 5, 6, 7))
    assert followed.restart().wait().numbers() == [1, 2, 3, 4, 5, 6, 7]


def test_a_copy_keeps_the_ids_of_what_was_read_of_it(log: Path, followed: Followed) -> None:
    append(log, lines(1, 2))
    followed.turn(commit=False)
    copytruncate(log)
    append(log, line(3))
    followed.drain()
    ids = set(followed.rows)
    followed.restart()
    assert set(followed.wait().rows) == ids
    assert followed.numbers() == [1, 2, 3]


def test_equal_bytes_in_the_same_file_again_are_other_lines(log: Path, followed: Followed) -> None:
    for _ in range(5):
        append(log, lines(7, 7))
        followed.drain()
        os.truncate(log, 0)
        followed.drain()
    assert followed.wait().numbers() == [7] * 10


def test_without_a_copy_only_what_was_not_read_is_lost_and_it_is_counted(log: Path, followed: Followed) -> None:
    append(log, lines(1, 2))
    followed.drain()
    os.truncate(log, 0)
    append(log, line(3))
    assert followed.wait().numbers() == [1, 2, 3]
    assert followed.input.counters().truncations == 1


def test_a_copy_that_is_being_made_is_not_read(log: Path, followed: Followed) -> None:
    append(log, lines(1, 2, 3))
    followed.drain()
    copy = log.with_name("app.log.1")
    copy.write_bytes(lines(1, 2))
    append(log, line(4))
    followed.drain()
    copy.write_bytes(log.read_bytes())
    os.truncate(log, 0)
    append(log, line(5))
    assert followed.wait().numbers() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("head", [b"", b"# the same head\n" * 100])
@pytest.mark.parametrize("call", range(24))
def test_a_log_may_be_cut_at_every_moment_of_the_first_look_at_it(
    log: Path, followed: Followed, head: bytes, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(log, head + lines(1))
    followed.drain().restart()
    append(log, line(2))
    calls = 0

    def before(real: Callable[..., Any]) -> Callable[..., Any]:
        def cutting(*arguments: Any, **more: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == call + 1:
                append(log, line(3))
                copytruncate(log)
                append(log, head + lines(*range(4, 40)))
            return real(*arguments, **more)

        return cutting

    with monkeypatch.context() as patched:
        for name in ("stat", "fstat", "open", "pread", "preadv", "scandir"):
            patched.setattr(os, name, before(getattr(os, name)))
        followed.turn(0)
    assert calls > call, "the look makes fewer calls than that"
    assert followed.wait().numbers() == list(range(1, 40))


def test_the_file_after_a_copy_tells_that_a_log_was_cut_that_looks_the_same(log: Path, followed: Followed) -> None:
    head = b"# the same head\n" * 100
    append(log, head + b"no")
    followed.drain()
    copytruncate(log)
    append(log, head + b"thing of note\n" + line(1))
    copytruncate(log)
    append(log, head + b"nothing of note\n" + line(2))
    assert followed.restart().wait().numbers() == [1, 2]


@pytest.mark.parametrize("restart", [False, True])
def test_a_copy_may_be_written_over_the_last_one(log: Path, followed: Followed, restart: bool) -> None:
    copy = log.with_name("app.log.1")
    for number in range(0, 9, 3):
        append(log, line(number))
        followed.drain()
        append(log, line(number + 1))
        copy.write_bytes(log.read_bytes())  # the same file each time, as `cp` does it
        os.truncate(log, 0)
        append(log, line(number + 2))
        if restart:
            followed.restart()
        followed.drain()
    assert followed.wait().numbers() == list(range(9))


def test_a_line_is_not_spliced_with_what_the_file_held_before(log: Path, followed: Followed) -> None:
    append(log, line(1) + b"demo: 2 ")
    followed.drain()
    os.truncate(log, 0)
    append(log, b"failed\n" + line(3))
    assert followed.wait().numbers() == [1, 3]


def test_a_truncated_file_whose_log_cannot_be_opened_is_not_looked_at_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    log.write_bytes(lines(*range(2_000)))
    followed = Followed(log)
    followed.turn(4096)
    old = log.rename(rotated(log))
    log.mkdir()  # something is at the path, and nothing can be read there
    followed.turn(0)
    old.write_bytes(lines(*range(5_000, 9_000)))
    opened: list[str] = []
    real = os.open

    def counted(path: str, *more: Any, **named: Any) -> int:
        opened.append(path)
        assert len(opened) < 100, "it looks again and again"
        return real(path, *more, **named)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", counted)
        followed.drain()
    assert "is not a regular file" in (followed.input.counters().trouble or "")
    log.rmdir()
    log.write_bytes(lines(10_000))
    assert 10_000 in followed.wait().numbers()
    assert followed.input.counters().trouble is None
    followed.close()


def test_a_copy_that_grew_since_it_was_seen_tells_of_a_truncation(
    log: Path, followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.watch.follow.place.time_ns", lambda: 1 << 62)  # nothing changed a moment ago
    head = b"# the same head\n" * 100
    append(log, head)
    copy = rotated(log)
    copy.write_bytes(head[:1000])
    followed.turn()
    append(log, line(1))
    append(copy, head[1000:] + line(1))
    os.truncate(log, 0)
    append(log, head)
    assert followed.wait().numbers() == [1]


def test_a_change_within_the_same_tick_of_the_clock_is_seen(
    log: Path, followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(log, line(1))
    changed_ns = log.stat().st_mtime_ns
    monkeypatch.setattr("app.watch.follow.place.time_ns", lambda: changed_ns)
    followed.wait()
    os.truncate(log, 0)
    append(log, line(2))
    os.utime(log, ns=(changed_ns, changed_ns))
    assert followed.wait().numbers() == [1, 2]


def test_two_copies_compressed_while_nobody_looked_tell_of_a_file_that_begins_as_the_first(
    log: Path, followed: Followed
) -> None:
    head = b"# the same head\n" * 100
    torn = line(28)[:3]
    append(log, head + torn)
    followed.drain()
    copytruncate(log)
    append(log, head + b"nothing of note\n" + line(27))
    copytruncate(log)
    append(log, head + line(28))
    for number in (2, 1):
        compress(rotated(log, number))
    assert followed.restart().wait().numbers() == [27, 28]
