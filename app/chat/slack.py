"""Slack: a slash command, mentions, direct messages, a shortcut on messages, and the buttons of answers.

Requests are signed by the app's signing secret over their bytes and time (docs.slack.dev, "Verifying requests from
Slack"); several secrets are valid while one is replaced. Slash commands are answered in the HTTP response, else by
their `response_url`; buttons and the shortcut always by that; mentions and direct messages by `chat.postMessage`, which
needs the bot token. Slack repeats an event it believes lost up to three times, with the same `event_id`.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

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
from app.chat.reading import read_form, read_json, text_at
from app.chat.recall import unpack
from app.chat.secrets import is_one_of
from app.chat.slack_blocks import LANGUAGE_ACTION, SHARE_ACTION, message
from app.messages.slack import escape
from kb.entry import LANGUAGES

if TYPE_CHECKING:
    from app.chat.answer import Answer

SECRET: Final = "FAULTBOOK_SLACK_SIGNING_SECRET_FILE"
BOT_TOKEN: Final = "FAULTBOOK_SLACK_BOT_TOKEN_FILE"
POST_MESSAGE: Final = "https://slack.com/api/chat.postMessage"
WINDOW_S: Final = 300
_TIME: Final = re.compile(r"[0-9]{1,12}")
_CODE: Final = re.compile(r"[a-z_]{1,60}")
_ACTION: Final = re.compile(rf"({SHARE_ACTION}|{LANGUAGE_ACTION})-({'|'.join(LANGUAGES)})")
_REFUSED_BLOCKS: Final = frozenset(("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"))


class Slack:
    """The service."""

    def __init__(self, signing: Secret, bot: Secret | None = None) -> None:
        self._signing = signing
        self._bot = bot

    def verify(self, request: Request) -> str:
        """The signature, once it is known to be Slack's and of these minutes; raises Refused."""
        given, time = request.header("X-Slack-Signature"), request.header("X-Slack-Request-Timestamp")
        if _TIME.fullmatch(time) is None or not given:
            raise Refused("it is not signed as Slack signs")
        if abs(request.now - int(time)) > WINDOW_S:
            raise Refused("its time is more than 5 minutes from this machine's; see that the clock is right")
        if not is_one_of(given, [sign(each, time, request.body) for each in self._signing.values()]):
            raise Refused("its signature is not by the signing secret that is set here")
        return given

    def parse(self, request: Request) -> Ask | Challenge | Ignore:
        """An event, a slash command, or what was pressed; raises Malformed."""
        if request.header("Content-Type").partition(";")[0].strip().lower() == "application/json":
            return self._of_callback(read_json(request.body))
        form = read_form(request.body)
        if "payload" in form:
            return _of_interaction(read_json(form["payload"]))
        return _of_command(form)

    def acknowledgement(self) -> Payload | None:
        """Slack wants nothing but the status."""
        return None

    def render(self, answer: "Answer", ask: Ask) -> Payload:
        """The answer in blocks."""
        return message(answer, ask) | _manner(ask)

    def notice(self, text: str, ask: Ask) -> Payload:
        """A sentence for the asker, where the answer would have stood."""
        return {"text": escape(text), "mrkdwn": False} | _manner(replace(ask, is_public=False, replaces=False))

    def deliver(self, payload: Payload, ask: Ask, posts: Posts) -> None:
        """To the `response_url`, else into the channel; raises Undelivered."""
        if ask.reply_to:
            posts.post(ask.reply_to, payload)
            return
        if self._bot is None:
            raise Undelivered(f"mentions are answered only with a bot token; name its file in {BOT_TOKEN}")
        said = {name: value for name, value in payload.items() if name not in ("response_type", "replace_original")}
        error = self._post(said | {"channel": ask.channel}, posts)
        if error in _REFUSED_BLOCKS:
            said.pop("blocks", None)
            error = self._post(said | {"channel": ask.channel}, posts)
        if error:
            raise Undelivered(f"slack.com answered {error}")

    def _post(self, said: Payload, posts: Posts) -> str:
        """Slack's code of what went wrong, empty where all is well."""
        token = self._bot.values()[0] if self._bot is not None else ""
        told = posts.post(POST_MESSAGE, said, {"Authorization": f"Bearer {token}"}).json
        code = text_at(told, "error")
        return "" if told.get("ok") is True else code if _CODE.fullmatch(code) else "an error without a code"

    def _of_callback(self, body: Mapping[str, Any]) -> Ask | Challenge | Ignore:
        kind = body.get("type")
        if kind == "url_verification":
            return Challenge({"challenge": text_at(body, "challenge")})
        if kind != "event_callback":
            return Ignore("not-an-event")
        event = body.get("event")
        if not isinstance(event, Mapping) or event.get("bot_id") or event.get("subtype"):
            return Ignore("not-by-a-person")
        return _of_event(event, text_at(body, "event_id"))


