"""How long to wait before the next attempt."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_S = 0.5
MAX_RETRY_AFTER_S = 3600.0
"""A server may not put deliveries off for longer at once."""


class Backoff:
    """Waits that double up to `most_s`, each cut by up to a half at random, so that many watchers do not come at once.

    `random` gives numbers from 0 to 1.
    """

    def __init__(self, most_s: float, random: Callable[[], float]) -> None:
        self._most_s = most_s
        self._random = random
        self.failures = 0

    def succeeded(self) -> None:
        """All is well: the next failure waits shortly."""
        self.failures = 0

    def failed(self, retry_after_s: float | None = None) -> float:
        """The seconds to wait after one more failure; never less than the server asks for."""
        wait_s = min(FIRST_S * 2.0 ** min(self.failures, 30), self._most_s) * (1 - self._random() / 2)
        self.failures += 1
        if retry_after_s:
            return max(wait_s, retry_after_s * (1 + self._random() / 10))
        return wait_s


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """What a Retry-After (RFC 9110, 10.2.3) asks for, in seconds or as a date; None where it asks nothing usable.

    A date is compared with the server's own Date: its clock may differ from ours.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), MAX_RETRY_AFTER_S)
    until = _date(text)
    if until is None:
        return None
    return min(max((until - (_date(headers.get("date", "")) or now)).total_seconds(), 0.0), MAX_RETRY_AFTER_S)


def _date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when
