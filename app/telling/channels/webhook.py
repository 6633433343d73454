"""A webhook of one's own: what happened as JSON, signed as Standard Webhooks asks (standardwebhooks.com).

    webhook-id         of the message; the same when it is sent again, so that a receiver can tell
    webhook-timestamp  when it is sent, in seconds; refuse what is older than five minutes
    webhook-signature  `v1,` and HMAC-SHA256 over `ID.TIMESTAMP.BODY`, in base64; one for each secret, with blanks

A secret that begins with `whsec_` is base64, any other is taken as it stands.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from app.incidents.plain import plain
from app.telling.channels.sizing import encoded
from app.telling.config import ChannelConfig, Group
from app.telling.contract import Address, ChannelKind, Request, Verdict
from app.telling.values import Item, Message

VERSION: Final = 1
_PREFIX: Final = "whsec_"
_MAX_TEXT: Final = 2_000
_OF_ROW: Final = ("id", "matcher", "source", "path", "line", "time", "seen_at", "cursor")


def render(message: Message, address: Address, config: ChannelConfig, now: datetime) -> Request:
    """The request, signed."""
    body = encoded(
        {
            "version": VERSION,
            "id": message.id,
            "test": message.is_test,
            "incidents": [_incident(each) for each in message.items],
            "more": message.more,
        }
    )
    time = str(int(now.timestamp()))
    headers = {"webhook-id": message.id, "webhook-timestamp": time}
    headers["webhook-signature"] = signatures(address.secrets, message.id, time, body)
    return Request(address.url, body, headers)


def judge(body: bytes) -> Verdict:
    """Any 2xx is enough."""
    return Verdict("taken")


def signatures(secrets: Sequence[str], message_id: str, time: str, body: bytes) -> str:
    """The signatures of this body with each secret."""
    signed = f"{message_id}.{time}.".encode() + body
    made = (hmac.new(_key(each), signed, hashlib.sha256).digest() for each in secrets)
    return " ".join(f"v1,{base64.b64encode(each).decode('ascii')}" for each in made)


def _key(secret: str) -> bytes:
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def _incident(item: Item) -> dict[str, Any]:
    """The incident as the API has it, without what may be long, with what became of it."""
    whole = plain(item.incident)
    row = {name: item.incident.row[name] for name in _OF_ROW if name in item.incident.row}
    row["text"] = str(item.incident.row.get("text", ""))[:_MAX_TEXT]
    fields = {name: str(value)[:300] if isinstance(value, str) else value for name, value in whole["fields"].items()}
    told = {"kinds": list(item.kinds), "title": item.title, "severity": item.severity or None}
    return {**whole, **told, "components": list(item.components), "fields": fields, "row": row, "url": item.url or None}


KIND: Final = ChannelKind(
    render,
    judge,
    is_secret_url=False,
    takes_secret=True,
    needs_secret=True,
    shows=100,
    takes_all=False,
    group=Group("all", 2.0, 0.0),
)
