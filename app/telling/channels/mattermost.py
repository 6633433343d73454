"""An incoming webhook of Mattermost: one attachment for each incident, in Markdown.

It answers `ok`; other answers have a status that tells (developers.mattermost.com, "Incoming webhooks"). At most 16,383
characters are shown.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from app.messages.mattermost import MAX_MESSAGE, code, prose, value
from app.telling.channels.sizing import encoded, fitted
from app.telling.config import ChannelConfig
from app.telling.contract import Address, ChannelKind, Request, Verdict
from app.telling.values import Item, Message
from app.telling.words import label, more

_COLOURS: Final = {"critical": "#b3261e", "error": "#d9480f", "warning": "#e6a700", "info": "#1971c2"}


def render(message: Message, address: Address, config: ChannelConfig, now: datetime) -> Request:
    """The request."""
    return Request(address.url, encoded(fitted(message, _payload, MAX_MESSAGE)))


def judge(body: bytes) -> Verdict:
    """`ok`, whatever else stands there: the status told the rest."""
    return Verdict("taken", body[:100].decode("utf-8", "replace"))


def _payload(message: Message) -> dict[str, Any]:
    attachments = [_attachment(item, message) for item in message.items]
    if message.more:
        attachments.append({"fallback": "", "text": prose(more(message.lang, message.more))})
    return {"text": f"**{prose(message.heading)}**", "attachments": attachments}


def _attachment(item: Item, message: Message) -> dict[str, Any]:
    return {
        "fallback": prose(label(message.lang, item)),
        "color": _COLOURS.get(item.severity, "#868e96"),
        "text": "\n".join(_lines(item, message)),
    }


def _lines(item: Item, message: Message) -> Iterator[str]:
    heading = prose(label(message.lang, item))
    yield f"**[{heading}]({item.url})**" if item.url else f"**{heading}**"
    if item.values:
        yield "  ".join(value(*each) for each in item.values)
    yield from map(prose, item.remarks)
    if item.evidence:
        yield f"\n{code(item.evidence)}"


KIND: Final = ChannelKind(render, judge, is_secret_url=True, takes_secret=False)
