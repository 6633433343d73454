"""Files that are rotated away: renamed, compressed, deleted, switched, also while nobody watches."""

import lzma
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from tests.app.watch.following import Followed, append, compress, line, lines, rotate, rotated, shift


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


@pytest.fixture
def followed(log: Path) -> Iterator[Followed]:
    log.touch()
    followed = Followed(log).drain()
    yield followed
    followed.close()


def test_the_rest_of_a_renamed_file_comes_before_the_new_one(log: Path, followed: Followed) -> None:
    append(log, lines(1, 2))
    followed.drain()
    append(log, line(3))
    rotate(log)
    append(log, lines(4, 5))
    assert followed.drain().numbers() == [1, 2, 3, 4, 5]


def test_a_program_may_write_on_in_the_file_that_was_renamed(log: Path, followed: Followed) -> None:
    old = rotate(log)
    followed.drain()
    append(old, lines(1, 2))
    assert followed.drain().numbers() == [1, 2]
    append(log, line(3))
    assert followed.drain().numbers() == [1, 2, 3]
    append(old, line(4))  # another process that has not noticed yet
    assert followed.drain().numbers() == [1, 2, 3, 4]


def test_a_line_of_a_late_writer_tells_its_place_in_its_own_file(log: Path, followed: Followed) -> None:
    append(log, lines(1, 2))
    old = rotate(log)
    append(log, line(3))
    followed.drain()
    append(old, line(4))
    late = followed.drain().objects()[-1]
    assert (late["fields"]["n"], late["line"], late["offset"]) == (4, 3, len(lines(1, 2)))


def test_files_with_the_same_head_are_told_apart(log: Path, followed: Followed) -> None:
    head = b"# this log begins as every other does\n" * 40
    for number in range(1, 6):
        append(log, head + lines(2 * number, 2 * number + 1))
        followed.drain()
        rotate(log)
    assert followed.wait().numbers() == list(range(2, 12))


def test_files_with_equal_bytes_one_after_the_other_are_all_read(log: Path, followed: Followed) -> None:
    for _ in range(4):
        append(log, lines(7, 7, 7))
        followed.drain()
        rotate(log)
    assert followed.wait().numbers() == [7] * 12


def test_what_is_compressed_at_once_is_read_by_its_descriptor(log: Path, followed: Followed) -> None:
    append(log, line(1))
    followed.drain()
    append(log, lines(2, 3))
    compress(rotate(log))
    append(log, line(4))
    assert followed.wait().numbers() == [1, 2, 3, 4]


def test_a_file_that_was_read_and_is_compressed_later_is_not_read_again(log: Path, followed: Followed) -> None:
    append(log, lines(1, 2))
    old = rotate(log)
    append(log, line(3))
    followed.wait()
    compress(old)
    rotate(log)
    append(log, line(4))
    assert followed.wait().numbers() == [1, 2, 3, 4]


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".zst"])
def test_a_file_that_came_and_was_compressed_between_two_looks_is_read(
    log: Path, followed: Followed, suffix: str
) -> None:
    append(log, lines(1))
    followed.drain()
    rotate(log)
    append(log, lines(2, 3))
    shift(log)
    data = log.read_bytes()
    log.unlink()
    if suffix == ".gz":
        log.with_name("app.log.1").write_bytes(data)
        compress(rotated(log))
    else:
        packed = lzma.compress(data) if suffix == ".xz" else zstandard.compress(data)
        log.with_name("app.log.1" + suffix).write_bytes(packed)
    append(log, line(4))
    assert followed.wait().numbers() == [1, 2, 3, 4]


def test_many_files_may_go_by_while_nothing_can_be_recorded(log: Path, followed: Followed) -> None:
    for number in range(1, 30):
        append(log, line(number))
        rotate(log)
        followed.clock.seconds += 1
        followed.input.discover(followed.clock.seconds)
        rotated(log).unlink()
    assert followed.wait().numbers() == list(range(1, 30))


def test_a_deleted_file_is_read_to_its_end(log: Path, followed: Followed) -> None:
    append(log, line(1))
    followed.drain()
    append(log, line(2))
    log.unlink()
    append(log, line(3))
    assert followed.wait().numbers() == [1, 2, 3]


