"""A message in the room that a service gives it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from app.telling.values import Message

Payload = dict[str, Any]


def encoded(payload: Payload) -> bytes:
    """The payload as it is posted."""
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")


def fitted(message: Message, make: Callable[[Message], Payload], most_bytes: int) -> Payload:
    """What `make` makes of the message, with less and less in it until that has at most so many bytes."""
    payload: Payload = {}
    for each in _briefer(message):
        payload = make(each)
        if len(encoded(payload)) <= most_bytes:
            break
    return payload


def _briefer(message: Message) -> Iterator[Message]:
    yield message
    for most in (100, 0):
        yield _with(message, evidence=most)
    bare = _with(message, evidence=0, values=0)
    yield bare
    for count in (5, 2, 1):
        if count < len(message.items):
            more = message.more + len(message.items) - count
            yield replace(bare, items=bare.items[:count], more=more)


def _with(message: Message, *, evidence: int, values: int | None = None) -> Message:
    items = [replace(each, evidence=each.evidence[:evidence], values=each.values[:values]) for each in message.items]
    return replace(message, items=items)
