"""Rows of `scan --json`, and the same rows with several jobs."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parallel import scan_parallel
from app.rows import RowWriter
from matchers.engine import Scanner
from matchers.match import Match
from tests.support import block, matcher_set, pattern

TEXTS = st.text(max_size=30)


@given(TEXTS, TEXTS, st.dictionaries(st.from_regex(r"\A[a-z]{1,5}\Z"), st.one_of(st.integers(), TEXTS)), st.booleans())
def test_a_row_is_what_json_reads_back(path: str, text: str, fields: dict[str, Any], ascii_only: bool) -> None:
    clean = path.encode("utf-8", "replace").decode("utf-8", "replace")
    match = Match(
        "e", "m", "text", 1, 2, 3, None, text or None, text or None, fields, text, True, True, False, 9, 0, frozenset()
    )
    row = RowWriter(clean, ascii_only=ascii_only).row(match)
    assert "\n" not in row
    assert json.loads(row) == {
        "entry": "e",
        "matcher": "m",
        "source": "text",
        "path": clean,
        "line": 1,
        "offset": 2,
        "end": 3,
        "time": None,
        "host": text or None,
        "fields": fields,
        "text": text,
        "assembled": True,
    } | ({"cursor": text} if text else {})


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_several_jobs_give_the_same_matches_in_the_same_order(jobs: int) -> None:
    matchers = matcher_set(
        ("one", [pattern("fault {n:int} here")]), ("two", [block("begin <{n:int}>", "end <{m:int}>")])
    )
    rnd = random.Random(7)
    lines = [rnd.choice(["fault 1 here", "begin <1>", "end <2>", "x" * rnd.randrange(2000), ""]) for _ in range(6000)]
    data = "\n".join(lines).encode()
    pieces = [data[at : at + 65_537] for at in range(0, len(data), 65_537)]
    expected, found = Scanner(matchers), Scanner(matchers)
    wanted = [*expected.feed(data), *expected.finish()]
    assert [*scan_parallel(found, pieces, jobs), *found.finish()] == wanted
    assert wanted


def test_what_came_before_an_error_of_the_input_counts() -> None:
    matchers = matcher_set(("one", [pattern("fault {n:int} here")]))

    def broken() -> Any:
        yield b"fault 1 here\n"
        raise OSError("gone")

    scanner, seen = Scanner(matchers), []
    with pytest.raises(OSError, match="gone"):
        seen.extend(scan_parallel(scanner, broken(), 2))
    assert [match.fields for match in scanner.finish()] == [{"n": 1}]


def test_the_command_prints_the_same_bytes_with_two_jobs(tmp_path: Path) -> None:

    log = tmp_path / "kernel.log"
    line = "[ 1.000001] ixgbe 0000:83:00.0 p4p1: tx hang 1 detected on queue 25, resetting adapter\n"
    log.write_text((line + "[ 1.000002] nothing\n" * 50) * 2000)
    outputs = [
        subprocess.run(
            [sys.executable, "-m", "app", "scan", "--json", "--jobs", jobs, str(log)], capture_output=True, check=True
        )
        for jobs in ("1", "2")
    ]
    assert outputs[0].stdout == outputs[1].stdout
    assert outputs[0].stdout.count(b"\n") == 2000
