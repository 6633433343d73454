"""An incoming webhook of Slack: blocks of `mrkdwn`, and plain text for notifications.

It answers `ok`; other answers have a status that tells (docs.slack.dev, "Sending messages using incoming webhooks").
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from app.messages.slack import code, inside_code, prose, value
from app.messages.text import fitting, inert, shorten
from app.telling.channels.sizing import encoded, fitted
from app.telling.config import ChannelConfig
from app.telling.contract import Address, ChannelKind, Request, Verdict
from app.telling.values import Item, Message
from app.telling.words import label, more, plain_lines

MAX_BYTES: Final = 40_000
_MAX_TITLE: Final = 400
_MAX_TEXT: Final = 1_000
_MAX_FALLBACK: Final = 2_000


def render(message: Message, address: Address, config: ChannelConfig, now: datetime) -> Request:
    """The request."""
    return Request(address.url, encoded(fitted(message, _payload, MAX_BYTES)))


def judge(body: bytes) -> Verdict:
    """`ok`, whatever else stands there: the status told the rest."""
    return Verdict("taken", body[:100].decode("utf-8", "replace"))


def _payload(message: Message) -> dict[str, Any]:
    fallback = shorten("\n".join(plain_lines(message)), _MAX_FALLBACK)
    return {
        "text": inside_code(inert(fallback)),
        "blocks": [_section(text) for text in _texts(message)],
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _texts(message: Message) -> Iterator[str]:
    yield f"*{fitting(message.heading, _MAX_TITLE, prose)}*"
    yield from ("\n".join(_lines(item, message)) for item in message.items)
    if message.more:
        yield prose(more(message.lang, message.more))


def _lines(item: Item, message: Message) -> Iterator[str]:
    heading = fitting(label(message.lang, item), _MAX_TITLE, prose)
    yield f"*<{item.url}|{heading}>*" if item.url else f"*{heading}*"
    if item.values:
        yield fitting("  ".join(value(*each) for each in item.values), _MAX_TEXT, str)
    yield from (fitting(each, _MAX_TEXT, prose) for each in item.remarks)
    if item.evidence:
        yield code(item.evidence)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


KIND: Final = ChannelKind(render, judge, is_secret_url=True, takes_secret=False)
