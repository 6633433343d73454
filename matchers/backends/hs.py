"""The scan with Hyperscan: every expression of the whole set in one pass over a block of bytes.

Facts about the binding (python-hyperscan 0.9.1): a loaded database has no scratch until one is assigned; one scratch
serves one thread; a NUL in an expression would cut it silently, so expressions are written in escapes; a compile error
does not name the expression, so the culprit is found by compiling one by one.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import hyperscan

from matchers.backends import UnusableDatabase
from matchers.errors import RegexError
from matchers.forms import Sign, signs

if TYPE_CHECKING:
    from matchers.superset import Superset

FORMAT = 7
"""Of what `matchers.compile` makes; it is raised when compiled sets of before must not be read any more."""

NAME = f"hyperscan-{getattr(hyperscan, '__version__', 'unknown')}/{FORMAT}"


def build(supersets: "Sequence[Superset]") -> bytes:
    """The serialized database in which expression N reports as N, and behind them the `signs` of the set.

    Raises RegexError with the one it refuses.
    """
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    if not supersets:
        return b""
    searched: list[Superset | Sign] = [*supersets, *signs(supersets)]
    flags = [hyperscan.HS_FLAG_CASELESS if each.caseless else 0 for each in searched]
    expressions = [each.expression for each in searched]
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


_NEVER = (0, -1)


class HyperscanBackend:
    """Finds candidate positions with a database that others share; not thread-safe, make one per thread."""

    def __init__(self, database: hyperscan.Database | None) -> None:
        self._database = database
        try:
            self._scratch = hyperscan.Scratch(database) if database is not None else None
        except hyperscan.error as error:
            raise UnusableDatabase(str(error)) from None

    def scan(self, data: bytes | bytearray, begin: int = 0, end: int | None = None) -> list[tuple[int, int]]:
        """The hits in `data[begin:end]` as (end, rule): `end` is the place in `data` behind it; in no promised order.

        Of several hits of a rule in one line one at the least is given. A rule behind those of the set is a sign.
        """
        hits: list[tuple[int, int]] = []
        if self._database is None:
            return hits
        append, find = hits.append, data.find
        told: dict[int, tuple[int, int]] = {}  # of each rule its last hit and the end of that line

        def on_hit(rule: int, _start: int, hit: int, _flags: int, _context: object) -> None:
            hit += begin
            last, line_end = told.get(rule, _NEVER)
            if last <= hit <= line_end:
                return  # an expression that ends in a class can hit a line once for each of its bytes
            newline = find(b"\n", hit - 1)
            told[rule] = hit, newline if newline >= 0 else len(data)
            append((hit, rule))

        text: Any = memoryview(data)[begin:end]  # the binding takes any buffer, its types say bytes and str
        self._database.scan(text, match_event_handler=on_hit, scratch=self._scratch)
        return hits


def load(database: bytes) -> Callable[[], HyperscanBackend]:
    """What makes a backend for a thread; raises UnusableDatabase."""
    if not database:
        return lambda: HyperscanBackend(None)
    try:
        loaded = hyperscan.loadb(database, mode=hyperscan.HS_MODE_BLOCK)
    except (hyperscan.error, ValueError, TypeError) as error:
        raise UnusableDatabase(str(error)) from None
    return lambda: HyperscanBackend(loaded)
