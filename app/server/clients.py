"""Who asks: the client's address, whether it is this machine, and how often it may ask."""

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from flask import request

PEER = "faultbook.peer"
"""The WSGI variable with the address of the connection's other end, whatever forwarded headers say."""
NAMED = "faultbook.named"
"""The WSGI variable with the Host header as it was sent; the application's own is always the same."""
IS_FORWARDED = "faultbook.is_forwarded"
"""The WSGI variable that says whether somebody forwarded the request, also where those headers were taken off."""
_FORWARDED = frozenset(("FORWARDED", "X_REAL_IP", "VIA"))
_V6_CLIENT_BITS = 64  # what one subscriber has is a /64 at the least: its addresses count as one client


def client_address() -> str:
    """The client's address: the peer's, or what a trusted proxy says of its own peer."""
    return (request.environ.get("REMOTE_ADDR") or "unknown").strip("[]")


def peer_address() -> str:
    """The address of the connection's other end, never from a forwarded header."""
    return str(request.environ.get(PEER) or request.environ.get("REMOTE_ADDR") or "unknown")


def is_loopback(address: str) -> bool:
    """Whether the address is one of this machine to itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def names_forwarding(headers: Iterable[str]) -> bool:
    """Whether one of these headers is of somebody who forwards; names as in WSGI, without HTTP_."""
    return any(name in _FORWARDED or name.startswith("X_FORWARDED_") for name in headers)


def is_from_here() -> bool:
    """Whether the request was made on this machine, to this machine, and nobody forwarded it.

    A page in a browser here can be made to ask by a name of its own that points to 127.0.0.1, so the name counts, too.
    """
    environ = request.environ
    is_forwarded = environ.get(IS_FORWARDED) or names_forwarding(each.removeprefix("HTTP_") for each in environ)
    return not is_forwarded and is_loopback(peer_address()) and _is_this_machine(environ.get(NAMED, request.host))


def _is_this_machine(host: str) -> bool:
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lower() == "localhost" or is_loopback(name)


class TokenBuckets:
    """How much each client may still ask: a bucket of `burst` tokens that fills by `per_second`. Thread-safe.

    What is asked for costs one token or several; more than there are in a full bucket are had when it is full.

    Keeps the `max_clients` that asked last; one that is forgotten begins anew with a full bucket.
    """

    def __init__(
        self, per_second: float, burst: int, max_clients: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._max_clients = max_clients
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, cost: float = 1.0) -> float:
        """Take so many tokens: 0 where there were enough, else the seconds until there will be."""
        key, now = bucket_of(client), self._clock()
        with self._lock:
            tokens, at = self._buckets.pop(key, (self._burst, now))
            tokens = min(self._burst, tokens + (now - at) * self._per_second)
            needed = min(cost, max(1.0, self._burst))
            wait_s = 0.0 if tokens >= needed else (needed - tokens) / self._per_second
            self._buckets[key] = (tokens if wait_s else tokens - cost, now)
            if len(self._buckets) > self._max_clients:
                self._buckets.popitem(last=False)
            return wait_s

    def __len__(self) -> int:
        return len(self._buckets)


def bucket_of(client: str) -> str:
    """The key of a client's bucket: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if address.version == 4:
        return client
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _V6_CLIENT_BITS), strict=False))
