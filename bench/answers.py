"""How long an answer takes: `lookup` as a whole process, and the matching alone.

`python -m bench.answers ENTRIES PASTE COUNT` is the process of its own in which the matching is timed, so that the
runner's memory does not weigh on it; it prints one JSON object.
"""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.corpora import ordinary_lines
from bench.measure import Bench
from bench.process import ProcessFailed, faultbook_command
from bench.rules import Rule
from bench.shipped import kernel_examples
from kb.entry import Entry

PASTE_BYTES = 10_000
_WARM_UP = 50


@dataclass(frozen=True)
class Answers:
    """Milliseconds; `lookup` is the whole process by the clock, `matching` the call alone."""

    entries: str
    lookup_p50_ms: float
    lookup_p99_ms: float
    lookup_runs: int
    lookup_cpu_p50_ms: float
    matching_p50_ms: float
    matching_p99_ms: float
    matching_runs: int
    note: str = ""


def measure_answers(bench: Bench, entries: str, *, label: str, paste: Path, expected: str, runs: int) -> Answers:
    """Ask `runs` times; `expected` must be among the answers. `entries` is a directory, or `shipped`."""
    command = [*faultbook_command(), "lookup", "--json", "--entries", entries, "-"]
    times: list[float] = []
    cpu: list[float] = []
    note = ""
    for number in range(runs + 1):
        run = bench.launcher.run(command, timeout_s=600, stdin=paste)
        if number:  # the first may have to compile
            times.append(run.wall_s * 1000)
            cpu.append(run.cpu_s * 1000)
    if run.code not in (0, 1):  # 1: nothing was recognised
        raise ProcessFailed(f"faultbook lookup failed: {run.complaint()}")
    matches = json.loads(run.stdout.read_bytes())["matches"]
    if expected not in [match["entry"] for match in matches]:
        note = f"{expected} was not recognised"
    inside = bench.launcher.run(
        [sys.executable, "-m", "bench.answers", entries, str(paste), str(runs * 20)], timeout_s=600
    )
    if inside.code:
        raise ProcessFailed(f"bench.answers failed: {inside.complaint()}")
    matching: list[float] = json.loads(inside.stdout.read_bytes())["ms"]
    return Answers(
        entries=label,
        lookup_p50_ms=median(times),
        lookup_p99_ms=high(times),
        lookup_runs=len(times),
        lookup_cpu_p50_ms=median(cpu),
        matching_p50_ms=median(matching),
        matching_p99_ms=high(matching),
        matching_runs=len(matching),
        note=note,
    )


def high(values: Sequence[float]) -> float:
    """The 99th percentile: the smallest value that is not below 99 of 100 (of fewer values, the largest)."""
    ordered = sorted(values)
    return ordered[-(-99 * len(ordered) // 100) - 1]


def shipped_paste(entries: Iterable[Entry], seed: int) -> tuple[str, str]:
    """(text, entry): about 10 KB of ordinary log around an example of a shipped entry."""
    entry, text = min(kernel_examples(entries))
    return _around(text, seed), entry


def rule_paste(rule: Rule, example: str, seed: int) -> tuple[str, str]:
    """The same around a message of a seeded rule."""
    return _around(f"Mar  1 00:00:00 lb1 netagent[411]: {example}", seed), rule.id


def _around(text: str, seed: int) -> str:
    before: list[str] = []
    room = PASTE_BYTES - len(text)
    for line in ordinary_lines(400, seed):
        room -= len(line) + 1
        if room < 0:
            break
        before.append(line)
    half = len(before) // 2
    return "\n".join([*before[:half], text, *before[half:]]) + "\n"


def main() -> None:
    """Time the matching of one paste, `COUNT` times, warm."""
    from kb.book import open_book  # noqa: PLC0415 - the parent needs none of it
    from kb.catalog import entry_dirs  # noqa: PLC0415
    from kb.recognise import recognise  # noqa: PLC0415

    entries, path, count = sys.argv[1:]
    book, paste = open_book(entry_dirs([entries])), Path(path).read_bytes()
    for _ in range(_WARM_UP):
        recognise(book, paste)
    times = []
    for _ in range(int(count)):
        start = time.perf_counter()
        recognise(book, paste)
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"ms": times}))


if __name__ == "__main__":
    main()