def _of_event(event: Mapping[str, Any], event_id: str) -> Ask | Ignore:
    """A mention in a channel, answered in its thread, or a direct message."""
    is_direct = event.get("type") == "message" and event.get("channel_type") == "im"
    if event.get("type") != "app_mention" and not is_direct:
        return Ignore("not-for-us")
    sender, channel = text_at(event, "user"), text_at(event, "channel")
    if not sender or not channel or not event_id:
        raise Malformed("the event names no user, channel or event_id")
    asked = read_command(without_mention(text_at(event, "text")))
    return Ask(
        asked.command,
        asked.text,
        sender,
        channel,
        thread=text_at(event, "thread_ts") or ("" if is_direct else text_at(event, "ts")),
        delivery_id=event_id,
        lang=asked.lang,
        is_public=True,
    )


def _of_command(form: Mapping[str, str]) -> Ask | Ignore:
    """A slash command; Slack also tries the address now and then (`ssl_check`)."""
    if form.get("ssl_check"):
        return Ignore("ssl-check")
    if not form.get("user_id") or not form.get("channel_id"):
        raise Malformed("the command names no user_id or channel_id")
    asked = read_command(form.get("text", ""))
    return Ask(
        asked.command,
        asked.text,
        form["user_id"],
        form["channel_id"],
        delivery_id=form.get("trigger_id", ""),
        lang=asked.lang,
        is_public=asked.is_share,
        is_share=asked.is_share,
        in_response=True,
        reply_to=form.get("response_url", ""),
    )


def _of_interaction(payload: Mapping[str, Any]) -> Ask | Ignore:
    if payload.get("type") == "message_action":
        return _of_shortcut(payload)
    actions = payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(actions, list) or not actions:
        return Ignore("not-a-button")
    pressed = _ACTION.fullmatch(text_at(actions[0], "action_id"))
    if pressed is None:
        return Ignore("not-our-button")
    command, text = unpack(text_at(actions[0], "value"))
    container = payload.get("container")
    is_private = isinstance(container, Mapping) and container.get("is_ephemeral") is True
    is_share = pressed[1] == SHARE_ACTION
    return Ask(
        command,
        text,
        *_who_and_where(payload),
        thread=text_at(container, "thread_ts") or text_at(payload, "message", "thread_ts"),
        delivery_id=text_at(payload, "trigger_id"),
        lang=next(each for each in LANGUAGES if each == pressed[2]),
        is_public=is_share or not is_private,
        is_share=is_share,
        replaces=not is_share,
        reply_to=text_at(payload, "response_url"),
    )


def _of_shortcut(payload: Mapping[str, Any]) -> Ask:
    """The shortcut on a message: what somebody else pasted is looked up for whoever pressed it."""
    return Ask(
        "lookup",
        text_at(payload, "message", "text"),
        *_who_and_where(payload),
        thread=text_at(payload, "message", "thread_ts"),
        delivery_id=text_at(payload, "trigger_id"),
        reply_to=text_at(payload, "response_url"),
    )


def _who_and_where(payload: Mapping[str, Any]) -> tuple[str, str]:
    sender, channel = text_at(payload, "user", "id"), text_at(payload, "channel", "id")
    if not sender or not text_at(payload, "response_url"):
        raise Malformed("the interaction names no user or response_url")
    return sender, channel


def _manner(ask: Ask) -> Payload:
    """To whom and where the message is shown."""
    manner: Payload = {"response_type": "in_channel" if ask.is_public else "ephemeral"}
    manner["replace_original"] = ask.replaces
    if ask.thread and not ask.replaces:
        manner["thread_ts"] = ask.thread
    return manner


def sign(secret: str, time: str, body: bytes) -> str:
    """The signature of a request that was sent at this time."""
    return "v0=" + hmac.new(secret.encode(), b"v0:%s:%s" % (time.encode(), body), hashlib.sha256).hexdigest()


def _make(secrets: Mapping[str, Secret]) -> Slack:
    return Slack(secrets[SECRET], secrets.get(BOT_TOKEN))


def _sample(secrets: Mapping[str, Secret], text: str, now: float) -> Sample:
    """A slash command without an address for answers: it is answered in the HTTP response or not at all."""
    form = {
        "channel_id": "C0FAULTBOOK",
        "command": "/kb",
        "text": text,
        "trigger_id": f"faultbook-test-{now}",
        "user_id": "U0FAULTBOOK",
    }
    body, time = urlencode(form).encode("ascii"), str(int(now))
    return Sample(
        body,
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": time,
            "X-Slack-Signature": sign(secrets[SECRET].values()[0], time, body),
        },
    )


KIND: Final = Kind("slack", "/kb", SECRET, (BOT_TOKEN,), ("hooks.slack.com", "slack.com"), _make, _sample)
