"""What speed is promised: the least, and what is aimed at; `--check` holds the least."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.corpora import NEAR_MISS
from bench.peers import Faultbook
from bench.results import Results
from kb.catalog import SHIPPED

TOOL = Faultbook.name
_RAW = {40: (0.75, 0.90), 1_000: (0.50, 0.90), 10_000: (0.50, 0.90)}
_RIPGREP = {40: (1.0, 1.3), 1_000: (1.0, 1.7), 10_000: (1.0, 5.0)}
_MATCHING_MS = (0.5, 0.1)


@dataclass(frozen=True)
class Floor:
    """One promise. `value` None: not measured in this run. With `at_most` smaller is better."""

    what: str
    value: float | None
    least: float
    aim: float | None
    unit: str
    at_most: bool = False

    @property
    def verdict(self) -> str:
        """`aim`, `ok`, `MISSED`, or `not measured`."""
        if self.value is None:
            return "not measured"
        if self.aim is not None and self._holds(self.value, self.aim):
            return "aim"
        return "ok" if self._holds(self.value, self.least) else "MISSED"

    def _holds(self, value: float, bound: float) -> bool:
        return value <= bound if self.at_most else value >= bound


def print_floors(floors: Sequence[Floor], *, as_json: bool) -> None:
    """One line for each, or one JSON array."""
    if as_json:
        print(json.dumps([dataclasses.asdict(each) | {"verdict": each.verdict} for each in floors]))
        return
    for each in floors:
        value = "-" if each.value is None else f"{each.value:,.2f}"
        aim = "" if each.aim is None else f", aim {each.aim:,g}"
        print(f"{each.what:40} {value:>14} {each.unit:10} {each.verdict:8} (promised {each.least:,g}{aim})")


def floors_of(results: Results) -> list[Floor]:
    """Every promise, with what this run measured."""
    sections = (_hits, _near_miss, _finds, _jobs, _answers, _search, _web)
    return [floor for section in sections for floor in section(results)]


def _hits(results: Results) -> Iterator[Floor]:
    for rules, (least, aim) in _RAW.items():
        row = results.row(TOOL, "0.01", rules)
        yield Floor(f"0.01 % hits, {rules:,} rules", row.x_raw if row else None, least, aim, "x raw")
    for rules, (least, aim) in _RIPGREP.items():
        row = results.row(TOOL, "0.01", rules)
        yield Floor(f"0.01 % hits, {rules:,} rules", row.x_ripgrep if row else None, least, aim, "x ripgrep")
    for rules in _RAW:
        row = results.row(TOOL, "20", rules)
        yield Floor(f"20 % hits, {rules:,} rules", row.mb_per_cpu_s if row else None, 60, 150, "MB/cpu-s")


def _near_miss(results: Results) -> Iterator[Floor]:
    for rules in _RAW:
        row = results.row(TOOL, NEAR_MISS, rules)
        yield Floor(f"near misses, {rules:,} rules", row.x_raw if row else None, 0.8, 0.95, "x raw")
    row = results.row(TOOL, NEAR_MISS, 10_000)
    yield Floor("near misses, 10,000 rules", row.mb_per_cpu_s if row else None, 80, None, "MB/cpu-s")


def _finds(results: Results) -> Iterator[Floor]:
    """On the seeded rules every true hit is found and nothing else; what the shipped entries find is only shown."""
    told = [row.finds.complete for row in results.rows if row.tool == TOOL and row.finds is not None and row.rules]
    yield Floor("all hits and no other, logs", sum(told) / len(told) if told else None, 1, None, "of all")


def _jobs(results: Results) -> Iterator[Floor]:
    for each in results.speedups:
        yield Floor(f"two jobs, {each.rules:,} rules", each.times, 1.7, 1.9, "x one")


def _answers(results: Results) -> Iterator[Floor]:
    for each in results.answers:
        least = 80 if each.entries == SHIPPED else 100
        if each.note:
            yield Floor(f"lookup, {each.entries}, recognises the error", 0, 1, None, "of 1")
        yield Floor(f"lookup, {each.entries}, median", each.lookup_p50_ms, least, 50, "ms", at_most=True)
        yield Floor(f"matching, {each.entries}, p99", each.matching_p99_ms, *_MATCHING_MS, "ms", at_most=True)


def _search(results: Results) -> Iterator[Floor]:
    times = results.search
    yield Floor("search, 1,000 entries, build", times.build_s if times else None, 10, 5, "s", at_most=True)
    yield Floor("search, 1,000 entries, p99", times.query_p99_ms if times else None, 30, 10, "ms", at_most=True)


def _web(results: Results) -> Iterator[Floor]:
    for load in results.web:
        yield Floor("web, mixed load", load.requests_per_s, 300, 600, "requests/s")
        yield Floor("web, mixed load, p99", load.p99_ms, 250, 100, "ms", at_most=True)
        yield Floor("web, answers that were errors", load.errors, 0, None, "in all", at_most=True)
        yield Floor("web, memory grown once warm", load.grown_mib, 32, 10, "MiB", at_most=True)
