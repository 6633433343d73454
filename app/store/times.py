"""Times in the store: whole microseconds since 1970, UTC; ISO 8601 at the edge."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(when: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    return (when - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware time, UTC, of microseconds since 1970."""
    return _EPOCH + micros * _MICROSECOND


def iso(micros: int) -> str:
    """The time in ISO 8601 with microseconds and Z: texts of this form sort as the times do."""
    return iso_of(from_micros(micros))


def iso_of(when: datetime) -> str:
    """An aware time in the same form."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> datetime:
    """The time of an ISO 8601 text, UTC where it names no zone; raises ValueError with what to write."""
    try:
        when = datetime.fromisoformat(text)
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("should be a time in ISO 8601, as in 2026-11-21T03:00:00Z") from None
