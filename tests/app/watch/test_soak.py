"""The short form of `python -m bench.soak`: nothing lost, nothing twice, nothing else wrong."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from bench.soak.__main__ import main
from bench.soak.quick import delay, many_rotations
from bench.soak.runs import Settings, kills, rotation, server_away, zeroed

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def seed() -> int:
    """Another one each time; a failure tells it."""
    return random.randrange(1_000_000)


def test_thirteen_ways_of_rotation_lose_and_double_nothing(tmp_path: Path, seed: int) -> None:
    verdict = rotation(tmp_path, Settings(seconds=8, rate=3_000, every=5, rotate_s=2, seed=seed))
    assert verdict.is_good, f"seed {seed}: {verdict}"
    assert verdict.given > 1_000


def test_kill_9_of_watcher_and_server_loses_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    verdict = kills(tmp_path, Settings(seconds=6, rate=1_000, every=3, rotate_s=1, seed=seed))
    assert verdict.is_good, f"seed {seed}: {verdict}"
    assert verdict.given > 500


def test_state_files_of_nuls_lose_and_double_nothing(tmp_path: Path, seed: int) -> None:
    verdict = zeroed(tmp_path, Settings(seconds=4, rate=1_000, every=3, rotate_s=1, seed=seed))
    assert verdict.is_good, f"seed {seed}: {verdict}"


def test_a_server_that_is_away_in_nine_ways_loses_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    verdict = server_away(tmp_path, Settings(seconds=6, rate=1_000, every=3, rotate_s=2, seed=seed))
    assert verdict.is_good, f"seed {seed}: {verdict}"


def test_a_thousand_rotations_leave_no_descriptors_open(tmp_path: Path, seed: int) -> None:
    verdict = many_rotations(tmp_path, Settings(seconds=8, rate=1_000, every=3, seed=seed))
    assert verdict.is_good, f"seed {seed}: {verdict}"


def test_the_delay_from_write_to_store_is_measured_for_every_line(tmp_path: Path, seed: int) -> None:
    verdict = delay(tmp_path, Settings(seconds=2, rate=500, every=3, rotate_s=2, seed=seed), idle_lines=10)
    late = [note for note in verdict.notes if "are promised" in note]  # a machine that does other things is late
    assert verdict.notes == late, f"seed {seed}: {verdict}"
    assert (verdict.lost, verdict.twice, verdict.wrong, verdict.recorded) == (0, 0, 0, verdict.given)


@pytest.mark.parametrize("run", ["disk", "database"])
def test_a_full_disk_loses_and_doubles_nothing(tmp_path: Path, seed: int, run: str) -> None:
    may = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    if may.returncode != 0:
        pytest.skip("a small file system can only be mounted by root")
    load = ["--seconds", "5", "--rate", "1000", "--every", "3"]
    arguments = [run, "--seeds", str(seed), *load, "--dir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.soak", *arguments],
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        timeout=120,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost 0, twice 0, spliced 0, wrong 0" in done.stdout


def test_a_run_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["no-such-run"])
