"""The one configuration of `faultbook serve`: typed, checked once at the start, never changed."""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8080
LogFormat = Literal["text", "json"]


class ConfigError(Exception):
    """A value that cannot be used; the message quotes it and says what to write instead."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may ask of the server. Sizes are bytes, times seconds.

    `max_body_bytes` is the largest body of any request (a form may take three bytes for one of the paste) except a
    watcher's delivery, which may have `max_delivery_bytes`, as it is sent and unpacked; `max_header_bytes` is the
    largest request line and headers together.
    `header_time_s` and `body_time_s` bound how long a client may take to send them and to take the answer,
    `idle_time_s` how long a connection may rest between requests, `drain_time_s` how long requests under way may go on
    when the server ends. Each client may ask `per_second` searches and lookups on average and `burst` at once; at most
    `max_lookups` lookups run at the same time, others wait up to `lookup_wait_s`.
    """

    max_body_bytes: int = 4 << 20
    max_delivery_bytes: int = 16 << 20
    max_header_bytes: int = 1 << 14
    header_time_s: float = 10.0
    body_time_s: float = 30.0
    idle_time_s: float = 60.0
    drain_time_s: float = 8.0
    max_connections: int = 500
    per_second: float = 10.0
    burst: int = 40
    max_lookups: int = 2
    lookup_wait_s: float = 5.0


@dataclass(frozen=True, slots=True)
class ServeConfig:
    """What `faultbook serve` runs with.

    `entries` are directories or the word `shipped`; empty: what the environment says, else the shipped set.
    `public_url` is where people reach the site, for the few links that must be absolute; None: they are left out.
    `repository_url` is the base of "edit" links: `{repository_url}/entries/...yaml`. `trusted_proxy` is the address
    whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. `bind_port` 0 asks the system for a free one. `db` is
    the URL of the store of occurrences; None: none are kept.
    """

    bind_host: str = DEFAULT_HOST
    bind_port: int = DEFAULT_PORT
    entries: tuple[str, ...] = ()
    public_url: str | None = None
    repository_url: str | None = None
    trusted_proxy: str | None = None
    threads: int = 4
    log_format: LogFormat = "text"
    db: str | None = None
    limits: Limits = field(default_factory=Limits)


_BIND = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^\[\]:\s]*)):(?P<port>[0-9]{1,5})")


def read_bind(text: str) -> tuple[str, int]:
    """(host, port) of `HOST:PORT`, `[::1]:PORT` or `:PORT` (every IPv4 address); raises ConfigError."""
    found = _BIND.fullmatch(text.strip())
    if found is None or int(found["port"]) > 65_535:
        example = f"{DEFAULT_HOST}:{DEFAULT_PORT} or [::1]:{DEFAULT_PORT}"
        raise ConfigError(f'"{text}" is not an address to listen on; write HOST:PORT, as in {example}')
    return found["v6"] or found["host"] or "0.0.0.0", int(found["port"])


def read_url(text: str) -> str:
    """A base URL without the slash at its end; raises ConfigError unless it is http(s) and names only a host."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and not (parts.username or "?" in url)
    except ValueError:
        usable = False
    if not usable or "#" in url or not url.isprintable() or " " in url:
        raise ConfigError(f'"{text}" is not the URL of a site; write it like https://faults.example.net')
    return url.rstrip("/")


def read_proxy(text: str) -> str:
    """The address of a proxy; raises ConfigError where it is none."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise ConfigError(f'"{text}" is not the address of a proxy; write an IP address, as in 127.0.0.1') from None
