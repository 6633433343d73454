"""Requests as Feishu sends them: shaped, encrypted and signed as open.feishu.cn says."""

import hashlib
import json
import time
from typing import Any

from app.chat.feishu_seal import encrypted
from tests.app.serving import Answer, Client

KEY = "kudryavka-encrypt-key"
APP_LINE = "cli_a1 app-secret-1"
LINE = "demo: eth0 failed 5 times: no signal"
TOKEN_PATH = "/open-apis/auth/v3/tenant_access_token/internal"
MESSAGE = "om_dc13264520392913993dd051dba21dcf"
REPLY_PATH = f"/open-apis/im/v1/messages/{MESSAGE}/reply"
SHOW_PATH = "/open-apis/ephemeral/v1/send"
UPDATE_PATH = "/open-apis/interactive/v1/card/update"
BOT = {"key": "@_user_1", "id": {"open_id": "ou_bot"}, "name": "faultbook", "tenant_key": "t"}
_numbers = iter(range(1_000_000))


def sealed(sent: object, key: str = KEY) -> bytes:
    """The body of a request."""
    plain = json.dumps(sent, ensure_ascii=False).encode()
    return json.dumps({"encrypt": encrypted(plain, key, b"0123456789abcdef")}).encode()


def signature(timestamp: str, nonce: str, key: str, body: bytes) -> str:
    """Worked out apart from the program."""
    return hashlib.sha256((timestamp + nonce + key).encode("utf-8") + body).hexdigest()


def signed_headers(body: bytes, key: str = KEY, now: float | None = None) -> dict[str, str]:
    """The headers of a request of this moment."""
    timestamp, nonce = str(int(time.time() if now is None else now)), f"nonce-{next(_numbers)}"
    return {
        "Content-Type": "application/json; charset=utf-8",
        "X-Lark-Request-Timestamp": timestamp,
        "X-Lark-Request-Nonce": nonce,
        "X-Lark-Signature": signature(timestamp, nonce, key, body),
    }


def send(client: Client, sent: object, key: str = KEY, headers: dict[str, str] | None = None) -> Answer:
    """Send it encrypted and signed."""
    body = sealed(sent, key)
    return client.ask("POST", "/chat/feishu", body, signed_headers(body, key) if headers is None else headers)


def event(
    content: object,
    *,
    kind: str = "text",
    chat: str = "group",
    mentions: object = (BOT,),
    event_id: str | None = None,
    **message: Any,
) -> dict[str, Any]:
    """A message to the bot; a text is its `content`."""
    written = {"text": content} if isinstance(content, str) else content
    return {
        "schema": "2.0",
        "header": {
            "event_id": event_id or f"event-{next(_numbers)}",
            "event_type": "im.message.receive_v1",
            "create_time": "1608725989000",
            "token": "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV",
            "app_id": "cli_a1",
            "tenant_key": "2ca1d211f64f6438",
        },
        "event": {
            "sender": {
                "sender_id": {"union_id": "on_8ed6", "user_id": "e33ggbyz", "open_id": "ou_84aad35d084aa403a838"},
                "sender_type": "user",
                "tenant_key": "736588c9260f175e",
            },
            "message": {
                "message_id": MESSAGE,
                "create_time": "1609073151345",
                "chat_id": "oc_5ce6d572455d361153b7xx51da133945",
                "chat_type": chat,
                "message_type": kind,
                "content": json.dumps(written, ensure_ascii=False),
                "mentions": list(mentions) if isinstance(mentions, tuple) else mentions,
                **message,
            },
        },
    }


def pressed(value: object, event_id: str | None = None, **more: Any) -> dict[str, Any]:
    """A button of a card."""
    return {
        "schema": "2.0",
        "header": {"event_id": event_id or f"press-{next(_numbers)}", "event_type": "card.action.trigger"},
        "event": {
            "operator": {"tenant_key": "rvaYgkND", "user_id": "867", "open_id": "ou_84aad35d084aa403a838"},
            "token": "c-295ee57216a5dc9de90fefd0aadb4b1d7d",
            "action": {"value": value, "tag": "button"},
            "host": "im_message",
            "context": {"open_message_id": "om_card", "open_chat_id": "oc_5ce6d572455d361153b7xx51da133945"},
            **more,
        },
    }


def texts(card: Any) -> str:
    """Everything that a card shows, line by line."""
    found: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("tag") in ("plain_text", "lark_md"):
                found.append(value["content"])
            for each in value.values():
                look(each)
        elif isinstance(value, list):
            for each in value:
                look(each)

    look(card)
    return "\n".join(found)


def button(card: Any, what: str) -> Any:
    """The value of the card's button that does this."""
    actions = [action for each in card["elements"] if each["tag"] == "action" for action in each["actions"]]
    return next(each["value"] for each in actions if each.get("value", {}).get("do") == what)
