"""Which files are followed: named, found by patterns, late, gone and back, not readable, from which end."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.app.watch.following import Followed, append, line, lines, rotate, rotated


@contextmanager
def following(*paths: Path, **more: Any) -> Iterator[Followed]:
    followed = Followed(*paths, **more)
    with ExitStack() as stack:
        stack.callback(followed.close)
        yield followed


def test_a_file_and_a_directory_may_come_late(tmp_path: Path) -> None:
    log = tmp_path / "later" / "app.log"
    with following(log) as followed:
        followed.drain()
        assert followed.input.counters().trouble == f"{log} does not exist"
        log.parent.mkdir()
        followed.drain()
        log.write_bytes(lines(1, 2))
        assert followed.drain().numbers() == [1, 2]
        assert followed.input.counters().trouble is None


def test_a_pattern_finds_files_that_come_later(tmp_path: Path) -> None:
    with following(tmp_path / "*.log") as followed:
        (tmp_path / "one.log").write_bytes(line(1))
        followed.drain(after_s=2)
        (tmp_path / "two.log").write_bytes(line(2))
        (tmp_path / "two.txt").write_bytes(line(3))
        assert followed.drain(after_s=2).numbers() == [1, 2]
        assert followed.input.counters().files == 2


def test_two_stars_stand_for_any_number_of_directories(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.log").write_bytes(line(1))
    (tmp_path / "y.log").write_bytes(line(2))
    with following(tmp_path / "**" / "*.log") as followed:
        assert sorted(followed.drain().numbers()) == [1, 2]


def test_what_is_excluded_is_not_followed(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        (tmp_path / f"{number}.log").write_bytes(line(number))
    with following(tmp_path / "*.log", exclude=(str(tmp_path / "2.*"), str(tmp_path / "3.log"))) as followed:
        assert followed.drain().numbers() == [1]


def test_a_pattern_that_fits_rotated_files_reads_nothing_twice(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(line(1))
    with following(tmp_path / "app.log*") as followed:
        followed.drain(after_s=2)
        rotate(log)
        append(log, line(2))
        followed.drain(after_s=2)
        rotated(log).rename(log.with_name("app.log-20240131"))
        append(log, line(3))
        assert followed.wait().numbers() == [1, 2, 3]
        assert followed.restart().wait().numbers() == [1, 2, 3]
        assert followed.given == 3


def test_a_file_that_a_pattern_found_may_go_and_come_back(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(line(1))
    with following(tmp_path / "*.log") as followed:
        followed.wait()
        log.unlink()
        followed.wait()
        log.write_bytes(lines(1, 2))
        assert followed.wait().numbers() == [1, 1, 2]


def test_the_position_of_a_file_that_is_gone_for_good_is_forgotten(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(line(1))
    with following(tmp_path / "*.log") as followed:
        followed.wait()
        assert followed.positions
        log.unlink()
        followed.wait().drain(after_s=700).drain(after_s=700)
        assert followed.positions == {}


def test_from_the_end_means_what_is_written_from_now_on(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(lines(1, 2) + b"demo: 3")
    with following(log, from_end=True) as followed:
        followed.drain()
        append(log, b" failed\n" + line(4))
        rows = followed.drain().objects()
        assert [(row["fields"]["n"], row["line"], row["offset"]) for row in rows] == [(3, 3, 30), (4, 4, 45)]
        rotate(log)
        append(log, line(5))
        assert followed.wait().numbers() == [3, 4, 5]


def test_reading_from_the_end_makes_the_ids_of_reading_from_the_beginning(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"x" * 300_000 + b"\n" + line(1))
    with following(log, from_end=True) as late, following(log) as whole:
        late.drain()
        append(log, line(2))
        assert set(late.wait().rows) < set(whole.wait().rows)
        assert late.numbers() == [2]


def test_a_file_that_cannot_be_opened_is_named_and_read_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(line(1))
    with following(log) as followed:
        with monkeypatch.context() as patch:

            def denied(path: str) -> int:
                raise PermissionError(13, "Permission denied", path)

            patch.setattr("app.watch.follow.contents.open_file", denied)
            followed.drain()
            assert "Permission denied" in str(followed.input.counters().trouble)
        assert followed.drain().numbers() == [1]
        assert followed.input.counters().trouble is None


def test_a_directory_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    with following(tmp_path) as followed:
        followed.drain()
        assert "is not a regular file" in str(followed.input.counters().trouble)


def test_a_pattern_that_fits_nothing_is_named(tmp_path: Path) -> None:
    with following(tmp_path / "*.log") as followed:
        followed.drain()
        assert "no file fits" in str(followed.input.counters().trouble)


@pytest.mark.parametrize("damage", ["", "\0" * 200, "{}", "[1]", '{"v": 1}', '{"v":1,"stream":{},"generations":[[]]}'])
def test_a_damaged_position_is_no_position_and_the_ids_make_that_harmless(tmp_path: Path, damage: str) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(lines(1, 2))
    with following(log) as followed:
        followed.wait()
        followed.positions = dict.fromkeys(followed.positions, damage)
        append(log, line(3))
        assert followed.restart().wait().numbers() == [1, 2, 3]


def test_a_hint_makes_it_look_before_the_next_poll(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.touch()
    with following(log) as followed:
        followed.drain()
        append(log, line(1))
        followed.turn(after_s=0.001)
        assert followed.numbers() == []
        followed.input.hint(str(log))
        followed.turn(after_s=0.001)
        assert followed.numbers() == [1]
        assert followed.input.directories() == {str(tmp_path)}


def test_other_entries_may_be_put_in_its_place_between_two_bytes(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(line(1) + b"demo: hang 2\n  code 3\n" + b"demo: 4 fai")
    with following(log) as followed:
        followed.turn()
        followed.input.use(followed.recogniser)
        append(log, b"led\n" + line(5))
        assert followed.wait().numbers() == [1, 2, 4, 5]
        assert [row["line"] for row in followed.objects()] == [1, 2, 4, 5]
