"""Raw Hyperscan: one pass over bytes in memory for the expressions that faultbook scans with, no callback, one core.

The floor of what any tool built on it can cost: no reading, no lines, no confirming, no output.
"""

import time
from collections.abc import Sequence

import hyperscan

from bench.rules import RuleSet
from kb.book import load_dirs
from kb.catalog import shipped_dir
from kb.entry import Entry
from matchers.compile import compile_set
from matchers.spec import Expression, Matcher, Step
from matchers.superset import Superset

_MIN_RUN_S = 0.15  # shorter runs say more about the clock than about the scan


class Raw:
    """A compiled set of expressions; `compile_s` is what compiling them took."""

    def __init__(self, supersets: Sequence[Superset]) -> None:
        start = time.perf_counter()
        self._database = _compile(supersets)
        self.compile_s = time.perf_counter() - start

    def mb_per_s(self, data: bytes) -> float:
        """Megabytes (10**6 bytes) for each second of CPU."""
        passes, start = 0, time.thread_time()
        while (spent := time.thread_time() - start) < _MIN_RUN_S or not passes:
            self._database.scan(data, None)  # type: ignore[arg-type]  # the stub forgets that None is fine
            passes += 1
        return passes * len(data) / spent / 1e6


def raw_of_rules(rules: RuleSet) -> Raw:
    """The expressions of these rules."""
    compiled = compile_set((rule.id, (), [_matcher(rule.pattern)]) for rule in rules.rules)
    return Raw(compiled.supersets)


def raw_of_plain(rules: RuleSet) -> Raw:
    """The plain regexes of these rules, as the other tools get them."""
    return Raw([Superset(rule.regex.encode("ascii"), False, b"") for rule in rules.rules])


def raw_of_shipped() -> Raw:
    """The expressions of the shipped entries."""
    entries = shipped_entries()
    return Raw(compile_set((entry.id, (), entry.matchers) for entry in entries).supersets)


def shipped_entries() -> list[Entry]:
    """The shipped entries that recognise something."""
    found = load_dirs([shipped_dir()]).values()
    return [each for each in found if isinstance(each, Entry) and each.article.status != "retired" and each.matchers]


def _matcher(pattern: str) -> Matcher:
    return Matcher("message", "text", "pattern", (Step((Expression(pattern),)),))


def _compile(supersets: Sequence[Superset]) -> hyperscan.Database:
    flags = [hyperscan.HS_FLAG_CASELESS if each.caseless else 0 for each in supersets]
    expressions = [each.expression for each in supersets]
    try:
        return _database(expressions, flags)
    except hyperscan.error:  # it does not say which expression is too large
        return _database(
            expressions, [flag | _prefilter(text, flag) for text, flag in zip(expressions, flags, strict=True)]
        )


def _prefilter(expression: bytes, flag: int) -> int:
    try:
        _database([expression], [flag])
    except hyperscan.error:
        return int(hyperscan.HS_FLAG_PREFILTER)
    return 0


def _database(expressions: Sequence[bytes], flags: Sequence[int]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=list(expressions), ids=list(range(len(expressions))), flags=list(flags))
    return database
