"""A custom bot of Feishu: a card in which everything but our own button is plain text; signed where it has a secret.

A request has at most 20 KB. It answers 200 with a `code`: 0 is taken. Source: open.feishu.cn, "Custom bot usage guide".
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from app.messages.feishu import hook_sign
from app.telling.channels.coded import judged
from app.telling.channels.sizing import encoded, fitted
from app.telling.config import ChannelConfig
from app.telling.contract import Address, ChannelKind, Request, Verdict
from app.telling.values import Item, Message
from app.telling.words import WORDS, label, more

MAX_BYTES: Final = 19_500
TOO_OFTEN: Final = frozenset((9499, 11232, 11233, 230020))
"""9499 is what it says of any bad request, but in bursts of good ones, too."""
WRONG_SETUP: Final = frozenset((19001, 19007, 19021, 19022, 19024))
"""Address, bot, signature, IP list and keywords: not this message's fault."""
_COLOURS: Final = {"critical": "red", "error": "red", "warning": "orange", "info": "blue"}

_Element = dict[str, Any]


def render(message: Message, address: Address, config: ChannelConfig, now: datetime) -> Request:
    """The request, signed with its time in seconds."""
    payload = fitted(message, _payload, MAX_BYTES)
    if address.secrets:
        time = str(int(now.timestamp()))
        payload = {"timestamp": time, "sign": hook_sign(address.secrets[-1], time), **payload}
    return Request(address.url, encoded(payload))


def judge(body: bytes) -> Verdict:
    """By its `code`; a bot of the first version says `StatusCode`."""
    return judged(body, ("code", "StatusCode"), ("msg", "StatusMessage"), TOO_OFTEN, WRONG_SETUP)


def _payload(message: Message) -> dict[str, Any]:
    elements: list[_Element] = []
    for item in message.items:
        elements += [*([{"tag": "hr"}] if elements else []), *_elements(item, message)]
    if message.more:
        elements.append(_plain(more(message.lang, message.more)))
    title = {"tag": "plain_text", "content": message.heading}
    colour = "green" if message.items and all("resolved" in each.kinds for each in message.items) else None
    header = {"template": colour or _COLOURS.get(message.severity, "blue"), "title": title}
    return {
        "msg_type": "interactive",
        "card": {"config": {"wide_screen_mode": True}, "header": header, "elements": elements},
    }


def _elements(item: Item, message: Message) -> Iterator[_Element]:
    yield _plain("\n".join([label(message.lang, item), *item.remarks]))
    if item.values:
        yield {"tag": "div", "fields": [_field(f"{name} = {value}") for name, value in item.values]}
    if item.evidence:
        yield _plain(item.evidence)
    if item.url:
        text = {"tag": "plain_text", "content": WORDS["open"][message.lang]}
        button = {"tag": "button", "text": text, "type": "default", "url": item.url}
        yield {"tag": "action", "actions": [button]}


def _plain(text: str) -> _Element:
    return {"tag": "div", "text": {"tag": "plain_text", "content": text}}


def _field(text: str) -> _Element:
    return {"is_short": True, "text": {"tag": "plain_text", "content": text}}


KIND: Final = ChannelKind(render, judge, is_secret_url=True, takes_secret=True)
