"""When an occurrence happened, as the incident it belongs to sees it: microseconds since 1970, UTC.

Three clocks speak of a row: the line's own time, the watcher's when it saw the line (`seen_at`), and this store's when
it recorded the row. The store's is of no use here: a spool may come days late. The watcher's is too late where it read
an old log from its beginning: a fault of last year is not on now. So the line's time counts where it tells more: the
latest moment that it can mean, and never one after `seen_at`.

A time with a zone means one moment. One without a zone may be meant in any, so the latest is its reading at UTC-12; of
a line that was just written that is later than `seen_at`, which then counts. One without a year means the latest year
that is not after `seen_at`. A time of day alone says nothing. Whoever writes lines can make them look old, and thereby
over; that hides no more than the recovery line that the same program could write.
"""

from datetime import UTC, datetime, timedelta

from app.store.times import to_micros

_ZONES_EAST_TO_WEST = timedelta(hours=12)  # UTC-12 is the last place to see a given time of day
_YEARLESS = "--"
_ALL_ZONES_US = 26 * 3_600_000_000  # from UTC+14 to UTC-12


def moment_of(line_time: str | None, seen_at: int) -> int:
    """When a line with this time (as in a row) that was seen then happened, at the latest."""
    latest = _latest(line_time, seen_at) if line_time else None
    return seen_at if latest is None else max(0, min(seen_at, latest))


def _latest(text: str, seen_at: int) -> int | None:
    try:
        if not text.startswith(_YEARLESS):
            return _with_zone(datetime.fromisoformat(text)) if "T" in text else None
        year = datetime.fromtimestamp(seen_at / 1e6, UTC).year
        # 29 February is no date of most years; the day before is near enough for what is a year old.
        found = [_with_zone(_in_year(text, each)) for each in (year + 1, year, year - 1)]
        return next((each for each in found if each <= seen_at + _ALL_ZONES_US), None)
    except (ValueError, OverflowError):
        return None


def _in_year(text: str, year: int) -> datetime:
    rest = text[len(_YEARLESS) :]
    try:
        return datetime.fromisoformat(f"{year:04}-{rest}")
    except ValueError:
        return datetime.fromisoformat(f"{year:04}-{rest.replace('02-29T', '02-28T')}")


def _with_zone(when: datetime) -> int:
    if when.tzinfo is not None:
        return to_micros(when)
    return to_micros(when.replace(tzinfo=UTC) + _ZONES_EAST_TO_WEST)
