"""The journal as an input: real journal files, written by systemd-journal-remote, read by journalctl."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.config_watch import Journal
from app.watch.contract import Row
from app.watch.journal import JournalInput, Place, own_messages
from app.watch.service import SystemClock
from app.watch.stream import Recogniser
from app.watch.wake import Wake
from tests import support

BOOT = "0123456789abcdef0123456789abcdef"
PATTERNS = support.pattern("demo: {iface:iface} failed {n:int} times")
Program = Callable[[str, str], str]


def recogniser() -> Recogniser:
    return Recogniser(support.matcher_set(("demo", [PATTERNS])), lambda _entry: ("iface",), "h1", SystemClock())


@dataclass
class JournalFile:
    """A directory with a journal that can be added to."""

    directory: Path
    writer: str
    reader: str
    written: int = 0

    def add(self, *messages: str | bytes | Mapping[str, str | bytes]) -> None:
        export = b"".join(self._entry(message) for message in messages)
        source = self.directory.parent / "export"
        source.write_bytes(export)
        self.directory.mkdir(exist_ok=True)
        command = [self.writer, "-o", str(self.directory / "test.journal"), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=30)

    def _entry(self, message: str | bytes | Mapping[str, str | bytes]) -> bytes:
        self.written += 1
        fields: dict[str, str | bytes] = {
            "__REALTIME_TIMESTAMP": str(1700000000000000 + self.written * 1000),
            "__MONOTONIC_TIMESTAMP": str(1000000 + self.written * 1000),
            "_BOOT_ID": BOOT,
            "_TRANSPORT": "kernel",
            "_HOSTNAME": "lb1",
            "SYSLOG_IDENTIFIER": "kernel",
            **(message if isinstance(message, Mapping) else {"MESSAGE": message}),
        }
        return b"".join(_exported(name, value) for name, value in fields.items()) + b"\n"

    @property
    def command(self) -> tuple[str, ...]:
        return (self.reader, f"--directory={self.directory}")


def _exported(name: str, value: str | bytes) -> bytes:
    """A field of the journal's export format; one with a newline or other bytes has its length before it."""
    data = value if isinstance(value, bytes) else value.encode()
    if isinstance(value, bytes) or "\n" in value:
        return name.encode() + b"\n" + len(data).to_bytes(8, "little") + data + b"\n"
    return name.encode() + b"=" + data + b"\n"


@pytest.fixture
def journal(tmp_path: Path, system_program: Program) -> JournalFile:
    reader = system_program("journalctl", "systemd")
    writer = "/lib/systemd/systemd-journal-remote"
    if not Path(writer).exists():
        writer = system_program("systemd-journal-remote", "systemd-journal-remote")
    return JournalFile(tmp_path / "journal", writer, reader)


@dataclass
class Follower:
    """A journal input, and what it gave; `turns` waits for it on the sockets that would wake the loop."""

    journal: JournalFile
    position: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wake = Wake()
        source = self.options.pop("source", Journal())
        program = self.options.pop("program", self.journal.command)
        self.input = JournalInput(
            source, recogniser(), self.wake, self.position, program=program, **{"own": {}, **self.options}
        )

    def turns(self, rows: int, within_s: float = 20.0) -> list[dict[str, Any]]:
        """What came until there are so many rows altogether, and no more for a moment."""
        until = time.monotonic() + within_s
        while (now := time.monotonic()) < until:
            turn = self.input.read(1 << 18, now)
            self.rows += turn.rows
            self.position = turn.positions.get("journal:journal", self.position)
            if len(self.rows) >= rows and not turn.rows and not turn.more:
                break
            self.wake.sleep(0.0 if turn.more else min(max(0.0, (turn.due or now) - now), 0.1))
        return [json.loads(row.json) for row in self.rows]

    def numbers(self, rows: int, within_s: float = 20.0) -> list[int]:
        return [row["fields"]["n"] for row in self.turns(rows, within_s)]

    def close(self) -> None:
        self.input.close()
        self.wake.close()


