"""The scan with Python's `re`, one expression after the other: slow, needs nothing, finds the same candidate lines."""

import re
from collections.abc import Sequence

from matchers.superset import Superset

NAME = "re"


class PlainBackend:
    """Finds candidate positions with `re`; thread-safe."""

    def __init__(self, supersets: Sequence[Superset]) -> None:
        self._patterns = [re.compile(each.expression, re.IGNORECASE if each.caseless else 0) for each in supersets]

    def scan(self, data: bytes) -> list[tuple[int, int]]:
        """Every hit as (end, rule); no expression crosses a newline, so each line that has a hit is named."""
        return [(hit.end(), rule) for rule, pattern in enumerate(self._patterns) for hit in pattern.finditer(data)]
