"""One message to one channel: posted once, and what came back judged.

    2xx                              what the service says of it in the body (`judge`)
    408, 425, 429, 5xx, no answer    later, not before Retry-After
    3xx, 401, 403, 404, 410          later: address or secret are wrong, which people mend; redirects are not followed
    other 4xx                        refused: this message will not be taken, others may

Certificates are checked, no proxy of the environment is used, and everything is bounded (app/watch/post.py). What is
said of it never names the address, which is a secret of most services.
"""

import json
from contextlib import closing
from datetime import datetime
from typing import Final

from app.secret_file import SecretFileError
from app.telling.channels import KINDS
from app.telling.config import ChannelConfig
from app.telling.contract import Verdict
from app.telling.secrets import address_of
from app.telling.values import Message
from app.watch.backoff import retry_after_s
from app.watch.post import Answer, NoAnswer, Post

TIMEOUT_S: Final = 10.0
_SETUP: Final = frozenset((401, 403, 404, 405, 407, 410, 421, 451))
_LATER: Final = frozenset((408, 425, 429))
_MAX_SAID: Final = 200


def send(message: Message, config: ChannelConfig, now: datetime, *, timeout_s: float = TIMEOUT_S) -> Verdict:
    """Post the message once; what came of it."""
    kind = KINDS[config.kind]
    try:
        request = kind.render(message, address_of(config), config, now)
        post = Post(request.url, timeout_s, route="")
        post.packs = False
        with closing(post):
            answer = post.send(request.body, None, request.headers)
    except (SecretFileError, NoAnswer) as error:
        return Verdict("later", str(error))
    if 200 <= answer.status < 300:
        return kind.judge(answer.body)
    return _verdict(answer, now)


def _verdict(answer: Answer, now: datetime) -> Verdict:
    status, said = answer.status, _said(answer)
    if status in _LATER or status >= 500:
        return Verdict("later", said, retry_after_s(answer.headers, now))
    if status in _SETUP or 300 <= status < 400:
        return Verdict("later", f"{said}; check address and secret")
    return Verdict("refused", said)


def _said(answer: Answer) -> str:
    """The status and the beginning of what the service says beside it, in one line."""
    text = answer.body.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        text = next((str(value[name]) for name in ("detail", "message", "msg", "errmsg", "error") if name in value), "")
    shown = " ".join("".join(char if char.isprintable() else " " for char in text[: _MAX_SAID * 2]).split())
    return f"{answer.status}: {shown[:_MAX_SAID]}" if shown else str(answer.status)
