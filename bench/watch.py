"""`python -m bench watch`: what the watcher costs, and how quick it is.

memory       resident, while it follows 100 files with the shipped entries
idle CPU     of the same, when nothing is written
latency      from the write of a line to its row being in the store, line by line, with pauses
throughput   lines a second of a large log in which one line in a thousand is recognised, by CPU time and by the clock
"""

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.corpora import ordinary_lines
from bench.floors import Floor, print_floors
from bench.shipped import kernel_examples
from bench.soak.processes import Failed, Watcher, eventually
from kb.book import load_dirs
from kb.catalog import shipped_dir
from kb.entry import Entry

_LINE = "Nov 21 01:02:03 lb1 kernel: mlx5_core 0000:3b:00.0 ens1f0: MTU({}) > 3498 is not allowed while XDP enabled\n"
_FEW = 1_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0: measured, 1: `--check` and a promise is missed, 2: the watcher does not do what it should."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="faultbook-bench-", dir=options.dir) as folder:
        try:
            floors = [*_quiet(Path(folder, "quiet"), options), *_busy(Path(folder, "busy"), options)]
        except Failed as error:
            print(f"bench: {error}", file=sys.stderr)
            return 2
    print_floors(floors, as_json=options.json)
    return int(options.check and any(each.verdict == "MISSED" for each in floors))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench watch", description="What the watcher costs.")
    parser.add_argument("--files", type=int, default=100, metavar="N", help="how many files it follows (default 100)")
    parser.add_argument("--idle", type=float, default=30.0, metavar="S", help="how long idle CPU is measured")
    parser.add_argument("--writes", type=int, default=300, metavar="N", help="lines whose latency is measured")
    parser.add_argument("--lines", type=int, default=1_000_000, metavar="N", help="lines of the large log")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the log and the pauses")
    parser.add_argument("--dir", type=Path, help="work here: a real disk")
    parser.add_argument("--json", action="store_true", help="one JSON array")
    parser.add_argument("--check", action="store_true", help="exit 1 when less than the least is reached")
    return parser


def _quiet(folder: Path, options: argparse.Namespace) -> list[Floor]:
    """Many files in which little happens."""
    folder.mkdir()
    lines = ordinary_lines(10_000, options.seed)
    paths = [folder / "logs" / f"app-{number:03}.log" for number in range(options.files)]
    paths[0].parent.mkdir()
    for place, path in enumerate(paths):
        path.write_text("".join(f"{line}\n" for line in lines[place * 50 : place * 50 + 2_000]), "utf-8")
    watcher = _watcher(folder, list(map(str, paths)))
    watcher.start()
    total = sum(path.stat().st_size for path in paths)
    if not eventually(lambda: _read_bytes(watcher) >= total, 120, 0.5):
        raise Failed("the watcher does not read its files")
    latencies = _latencies(watcher, paths, options)
    before, begun = _cpu_s(watcher.pid), time.monotonic()
    time.sleep(options.idle)
    idle = (_cpu_s(watcher.pid) - before) / (time.monotonic() - begun) * 100
    resident = _resident_mb(watcher.pid)
    watcher.stop()
    return [
        Floor(f"memory, {options.files} files", resident, 45, 30, "MB", at_most=True),
        Floor(f"idle CPU, {options.files} files", idle, 0.1, None, "%", at_most=True),
        Floor("write to recorded, idle, median", latencies[len(latencies) // 2], 50, 5, "ms", at_most=True),
        Floor("write to recorded, idle, p99", latencies[int(len(latencies) * 0.99)], 50, 5, "ms", at_most=True),
    ]


def _busy(folder: Path, options: argparse.Namespace) -> list[Floor]:
    """One large log that is there already, read from its beginning."""
    folder.mkdir()
    path = folder / "large.log"
    _write_large(path, options)
    watcher = _watcher(folder, [str(path)])
    watcher.start()
    begun, before = time.monotonic(), _cpu_s(watcher.pid)
    size = path.stat().st_size
    if not eventually(lambda: _read_bytes(watcher) >= size, 600, 0.2):
        raise Failed("the watcher does not read the large log")
    took, cpu = time.monotonic() - begun, _cpu_s(watcher.pid) - before
    peak = _resident_mb(watcher.pid)
    watcher.stop()
    return [
        Floor("lines, by CPU time", options.lines / cpu, 50_000, None, "lines/s"),
        Floor("lines, by the clock", options.lines / took, 50_000, None, "lines/s"),
        Floor("memory after it", peak, 45, 30, "MB", at_most=True),
    ]


def _write_large(path: Path, options: argparse.Namespace) -> None:
    rng = random.Random(f"large {options.seed}")
    pool = ordinary_lines(10_000, options.seed)
    entries = [each for each in load_dirs([shipped_dir()]).values() if isinstance(each, Entry)]
    examples = [text for _entry, text in kernel_examples(entries)]
    with path.open("w", encoding="utf-8") as file:
        for _ in range(options.lines // _FEW):
            lines = rng.choices(pool, k=_FEW - 1)
            file.write("\n".join([*lines, rng.choice(examples)]) + "\n")


def _watcher(folder: Path, paths: Sequence[str]) -> Watcher:
    config = {"host": "bench-1", "state_dir": str(folder / "state"), "sources": [{"source": "auto", "paths": paths}]}
    return Watcher(folder, config, entries=shipped_dir())


def _latencies(watcher: Watcher, paths: Sequence[Path], options: argparse.Namespace) -> list[float]:
    """Milliseconds, sorted; the store is asked all the time whether it changed."""
    rng = random.Random(options.seed)
    store = sqlite3.connect(f"file:{watcher.state / 'faultbook.db'}?mode=ro", uri=True)
    took = []
    for number in range(options.writes):
        time.sleep(rng.uniform(0.05, 0.4))
        known = _count(store)
        with rng.choice(paths).open("ab", buffering=0) as file:
            begun = time.perf_counter()
            file.write(_LINE.format(4000 + number).encode())
        if not eventually(lambda known=known: _count(store) > known, 10, 0.0002):  # type: ignore[misc]
            raise Failed("a line was not recorded within ten seconds")
        took.append((time.perf_counter() - begun) * 1e3)
    store.close()
    return sorted(took)


def _count(store: sqlite3.Connection) -> int:
    count: int = store.execute("SELECT coalesce(max(seq), 0) FROM occurrences").fetchone()[0]
    return count


def _read_bytes(watcher: Watcher) -> int:
    from app.watch.desk import ask  # noqa: PLC0415

    return sum(source["bytes"] for source in ask(watcher.state)["sources"].values())


def _resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _cpu_s(pid: int) -> float:
    """Of all threads, to the nanosecond (schedstat; a clock tick would be a tenth of what is measured)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text("ascii").split()[0]) for task in tasks) / 1e9


if __name__ == "__main__":
    sys.exit(main())
