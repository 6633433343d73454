"""Feishu's bot: events of messages (`im.message.receive_v1`) and of its cards' buttons (`card.action.trigger`).

Every request is signed and encrypted (see `feishu_seal`); only the try of the address comes without a
signature, and proves itself by the encryption. In a group the answer is a card that only the asker sees; in a thread,
in a private chat, and where such a card is refused, it is a reply. A button is answered in the HTTP response, which
changes the card. A card that is refused is sent again as text. Source: open.feishu.cn, "Receive messages", "Card
callback communication".
"""

import json
import secrets as random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from app.chat.command import read_command
from app.chat.contract import (
    Ask,
    Challenge,
    Ignore,
    Kind,
    Malformed,
    Payload,
    Posts,
    Refused,
    Request,
    Sample,
    Secret,
    Undelivered,
)
from app.chat.feishu_api import CLOUDS, FeishuApi
from app.chat.feishu_card import MAX_VALUE, card, notice_card
from app.chat.feishu_message import KINDS, is_of_bot, written
from app.chat.feishu_seal import check_signature, encrypted, opened, signed
from app.chat.reading import text_at
from app.chat.recall import MAX_TEXT as MAX_ASKED
from app.chat.recall import pack, unpack
from app.chat.text import plain_text
from app.messages.text import inert
from kb.entry import LANGUAGES

if TYPE_CHECKING:
    from app.chat.answer import Answer

KEY: Final = "FAULTBOOK_FEISHU_SECRET_FILE"
APP: Final = "FAULTBOOK_FEISHU_APP_FILE"
MAX_TEXT: Final = 8_000
"""Characters of an answer as text, of which the vendor takes 150 KB."""

_TRY: Final = "url_verification"
_REFUSALS: Final = range(400, 500)
"""What a refused message is answered with; it was not sent, and may be sent in another way."""


class Feishu:
    """The bot of one app, with the encrypt keys that are valid now."""

    def __init__(self, keys: Secret, api: FeishuApi) -> None:
        self._keys = keys
        self._api = api

    def verify(self, request: Request) -> str:
        """The signature; raises Refused. Without one only a try of the address counts, if it was encrypted."""
        if request.header("X-Lark-Signature"):
            return check_signature(request, self._keys.values())
        if opened(request.body, self._keys.values()).get("type") != _TRY:
            raise Refused("there is no signature")
        return ""

    def parse(self, request: Request) -> Ask | Challenge | Ignore:
        """What an event or a button asks."""
        try:
            sent = opened(request.body, self._keys.values())
        except Refused as error:
            raise Malformed(str(error)) from None
        if sent.get("type") == _TRY:
            return Challenge({"challenge": text_at(sent, "challenge")[:1_000]})
        event = _object(sent, "event")
        kind, event_id = text_at(sent, "header", "event_type"), text_at(sent, "header", "event_id")
        if kind == "im.message.receive_v1":
            return self._message(event, event_id)
        return self._button(event, event_id) if kind == "card.action.trigger" else Ignore("event")

    def acknowledgement(self) -> Payload | None:
        """An empty object: an event is received, a card stays as it is."""
        return {}

    def render(self, answer: "Answer", ask: Ask) -> Payload:
        """A card, with the same as text for want of it."""
        packed = pack(ask, answer.recognised, MAX_VALUE)
        question = {"ask": packed, "message": ask.thread, "public": ask.is_public} if packed else None
        made = card(answer, question, may_share=not ask.is_public)
        return _wrapped(made, _as_text(answer), ask)

    def notice(self, text: str, ask: Ask) -> Payload:
        """A sentence: beside the card whose button was pressed, else as a card of its own."""
        if ask.in_response:
            return {"toast": {"type": "info", "content": text}}
        return _wrapped(notice_card(text), inert(text), ask)

    def deliver(self, payload: Payload, ask: Ask, posts: Posts) -> None:
        """Send what was rendered; raises Undelivered."""
        if ask.replaces:
            if "card" in payload:  # a sentence beside a card can only be said in the response
                self._api.update(posts, ask.reply_to, ask.sender, payload["card"]["data"])
            return
        api, card_, message = self._api, payload["card"], ask.thread
        if not ask.is_public and _is_taken(lambda: api.show_to(posts, ask.channel, ask.sender, card_)):
            return
        if not _is_taken(lambda: api.reply(posts, message, "interactive", card_, ask.delivery_id)):
            api.reply(posts, message, "text", payload["content"], f"{ask.delivery_id}-text")

    def _message(self, event: Mapping[str, Any], event_id: str) -> Ask | Ignore:
        if text_at(event, "sender", "sender_type") not in ("", "user"):
            return Ignore("not-by-a-person")
        message = event.get("message")
        kind, is_group = text_at(message, "message_type"), text_at(message, "chat_type") != "p2p"
        mentions = _mentions(message)
        if is_group and not any(map(is_of_bot, mentions)):
            return Ignore("not-for-us")
        if kind not in KINDS:
            return Ignore("not-a-text")
        asked = read_command(written(kind, text_at(message, "content"), mentions))
        sender, channel = text_at(event, "sender", "sender_id", "open_id"), text_at(message, "chat_id")
        if not sender or not channel or not event_id:
            raise Malformed("the event names no open_id, chat_id or event_id")
        return Ask(
            asked.command,
            asked.text,
            sender,
            channel,
            thread=text_at(message, "message_id"),
            delivery_id=event_id,
            lang=asked.lang,
            lang_hint=self._api.language,
            # Nobody else sees a private chat, and in a thread nothing can be shown to one person alone.
            is_public=asked.is_share or not is_group or bool(text_at(message, "thread_id")),
            is_share=asked.is_share,
        )

    def _button(self, event: Mapping[str, Any], event_id: str) -> Ask:
        action = event.get("action")
        value = action.get("value") if isinstance(action, Mapping) else None
        command, text = unpack(text_at(value, "ask"))
        is_share = text_at(value, "do") == "share"
        sender, channel = text_at(event, "operator", "open_id"), text_at(event, "context", "open_chat_id")
        if not sender or not event_id:
            raise Malformed("the callback names no open_id or event_id")
        return Ask(
            command,
            text,
            sender,
            channel,
            thread=text_at(value, "message"),
            delivery_id=event_id,
            lang=next((each for each in LANGUAGES if each == text_at(value, "lang")), None),
            lang_hint=self._api.language,
            is_public=is_share or (isinstance(value, Mapping) and value.get("public") is True),
            is_share=is_share,
            replaces=not is_share,
            in_response=not is_share,
            reply_to="" if is_share else text_at(event, "token"),
        )


