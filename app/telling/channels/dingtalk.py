"""A custom robot of DingTalk: a message of Markdown that calls nobody; its time signed where it has a secret.

The signature covers the time only, and stands in the address. A message has at most 20,000 bytes, a robot may send 20
in a minute. It answers 200 with an `errcode`: 0 is taken. Source: open.dingtalk.com, "Security settings of custom
robots".
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from app.messages.dingtalk import escaped, sign
from app.messages.text import inert, shorten
from app.telling.channels.coded import judged
from app.telling.channels.sizing import encoded, fitted
from app.telling.config import ChannelConfig
from app.telling.contract import Address, ChannelKind, Request, Verdict
from app.telling.values import Item, Message
from app.telling.words import WORDS, label, more

MAX_BYTES: Final = 19_000
TOO_OFTEN: Final = frozenset((130101, 410100, 660026))
WRONG_SETUP: Final = frozenset((310000, 300001, 300005, 400101, 400102))
"""Security settings (signature, keywords, IP list), address and robot: not this message's fault."""
_MAX_TITLE: Final = 60


def render(message: Message, address: Address, config: ChannelConfig, now: datetime) -> Request:
    """The request, signed with its time in milliseconds."""
    url = address.url
    if address.secrets:
        time = str(int(now.timestamp() * 1000))
        signed = urlencode({"timestamp": time, "sign": sign(address.secrets[-1], time)})
        url = f"{url}{'&' if '?' in url else '?'}{signed}"
    return Request(url, encoded(fitted(message, _payload, MAX_BYTES)))


def judge(body: bytes) -> Verdict:
    """By its `errcode`."""
    return judged(body, ("errcode",), ("errmsg",), TOO_OFTEN, WRONG_SETUP)


def _payload(message: Message) -> dict[str, Any]:
    title = inert(shorten(message.heading, _MAX_TITLE))
    return {"msgtype": "markdown", "markdown": {"title": title, "text": "\n\n".join(_blocks(message))}}


def _blocks(message: Message) -> Iterator[str]:
    yield f"#### {_line(message.heading)}"
    for item in message.items:
        yield from _item(item, message)
    if message.more:
        yield _line(more(message.lang, message.more))


def _item(item: Item, message: Message) -> Iterator[str]:
    yield f"**{_line(label(message.lang, item))}**"
    if item.values:
        yield " · ".join(_line(f"{name} = {value}") for name, value in item.values)
    yield from map(_line, item.remarks)
    if item.evidence:
        yield "\n>\n".join(f"> {escaped(line)}" for line in item.evidence.splitlines())
    if item.url:
        yield f"[{WORDS['open'][message.lang]}]({item.url})"


def _line(text: str) -> str:
    return escaped(" ".join(text.split()))


KIND: Final = ChannelKind(render, judge, is_secret_url=True, takes_secret=True)
