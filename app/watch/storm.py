"""Storms: further matches of one entry and identity become one row that counts them.

Within a window of `per_s` seconds, which begins with a key's first match, `over` matches are rows of their own. Those
behind them are one more row: the first of them, with `count`, and with `first` and `last`, when the watcher saw them.
It is given when its window is over. Every match is in exactly one row, so the sum of the counts is the number of
matches: the recorder keeps rows that still count in the same transaction as the positions, and a plan whose
transaction failed was never made.

Memory is bounded by the number of keys: beyond `max_keys` the window of the key that was quiet for longest is closed.
After the state is lost, windows fall otherwise, and what was rolled up may be counted twice.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.store.times import iso_of
from app.watch.contract import Row

MAX_KEYS = 10_000
Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RollUp:
    """A row that still counts: the first match of it, how many there are, and when the first and last were seen."""

    row: Row
    count: int
    last: datetime
    window: datetime

    @property
    def key(self) -> Key:
        """What is rolled up together."""
        return self.row.entry, self.row.identity

    def and_one_more(self, seen_at: datetime) -> "RollUp":
        """It with one more match."""
        return replace(self, count=self.count + 1, last=max(self.last, seen_at))

    def as_row(self) -> Row:
        """The row that is delivered, under the id of its first match."""
        more = f'"count": {self.count}, "first": "{iso_of(self.row.seen_at)}", "last": "{iso_of(self.last)}"'
        return replace(self.row, json=f"{self.row.json[:-1]}, {more}}}")

    def to_text(self) -> str:
        """What `from_text` reads."""
        row = self.row
        plain = [row.id, row.entry, list(row.identity), row.json, row.seen_at.isoformat()]
        return json.dumps([*plain, self.count, self.last.isoformat(), self.window.isoformat()])

    @classmethod
    def from_text(cls, text: str) -> "RollUp":
        """The roll-up of a text that `to_text` made."""
        identifier, entry, identity, row, seen_at, count, last, window = json.loads(text)
        first = Row(identifier, entry, tuple(identity), row, datetime.fromisoformat(seen_at))
        return cls(first, count, datetime.fromisoformat(last), datetime.fromisoformat(window))


@dataclass(frozen=True, slots=True)
class _Window:
    start: datetime
    seen: int
    rollup: RollUp | None = None


@dataclass(slots=True)
class Plan:
    """What one transaction does: rows to keep, roll-ups to save under their first row's id, ids of those that ended."""

    rows: list[Row] = field(default_factory=list)
    saved: dict[str, RollUp] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    windows: dict[Key, _Window] = field(default_factory=dict)


class Storm:
    """The windows of all keys. `open_rollups` are those that the recorder kept."""

    def __init__(
        self, over: int, per_s: float, open_rollups: Iterable[RollUp] = (), *, max_keys: int = MAX_KEYS
    ) -> None:
        self._over = over
        self._per = timedelta(seconds=per_s)
        self._max_keys = max_keys
        self._windows = {each.key: _Window(each.window, over, each) for each in open_rollups}

    def plan(self, rows: Sequence[Row], now: datetime) -> Plan:
        """What becomes of these rows at this time; nothing has happened until `adopt`."""
        plan = Plan(windows=dict(self._windows))
        self._close_old(plan, now)
        for row in rows:
            self._take(plan, row)
        while len(plan.windows) > self._max_keys:
            self._close(plan, next(iter(plan.windows)))
        return plan

    def adopt(self, plan: Plan) -> None:
        """The plan's transaction is durable."""
        self._windows = plan.windows

    def due(self) -> datetime | None:
        """When the next row that counts is complete; None while there is none."""
        ends = [window.start + self._per for window in self._windows.values() if window.rollup is not None]
        return min(ends, default=None)

    def _close_old(self, plan: Plan, now: datetime) -> None:
        for key in [key for key, window in plan.windows.items() if self._is_over(window, now)]:
            self._close(plan, key)

    def _is_over(self, window: _Window, now: datetime) -> bool:
        # A clock that was set back ends windows too: nobody knows when they began.
        return not window.start <= now < window.start + self._per

    def _take(self, plan: Plan, row: Row) -> None:
        key = (row.entry, row.identity)
        window = plan.windows.get(key)
        if window is not None and self._is_over(window, row.seen_at):
            self._close(plan, key)
            window = None
        if window is not None:
            del plan.windows[key]  # the one touched last stands last
        if window is None or window.seen < self._over:
            plan.rows.append(row)
            start, seen = (row.seen_at, 0) if window is None else (window.start, window.seen)
            plan.windows[key] = _Window(start, seen + 1)
            return
        if window.rollup is None:
            rollup = RollUp(row, 1, row.seen_at, window.start)
        else:
            rollup = window.rollup.and_one_more(row.seen_at)
        plan.saved[rollup.row.id] = rollup
        plan.windows[key] = replace(window, rollup=rollup)

    def _close(self, plan: Plan, key: Key) -> None:
        rollup = plan.windows.pop(key).rollup
        if rollup is not None:
            plan.rows.append(rollup.as_row())
            plan.ended.append(rollup.row.id)
            plan.saved.pop(rollup.row.id, None)
