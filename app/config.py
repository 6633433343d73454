"""The one configuration of `faultbook serve`: typed, checked once at the start, never changed."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from kb.entry import LANGUAGES, Language

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
    With one token `rows_per_minute` and `bytes_per_minute` (unpacked) may be delivered, all at once or bit by bit.
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
    rows_per_minute: int = 600_000
    bytes_per_minute: int = 1 << 30


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """What chat services may ask of the server. Sizes are bytes, times seconds.

    `max_body_bytes` is the largest request. An HTTP response waits up to `wait_s` for its answer (Slack gives up after
    3 s); at most `max_waiting` questions wait or are worked on, and as many posts. Each person may ask
    `sender_per_second` on average and `sender_burst` at once, all of one channel together `channel_per_second` and
    `channel_burst`.
    """

    max_body_bytes: int = 1 << 20
    wait_s: float = 1.5
    max_waiting: int = 100
    sender_per_second: float = 0.5
    sender_burst: int = 10
    channel_per_second: float = 2.0
    channel_burst: int = 30


@dataclass(frozen=True, slots=True)
class ChatConfig:
    """Which chat services are answered, and how.

    `secrets` are the files of their secrets, by the environment variable that names each. `languages` are those set for
    `SERVICE:CHANNEL`, or for all of a `SERVICE`; where none is set the question decides.
    """

    secrets: Mapping[str, Path] = field(default_factory=dict)
    languages: Mapping[str, Language] = field(default_factory=dict)
    limits: ChatLimits = field(default_factory=ChatLimits)

    def language_of(self, service: str, channel: str) -> Language | None:
        """The language set for a channel, or for its service."""
        return self.languages.get(f"{service}:{channel}") or self.languages.get(service)


@dataclass(frozen=True, slots=True)
class ServeConfig:
    """What `faultbook serve` runs with.

    `entries` are directories or the word `shipped`; empty: what the environment says, else the shipped set.
    `public_url` is where people reach the site, for the few links that must be absolute; None: they are left out.
    `repository_url` is the base of "edit" links: `{repository_url}/entries/...yaml`. `trusted_proxy` is the address
    whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. `bind_port` 0 asks the system for a free one. `db` is
    the URL of the store of occurrences; None: none are kept. Rows are kept for `keep_s`, and while the store takes no
    more than `keep_bytes`; None: for ever. `notify` is the file that says who is told of incidents; None: nobody. Chat
    services without a secret are not answered.
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
    keep_s: float | None = None
    keep_bytes: int | None = None
    notify: str | None = None
    limits: Limits = field(default_factory=Limits)
    chat: ChatConfig = field(default_factory=ChatConfig)


_AGE = re.compile(r"([0-9]{1,6})([hd])")
_SIZE = re.compile(r"([0-9]{1,15})([KMGT]i?B?)?")
_HOURS = {"h": 1, "d": 24}
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


def read_chat_languages(texts: Sequence[str]) -> dict[str, Language]:
    """The languages of `SERVICE:CHANNEL=LANG` or `SERVICE=LANG`; raises ConfigError."""
    found: dict[str, Language] = {}
    for text in texts:
        where, _, asked = text.strip().rpartition("=")
        language = next((each for each in LANGUAGES if each == asked), None)
        if language is None or re.fullmatch(r"[a-z]+(:[\x21-\x7e]{1,200})?", where) is None:
            raise ConfigError(f'"{text}" sets no language; write SERVICE=LANG or SERVICE:CHANNEL=LANG, as in slack=zh')
        found[where] = language
    return found


def read_age(text: str) -> float:
    """The seconds of an age such as 90d or 36h, an hour at the least; raises ConfigError."""
    found = _AGE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise ConfigError(f'"{text}" is not how long to keep rows; write 90d or 36h')
    return int(found[1]) * _HOURS[found[2]] * 3600.0


def read_size(text: str) -> int:
    """The bytes of a size such as 20GB, 500MiB or 1073741824; raises ConfigError."""
    found = _SIZE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise ConfigError(f'"{text}" is not a size; write 20GB, 500MiB or a number of bytes')
    unit = found[2] or ""
    power = " KMGT".index(unit[0]) if unit else 0
    base = 1000 if unit.endswith("B") and "i" not in unit else 1024
    return int(found[1]) * int(base**power)
