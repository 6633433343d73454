"""How much time bars show: `?span=` of an address, two days by the hour without one."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from flask import request

from app.incidents.values import HourCount
from app.web.bars import Bars, bars_of

SPANS: Final = {
    "2d": (timedelta(hours=1), 48),
    "14d": (timedelta(hours=6), 56),
    "90d": (timedelta(days=1), 90),
}
"""(width of a bar, how many) by the word in the address."""


def chosen() -> str:
    """The span that the address asks for."""
    wanted = request.args.get("span", "")
    return wanted if wanted in SPANS else next(iter(SPANS))


def bars(hours: Callable[[datetime], Sequence[HourCount]], now: datetime) -> Bars:
    """The bars of the chosen span; `hours` gives the counts since a time."""
    step, steps = SPANS[chosen()]
    counts = hours(now - step * (steps + 1))
    return bars_of(((each.hour, each.count) for each in counts), until=now, step=step, steps=steps)
