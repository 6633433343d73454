"""What is asked of Feishu's API in the app's name: messages sent, cards shown to one person, cards changed.

The app's line in its file is `APP_ID APP_SECRET`, or `APP_ID APP_SECRET HOST` for Lark's international cloud. The
tenant's token that it gives is kept until five minutes before it ends (open.feishu.cn, "tenant_access_token").
"""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from app.chat.contract import Payload, Posted, Posts, Secret, Undelivered
from kb.entry import Language

CLOUDS: Final = ("open.feishu.cn", "open.larksuite.com")

_SPARE_S: Final = 300
_MOST_S: Final = 7_200
_STALE: Final = frozenset((99991661, 99991663, 99991664, 99991668))
"""Codes that say that the token does not count any more."""
_MESSAGE_ID: Final = re.compile(r"om_[A-Za-z0-9_-]{1,100}")


class FeishuApi:
    """The API for one app; without its file nothing can be sent. Any thread may use it; `clock` counts seconds."""

    def __init__(self, apps: Secret | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._apps = apps
        self._clock = clock
        self._lock = threading.Lock()
        self._token: tuple[str, str, str, float] | None = None  # line, host, token, until when

    @property
    def language(self) -> Language | None:
        """That of the people of this cloud; Lark's are everywhere."""
        lines = self._apps.values() if self._apps is not None else ()
        return "zh" if lines and _host(lines[0]) == CLOUDS[0] else None

    def reply(self, posts: Posts, message: str, kind: str, content: Payload, key: str) -> None:
        """Answer a message, in its thread where it has one; of several with the same `key` the vendor sends one."""
        if _MESSAGE_ID.fullmatch(message) is None:
            raise Undelivered("there is no message to reply to")
        sent = {"msg_type": kind, "content": json.dumps(content, ensure_ascii=False)}
        self._post(posts, f"/open-apis/im/v1/messages/{message}/reply", {**sent, **({"uuid": key[:50]} if key else {})})

    def show_to(self, posts: Posts, chat: str, person: str, card: Payload) -> None:
        """Show a card in a group to one person alone."""
        asked = {"chat_id": chat, "open_id": person, "msg_type": "interactive", "card": card}
        self._post(posts, "/open-apis/ephemeral/v1/send", asked)

    def update(self, posts: Posts, token: str, person: str, card: Payload) -> None:
        """Change a card for the person who pressed its button; `token` came with that, for half an hour."""
        asked = {"token": token, "card": {**card, "open_ids": [person]}}
        self._post(posts, "/open-apis/interactive/v1/card/update", asked)

    def _post(self, posts: Posts, path: str, payload: Payload) -> None:
        host, token = self._authorised(posts)
        answered = self._posted(posts, host, token, path, payload)
        if answered in _STALE:
            self._forget(token)
            host, token = self._authorised(posts)
            answered = self._posted(posts, host, token, path, payload)
        if answered:
            raise Undelivered(f"{host} answered with code {answered}", 400)

    def _posted(self, posts: Posts, host: str, token: str, path: str, payload: Payload) -> int:
        return _code(posts.post(f"https://{host}{path}", payload, {"Authorization": f"Bearer {token}"}))

    def _authorised(self, posts: Posts) -> tuple[str, str]:
        """(host, token) of the first app in the file that the vendor knows; raises Undelivered."""
        lines = self._apps.values() if self._apps is not None else ()
        if not lines:
            raise Undelivered("FAULTBOOK_FEISHU_APP_FILE names no app to answer as")
        with self._lock:
            if self._token is not None and self._token[0] in lines and self._clock() < self._token[3]:
                return self._token[1], self._token[2]
            self._token = self._asked_for(posts, lines)
            return self._token[1], self._token[2]

    def _asked_for(self, posts: Posts, lines: tuple[str, ...]) -> tuple[str, str, str, float]:
        trouble = Undelivered("FAULTBOOK_FEISHU_APP_FILE should hold APP_ID APP_SECRET")
        for line in lines:
            name, _, rest = line.partition(" ")
            secret, host = rest.partition(" ")[0], _host(line)
            if not secret or host not in CLOUDS:
                continue
            asked = {"app_id": name, "app_secret": secret}
            try:
                answered = posts.post(f"https://{host}/open-apis/auth/v3/tenant_access_token/internal", asked)
            except Undelivered as error:
                trouble = error
                continue
            token, expires_s = answered.json.get("tenant_access_token"), answered.json.get("expire")
            if isinstance(token, str) and token.isascii() and token.isprintable() and isinstance(expires_s, int):
                return line, host, token, self._clock() + min(max(expires_s - _SPARE_S, 0), _MOST_S)
            trouble = Undelivered(f"{host} does not know the app (code {_code(answered)})")
        raise trouble

    def _forget(self, token: str) -> None:
        with self._lock:
            if self._token is not None and self._token[2] == token:
                self._token = None


def _host(line: str) -> str:
    words = line.split(" ")
    return words[2] if len(words) > 2 else CLOUDS[0]


def _code(answered: Posted) -> int:
    """0 where the vendor did it; -1 where the answer is not one of its own."""
    code: Any = answered.json.get("code", -1) if isinstance(answered.json, Mapping) else -1
    return code if isinstance(code, int) else -1
