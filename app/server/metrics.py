"""What is counted, for Prometheus.

Labels come from the route table, from fixed lists and from the ids of entries: nothing that a client sends becomes one.
"""

import math
import threading
from collections import Counter as Tally
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from app.shelf import Shelf

if TYPE_CHECKING:
    from app.store.store import Store

EXTENSION = "faultbook-metrics"
MAX_ENTRIES = 1_000
"""Entries with a series of their own; what is recorded of others, and of entries that are not served, is `other`."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The counters of one application, in a registry of its own."""

    def __init__(self, shelf: Shelf, store: "Store | None" = None) -> None:
        self._shelf = shelf
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "faultbook_http_requests", "Requests answered.", ["route", "method", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "faultbook_http_request_seconds", "Time to answer.", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self._refused = Counter(
            "faultbook_http_refused",
            "Requests refused before a route was known.",
            ["status"],
            registry=self.registry,
        )
        self.lookups = Counter("faultbook_lookups", "Pastes looked up.", ["answer"], registry=self.registry)
        self.matches = Counter("faultbook_lookup_matches", "Recognised in pastes.", ["entry"], registry=self.registry)
        self.reloads = Counter("faultbook_reloads", "Reloads of the entries.", ["outcome"], registry=self.registry)

        def loaded_at() -> float:
            return shelf.current.loaded_at.timestamp()

        self._gauge("faultbook_entries", "Entries that are served.", lambda: len(shelf.current.articles))
        self._gauge(
            "faultbook_entries_loaded_timestamp_seconds",
            "When the entries that are served were loaded.",
            loaded_at,
        )
        self._gauge(
            "faultbook_entries_trouble", "1 while the entries on disk are refused.", lambda: bool(shelf.trouble)
        )

        if store is not None:
            self._gauge("faultbook_store_bytes", "What the store takes; NaN while it does not answer.", _size_of(store))
            _add_store_metrics(self.registry, store, shelf)
        self._deliveries = Counter("faultbook_deliveries", "Deliveries that are on the disk.", registry=self.registry)
        self._accepted = Counter(
            "faultbook_occurrences_accepted", "Rows delivered and on the disk.", ["entry"], registry=self.registry
        )
        self._duplicates = Counter(
            "faultbook_occurrences_duplicates", "Accepted rows that were there already.", registry=self.registry
        )
        self._deliveries_refused = Counter(
            "faultbook_deliveries_refused", "Deliveries that were not taken.", ["status"], registry=self.registry
        )
        self._named: set[str] = set()
        self._lock = threading.Lock()

    def delivered(self, entries: Iterable[str], stored: int) -> None:
        """Count a delivery: the entry of each row that was accepted, and how many of the rows were new."""
        self._deliveries.inc()
        tally = Tally(self._label_of(entry) for entry in entries)
        for label, count in tally.items():
            self._accepted.labels(label).inc(count)
        self._duplicates.inc(tally.total() - stored)

    def delivery_refused(self, status: int) -> None:
        """Count a delivery that was not taken."""
        self._deliveries_refused.labels(str(status)).inc()

    def _label_of(self, entry: str) -> str:
        with self._lock:
            if entry in self._named:
                return entry
            if len(self._named) >= MAX_ENTRIES or entry not in self._shelf.current.articles:
                return "other"
            self._named.add(entry)
            return entry

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request; `route` is the rule that took it."""
        self._requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def refused(self, status: int) -> None:
        """Count a request that the server refused before it reached the application."""
        self._refused.labels(str(status)).inc()

    def _gauge(self, name: str, what: str, value: Callable[[], float]) -> None:
        Gauge(name, what, registry=self.registry).set_function(value)


def _add_store_metrics(registry: CollectorRegistry, store: "Store", shelf: Shelf) -> None:
    from app.server.store_metrics import add_store_metrics  # noqa: PLC0415 - as below

    add_store_metrics(registry, store, shelf)


def _size_of(store: "Store") -> Callable[[], float]:
    from app.store.errors import StoreError  # noqa: PLC0415 - an application without a store needs no SQLAlchemy

    def size() -> float:
        try:
            return store.size_bytes()
        except StoreError:
            return math.nan  # the rest can still be told

    return size


def metrics() -> Metrics:
    """The metrics of the running application."""
    found: Metrics = current_app.extensions[EXTENSION]
    return found


def route_of() -> str:
    """The rule of this request, `unmatched` where no route took it."""
    return request.url_rule.rule if request.url_rule is not None else "unmatched"


def show() -> Response:
    """`GET /metrics`."""
    return Response(generate_latest(metrics().registry), content_type=CONTENT_TYPE_LATEST)


def add_metrics(application: Flask, shelf: Shelf, store: "Store | None" = None) -> None:
    """Count in this application, and show it under /metrics."""
    application.extensions[EXTENSION] = Metrics(shelf, store)
    application.add_url_rule("/metrics", view_func=show, endpoint="metrics")
