"""A large file searched by several processes gives what one gives."""

import os
import random
import signal
from pathlib import Path

import pytest

from app import parallel, split
from app.parallel import ParallelScan
from matchers.engine import Scanner
from matchers.match import Match
from tests.support import LINES, every_kind

MATCHERS = every_kind()


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "PIECE_BYTES", 40_000)
    monkeypatch.setattr(split, "_CLOSE_BYTES", 3_000)
    monkeypatch.setattr(parallel, "LEAST_BYTES", 100_000)


def matches(path: Path, jobs: int, max_line_bytes: int) -> tuple[list[Match], int]:
    scanner = Scanner(MATCHERS, max_line_bytes=max_line_bytes)
    with ParallelScan(MATCHERS, jobs) as parallel:
        found = [*parallel.scan(scanner, str(path)), *scanner.finish()]
    return found, scanner.lines_cut


def alone(path: Path, max_line_bytes: int) -> tuple[list[Match], int]:
    scanner = Scanner(MATCHERS, max_line_bytes=max_line_bytes)
    return [*scanner.feed(path.read_bytes()), *scanner.finish()], scanner.lines_cut


def some_log(seed: int) -> bytes:
    chance = random.Random(seed)
    fillers = [b"x" * 60, b"nothing of note " * 9, b"y" * 5_000]
    weights = chance.choice(([1, 1, 0], [30, 30, 1], [300, 300, 1]))
    lines: list[bytes] = []
    while sum(map(len, lines)) < 700_000:
        lines += chance.choices(fillers, weights, k=chance.choice((5, 900)))
        lines += chance.choices(LINES, k=chance.randrange(5))
    if seed % 3 == 0:
        lines.insert(chance.randrange(len(lines)), b"eth0: link is down" + b"z" * 150_000)
    return b"\n".join(lines) + (b"" if seed % 2 else b"\n")


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("jobs", [2, 5])
def test_several_processes_give_the_matches_of_one(seed: int, jobs: int, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(some_log(seed))
    assert matches(log, jobs, 1 << 20) == alone(log, 1 << 20)


@pytest.mark.parametrize("seed", [0, 3])
def test_lines_that_are_too_long_are_cut_the_same(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "MAX_LINE_BYTES", 30_000)
    log = tmp_path / "log"
    log.write_bytes(some_log(seed))
    assert matches(log, 2, 30_000) == alone(log, 30_000)
    assert alone(log, 30_000)[1] == 1


def test_a_process_that_is_killed_costs_no_match(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    log.write_bytes(some_log(1))
    search, parent = split._search_piece, os.getpid()

    def killed(*arguments: object) -> object:
        if os.getpid() != parent and arguments[2] == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return search(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(split, "_search_piece", killed)
    assert matches(log, 2, 1 << 20) == alone(log, 1 << 20)


def test_one_set_of_processes_searches_file_after_file(tmp_path: Path) -> None:
    logs = [tmp_path / str(seed) for seed in range(4)]
    for seed, log in enumerate(logs):
        log.write_bytes(some_log(seed))
    with ParallelScan(MATCHERS, 2) as parallel:
        for log in logs:
            scanner = Scanner(MATCHERS)
            assert ([*parallel.scan(scanner, str(log)), *scanner.finish()], scanner.lines_cut) == alone(log, 1 << 20)


def test_no_process_is_left_when_the_reader_has_enough(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(some_log(2))
    with ParallelScan(MATCHERS, 3) as parallel:
        assert next(parallel.scan(Scanner(MATCHERS), str(log)))
        children = [child._pid for child in parallel._searchers._children]
    assert len(children) == 3
    for child in children:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)
