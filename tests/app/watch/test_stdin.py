"""Standard input: read as it comes, to its end, without a position."""

import json
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from app.watch.service import SystemClock
from app.watch.stdin import StdinInput
from app.watch.stream import Recogniser
from app.watch.wake import Wake
from tests import support


def recogniser(pattern: str) -> Recogniser:
    matchers = support.matcher_set(("demo", [support.pattern(pattern)]), backend="re")
    return Recogniser(matchers, lambda _entry: ("n",), "h1", SystemClock())


class Piped:
    """An input at the end of a pipe."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self.wake = Wake()
        self.ended = 0
        self.input = StdinInput(
            recogniser("demo: {n:int} failed"), self.wake, run="r", descriptor=self.reader, on_end=self._end
        )

    def _end(self) -> None:
        self.ended += 1

    def write(self, text: str) -> None:
        os.write(self.writer, text.encode())

    def rows(self, at: float = 0.0) -> list[dict[str, Any]]:
        return [json.loads(row.json) for row in self.input.read(1 << 18, at).rows]

    def close(self) -> None:
        self.input.close()
        self.wake.close()
        os.close(self.reader)
        if self.writer >= 0:
            os.close(self.writer)


@pytest.fixture
def piped() -> Iterator[Piped]:
    made = Piped()
    yield made
    made.close()


def test_a_line_is_a_row_as_soon_as_it_is_there(piped: Piped) -> None:
    piped.write("demo: 1 failed\ndemo: 2 fai")
    assert [row["fields"]["n"] for row in piped.rows()] == [1]
    piped.write("led\n")
    [row] = piped.rows()
    assert row["fields"] == {"n": 2}
    assert (row["path"], row["line"], row["offset"], row["end"]) == (None, None, None, None)


def test_equal_lines_have_two_ids(piped: Piped) -> None:
    piped.write("demo: 1 failed\ndemo: 1 failed\n")
    one, other = piped.rows()
    assert one["id"] != other["id"]


def test_nothing_there_is_no_wait(piped: Piped) -> None:
    began = time.monotonic()
    assert piped.rows() == []
    assert time.monotonic() - began < 1


def test_its_end_counts_a_last_line_without_newline_and_is_told_once(piped: Piped) -> None:
    piped.write("demo: 7 failed")
    os.close(piped.writer)
    piped.writer = -1
    assert [row["fields"]["n"] for row in piped.rows()] == [7]
    assert piped.input.is_over
    assert piped.rows() == []
    assert piped.ended == 1
    assert piped.input.counters().trouble == "it has ended"


def test_what_comes_wakes_the_loop_unless_nothing_can_be_recorded(piped: Piped) -> None:
    piped.rows()
    piped.write("x\n")
    piped.wake.sleep(20)
    piped.input.discover(0.0)
    began = time.monotonic()
    piped.wake.sleep(0.05)
    assert time.monotonic() - began >= 0.05


def test_other_entries_count_from_the_next_line_on(piped: Piped) -> None:
    piped.write("demo: 1 failed\ndemo: 2 ")
    assert len(piped.rows()) == 1
    piped.input.use(recogniser("other: {n:int} failed"))
    piped.write("failed\nother: 3 failed\n")
    assert [row["fields"]["n"] for row in piped.rows()] == [2]
    piped.write("demo: 4 failed\nother: 5 failed\n")
    assert [row["fields"]["n"] for row in piped.rows()] == [5]
    assert piped.input.counters().lines == 5
