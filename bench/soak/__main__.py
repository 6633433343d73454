"""`python -m bench.soak`: long runs from outside; prints lost, twice, spliced and wrong of each."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench.soak.lines import Verdict
from bench.soak.logs import WAYS
from bench.soak.processes import Failed
from bench.soak.quick import delay, many_rotations
from bench.soak.runs import SAFE_WAYS, Settings, database_full, disk_full, kills, rotation, server_away, zeroed
from bench.soak.store import store_in_file, store_in_postgresql

RUNS = (
    *("rotation", "each-way", "kill", "kill-all-ways", "zeroed", "server", "disk", "database", "descriptors", "delay"),
    "store",
)
_SMALL_DISK = ("disk", "database")
_SMALL = "FAULTBOOK_SOAK_DISK"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0: nothing lost and nothing else wrong, 1: something is, 2: wrong use, or a program does not start."""
    options = _parser().parse_args(arguments)
    runs = options.run or list(RUNS)
    if not {*_SMALL_DISK}.isdisjoint(runs) and _SMALL not in os.environ:
        return _with_small_disk(sys.argv[1:] if arguments is None else arguments)
    is_good = True
    try:
        for name in runs:
            for seed in options.seeds:
                is_good &= _run(name, seed, options)
    except Failed as error:
        print(f"soak: {error}", file=sys.stderr)
        return 2
    return 0 if is_good else 1


def _run(name: str, seed: int, options: argparse.Namespace) -> bool:
    rate = options.rate or (8_000 if name in ("rotation", "each-way") else 2_000)
    settings = Settings(options.seconds, rate, options.every, options.rotate, seed)
    if name == "each-way":
        ways = [way for way in WAYS if options.way in (None, way.name)]
        good = [_one(f"{name} {way.name}", partial(rotation, ways=(way,)), settings, options.dir) for way in ways]
        return all(good)
    if name == "store":
        stores = {"SQLite": store_in_file, "PostgreSQL": store_in_postgresql}
        judged = [_one(f"{name} {kind}", run, settings, options.dir) for kind, run in stores.items()]
        return all(judged)
    small = Path(os.environ.get(_SMALL, ""))
    runs: dict[str, Callable[[Path, Settings], Verdict]] = {
        "rotation": rotation,
        "kill": kills,
        "kill-all-ways": partial(kills, ways=SAFE_WAYS),
        "zeroed": zeroed,
        "server": server_away,
        "disk": partial(disk_full, small=small),
        "database": partial(database_full, small=small),
        "descriptors": many_rotations,
        "delay": delay,
    }
    return _one(name, runs[name], settings, options.dir)


def _one(name: str, run: Callable[[Path, Settings], Verdict], settings: Settings, chosen: Path | None) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="soak-", dir=chosen))
    begun = time.monotonic()
    verdict = run(folder, settings)
    took = time.monotonic() - begun
    print(f"{name}, seed {settings.seed}, {settings.rate} lines/s, {took:.0f} s: {verdict}", flush=True)
    if verdict.is_good:
        shutil.rmtree(folder)
    else:
        print(f"  kept in {folder}", flush=True)
    return verdict.is_good


def _with_small_disk(arguments: Sequence[str]) -> int:
    """The same again where a small file system of its own is mounted, which only root may do."""
    with tempfile.TemporaryDirectory(prefix="soak-disk-") as folder:
        script = 'mount -t tmpfs -o size=16m soak "$1" && shift && exec "$@"'
        inner = [sys.executable, "-m", "bench.soak", *arguments]
        try:
            done = subprocess.run(
                ["unshare", "--mount", "sh", "-c", script, "sh", folder, *inner],
                env=os.environ | {_SMALL: folder},
                check=False,
            )
        except OSError as error:
            print(f"soak: the run with a full disk needs unshare (util-linux): {error.strerror}", file=sys.stderr)
            return 2
        return done.returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("run", nargs="*", choices=[*RUNS, []], help=f"which runs: {', '.join(RUNS)} (default: all)")
    parser.add_argument("--seeds", type=_seeds, default=[1, 2, 3], metavar="N,N", help="default 1,2,3")
    parser.add_argument("--seconds", type=float, default=30.0, metavar="S", help="how long lines are written in each")
    parser.add_argument("--rate", type=int, metavar="N", help="lines a second (default 8000 for rotations, else 2000)")
    parser.add_argument("--every", type=int, default=10, metavar="N", help="every N-th line is recognised")
    parser.add_argument("--rotate", type=float, default=3.0, metavar="S", help="about how often each log is rotated")
    parser.add_argument("--way", choices=[way.name for way in WAYS], help="each-way: only this one")
    parser.add_argument("--dir", type=Path, help="make the folders here: a real disk")
    return parser


def _seeds(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
