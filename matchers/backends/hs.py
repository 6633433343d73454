"""The scan with Hyperscan: every expression of the whole set in one pass over a block of bytes.

Facts about the binding (python-hyperscan 0.9.1): a loaded database has no scratch until one is assigned; one scratch
serves one thread; a NUL in an expression would cut it silently, so expressions are written in escapes; a compile error
does not name the expression, so the culprit is found by compiling one by one.
"""

from collections.abc import Sequence

import hyperscan

from matchers.errors import RegexError
from matchers.superset import Superset

FORMAT = 2
"""Of what `matchers.compile` makes; it is raised when compiled sets of before must not be read any more."""

NAME = f"hyperscan-{getattr(hyperscan, '__version__', 'unknown')}/{FORMAT}"


class UnusableDatabase(Exception):
    """A serialized database that is damaged or comes from another version or CPU; compile it again."""


def build(supersets: Sequence[Superset]) -> bytes:
    """The serialized database in which expression N reports as N; raises RegexError with the one it refuses."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    if not supersets:
        return b""
    flags = [hyperscan.HS_FLAG_CASELESS if each.caseless else 0 for each in supersets]
    expressions = [each.expression for each in supersets]
    try:
        database.compile(expressions=expressions, ids=list(range(len(expressions))), flags=flags)
    except hyperscan.error:
        flags = [flag | _needs_prefilter(expression, flag) for expression, flag in zip(expressions, flags, strict=True)]
        database.compile(expressions=expressions, ids=list(range(len(expressions))), flags=flags)
    return bytes(hyperscan.dumpb(database))


def _needs_prefilter(expression: bytes, flag: int) -> int:
    for extra in (0, hyperscan.HS_FLAG_PREFILTER):
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        try:
            database.compile(expressions=[expression], ids=[0], flags=[flag | extra])
        except hyperscan.error:
            continue
        return int(extra)
    shown = expression[:60].decode()
    raise RegexError(f"the expression is too large to search for: {shown}...; split it or shorten its repeats")


class HyperscanBackend:
    """Finds candidate positions; not thread-safe, make one per thread."""

    def __init__(self, database: bytes) -> None:
        self._database = None
        if database:
            try:
                self._database = hyperscan.loadb(database, mode=hyperscan.HS_MODE_BLOCK)
                self._database.scratch = hyperscan.Scratch(self._database)
            except (hyperscan.error, ValueError, TypeError) as error:
                raise UnusableDatabase(str(error)) from None

    def scan(self, data: bytes) -> list[tuple[int, int]]:
        """One hit for each line and rule as (end, rule): `end` is just behind it; in no promised order."""
        hits: list[tuple[int, int]] = []
        if self._database is None:
            return hits
        told: dict[int, tuple[int, int]] = {}  # of each rule its last hit and the end of that line

        def on_hit(rule: int, _start: int, end: int, _flags: int, _context: object) -> None:
            hit, line_end = told.get(rule, (0, -1))
            if hit <= end <= line_end:
                return  # an expression that ends in a class can hit a line once for each of its bytes
            newline = data.find(b"\n", end - 1)
            told[rule] = end, len(data) if newline < 0 else newline
            hits.append((end, rule))

        self._database.scan(data, match_event_handler=on_hit)
        return hits
