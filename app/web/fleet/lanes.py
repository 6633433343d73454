"""A host's incidents side by side over time: one lane each, with the times at which it was on.

When it was on is read from its events: `new` and `returned` begin a stretch, `resolved` ends one. What ended less than
five minutes before it came back is not told of, and is drawn as one stretch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.incidents.values import Event
from app.web.bars import WIDTH
from app.web.fleet.troubles import Trouble

MOST: Final = 12
_LEAST_WIDTH: Final = 3.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `begin` to `end` it was on; `is_on`: it still is."""

    begin: datetime
    end: datetime
    is_on: bool
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Lane:
    """One incident."""

    trouble: Trouble
    stretches: tuple[Stretch, ...]


def lanes_of(troubles: Sequence[Trouble], events: Sequence[Event], since: datetime, until: datetime) -> list[Lane]:
    """The lanes of those that were on within the time, those on now first; at most `MOST`."""
    lanes = [Lane(each, _stretches(each, events, since, until)) for each in troubles]
    shown = [each for each in lanes if each.stretches]
    return sorted(shown, key=lambda each: each.trouble.incident.resolved_at is not None)[:MOST]


def _stretches(trouble: Trouble, events: Sequence[Event], since: datetime, until: datetime) -> tuple[Stretch, ...]:
    found = trouble.incident
    own = sorted((each for each in events if each.incident == found.id), key=lambda each: (each.at, each.seq))
    begin: datetime | None = found.first_seen
    times: list[tuple[datetime, datetime]] = []
    for each in own:
        if each.kind == "resolved" and begin is not None:
            times.append((begin, each.at))
            begin = None
        elif each.kind != "resolved" and begin is None:
            begin = each.at
    if begin is not None:
        times.append((begin, found.resolved_at or until))
    return tuple(
        _stretch(begin, end, end is until, since, until) for begin, end in times if end >= since and begin < until
    )


def _stretch(begin: datetime, end: datetime, is_on: bool, since: datetime, until: datetime) -> Stretch:
    whole = (until - since).total_seconds()
    x = max(0.0, (begin - since).total_seconds() / whole * WIDTH)
    width = max(_LEAST_WIDTH, (min(end, until) - since).total_seconds() / whole * WIDTH - x)
    return Stretch(begin, end, is_on, round(min(x, WIDTH - _LEAST_WIDTH), 2), round(width, 2))
