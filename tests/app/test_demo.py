"""`faultbook demo`: what its hosts write is what the entries know, and the command runs for real."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.demo.fleet import PAST, UPGRADED_AGO, fleet_of, lines_of
from app.demo.shapes import FAULTS, healthy
from kb.book import Book, open_book
from kb.catalog import SHIPPED, entry_dirs
from matchers.live import LiveScanner
from matchers.match import Match

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VALUES = {
    "pci": "0000:83:00.0",
    "iface": "p4p1",
    "driver": "ixgbe",
    "neighbor": "192.0.2.126",
    "mtu": "9000",
    "script": "chk_haproxy",
    "peer": "uplink1",
}


@pytest.fixture(scope="module")
def book(shared_cache: Path) -> Book:
    return open_book(entry_dirs((SHIPPED,)), shared_cache)


def matches(book: Book, lines: list[str], at: datetime = NOW) -> list[Match]:
    """What is recognised in these lines of one host."""
    text = "".join(f"{at.isoformat(timespec='microseconds')} lb-1 {line}\n" for line in lines)
    scanner = LiveScanner(book.matchers)
    return [*scanner.feed(text.encode()), *scanner.finish()]


@pytest.mark.parametrize("entry", FAULTS)
@pytest.mark.parametrize("seed", range(3))
def test_a_fault_is_recognised_as_its_entry_and_nothing_but_what_that_beats(book: Book, entry: str, seed: int) -> None:
    found = [each for each in matches(book, FAULTS[entry].lines(Random(seed), VALUES)) if not each.recovery]
    names = {each.entry for each in found if each.record}
    assert {each for each in names if not book.matchers.wins(entry, each)} == {entry}


@pytest.mark.parametrize("entry", [name for name, fault in FAULTS.items() if fault.over is not None])
def test_the_end_of_a_fault_is_recognised_as_such(book: Book, entry: str) -> None:
    over = FAULTS[entry].over
    assert over is not None
    assert [(each.entry, each.recovery) for each in matches(book, over(Random(1), VALUES))] == [(entry, True)]


def test_healthy_lines_are_nothing(book: Book) -> None:
    random = Random(1)
    assert matches(book, [healthy(random) for _ in range(300)]) == []


def test_the_same_seed_gives_the_same_fleet() -> None:
    def told(seed: int) -> list[str]:
        return [
            f"{plan} {lines_of(plan, Random(f'{seed} {plan.name}'), NOW - PAST, NOW)}"
            for plan in fleet_of(8, seed, NOW)
        ]

    assert told(1) == told(1)
    assert told(1) != told(2)


@pytest.mark.parametrize("count", [6, 16, 40])
def test_one_fault_is_on_every_host_with_an_old_kernel_and_on_no_other(count: int) -> None:
    for plan in fleet_of(count, 5, NOW):
        has_it = any(spell.fault.entry == "ixgbe-tx-unit-hang" for spell in plan.spells)
        assert has_it == plan.now.kernel.startswith("4.")


def test_one_fault_was_over_for_more_than_a_day_before_it_came_back_with_an_upgrade() -> None:
    upgraded = [plan for plan in fleet_of(16, 5, NOW) if plan.is_upgraded]
    assert len(upgraded) == 4
    for plan in upgraded:
        first, then = (spell for spell in plan.spells if spell.fault.entry == "bird-ospf-mtu-mismatch")
        assert first.end is not None
        assert first.end + timedelta(hours=24) < NOW - UPGRADED_AGO < then.begin
        assert plan.before.bird == "2.0.3" != plan.now.bird


def test_time_cut_in_pieces_has_every_line_in_order() -> None:
    [plan, *_] = fleet_of(6, 3, NOW)
    random, at = Random(1), NOW
    for _ in range(600):
        lines = lines_of(plan, random, at, at + timedelta(seconds=1))
        assert all(at <= when < at + timedelta(seconds=1) for when, _line in lines)
        assert lines == sorted(lines, key=lambda each: each[0])
        at += timedelta(seconds=1)


class Demo:
    """The running command."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        self.process = process
        self.said = process.stderr.readline()
        found = re.search(r"(http://127\.0\.0\.1:\d+)/incidents", self.said)
        assert found is not None, self.said
        self.url = found[1]
        self.said += process.stderr.readline()

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return str(answer.read().decode())

    def json(self, path: str) -> Any:
        return json.loads(self.get(f"/api/v1{path}"))


def start(directory: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "TMPDIR": str(directory), "FAULTBOOK_TOKEN_FILE": str(directory / "no-such")}
    return subprocess.Popen(
        [sys.executable, "-m", "app", "demo", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo with six hosts; at its end it leaves nothing behind."""
    directory = tmp_path_factory.mktemp("demo")
    process = start(directory, "--hosts", "6", "--seed", "3")
    try:
        yield Demo(process)
    finally:
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, "")
    assert list(directory.iterdir()) == []


def test_every_page_is_alive(demo: Demo) -> None:
    assert "Ctrl-C" in demo.said
    listed = demo.json("/incidents?limit=500")["incidents"]
    assert {"bird-ospf-mtu-mismatch", "ixgbe-tx-unit-hang", "bonding-slave-link-down"} <= {
        each["entry"] for each in listed
    }
    assert {each["state"] for each in listed} == {"open", "returned", "resolved"}
    [returned] = [each for each in listed if each["entry"] == "bird-ospf-mtu-mismatch"]
    assert [(each["fact"], each["before"]) for each in returned["changed"]] == [("bird", "2.0.3")]
    assert {each["recovered_by"] for each in listed} >= {"bonding-slave-link-down/up"}
    assert "none with" in demo.get("/entries/ixgbe-tx-unit-hang/incidents?lang=en")
    for path in ("/", "/incidents", "/hosts", f"/hosts/{returned['host']}", f"/incidents/{returned['id']}"):
        assert "<main" in demo.get(path)
    assert len(demo.json("/hosts")["hosts"]) == 6
    assert demo.json("/occurrences?limit=1")["occurrences"]


def test_its_hosts_go_on_while_one_looks(demo: Demo) -> None:
    before = demo.json("/occurrences?order=desc&limit=1")["occurrences"][0]["recorded_at"]
    deadline = time.monotonic() + 60
    while demo.json("/occurrences?order=desc&limit=1")["occurrences"][0]["recorded_at"] == before:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_port_that_is_taken_is_said_in_one_line(demo: Demo, tmp_path: Path) -> None:
    other = start(tmp_path, "--hosts", "1", "--port", demo.url.rpartition(":")[2])
    _, said = other.communicate(timeout=60)
    assert other.returncode == 2
    assert len(said.splitlines()) == 1
    assert "choose another port" in said
    assert "--bind" not in said
