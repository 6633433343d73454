"""What is told, as typed values. Times are aware, UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from app.incidents.values import Incident
from kb.entry import Language

Kind = Literal["new", "returned", "resumed", "rate", "resolved"]
"""What became of an incident; `rate`: it is seen more often than the configured bound."""
Topic = Literal["new", "returned", "rate", "resolved"]
"""What a route may ask for; `returned` asks for `resumed`, too."""
TOPICS: Final[tuple[Topic, ...]] = ("new", "returned", "rate", "resolved")


def topic_of(kind: Kind) -> Topic:
    """What a route asks for to be told of this."""
    return "returned" if kind == "resumed" else kind


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that waits to be told on a channel; `at` is when it happened, `created_at` when it was put there."""

    seq: int
    incident: str
    entry: str
    host: str
    kind: Kind
    at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Notices that go out as one message; `id` stays the same however often it is tried.

    `group` is what they have in common: `entry ID`, `host NAME`, or nothing.
    """

    id: str
    group: str
    notices: Sequence[Notice]


@dataclass(frozen=True, slots=True)
class Item:
    """One incident in a message.

    `kinds` are what became of it since it was told last, in that order, each once. `severity` is "" where the entry is
    not served. `values` identify it, `remarks` are sentences of ours, `evidence` lines of the log; all but `remarks`
    may hold what a log says. `url` and `article_url` are "" where the server has no public address.
    """

    incident: Incident
    kinds: tuple[Kind, ...]
    title: str
    severity: str
    components: tuple[str, ...]
    heading: str
    values: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    evidence: str = ""
    url: str = ""
    article_url: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out at once. `more` is how many incidents have no room in it."""

    id: str
    lang: Language
    heading: str
    severity: str
    items: Sequence[Item]
    more: int = 0
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for one channel: how many notices, and since when the oldest does."""

    count: int
    oldest_at: datetime
