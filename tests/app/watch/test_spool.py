"""The spool: rows and positions in one transaction; bounded; unharmed by kills, full disks and damaged files."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.config_watch import SpoolConfig, StormConfig
from app.store.location import FILE_NAME
from app.watch.contract import RecorderError, RecorderFull, Row
from app.watch.database import RecorderDamaged
from app.watch.spool import MAX_ASIDE, Spool
from tests.deliveries import HandClock, file_size_limit, row

ROOT = Path(__file__).resolve().parents[3]
ALL = 1 << 30
Open = Callable[..., Spool]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def opened(tmp_path: Path, said: list[str]) -> Iterator[Open]:
    """Open the spool of this test, as often as it likes."""
    spools = []

    def open_it(max_bytes: int = ALL, when_full: str = "block", **more: object) -> Spool:
        config = SpoolConfig(max_bytes, "drop_oldest" if when_full == "drop_oldest" else "block")
        spool = Spool(tmp_path, HandClock(), said.append, config, **more)  # type: ignore[arg-type]
        spools.append(spool)
        return spool

    yield open_it
    for spool in spools:
        spool.close()


def numbers(spool: Spool) -> list[int]:
    """Every row that waits, in order."""
    return [int(each.json.split('"line": ')[1].split(",")[0]) - 1 for each in spool.batch(ALL, ALL)]


def test_rows_and_positions_are_there_after_a_restart(opened: Open) -> None:
    spool = opened()
    spool.commit([row(0), row(1)], {"file:1": "a", "file:2": "b"})
    spool.commit([row(2)], {"file:1": "c", "file:2": None})
    spool.close()
    again = opened()
    assert numbers(again) == [0, 1, 2]
    assert again.positions() == {"file:1": "c"}
    assert again.counters()["spool_rows"] == 3


def test_a_row_that_waits_already_is_not_kept_again(opened: Open) -> None:
    spool = opened()
    spool.commit([row(0), row(1), row(0)], {})
    spool.commit([row(1), row(2)], {"k": "v"})
    assert numbers(spool) == [0, 1, 2]
    assert spool.counters()["spool_rows"] == 3


def test_rows_leave_in_order_and_do_not_come_back(opened: Open) -> None:
    spool = opened()
    spool.commit([row(number) for number in range(5)], {})
    spool.delivered(spool.batch(2, ALL))
    assert numbers(spool) == [2, 3, 4]
    spool.set_aside(spool.batch(1, ALL)[0], "422: no")
    spool.close()
    assert numbers(opened()) == [3, 4]


def test_a_batch_is_bounded_by_bytes_but_never_empty(opened: Open) -> None:
    spool = opened()
    spool.commit([row(0, text="x" * 1000), row(1), row(2)], {})
    assert len(spool.batch(10, 10)) == 1
    assert len(spool.batch(10, 1700)) == 2


def test_only_the_last_rows_that_were_set_aside_are_kept(opened: Open, tmp_path: Path) -> None:
    spool = opened()
    spool.commit([row(number) for number in range(MAX_ASIDE + 20)], {})
    for each in spool.batch(ALL, ALL):
        spool.set_aside(each, "422: no")
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        assert connection.execute("SELECT count(*), max(seq) FROM aside").fetchone() == (MAX_ASIDE, MAX_ASIDE + 20)
    connection.close()
    assert spool.counters()["rows_set_aside_total"] == MAX_ASIDE + 20


# Bounds


def test_a_full_spool_takes_nothing_and_goes_on_when_rows_have_left(opened: Open) -> None:
    spool = opened(4_000)
    spool.commit([row(number) for number in range(8)], {"k": "0"})
    with pytest.raises(RecorderFull, match=r"the spool holds 8 rows .* reading waits"):
        spool.commit([row(8), row(9), row(10)], {"k": "1"})
    assert spool.positions() == {"k": "0"}
    spool.delivered(spool.batch(4, ALL))
    spool.commit([row(8), row(9), row(10)], {"k": "1"})
    assert numbers(spool) == [4, 5, 6, 7, 8, 9, 10]


def test_positions_alone_are_kept_in_a_full_spool(opened: Open) -> None:
    spool = opened(100)
    spool.commit([row(0)], {})
    spool.commit([], {"k": "1"})
    assert spool.positions() == {"k": "1"}


def test_rows_larger_than_the_whole_spool_go_into_an_empty_one(opened: Open) -> None:
    spool = opened(100)
    spool.commit([row(0), row(1)], {})
    assert numbers(spool) == [0, 1]


def test_the_oldest_are_dropped_and_counted_where_that_is_asked_for(opened: Open) -> None:
    spool = opened(5_000, "drop_oldest")
    for number in range(30):
        spool.commit([row(number)], {})
    left = numbers(spool)
    assert left == list(range(30 - len(left), 30))
    assert spool.counters()["spool_bytes"] <= 5_000
    spool.close()
    assert opened().counters()["rows_dropped_total"] == 30 - len(left)


def test_what_is_on_its_way_is_not_dropped(opened: Open) -> None:
    spool = opened(5_000, "drop_oldest")
    spool.commit([row(number) for number in range(8)], {})
    in_flight = spool.batch(2, ALL)
    spool.commit([row(number) for number in range(8, 12)], {})
    spool.delivered(in_flight)
    assert numbers(spool)[0] > 2
    assert spool.counters()["rows_dropped_total"] == 12 - 2 - spool.counters()["spool_rows"]


def test_the_file_stays_within_twice_the_bound_while_the_server_is_away(opened: Open, tmp_path: Path) -> None:
    bound = 1 << 20
    spool = opened(bound)
    number = 0
    for _ in range(5):
        with pytest.raises(RecorderFull):
            while True:
                spool.commit([row(each) for each in range(number, number + 50)], {"k": str(number)})
                number += 50
        for _ in range(10):
            spool.delivered(spool.batch(100, ALL))
    assert number > 5000
    assert sum(each.stat().st_size for each in tmp_path.iterdir()) <= 2 * bound + (4 << 20)
    assert len(list(tmp_path.iterdir())) <= 4


# Waiting


def test_whoever_waits_is_woken_by_rows(opened: Open) -> None:
    spool = opened()
    woken = threading.Event()
    waiting = threading.Thread(target=lambda: (spool.wait_for(1, 30), woken.set()))
    waiting.start()
    spool.commit([row(0)], {})
    assert woken.wait(10)
    waiting.join()


def test_whoever_waits_is_woken_by_name(opened: Open) -> None:
    spool = opened()
    waiting = threading.Thread(target=spool.wait_for, args=(1, 30))
    waiting.start()
    while waiting.is_alive():
        spool.wake()
        waiting.join(0.01)


# Storms


def test_rows_of_a_storm_are_given_when_their_window_is_over(tmp_path: Path, said: list[str]) -> None:
    clock = HandClock()
    spool = Spool(tmp_path, clock, said.append, SpoolConfig(), StormConfig(2, 60.0))
    spool.commit([row(number) for number in range(10)], {"k": "1"})
    assert numbers(spool) == [0, 1]
    spool.close()
    clock.pass_s(30)
    spool = Spool(tmp_path, clock, said.append, SpoolConfig(), StormConfig(2, 60.0))
    spool.commit([row(10, at=clock.now())], {})
    assert numbers(spool) == [0, 1]
    clock.pass_s(31)
    assert '"count": 9' in spool.batch(ALL, ALL)[2].json
    spool.close()


def test_a_storm_that_fails_to_be_recorded_is_counted_once(opened: Open) -> None:
    spool = opened(1_700, storm=StormConfig(1, 60.0))
    spool.commit([row(0), row(1), row(20, "b"), row(30, "c")], {})
    for _ in range(3):
        with pytest.raises(RecorderFull):
            spool.commit([row(2), row(40, "d")], {})
    spool.delivered(spool.batch(ALL, ALL))
    spool.commit([row(2), row(40, "d")], {})
    spool.close()
    ended = opened()  # no storms any more: what counted is given
    ended.commit([], {})
    assert '"count": 2' in ended.batch(ALL, ALL)[1].json


# Damage


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 100])


def noise(path: Path) -> None:
    path.write_bytes(random.Random(5).randbytes(path.stat().st_size))


def holes(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 : 3 * 4096] = bytes(2 * 4096)
    path.write_bytes(data)


def text(path: Path) -> None:
    path.write_text("not a database\n")


def foreign(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (a)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("harm", [zeroed, cut, noise, holes, text, foreign])
def test_a_damaged_file_is_set_aside_and_told(
    opened: Open, said: list[str], tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    spool = opened()
    spool.commit([row(number) for number in range(200)], {"k": "1"})
    spool.close()
    harm(tmp_path / FILE_NAME)
    again = opened()
    assert (again.positions(), numbers(again)) == ({}, [])
    assert len(said) == 1
    assert "is not what was written" in said[0]
    assert (tmp_path / (FILE_NAME + ".damaged")).exists()
    again.commit([row(1)], {"k": "2"})
    again.close()
    assert numbers(opened()) == [1]
    assert len(said) == 1


def test_every_state_file_of_a_killed_watcher_may_be_zeros(opened: Open, said: list[str], tmp_path: Path) -> None:
    killed_while_it_writes(tmp_path, 0.3)
    names = [each for each in tmp_path.iterdir() if each.name.startswith(FILE_NAME)]
    assert len(names) == 3, "WAL and shared memory are left by a kill"
    for each in names:
        zeroed(each)
    assert numbers(opened()) == []
    assert len(list(tmp_path.iterdir())) <= 8


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
@pytest.mark.parametrize("harm", [zeroed, cut, noise])
def test_damaged_files_beside_the_database_cost_no_start(
    opened: Open, tmp_path: Path, suffix: str, harm: Callable[[Path], None]
) -> None:
    killed_while_it_writes(tmp_path, 0.3)
    harm(tmp_path / (FILE_NAME + suffix))
    spool = opened()
    count = len(numbers(spool))
    assert spool.positions() == ({"k": str(count)} if count else {})


def test_an_empty_file_is_a_new_one(opened: Open, said: list[str], tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    assert opened().positions() == {}
    assert said == []


def test_a_file_of_a_newer_faultbook_is_left_alone(opened: Open, tmp_path: Path) -> None:
    opened().close()
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("INSERT INTO schema_migrations (number, name) VALUES (9999, 'later')")
    connection.commit()
    connection.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(RecorderError, match="made by a newer faultbook"):
        opened()
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_link_in_the_place_of_the_file_is_not_followed(opened: Open, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "target")
    with pytest.raises(RecorderError, match="cannot be used"):
        opened()
    assert not (tmp_path / "target").exists()


def test_damage_that_is_met_later_ends_the_recorder_and_the_next_one_begins_anew(
    opened: Open, said: list[str], tmp_path: Path
) -> None:
    opened().close()
    spool = opened()
    with sqlite3.connect(tmp_path / FILE_NAME) as other:
        root_pages = [page for (page,) in other.execute("SELECT rootpage FROM sqlite_master WHERE rootpage > 0")]
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    with (tmp_path / FILE_NAME).open("r+b") as file:
        for page in root_pages:
            file.seek((page - 1) * 4096)
            file.write(bytes(4096))
    with pytest.raises(RecorderDamaged):
        spool.commit([row(number, text="x" * 5000) for number in range(2000)], {"k": "1"})
    with pytest.raises(RecorderDamaged):
        spool.commit([row(1)], {})
    assert len(said) == 1
    again = opened()
    again.commit([row(1)], {"k": "2"})
    assert numbers(again) == [1]


# Full disks


def test_a_full_disk_keeps_nothing_and_heals(opened: Open, tmp_path: Path) -> None:
    spool = opened()
    spool.commit([row(0)], {"k": "0"})
    rows = [row(number, text="x" * 1000) for number in range(1, 2000)]
    with file_size_limit(1 << 20):
        for _ in range(3):
            with pytest.raises(RecorderFull, match="disk is full"):
                spool.commit(rows, {"k": "1"})
    assert spool.positions() == {"k": "0"}
    assert numbers(spool) == [0]
    spool.commit(rows, {"k": "1"})
    assert numbers(spool) == list(range(2000))
    assert spool.counters()["spool_rows"] == 2000


def test_a_disk_that_is_full_at_the_start_is_no_damage(opened: Open, said: list[str], tmp_path: Path) -> None:
    spool = opened()
    spool.commit([row(0)], {"k": "0"})
    spool.close()
    with file_size_limit(0), pytest.raises(RecorderError):
        opened().commit([row(1)], {})
    assert said == []
    assert numbers(opened()) == [0]


def test_rows_that_left_stay_away_when_the_disk_is_full_meanwhile(opened: Open) -> None:
    spool = opened()
    spool.commit([row(number) for number in range(10)], {})
    with file_size_limit(0):
        spool.delivered(spool.batch(4, ALL))
        assert numbers(spool) == [4, 5, 6, 7, 8, 9]
    spool.commit([row(10)], {})
    spool.close()
    assert numbers(opened()) == [4, 5, 6, 7, 8, 9, 10]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_file_system_that_is_full_heals(
    said: list[str], tmp_path: Path, system_program: Callable[[str, str], str]
) -> None:
    mount, umount = system_program("mount", "mount"), system_program("umount", "mount")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "none", tmp_path], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this machine does not let root mount")
    try:
        spool = Spool(tmp_path, HandClock(), said.append, SpoolConfig(ALL))
        filler = tmp_path / "filler"
        filler.write_bytes(bytes(600_000))
        kept = 0
        with pytest.raises(RecorderFull):
            while True:
                spool.commit([row(each, text="x" * 500) for each in range(kept, kept + 20)], {"k": str(kept)})
                kept += 20
        filler.unlink()
        spool.commit([row(each, text="x" * 500) for each in range(kept, kept + 20)], {"k": str(kept)})
        assert numbers(spool) == list(range(kept + 20))
        spool.close()
    finally:
        subprocess.run([umount, tmp_path], check=True)
    assert said == []


# Kills

WRITER = """
import sys
from pathlib import Path
from app.config_watch import SpoolConfig
from app.watch.spool import Spool
from tests.deliveries import HandClock, row
spool = Spool(Path(sys.argv[1]), HandClock(), print, SpoolConfig(1 << 30))
number = int(spool.positions().get("k", "0"))
print("ready", flush=True)
while True:
    spool.commit([row(number), row(number + 1)], {"k": str(number + 2)})
    number += 2
    if number % 10 == 0 and len(sys.argv) > 2:
        gone = spool.batch(3, 1 << 30)
        print(*[each.json.split('"line": ')[1].split(",")[0] for each in gone], flush=True)
        spool.delivered(gone)
