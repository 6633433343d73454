"""The scan with Python's `re`, one expression after the other: slow, needs nothing, finds the same candidate lines."""

import json
import re
from collections.abc import Sequence

from matchers.backends import UnusableDatabase
from matchers.forms import SIGNS
from matchers.superset import Superset

NAME = "re"


def build(supersets: Sequence[Superset]) -> bytes:
    """The expressions themselves."""
    return json.dumps([[each.expression.decode("ascii"), each.caseless] for each in supersets]).encode()


def load(database: bytes) -> "PlainBackend":
    """A backend with these expressions; raises UnusableDatabase."""
    try:
        return PlainBackend([Superset(text.encode("ascii"), caseless, b"") for text, caseless in json.loads(database)])
    except (ValueError, TypeError, AttributeError) as error:
        raise UnusableDatabase(str(error)) from None


class PlainBackend:
    """Finds candidate positions with `re`; thread-safe."""

    def __init__(self, supersets: Sequence[Superset]) -> None:
        self._patterns = [re.compile(each.expression, re.IGNORECASE if each.caseless else 0) for each in supersets]
        self._patterns += map(re.compile, SIGNS)

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