@pytest.fixture
def follow(journal: JournalFile) -> Iterator[Callable[..., Follower]]:
    made: list[Follower] = []

    def make(position: str | None = None, **options: Any) -> Follower:
        made.append(Follower(journal, position, options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def failed(*numbers: int) -> list[str]:
    return [f"demo: eth0 failed {number} times" for number in numbers]


def test_a_row_has_the_cursor_and_no_place(journal: JournalFile, follow: Callable[..., Follower]) -> None:
    journal.add(*failed(1))
    [row] = follow().turns(1)
    assert row["cursor"].startswith("s=")
    assert (row["path"], row["line"], row["offset"], row["end"]) == (None, None, None, None)
    assert (row["fields"], row["host"], row["entry"]) == ({"iface": "eth0", "n": 1}, "lb1", "demo")
    assert row["time"] == "2023-11-14T22:13:20.001000Z"


def test_what_is_added_later_is_followed(journal: JournalFile, follow: Callable[..., Follower]) -> None:
    journal.add(*failed(1, 2))
    follower = follow()
    assert follower.numbers(2) == [1, 2]
    journal.add(*failed(3))
    assert follower.numbers(3) == [1, 2, 3]
    assert follower.input.counters().lines == 3


def test_after_a_restart_it_goes_on_behind_its_cursor(journal: JournalFile, follow: Callable[..., Follower]) -> None:
    journal.add(*failed(1, 2))
    first = follow()
    assert first.numbers(2) == [1, 2]
    first.close()
    journal.add(*failed(3, 4))
    assert follow(first.position).numbers(2) == [3, 4]


def test_what_was_read_and_not_recorded_comes_again_with_the_same_ids(
    journal: JournalFile, follow: Callable[..., Follower]
) -> None:
    journal.add(*failed(1, 2, 3))
    one, other = follow(), follow()
    assert one.turns(3) is not None
    assert other.turns(3) is not None
    assert [row.id for row in one.rows] == [row.id for row in other.rows]
    assert len({row.id for row in one.rows}) == 3


def test_equal_messages_are_two_occurrences(journal: JournalFile, follow: Callable[..., Follower]) -> None:
    journal.add(*failed(7), *failed(7))
    follower = follow()
    assert follower.numbers(2) == [7, 7]
    assert follower.rows[0].id != follower.rows[1].id


@pytest.mark.parametrize(
    "message",
    [
        b"demo: eth0 failed 5 times \xff\xfe",
        {"MESSAGE": "first\ndemo: eth0 failed 5 times"},
        "demo: eth0 failed 5 times — 网卡",
    ],
    ids=["bytes", "two lines", "chinese"],
)
def test_a_message_is_read_whatever_its_form(
    message: str | bytes, journal: JournalFile, follow: Callable[..., Follower]
) -> None:
    journal.add(message, *failed(6))
    assert follow().numbers(2) == [5, 6]


def test_a_vacuumed_cursor_goes_on_with_what_is_left(
    journal: JournalFile, follow: Callable[..., Follower], tmp_path: Path
) -> None:
    journal.add(*failed(1))
    first = follow()
    assert first.numbers(1) == [1]
    first.close()
    shutil.rmtree(journal.directory)
    journal.add(*failed(2, 3))
    assert follow(first.position).numbers(2) == [2, 3]


def test_a_cursor_from_the_future_reads_the_journal_from_its_beginning(
    journal: JournalFile, follow: Callable[..., Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.watch.journal.CURSOR_WAIT_S", 0.5)
    journal.add(*failed(1))
    first = follow()
    assert first.numbers(1) == [1]
    first.close()
    place = json.loads(first.position or "")
    place["cursor"] = f"s={'f' * 32};i=fffffff;b={'e' * 32};m=ffffffffff;t=ffffffffffffff;x=0"
    journal.add(*failed(2))
    assert follow(json.dumps(place)).numbers(1) == [2]


def test_a_child_that_ends_is_started_again_and_nothing_is_lost(
    journal: JournalFile, follow: Callable[..., Follower], tmp_path: Path
) -> None:
    journal.add(*failed(1))
    pids = tmp_path / "pids"
    script = tmp_path / "journalctl"
    script.write_text(f'#!/bin/sh\necho $$ >> {pids}\nexec {journal.reader} "$@"\n')
    script.chmod(0o755)
    follower = follow(program=(str(script), f"--directory={journal.directory}"))
    assert follower.numbers(1) == [1]
    os.kill(int(pids.read_text().split()[-1]), 9)
    journal.add(*failed(2))
    assert follower.numbers(2) == [1, 2]
    journal.add(*failed(3))
    assert follower.numbers(3) == [1, 2, 3]
    assert len(pids.read_text().split()) == 2


def test_what_the_watcher_itself_logged_is_left_out(journal: JournalFile, follow: Callable[..., Follower]) -> None:
    own = {"MESSAGE": failed(1)[0], "_PID": "4711", "_TRANSPORT": "stdout"}
    unit = {"MESSAGE": failed(2)[0], "_SYSTEMD_UNIT": "faultbook-watch.service", "_TRANSPORT": "stdout"}
    journal.add(own, unit, *failed(3))
    follower = follow(own={"_PID": "4711", "_SYSTEMD_UNIT": "faultbook-watch.service"})
    assert follower.numbers(1) == [3]
    assert follower.input.counters().lines == 3


def test_units_and_the_kernel_can_be_chosen(journal: JournalFile, follow: Callable[..., Follower]) -> None:
    def of(unit: str, number: int) -> dict[str, str]:
        return {"MESSAGE": failed(number)[0], "_SYSTEMD_UNIT": unit, "_TRANSPORT": "journal"}

    journal.add(of("bird.service", 1), of("cron.service", 2), *failed(3))
    assert follow(source=Journal(("bird",), kernel=False)).numbers(1) == [1]
    assert follow(source=Journal(("bird.service",), kernel=True)).numbers(2) == [1, 3]
    assert follow(source=Journal((), kernel=False)).numbers(2) == [1, 2]


def test_from_the_end_only_what_comes_later_is_read(journal: JournalFile, follow: Callable[..., Follower]) -> None:
    journal.add(*failed(1))
    follower = follow(from_end=True)
    follower.turns(0, within_s=1.0)
    journal.add(*failed(2))
    assert follower.numbers(1) == [2]


@pytest.mark.parametrize("position", ["", "{}", "\0\0\0", '{"cursor": 5, "scan": {}, "given": []}', "[1]", '"x"', None])
def test_a_position_that_is_not_understood_counts_as_none(position: str | None) -> None:
    assert Place.from_text(position) is None


def test_a_missing_journalctl_is_named(journal: JournalFile, follow: Callable[..., Follower]) -> None:
    follower = follow(program=("no-such-journalctl",))
    follower.turns(1, within_s=0.2)
    assert "no-such-journalctl cannot be run" in str(follower.input.counters().trouble)


def test_a_service_knows_its_unit_and_invocation(tmp_path: Path) -> None:
    cgroup = tmp_path / "cgroup"
    cgroup.write_text("0::/system.slice/faultbook-watch.service\n")
    known = own_messages({"INVOCATION_ID": "abc"}, str(cgroup))
    assert known == {
        "_PID": str(os.getpid()),
        "_SYSTEMD_INVOCATION_ID": "abc",
        "_SYSTEMD_UNIT": "faultbook-watch.service",
    }
