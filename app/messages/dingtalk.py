"""Text in a Markdown message of DingTalk, and its sign.

DingTalk documents a part of Markdown (headings, quotations, bold, links, lists) and no blocks of code. Every mark in a
text stands behind a backslash, and what may begin a link or call somebody has something unseen in it: where a client
did not know the backslash, no link would come of it either. Nobody is called by a message without `at`. Source:
open.dingtalk.com, "Message types of robots" and "Security settings of custom robots".
"""

import base64
import hashlib
import hmac
import re
from typing import Final

from app.messages.text import inert

_MARKS: Final = re.compile(r"([\\`*_{}\[\]()#+\-!|~&$]|^>|(?<=^\d)\.|(?<=^\d\d)\.)")


def escaped(text: str) -> str:
    """A text in which nothing is formatting, a link or a call."""
    return _MARKS.sub(r"\\\1", inert(text.lstrip()))


def sign(secret: str, time: str) -> str:
    """The signature of this time, in milliseconds."""
    digest = hmac.new(secret.encode("utf-8"), f"{time}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")
