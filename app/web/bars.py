"""Counts over time as bars: worked out here, drawn by the template as SVG with a table behind it.

The drawing is `WIDTH` by `HEIGHT` and is stretched to its place, so it holds no text: what is written stands beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WIDTH: Final = 960
HEIGHT: Final = 120
_GAP: Final = 0.15
_LEAST: Final = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """`count` within the time from `begin` to `end`; the rest is where it is drawn."""

    begin: datetime
    end: datetime
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of equal width, oldest first; those without any are there too. `top` is what the full height stands for."""

    bars: tuple[Bar, ...]
    top: int
    total: int

    @property
    def some(self) -> tuple[Bar, ...]:
        """The bars that have any, newest first, as a table lists them."""
        return tuple(each for each in reversed(self.bars) if each.count)

    @property
    def begin(self) -> datetime:
        """Where the time begins."""
        return self.bars[0].begin

    @property
    def end(self) -> datetime:
        """Where it ends."""
        return self.bars[-1].end


def bars_of(counts: Iterable[tuple[datetime, int]], *, until: datetime, step: timedelta, steps: int) -> Bars:
    """`steps` bars of `step` each, the last with `until` in it; a count belongs to the bar that its time is in.

    Bars begin at whole multiples of `step` (UTC), so that they stay the same while time goes on.
    """
    end = _floor(until, step) + step
    first = end - step * steps
    sums = [0] * steps
    for when, count in counts:
        place = (when - first) // step
        if 0 <= place < steps:
            sums[place] += count
    top = max(sums)
    return Bars(tuple(_bar(first, step, place, sums, top) for place in range(steps)), top, sum(sums))


def _bar(first: datetime, step: timedelta, place: int, sums: list[int], top: int) -> Bar:
    slot = WIDTH / len(sums)
    height = max(_LEAST, HEIGHT * sums[place] / top) if sums[place] else 0.0
    begin = first + step * place
    return Bar(
        begin,
        begin + step,
        sums[place],
        x=round(slot * (place + _GAP / 2), 2),
        y=round(HEIGHT - height, 2),
        width=round(slot * (1 - _GAP), 2),
        height=round(height, 2),
    )


def _floor(when: datetime, step: timedelta) -> datetime:
    midnight = when.replace(hour=0, minute=0, second=0, microsecond=0)
    if step >= timedelta(days=1):
        return midnight
    return midnight + (when - midnight) // step * step
