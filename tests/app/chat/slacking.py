"""Requests as Slack sends them: shaped and signed as docs.slack.dev says."""

import json
import time
from typing import Any

from app.chat.slack import sign
from tests.app.chat.asking import FORM, form
from tests.app.serving import Answer, Client

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
RESPONSE_URL = "https://hooks.slack.com/commands/T0001/1234/abcd"
PASTE = "demo: eth0 failed 5 times: no signal"
_numbers = iter(range(1_000_000))


def send(client: Client, body: bytes, content_type: str = FORM, *, secret: str = SECRET, **more: str) -> Answer:
    """Send a signed request."""
    now = str(int(time.time()))
    headers = {"Content-Type": content_type, "X-Slack-Request-Timestamp": now}
    headers["X-Slack-Signature"] = sign(secret, now, body)
    return client.ask(
        "POST", "/chat/slack", body, headers | {key.replace("_", "-"): each for key, each in more.items()}
    )


def slash(text: str = PASTE, **more: str) -> bytes:
    """A slash command."""
    fields = {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO",
        "team_id": "T0001",
        "team_domain": "example",
        "channel_id": "C2147483705",
        "channel_name": "test",
        "user_id": "U2147483697",
        "user_name": "Steve",
        "command": "/kb",
        "text": text,
        "response_url": RESPONSE_URL,
        "trigger_id": f"13345224609.738474920.{next(_numbers)}",
        "api_app_id": "A123456",
    }
    return form(**(fields | more))


def event(text: str = f"<@U0LAN0Z89> {PASTE}", event_id: str | None = None, **more: Any) -> bytes:
    """A mention in a channel."""
    inner = {
        "type": "app_mention",
        "user": "U061F7AUR",
        "text": text,
        "ts": "1515449522.000016",
        "channel": "C123ABC456",
        "event_ts": "1515449522000016",
        **more,
    }
    outer = {
        "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
        "team_id": "T123ABC456",
        "api_app_id": "A123ABC456",
        "event": inner,
        "type": "event_callback",
        "event_id": event_id or f"Ev{next(_numbers)}",
        "event_time": 1515449522,
    }
    return json.dumps(outer).encode()


def pressed(action_id: str, value: str, *, is_ephemeral: bool = True, **more: Any) -> bytes:
    """A button of one of our answers."""
    payload = {
        "type": "block_actions",
        "user": {"id": "U2147483697", "username": "steve", "team_id": "T0001"},
        "api_app_id": "A123456",
        "container": {
            "type": "message",
            "message_ts": "1548261231.000200",
            "channel_id": "C2147483705",
            "is_ephemeral": is_ephemeral,
        },
        "trigger_id": f"12321423423.333649436676.{next(_numbers)}",
        "team": {"id": "T0001", "domain": "example"},
        "channel": {"id": "C2147483705", "name": "test"},
        "response_url": "https://hooks.slack.com/actions/T0001/5678/efgh",
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": "1.2"}],
        **more,
    }
    return form(payload=json.dumps(payload))


def button(answer: Any, prefix: str) -> tuple[str, str]:
    """(action_id, value) of the button of an answer whose action begins so."""
    elements = next(block["elements"] for block in answer["blocks"] if block["type"] == "actions")
    found = next(each for each in elements if each["action_id"].startswith(prefix))
    return found["action_id"], found["value"]


def shown(answer: Any) -> str:
    """All text of the sections of a message."""
    return "\n".join(block["text"]["text"] for block in answer["blocks"] if block["type"] == "section")