"""


def killed_while_it_writes(directory: Path, after_s: float, *more: str) -> list[int]:
    """Run the writer and kill it; gives the numbers that it said had left."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(directory), *more], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == "ready\n"
        timer = threading.Timer(after_s, child.send_signal, (signal.SIGKILL,))
        timer.start()
        gone = child.stdout.read().splitlines()
        timer.join()
    return [int(word) - 1 for line in gone for word in line.split()]


def test_kills_at_any_moment_part_no_row_from_its_position(opened: Open, said: list[str], tmp_path: Path) -> None:
    gone: list[int] = []
    chance = random.Random(20)
    for _ in range(8):
        gone += killed_while_it_writes(tmp_path, chance.uniform(0.02, 0.15), "and send")
    spool = opened()
    position = int(spool.positions()["k"])
    left = numbers(spool)
    assert left == list(range(left[0], position)), "rows and position belong together"
    assert set(range(position)) == set(gone) | set(left), "no row is lost"
    assert sorted(set(gone)) == list(range(max(gone) + 1)), "rows left in their order"
    assert said == []


# Against a model


class SpoolModel(RuleBasedStateMachine):
    """A spool and lists: whatever is done, they hold the same."""

    @initialize()
    def open_first(self) -> None:
        import tempfile  # noqa: PLC0415 - fixtures do not reach here

        self.directory = tempfile.TemporaryDirectory()
        self.waiting: list[int] = []
        self.positions: dict[str, str] = {}
        self.next = 0
        self.aside = 0
        self.spool = self.opened()

    def opened(self) -> Spool:
        return Spool(Path(self.directory.name), HandClock(), pytest.fail, SpoolConfig(20_000))

    @rule(count=st.integers(0, 12), key=st.sampled_from("ab"), value=st.none() | st.text(max_size=3))
    def commit(self, count: int, key: str, value: str | None) -> None:
        rows = [row(number) for number in range(self.next, self.next + count)]
        try:
            self.spool.commit(rows, {key: value})
        except RecorderFull:
            assert self.waiting
            return
        self.waiting += range(self.next, self.next + count)
        self.next += count
        if value is None:
            self.positions.pop(key, None)
        else:
            self.positions[key] = value

    @rule(again=st.integers(1, 5))
    def replay(self, again: int) -> None:
        self.spool.commit([row(number) for number in self.waiting[-1:] * again], {}) if len(self.waiting) < 20 else None

    @precondition(lambda self: self.waiting)
    @rule(count=st.integers(1, 30), full=st.booleans())
    def deliver(self, count: int, full: bool) -> None:
        batch = self.spool.batch(count, ALL)
        if full:
            with file_size_limit(0):
                self.spool.delivered(batch)
        else:
            self.spool.delivered(batch)
        self.waiting = self.waiting[len(batch) :]

    @precondition(lambda self: self.waiting)
    @rule()
    def set_aside(self) -> None:
        self.spool.set_aside(self.spool.batch(1, ALL)[0], "no")
        self.waiting = self.waiting[1:]
        self.aside += 1

    @rule()
    def restart(self) -> None:
        self.spool.commit([], {})
        self.spool.close()
        self.spool = self.opened()

    @invariant()
    def both_hold_the_same(self) -> None:
        if hasattr(self, "spool"):
            assert numbers(self.spool) == self.waiting
            assert self.spool.positions() == self.positions
            counters = self.spool.counters()
            assert counters["spool_rows"] == len(self.waiting)
            assert (counters["spool_bytes"] > 0) == bool(self.waiting)
            assert counters["rows_set_aside_total"] == self.aside

    def teardown(self) -> None:
        if hasattr(self, "spool"):
            self.spool.close()
            self.directory.cleanup()


TestSpoolModel = SpoolModel.TestCase
TestSpoolModel.settings = settings(max_examples=25, stateful_step_count=25)


@pytest.mark.parametrize(("rows", "level"), [((), 1), ((1,), 2)], ids=["positions alone: NORMAL", "rows: FULL"])
def test_only_rows_cost_a_sync_of_the_disk(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: tuple[int, ...], level: int
) -> None:
    spool = opened()
    levels: list[int] = []
    keep = spool._keep

    def noted(connection: sqlite3.Connection, kept: list[Row]) -> None:
        levels.append(connection.execute("PRAGMA synchronous").fetchone()[0])
        keep(connection, kept)

    monkeypatch.setattr(spool, "_keep", noted)
    spool.commit([row(number) for number in rows], {"file:1": "a"})
    assert levels == [level]
    assert spool.positions() == {"file:1": "a"}
