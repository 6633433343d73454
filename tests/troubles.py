"""Rows of troubles with a number of their own each."""

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from app.store.occurrences import NewOccurrence
from tests.deliveries import sent_row

_numbers = count(1_000_000)  # apart from those that a test chooses itself


def new(entry: str, at: datetime, *, ago_s: float = 0, **more: Any) -> NewOccurrence:
    """A row of this entry; `iface`, `neighbor` and others that are no keys of a row become fields."""
    number = next(_numbers)
    seen_at = at - timedelta(seconds=ago_s)
    keys = ("matcher", "recovery", "time", "count", "first", "last", "text", "id")
    fields = {"iface": "eth0", "n": number} | {name: value for name, value in more.items() if name not in keys}
    sent = sent_row(number, entry, seen_at, fields=fields) | {name: more[name] for name in keys if name in more}
    return NewOccurrence(sent["id"], entry, seen_at, sent.get("count", 1), json.dumps(sent))
