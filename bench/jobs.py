"""Two jobs against one: how much sooner a scan ends by the clock."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.corpora import Corpus
from bench.measure import Bench
from bench.process import Run, faultbook_command
from bench.rules import RuleSet

_JOBS = 2
_LEAST_S = 0.001
_BUSY_S = 2.0
_MOST_TIMES = 16
_TIMEOUT_S = 600


@dataclass(frozen=True)
class Speedup:
    """`times` as fast by the clock with two jobs, the starts taken off; None with a note that says why not."""

    rules: int
    times: float | None = None
    one_s: float | None = None
    two_s: float | None = None
    note: str = ""


def measure_jobs(bench: Bench, rules: RuleSet, corpus: Corpus) -> Speedup:
    """Runs in turn, medians. The log is named as often as it takes to keep one job busy for two seconds."""
    trouble = _trouble(bench)
    if trouble:
        return Speedup(rules.count, note=trouble)
    empty = [bench.empty_log]
    logs = [corpus.path] * _times(bench, rules, corpus)
    seconds: dict[int, list[float]] = {1: [], _JOBS: []}
    for _ in range(bench.settings.rounds):
        for jobs, spent in seconds.items():
            runs = [_scan(bench, rules, jobs, paths) for paths in (logs, empty)]
            failed = next((run for run in runs if run.code), None)
            if failed is not None:
                return Speedup(rules.count, note=f"fails: {failed.complaint()}")
            spent.append(max(_LEAST_S, runs[0].wall_s - runs[1].wall_s))
    one, two = median(seconds[1]), median(seconds[_JOBS])
    return Speedup(rules.count, one / two, one, two)


def _trouble(bench: Bench) -> str:
    """Why it cannot be measured here; "" where it can."""
    if (os.cpu_count() or 1) < _JOBS:
        return "needs two cores"
    text = bench.launcher.run([*faultbook_command(), "scan", "--help"], timeout_s=_TIMEOUT_S).stdout.read_text()
    return "" if "--jobs" in text else "scan has no --jobs"


def _times(bench: Bench, rules: RuleSet, corpus: Corpus) -> int:
    once_s = _scan(bench, rules, 1, [corpus.path]).wall_s - _scan(bench, rules, 1, [bench.empty_log]).wall_s
    return min(_MOST_TIMES, max(1, round(_BUSY_S / max(_LEAST_S, once_s))))


def _scan(bench: Bench, rules: RuleSet, jobs: int, logs: Sequence[Path]) -> Run:
    scan = ["scan", "--json", "--jobs", str(jobs), "--entries", str(rules.directory), *map(str, logs)]
    return bench.launcher.run([*faultbook_command(), *scan], timeout_s=_TIMEOUT_S)
