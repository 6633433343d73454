"""What stands in the files: torn, endless, binary and many lines, records of several lines, and where they are."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from matchers.engine import scan_text
from tests.app.watch.following import MATCHERS, Followed, append, line, lines, rotate


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


@pytest.fixture
def followed(log: Path) -> Iterator[Followed]:
    log.touch()
    followed = Followed(log).drain()
    yield followed
    followed.close()


def test_a_row_is_that_of_scan_with_an_id_and_the_time_it_was_seen(log: Path, followed: Followed) -> None:
    append(log, b"nothing\n" + line(5))
    (row,) = followed.drain().rows.values()
    assert json.loads(row.json) == {
        "entry": "fail",
        "matcher": "m",
        "source": "kernel",
        "path": str(log),
        "line": 2,
        "offset": 8,
        "end": 22,
        "time": None,
        "host": None,
        "fields": {"n": 5},
        "text": "demo: 5 failed",
        "id": row.id,
        "seen_at": "2024-01-01T00:16:40.500000Z",
    }
    assert row.identity == ("5",)


def test_a_line_that_comes_in_pieces_is_one_line(log: Path, followed: Followed) -> None:
    for byte in lines(1, 2):
        append(log, bytes([byte]))
        followed.turn()
    assert followed.numbers() == [1, 2]


def test_a_last_line_without_newline_waits(log: Path, followed: Followed) -> None:
    append(log, line(1).rstrip())
    assert followed.wait().numbers() == []
    append(log, b"\n")
    assert followed.drain().numbers() == [1]


def test_it_waits_at_most_for_the_grace_time_once_its_file_was_rotated_away(log: Path, followed: Followed) -> None:
    append(log, line(1).rstrip())
    followed.drain()
    rotate(log)
    append(log, line(2))
    assert followed.drain().numbers() == []
    assert followed.drain(after_s=followed.source.grace_s).numbers() == [1, 2]


def test_a_line_of_24_megabytes_is_cut_and_counted_and_the_next_one_is_found(log: Path, followed: Followed) -> None:
    append(log, line(1) + b"demo: 2 failed " + b"x" * (24 << 20) + b"\n" + line(3))
    rows = sorted(followed.wait().objects(), key=lambda row: int(row["offset"]))
    assert [row["fields"]["n"] for row in rows] == [1, 2, 3]
    assert rows[-1]["offset"] == log.stat().st_size - len(line(3))
    assert rows[-1]["line"] == 3
    assert followed.input.counters().skipped == 1


def test_nuls_and_bytes_that_are_not_utf8_stop_nothing(log: Path, followed: Followed) -> None:
    append(log, line(1) + b"\0" * 5000 + b"\n\xff\xfe\xc3\n" + b"demo: 2 failed \xff\n" + line(3))
    assert followed.drain().numbers() == [1, 2, 3]


def test_a_flood_is_read_whole_turn_by_turn(log: Path, followed: Followed) -> None:
    noise = b"Nov  5 10:00:00 host program[1]: a line of no interest whatever, of the usual length\n"
    append(log, b"".join(noise * 99 + line(number) for number in range(500)))
    turns = 1
    followed.input.hint(str(log))
    while followed.turn(budget=1 << 18, after_s=0.01):
        turns += 1
    assert turns > 10
    assert followed.wait().numbers() == list(range(500))
    assert followed.input.counters().lines == 50_000


def test_a_record_of_several_lines_goes_on_in_the_next_file(log: Path, followed: Followed) -> None:
    append(log, b"demo: hang 4\n")
    followed.turn()
    rotate(log)
    append(log, b"  code 9\n")
    (row,) = followed.wait().objects()
    assert row["fields"] == {"n": 4, "code": 9}
    assert (row["line"], row["offset"], row["end"], row["assembled"]) == (1, 0, len("demo: hang 4"), True)


def test_a_record_of_several_lines_goes_on_after_a_restart(log: Path, followed: Followed) -> None:
    append(log, b"demo: hang 4\n")
    followed.turn()
    followed.restart()
    append(log, b"  code 9\n")
    assert followed.wait().numbers() == [4]


def test_a_record_is_closed_by_time_when_nothing_follows(log: Path, followed: Followed) -> None:
    append(log, b"demo: hang 4\n  code 9\n")
    assert followed.turn(after_s=0.25) is False
    assert followed.numbers() == []
    followed.turn(after_s=followed.source.settle_s)
    assert followed.numbers() == [4]


def test_a_record_is_closed_by_time_in_a_log_that_never_falls_silent_for_long(log: Path, followed: Followed) -> None:
    append(log, b"demo: hang 4\n  code 9\n")
    for _ in range(20):
        append(log, b"nothing of note\n")
        followed.turn(after_s=0.5)
        followed.turn(after_s=0.25)
    assert followed.numbers() == [4]


def test_places_in_rows_are_those_of_a_scan_of_the_file(log: Path, followed: Followed) -> None:
    chance = random.Random(5)
    parts = [line(1), b"demo: hang 2\n", b"  code 3\n", b"nothing\n", b"\xff\n", b"y" * 3000 + b"\n"]
    data = b"".join(chance.choices(parts, k=900))
    at = 0
    while at < len(data):
        size = chance.choice((3, 700, 90_000))
        append(log, data[at : at + size])
        at += size
        followed.turn(after_s=0.01)
        if chance.random() < 0.2:
            followed.restart()
    rows = followed.wait().objects()
    expected = {(match.entry, match.line, match.offset, match.end, match.text) for match in scan_text(MATCHERS, data)}
    assert {(row["entry"], row["line"], row["offset"], row["end"], row["text"]) for row in rows} >= {
        each for each in expected if each[0] == "fail"
    }
    assert {(row["entry"], row["line"], row["offset"], row["end"], row["text"]) for row in rows} <= expected


def test_rows_of_other_sources_are_left_out_where_the_source_is_named(log: Path) -> None:
    log.write_bytes(line(1))
    bird = Followed(log, source="bird").wait()
    kernel = Followed(log, source="kernel").wait()
    assert (bird.numbers(), kernel.numbers()) == ([], [1])
    bird.close()
    kernel.close()