def test_a_link_that_is_switched_leads_to_the_new_file(tmp_path: Path, log: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(line(1))
    other.write_bytes(line(3))
    log.symlink_to(one)
    followed = Followed(log).drain()
    append(one, line(2))
    log.unlink()
    log.symlink_to(other)
    assert followed.wait().numbers() == [1, 2, 3]
    append(other, line(4))
    assert followed.wait().numbers() == [1, 2, 3, 4]
    followed.close()


def test_a_file_that_was_moved_away_and_back_goes_on(tmp_path: Path, log: Path, followed: Followed) -> None:
    append(log, lines(1, 2))
    followed.wait()
    log.rename(tmp_path / "elsewhere")
    followed.wait()
    append(tmp_path / "elsewhere", line(3))
    (tmp_path / "elsewhere").rename(log)
    assert followed.wait().numbers() == [1, 2, 3]
    assert followed.given == 3


def test_an_inode_that_is_used_again_is_another_file(log: Path, followed: Followed) -> None:
    append(log, lines(1, 2))
    followed.wait()
    followed.input.close()
    inode = log.stat().st_ino
    for _ in range(50):
        log.unlink()
        log.write_bytes(lines(1, 2, 3))
        if log.stat().st_ino == inode:
            break
    assert followed.restart().wait().numbers() == [1, 2, 1, 2, 3]


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


# While the watcher is down.


def test_the_rest_of_a_file_that_was_renamed_while_it_was_down_is_read(log: Path, followed: Followed) -> None:
    append(log, lines(1, 2))
    followed.drain()
    append(log, line(3))
    rotate(log)
    append(log, line(4))
    rotate(log)
    append(log, line(5))
    assert followed.restart().wait().numbers() == [1, 2, 3, 4, 5]


def test_the_rest_of_a_file_that_was_compressed_while_it_was_down_is_read(log: Path, followed: Followed) -> None:
    append(log, lines(1, 2))
    followed.drain()
    append(log, line(3))
    rotate(log)
    append(log, line(4))
    compress(rotated(log))
    rotate(log)
    compress(rotated(log))
    append(log, line(5))
    assert followed.restart().wait().numbers() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("name", ["app.log-2024010{}", "app.log.{}", "app-2024010{}.log"])
def test_rotated_files_are_read_in_the_order_of_the_rotation_not_by_their_times(
    log: Path, followed: Followed, name: str
) -> None:
    append(log, line(0))
    followed.drain()
    for number in range(1, 5):
        append(log, line(number))
        old = log.with_name(name.format(number))
        log.rename(old)
        os.utime(old, (1000 - number, 1000 - number))
    append(log, line(5))
    assert followed.restart().wait().numbers() == [0, 1, 2, 3, 4, 5]


def test_older_files_are_left_alone_when_a_log_is_seen_first(log: Path) -> None:
    append(log, line(1))
    old = rotate(log)
    append(log, line(2))
    followed = Followed(log).wait()
    compress(old)
    rotate(log)
    append(log, line(3))
    assert followed.wait().numbers() == [2, 3]
    followed.close()


def test_after_the_state_was_lost_renamed_files_are_read_and_nothing_comes_twice(log: Path, followed: Followed) -> None:
    append(log, line(1))
    followed.drain()
    append(log, line(2))
    rotate(log)
    append(log, line(3))
    assert followed.restart(after_loss=True).wait().numbers() == [1, 2, 3]
    assert followed.restart(after_loss=True).wait().numbers() == [1, 2, 3]
    assert followed.given == 6 + 1


def test_rotated_files_are_not_looked_for_where_that_is_off(log: Path) -> None:
    log.touch()
    followed = Followed(log, rotated=False).drain()
    append(log, line(1))
    rotate(log)
    append(log, line(2))
    rotate(log)
    append(log, line(3))
    assert followed.wait().numbers() == [1, 3]
    followed.close()


def test_last_lines_without_a_newline_wait_for_their_grace_time_at_once(log: Path, followed: Followed) -> None:
    for number in range(6):
        append(log, line(number) + b"torn")
        rotate(log)
    followed.restart().drain()
    assert followed.drain(after_s=followed.source.grace_s + 1).numbers() == list(range(6))


def test_few_descriptors_are_held_after_a_thousand_rotations(log: Path, followed: Followed) -> None:
    before = open_files()
    for number in range(1000):
        append(log, line(number))
        log.rename(rotated(log))
        log.touch()
        followed.turn(after_s=0.25)
        assert open_files() <= before + 20
    assert followed.wait().numbers() == list(range(1000))
    assert followed.input.counters().descriptors == 1


def test_what_is_written_to_a_renamed_file_after_its_grace_time_is_read_at_the_next_look(log: Path) -> None:
    log.touch()
    followed = Followed(log).drain()
    append(log, line(1))
    rotate(log)
    append(log, line(2))
    followed.wait()
    append(rotated(log), line(3))
    assert followed.wait().numbers() == [1, 2]
    rotate(log)
    append(log, line(4))
    assert sorted(followed.wait().numbers()) == [1, 2, 3, 4]
    followed.close()


def test_so_it_is_when_it_was_compressed_meanwhile(log: Path) -> None:
    log.touch()
    followed = Followed(log).drain()
    append(log, line(1) * 20 + line(2))
    log.rename(rotated(log))
    followed.wait()
    append(rotated(log), line(3))
    compress(rotated(log))
    append(log, line(4))
    followed.wait()
    assert followed.given == 23
    assert sorted(set(followed.numbers())) == [1, 2, 3, 4]
    followed.close()


def test_a_file_is_held_for_its_grace_time_after_its_last_byte(log: Path) -> None:
    log.touch()
    followed = Followed(log).drain()
    append(log, line(1))
    log.rename(rotated(log))
    followed.drain()
    followed.drain(after_s=4)
    append(rotated(log), line(2))
    followed.drain(after_s=4)
    append(rotated(log), line(3))
    followed.drain()
    assert followed.numbers() == [1, 2, 3]
    followed.close()


def test_two_files_compressed_while_nobody_looked_are_told_by_what_is_known_most_of(log: Path) -> None:
    log.touch()
    followed = Followed(log).drain()
    append(log, b"begin\n" + lines(*range(50)))
    followed.wait()
    rotate(log)
    append(log, b"begin\n")
    followed.turn()
    followed.restart()
    append(log, line(50))
    rotate(log)
    append(rotated(log, 2), line(51))
    compress(rotated(log))
    compress(rotated(log, 2))
    followed.wait()
    assert sorted(followed.numbers()) == list(range(52))
    assert followed.given == 52
    followed.close()
