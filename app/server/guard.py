"""What every request passes before a view sees it, and what is told of it afterwards."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge, ServiceUnavailable, TooManyRequests, UnsupportedMediaType

from app.config import Limits, ServeConfig
from app.server.clients import TokenBuckets, client_address, is_loopback
from app.server.headers import cacheable, secure
from app.server.logs import log
from app.server.metrics import metrics, route_of

EXTENSION = "faultbook-guard"
_DELIVERY = ("POST", "/api/v1/occurrences")
_COSTLY = frozenset({("POST", "/lookup"), ("GET", "/search"), ("POST", "/api/v1/lookup"), ("GET", "/api/v1/search")})


class Guard:
    """How much the clients of one application may ask."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._buckets = TokenBuckets(limits.per_second, limits.burst)
        self._lookups = threading.BoundedSemaphore(limits.max_lookups)
        self._rows = TokenBuckets(limits.rows_per_minute / 60, limits.rows_per_minute)
        self._bytes = TokenBuckets(limits.bytes_per_minute / 60, limits.bytes_per_minute)

    def check(self) -> None:
        """Refuse what costs too much, by the request's head alone."""
        if is_delivery(request.method, request.path):
            self._check_delivery()
            return
        if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise UnsupportedMediaType("compressed bodies are not read; send the text as it is")
        if (request.content_length or 0) > self.limits.max_body_bytes:
            raise RequestEntityTooLarge(f"at most {self.limits.max_body_bytes} bytes are read; send a shorter piece")
        if (request.method, request.path) in _COSTLY:
            self.check_rate()

    def _check_delivery(self) -> None:
        """A delivery may be larger, and packed: who reads it unpacks no more than the same bound."""
        request.max_content_length = self.limits.max_delivery_bytes
        if (request.content_length or 0) > self.limits.max_delivery_bytes:
            raise RequestEntityTooLarge(f"at most {self.limits.max_delivery_bytes} bytes are read; send fewer rows")

    def check_rate(self) -> None:
        """Raise 429 where the client asks too often.

        A client on this machine may ask as often as it likes: it could take the processor anyway.
        """
        client = client_address()
        wait_s = 0.0 if is_loopback(client) or not self.limits.per_second else self._buckets.take(client)
        if wait_s:
            raise TooManyRequests(
                f"at most {self.limits.per_second:g} such requests a second are answered; slow down",
                retry_after=max(1, round(wait_s + 0.5)),
            )

    def check_amount(self, token: str, rows: int, size: int) -> None:
        """Raise 429 where this token delivered more than a minute's rows or bytes. What is refused does not count.

        `size` is in bytes, unpacked.
        """
        wait_s = self._rows.take(token, rows)
        if not wait_s and (wait_s := self._bytes.take(token, size)):
            self._rows.take(token, -rows)
        if wait_s:
            limits = self.limits
            raise TooManyRequests(
                f"at most {limits.rows_per_minute} rows and {limits.bytes_per_minute} bytes a minute are taken with one"
                " token; wait, then send it again",
                retry_after=max(1, round(wait_s + 0.5)),
            )

    @contextmanager
    def lookup(self) -> Iterator[None]:
        """Run a lookup: only so many at once, so that pages are still answered while long pastes are read."""
        if not self._lookups.acquire(timeout=self.limits.lookup_wait_s):
            raise ServiceUnavailable("too many lookups are running; try again in a moment", retry_after=2)
        try:
            yield
        finally:
            self._lookups.release()


def is_delivery(method: str, path: str) -> bool:
    """Whether a request brings what a watcher recorded."""
    return (method, path) == _DELIVERY


def guard() -> Guard:
    """The guard of the running application."""
    found: Guard = current_app.extensions[EXTENSION]
    return found


def add_guard(application: Flask, config: ServeConfig) -> None:
    """Check requests of this application, and finish its responses: headers, log, metrics."""
    own = application.extensions[EXTENSION] = Guard(config.limits)
    application.config["MAX_CONTENT_LENGTH"] = config.limits.max_body_bytes
    application.config["MAX_FORM_MEMORY_SIZE"] = config.limits.max_body_bytes

    @application.before_request
    def check() -> None:
        g.began = time.perf_counter()
        own.check()

    @application.after_request
    def finish(response: Response) -> Response:
        response = secure(cacheable(response))
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        metrics().answered(route_of(), request.method, response.status_code, seconds)
        log_access(response, seconds)
        return response


def log_access(response: Response, seconds: float) -> None:
    """One line for a request that was answered."""
    log(
        "access",
        client=client_address(),
        method=request.method,
        path=request.path,
        status=response.status_code,
        bytes=response.content_length,
        ms=round(seconds * 1000, 1),
        ref=g.get("reference"),
    )