def _is_taken(send: Callable[[], None]) -> bool:
    """Whether the vendor took it, False where it refused; raises Undelivered where nobody can tell."""
    try:
        send()
    except Undelivered as error:
        if error.status in _REFUSALS:
            return False
        raise
    return True


def _as_text(answer: "Answer") -> str:
    """The answer as text, in which the vendor would read tags and links; a command that has any is left out."""
    items = [each if inert(each.command) == each.command else replace(each, command="") for each in answer.items]
    return plain_text(replace(answer, items=tuple(items)), MAX_TEXT, inert)


def _wrapped(made: Payload, text: str, ask: Ask) -> Payload:
    """A card as the response to its own button takes it, or as it is sent, beside the text that stands for it."""
    if ask.replaces:
        return {"card": {"type": "raw", "data": made}}
    return {"msg_type": "interactive", "card": made, "content": {"text": text}}


def _mentions(message: object) -> list[Mapping[str, Any]]:
    found = message.get("mentions") if isinstance(message, Mapping) else None
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _object(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}


def _make(secrets: Mapping[str, Secret]) -> Feishu:
    return Feishu(secrets[KEY], FeishuApi(secrets.get(APP)))


def _sample(secrets: Mapping[str, Secret], text: str, now: float) -> Sample:
    """A button's callback, which alone is answered in the HTTP response."""
    asked = read_command(text)
    ask = Ask(asked.command, asked.text, "ou_faultbook_test", "oc_faultbook_test")
    value = {
        "ask": pack(ask, (), 2 * MAX_ASKED),
        "message": "om_faultbook_test",
        "do": "lang",
        "lang": asked.lang or "",
    }
    event = {
        "operator": {"open_id": ask.sender},
        "token": "c-faultbook-test",
        "action": {"tag": "button", "value": value},
        "context": {"open_message_id": "om_faultbook_card", "open_chat_id": ask.channel},
    }
    header = {"event_id": random.token_hex(16), "event_type": "card.action.trigger"}
    sent = json.dumps({"schema": "2.0", "header": header, "event": event}, ensure_ascii=False)
    key, timestamp, nonce = secrets[KEY].values()[0], str(int(now)), random.token_hex(8)
    body = json.dumps({"encrypt": encrypted(sent.encode("utf-8", "replace"), key, random.token_bytes(16))})
    return Sample(
        body.encode("ascii"),
        {
            "Content-Type": "application/json; charset=utf-8",
            "X-Lark-Request-Timestamp": timestamp,
            "X-Lark-Request-Nonce": nonce,
            "X-Lark-Signature": signed(timestamp, nonce, key, body.encode("ascii")),
        },
    )


KIND: Final = Kind("feishu", "@faultbook", KEY, (APP,), CLOUDS, _make, _sample)
