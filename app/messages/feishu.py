"""Text in a card of Feishu (card JSON 1.0, which every client shows), and the sign of an incoming hook.

Whatever may come from a log stands in elements of the kind `plain_text`, in which nothing is a mark. `lark_md` is used
for titles of entries alone, their characters as entities. Source: open.feishu.cn, "Card JSON 1.0", "Markdown" and
"Custom bot usage guide".
"""

import base64
import hashlib
import hmac
import re
from typing import Final

_MARK: Final = re.compile(r"[^\w\s,.，。、；：“”（）]", re.ASCII)


def escaped(text: str) -> str:
    """Text in `lark_md` that is nothing but itself: every character that may be a mark as its entity."""
    return _MARK.sub(lambda found: f"&#{ord(found[0])};" if ord(found[0]) < 0x80 else found[0], text).replace(
        "_", "&#95;"
    )


def hook_sign(secret: str, time: str) -> str:
    """The sign of this time, in seconds, at an incoming hook: the key is time and secret, the text is empty."""
    digest = hmac.new(f"{time}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")
