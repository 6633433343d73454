"""Mattermost: a slash command and an outgoing webhook.

Mattermost signs nothing: a request carries the token that Mattermost made for this command or webhook, in its body
and, of a slash command, in a header, too (developers.mattermost.com, "Custom slash commands"). So TLS is what keeps the
token secret, and the ids of deliveries are what keeps them from being repeated. The file of tokens has a line for the
command and one for the webhook. Everything is answered in the HTTP response; Mattermost waits for it, and nothing is
posted.

There are no buttons: what one sends carries no proof of its own, and could not post into the channel without an access
token. `/kb zh ...` and `/kb share ...` do the same.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

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
from app.chat.mattermost_message import message
from app.chat.reading import read_form, read_json, text_at
from app.chat.secrets import is_one_of
from app.messages.mattermost import prose

if TYPE_CHECKING:
    from app.chat.answer import Answer

SECRET: Final = "FAULTBOOK_MATTERMOST_TOKEN_FILE"
_SCHEME: Final = "token "


class Mattermost:
    """The service."""

    def __init__(self, tokens: Secret) -> None:
        self._tokens = tokens

    def verify(self, request: Request) -> str:
        """Raise Refused unless every token that the request carries is ours, and it carries one."""
        given = []
        header = request.header("Authorization")
        if header[: len(_SCHEME)].lower() == _SCHEME:
            given.append(header[len(_SCHEME) :].strip())
        try:
            in_body = _fields(request).get("token", "")
        except Malformed:
            raise Refused("its body cannot be read, so it shows no token") from None
        if in_body:
            given.append(in_body)
        tokens = self._tokens.values()
        if not given or not all(is_one_of(each, tokens) for each in given):
            raise Refused("its token is none of those that are set here")
        return ""

    def parse(self, request: Request) -> Ask | Challenge | Ignore:
        """A slash command, or a message that triggers the webhook; raises Malformed."""
        fields = _fields(request)
        if not fields.get("user_id") or not fields.get("channel_id"):
            raise Malformed("the request names no user_id or channel_id")
        if fields.get("post_id"):
            return _of_webhook(fields)
        asked = read_command(fields.get("text", ""))
        return Ask(
            asked.command,
            asked.text,
            fields["user_id"],
            fields["channel_id"],
            delivery_id=fields.get("trigger_id", ""),
            lang=asked.lang,
            is_public=asked.is_share,
            is_share=asked.is_share,
            in_response=True,
        )

    def acknowledgement(self) -> Payload | None:
        """An empty object: Mattermost complains of an answer that is not JSON."""
        return {}

    def render(self, answer: "Answer", ask: Ask) -> Payload:
        """The answer as attachments of a message."""
        return message(answer) | {"response_type": _manner(ask)}

    def notice(self, text: str, ask: Ask) -> Payload:
        """A sentence for the asker."""
        return {"text": prose(text), "response_type": "comment" if ask.thread else "ephemeral"}

    def deliver(self, payload: Payload, ask: Ask, posts: Posts) -> None:
        """There is no way but the HTTP response."""
        raise Undelivered("Mattermost is answered in the HTTP response only")


def _of_webhook(fields: Mapping[str, str]) -> Ask:
    """A message in a channel; its first word may be the one that triggers. The answer is a reply to it."""
    trigger, text = fields.get("trigger_word", ""), fields.get("text", "").lstrip()
    asked = read_command(text.removeprefix(trigger) if trigger else text)
    return Ask(
        asked.command,
        asked.text,
        fields["user_id"],
        fields["channel_id"],
        thread=fields["post_id"],
        delivery_id=fields["post_id"],
        lang=asked.lang,
        is_public=True,
        in_response=True,
    )


def _manner(ask: Ask) -> str:
    """`comment` is a reply to the message that triggered a webhook."""
    if ask.thread:
        return "comment"
    return "in_channel" if ask.is_public else "ephemeral"


def _fields(request: Request) -> Mapping[str, str]:
    """The fields of a form, or the texts of a JSON object: webhooks send either. Raises Malformed."""
    if request.header("Content-Type").partition(";")[0].strip().lower() == "application/json":
        body = read_json(request.body)
        return {name: text_at(body, name) for name in body}
    return read_form(request.body)


def _make(secrets: Mapping[str, Secret]) -> Mattermost:
    return Mattermost(secrets[SECRET])


def _sample(secrets: Mapping[str, Secret], text: str, now: float) -> Sample:
    """A slash command."""
    token = secrets[SECRET].values()[0]
    form = {
        "channel_id": "faultbook-test",
        "command": "/kb",
        "text": text,
        "token": token,
        "trigger_id": f"faultbook-test-{now}",
        "user_id": "faultbook-test",
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Token {token}"}
    return Sample(urlencode(form).encode("ascii"), headers)


KIND: Final = Kind("mattermost", "/kb", SECRET, (), (), _make, _sample)
