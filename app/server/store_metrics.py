"""What the store tells when Prometheus asks: incidents, how far behind it is, and what waits to be told.

Asked at most every few seconds, however often somebody scrapes. While the store does not answer, `faultbook_store_up`
is 0 and the rest is left out: what is not known is not told as zero.
"""

import threading
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.incidents.values import EntryCount
from app.shelf import Shelf
from app.store.errors import StoreError
from app.store.store import Store
from app.store.times import from_micros

EVERY_S: Final = 10.0
MAX_ENTRIES: Final = 1_000
"""Entries with series of their own, those with most on now first; others, and those not served, are `other`."""


class StoreCollector(Collector):
    """The store's numbers. Labels are ids of entries, severities, states and names of channels, never hosts."""

    def __init__(self, store: Store, shelf: Shelf, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._shelf = shelf
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._known: Sequence[GaugeMetricFamily] = ()

    def describe(self) -> Sequence[GaugeMetricFamily]:
        """Nothing, so that registering asks nothing."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All of them."""
        with self._lock:
            if self._monotonic() - self._asked_at >= EVERY_S:
                self._known = self._asked()
                self._asked_at = self._monotonic()
            yield from self._known

    def _asked(self) -> Sequence[GaugeMetricFamily]:
        try:
            found = [*self._incidents(), *self._lag(), *self._notices()]
        except StoreError:
            found = []
        up = GaugeMetricFamily("faultbook_store_up", "1 while the store answers.", 1.0 if found else 0.0)
        return [up, *found]

    def _incidents(self) -> Iterator[GaugeMetricFamily]:
        incidents = GaugeMetricFamily(
            "faultbook_incidents",
            "Incidents; open and returned are on now, resolved are over.",
            labels=["entry", "severity", "state"],
        )
        unhandled = GaugeMetricFamily(
            "faultbook_incidents_unhandled",
            "Incidents that are on, neither known nor snoozed.",
            labels=["entry", "severity"],
        )
        for (entry, severity), tally in self._tallies(self._store.incidents.entry_counts()).items():
            for state in ("open", "returned", "resolved"):
                incidents.add_metric([entry, severity, state], tally[state])
            unhandled.add_metric([entry, severity], tally["unhandled"])
        yield incidents
        yield unhandled

    def _tallies(self, counts: Sequence[EntryCount]) -> dict[tuple[str, str], "Tally[str]"]:
        articles = self._shelf.current.articles
        tallies: dict[tuple[str, str], Tally[str]] = {}
        for each in counts:
            article = articles.get(each.entry) if len(tallies) < MAX_ENTRIES else None
            key = ("other", "") if article is None else (each.entry, article.severity or "")
            tallies.setdefault(key, Tally()).update(
                open=each.on - each.returned,
                returned=each.returned,
                resolved=each.incidents - each.on,
                unhandled=each.on - each.handled,
            )
        return tallies

    def _lag(self) -> Iterator[GaugeMetricFamily]:
        place = self._store.place()
        yield GaugeMetricFamily(
            "faultbook_last_recorded_timestamp_seconds",
            "When the newest occurrence was recorded; 0: none was.",
            from_micros(place.recorded_at).timestamp(),
        )
        yield GaugeMetricFamily(
            "faultbook_occurrences_uncounted", "Rows that no incident has counted yet.", place.waiting
        )

    def _notices(self) -> Iterator[GaugeMetricFamily]:
        waiting = GaugeMetricFamily(
            "faultbook_notices_waiting", "What waits to be told on a channel.", labels=["channel"]
        )
        oldest = GaugeMetricFamily(
            "faultbook_notices_oldest_timestamp_seconds", "Since when the oldest of it waits.", labels=["channel"]
        )
        for channel, each in self._store.notices.waiting().items():
            waiting.add_metric([channel], each.count)
            oldest.add_metric([channel], each.oldest_at.timestamp())
        yield waiting
        yield oldest


def add_store_metrics(registry: CollectorRegistry, store: Store, shelf: Shelf) -> None:
    """Show the store's numbers with those of this registry."""
    registry.register(StoreCollector(store, shelf))
