"""When a host tells of itself: at the start, when something is different, and once a day for servers that forgot.

Facts are read anew every ten minutes, and only while somebody asks.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from app.watch.contract import Clock

READ_EVERY_S: Final = 600.0
TELL_EVERY_S: Final = 86_400.0
Collect = Callable[[], Mapping[str, Any]]


class News:
    """The facts of one host, and what of them the server knows. One thread asks; `known` may be read by any."""

    def __init__(self, collect: Collect, clock: Clock) -> None:
        self._collect = collect
        self._clock = clock
        self._read_at: float | None = None
        self._told_at: float | None = None
        self._told: Mapping[str, Any] | None = None
        self.known: Mapping[str, Any] = {}

    def due(self) -> Mapping[str, Any] | None:
        """What is to be told now; None where the server knows it."""
        now = self._clock.monotonic()
        if self._read_at is None or now - self._read_at >= READ_EVERY_S:
            self.known = self._collect()
            self._read_at = now
        is_known = self._told_at is not None and now - self._told_at < TELL_EVERY_S and self.known == self._told
        return None if is_known or not self.known else self.known

    def told(self, facts: Mapping[str, Any]) -> None:
        """The server has these, or does not want them: they are told again when they change."""
        self._told, self._told_at = facts, self._clock.monotonic()
