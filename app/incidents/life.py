"""One incident, seen by what happens to it: first, last, how often, over, returned. Pure: times come in as arguments.

    seen -> on;  silence longer than the entry's time, or a recovery -> over;  seen again -> returned

A time is when something happened, never when the store heard of it, so rows that come late (a spool of days) and out of
order give the same life, as long as those of one host come in their order. What is late counts, may make `first_at`
earlier, and changes nothing else.

Being over is no step that somebody has to take: `resolves_at` says when it is. Only what is told of it is a step: the
event `resolved` is written when the end has lasted for `HOLD_US`, so that a link that goes up and down forty times a
minute is told once. A return within that time is marked on the incident and not told either.
"""

from dataclasses import dataclass, field
from typing import Final

from app.incidents.values import EventKind

HOLD_US: Final = 300 * 1_000_000
SILENCE: Final = "silence"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One row of a trouble: `count` matches from `first` to `last`; `row` is what to show of it."""

    first: int
    last: int
    count: int
    row: str


@dataclass(frozen=True, slots=True)
class Told:
    """An event to be written; `by` is what ended it."""

    kind: EventKind
    at: int
    by: str | None = None


@dataclass(slots=True)
class Life:
    """An incident as it is stored, and what is to be told of it since it was loaded.

    `last_row`: what to show of it, where that is new since it was loaded.
    `ended_from`: when it was last seen before it returned, the last time that it did since it was loaded.
    """

    id: int
    entry: str
    host: str
    identity: str
    first_at: int
    last_at: int
    count: int
    onset_at: int
    resolves_at: int
    recovered_by: str | None
    is_on: int
    returns: int
    returned_at: int | None
    changed: str | None
    last_row: str | None = None
    told: list[Told] = field(default_factory=list)
    ended_from: int | None = None

    @classmethod
    def begin(cls, number: int, entry: str, host: str, identity: str, *, seen: Sighting, silence_us: int) -> "Life":
        """A trouble that is seen for the first time."""
        return cls(
            id=number,
            entry=entry,
            host=host,
            identity=identity,
            first_at=seen.first,
            last_at=seen.last,
            count=seen.count,
            onset_at=seen.first,
            resolves_at=seen.last + silence_us,
            recovered_by=None,
            is_on=1,
            returns=0,
            returned_at=None,
            changed=None,
            last_row=seen.row,
            told=[Told("new", seen.first)],
        )

    def see(self, seen: Sighting, silence_us: int) -> None:
        """It was seen (again)."""
        self.count += seen.count
        if seen.first < self.first_at:
            self.onset_at = seen.first if self.onset_at == self.first_at else self.onset_at
            self.first_at = seen.first
        if seen.last < self.last_at:
            return
        if self.recovered_by is not None and seen.last < self.resolves_at:
            self.last_at, self.last_row = seen.last, seen.row
            return
        if self._is_return(seen):
            self._return(max(seen.first, self.resolves_at))
        elif not self.is_on:
            self.is_on = 1
            self.told.append(Told("resumed", seen.first))
        self.last_at, self.last_row = seen.last, seen.row
        self.resolves_at, self.recovered_by = seen.last + silence_us, None

    def recover(self, at: int, by: str) -> None:
        """A match of `by` says that it is over."""
        if self.last_at <= at < self.resolves_at:
            self.resolves_at, self.recovered_by = at, by

    def settle(self, at: int) -> None:
        """Tell that it is over where that has lasted until then."""
        if self.is_on and self.resolves_at + HOLD_US <= at:
            self.is_on = 0
            self.told.append(Told("resolved", self.resolves_at, self.recovered_by or SILENCE))

    def _is_return(self, seen: Sighting) -> bool:
        # A row at the very moment of the recovery came behind it: rows of a host come in their order.
        return seen.last >= self.resolves_at if self.recovered_by else seen.first > self.resolves_at

    def _return(self, at: int) -> None:
        self.settle(at)
        if not self.is_on:
            self.told.append(Told("returned", at))
        self.ended_from = self.last_at
        self.is_on = 1
        self.returns += 1
        self.returned_at = self.onset_at = at
