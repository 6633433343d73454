"""The scan with Python's `re`, one expression after the other: slow, needs nothing, finds the same candidate lines."""

import json
import re
from collections.abc import Callable, Sequence

from matchers.backends import UnusableDatabase
from matchers.forms import Sign, signs
from matchers.superset import Superset

NAME = "re"


def build(supersets: Sequence[Superset]) -> bytes:
    """The expressions themselves, and behind them the `signs` of the set."""
    return json.dumps([[each.expression.decode("ascii"), each.caseless] for each in _searched(supersets)]).encode()


def load(database: bytes) -> "Callable[[], PlainBackend]":
    """What gives the backend with these expressions, the same to all threads; raises UnusableDatabase."""
    try:
        backend = PlainBackend([Sign(text.encode("ascii"), caseless) for text, caseless in json.loads(database)])
    except (ValueError, TypeError, AttributeError) as error:
        raise UnusableDatabase(str(error)) from None
    return lambda: backend


def _searched(supersets: Sequence[Superset]) -> list[Superset | Sign]:
    return [*supersets, *signs(supersets)]


class PlainBackend:
    """Finds candidate positions with `re`; thread-safe."""

    def __init__(self, searched: Sequence[Superset | Sign]) -> None:
        self._patterns = [re.compile(each.expression, re.IGNORECASE if each.caseless else 0) for each in searched]

    @classmethod
    def of(cls, supersets: Sequence[Superset]) -> "PlainBackend":
        """A backend for these expressions."""
        return cls(_searched(supersets))

    def scan(self, data: bytes | bytearray, begin: int = 0, end: int | None = None) -> list[tuple[int, int]]:
        """The hits in `data[begin:end]` as (end, rule).

        No expression of the set crosses a newline, so that no line that has a hit is missed.
        """
        end = len(data) if end is None else end
        return [
            (hit.end(), rule)
            for rule, pattern in enumerate(self._patterns)
            for hit in pattern.finditer(data, begin, end)
        ]
