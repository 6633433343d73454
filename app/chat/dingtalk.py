"""DingTalk: a robot that is mentioned in a group, or written to alone.

A request carries in its headers a time in milliseconds, at most an hour old, and
`base64(HMAC-SHA256(secret, time + newline + secret))` (open.dingtalk.com, "Receive messages by robots"). The signature
does not cover the body: whoever reads one request may send others for an hour. TLS and the ids of messages are all
there is against that.

The answer is Markdown in the HTTP response, else posted to the `sessionWebhook` that the request names. DingTalk shows
a robot's messages to the whole group and has no buttons that come back: languages are asked for in words. Markdown that
is refused is sent again as text.
"""

import json
import secrets as random
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from app.chat.clean import without_mention
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
from app.chat.dingtalk_message import message, notice_message
from app.chat.reading import read_json, text_at
from app.chat.secrets import is_one_of
from app.messages.dingtalk import sign

if TYPE_CHECKING:
    from app.chat.answer import Answer

SECRET: Final = "FAULTBOOK_DINGTALK_SECRET_FILE"
WINDOW_S: Final = 3_600
CALL: Final = "@faultbook"

_REFUSALS: Final = range(400, 500)


class DingTalk:
    """The service."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def verify(self, request: Request) -> str:
        """Raise Refused unless time and signature fit; empty, since two messages of one moment have the same."""
        time, given = request.header("timestamp"), request.header("sign")
        if not (time.isascii() and time.isdigit() and len(time) <= 15) or not given:
            raise Refused("it is not signed as DingTalk signs")
        if abs(request.now - int(time) / 1000) > WINDOW_S:
            raise Refused("its time is more than an hour from this machine's; see that the clock is right")
        if not is_one_of(given, [sign(each, time) for each in self._secret.values()]):
            raise Refused("its signature is not by the secret that is set here")
        return ""

    def parse(self, request: Request) -> Ask | Challenge | Ignore:
        """A message to the robot; raises Malformed."""
        sent = read_json(request.body)
        if not (sender := text_at(sent, "senderStaffId") or text_at(sent, "senderId")):
            raise Malformed("the message names no senderStaffId or senderId")
        if not (channel := text_at(sent, "conversationId")) or not (message_id := text_at(sent, "msgId")):
            raise Malformed("the message names no conversationId or msgId")
        text = _written(sent)
        if text is None:
            return Ignore("not-a-text")
        asked = read_command(without_mention(text))
        return Ask(
            asked.command,
            asked.text,
            sender,
            channel,
            delivery_id=message_id,
            lang=asked.lang,
            lang_hint="zh",
            is_public=True,
            is_share=asked.is_share,
            in_response=True,
            reply_to=_address(sent, request.now),
        )

    def acknowledgement(self) -> Payload | None:
        """An empty object: nothing is said yet."""
        return {}

    def render(self, answer: "Answer", ask: Ask) -> Payload:
        """The answer in Markdown, with the same as text for want of it."""
        return message(answer, CALL)

    def notice(self, text: str, ask: Ask) -> Payload:
        """A sentence."""
        return notice_message(text)

    def deliver(self, payload: Payload, ask: Ask, posts: Posts) -> None:
        """To the `sessionWebhook`; raises Undelivered."""
        if not ask.reply_to:
            raise Undelivered("the message names no sessionWebhook that is still valid")
        code = _code(payload, ask, posts)
        if code and payload.get("msgtype") == "markdown":
            code = _code({"msgtype": "text", "text": payload["text"]}, ask, posts)
        if code:
            raise Undelivered(f"DingTalk answered with errcode {code}")


def _written(sent: Mapping[str, Any]) -> str | None:
    """The text of a message, None where it is of another kind."""
    kind = text_at(sent, "msgtype")
    if kind == "text":
        return text_at(sent, "text", "content")
    content = sent.get("content")
    pieces = content.get("richText") if kind == "richText" and isinstance(content, Mapping) else None
    return "".join(_texts(pieces)) if isinstance(pieces, list) else None


def _texts(pieces: list[Any]) -> Iterator[str]:
    yield from (text_at(piece, "text") for piece in pieces)


def _address(sent: Mapping[str, Any], now: float) -> str:
    """Where the answer may be posted to; empty where that is not valid any more."""
    until = sent.get("sessionWebhookExpiredTime")
    is_over = isinstance(until, int) and until <= now * 1000
    return "" if is_over else text_at(sent, "sessionWebhook")


def _code(payload: Payload, ask: Ask, posts: Posts) -> int:
    """DingTalk's code of what it refused, 0 where it took it; raises Undelivered where nobody can tell."""
    try:
        answered = posts.post(ask.reply_to, payload)
    except Undelivered as error:
        if error.status in _REFUSALS:
            return error.status
        raise
    code = answered.json.get("errcode", 0)
    return code if isinstance(code, int) else -1


def _make(secrets: Mapping[str, Secret]) -> DingTalk:
    return DingTalk(secrets[SECRET])


def _sample(secrets: Mapping[str, Secret], text: str, now: float) -> Sample:
    """A message in a group without an address for answers: it is answered in the HTTP response or not at all."""
    sent = {
        "msgtype": "text",
        "text": {"content": f" {text}"},
        "msgId": f"faultbook-test-{random.token_hex(8)}",
        "conversationType": "2",
        "conversationId": "faultbook-test",
        "senderStaffId": "faultbook-test",
        "isInAtList": True,
    }
    time = str(int(now * 1000))
    headers = {"Content-Type": "application/json", "timestamp": time, "sign": sign(secrets[SECRET].values()[0], time)}
    return Sample(json.dumps(sent, ensure_ascii=False).encode("utf-8", "replace"), headers)


KIND: Final = Kind("dingtalk", CALL, SECRET, (), ("oapi.dingtalk.com", "api.dingtalk.com"), _make, _sample)
