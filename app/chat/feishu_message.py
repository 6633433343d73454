"""What somebody wrote in a message of Feishu: the `content` of a text or a post as plain text, without the bot's name.

Source: open.feishu.cn, "Content of received messages": a text is `{"text": "@_user_1 ..."}`, a post has paragraphs of
elements (`text`, `a`, `at`, `code_block`, ...), and `mentions` says whom each `@_user_N` means.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from app.chat.contract import Malformed

KINDS: Final = ("text", "post")
_MENTION: Final = re.compile(r"@_user_\d{1,4}(?!\d)[ \u00a0]?")


def written(kind: str, content: str, mentions: Sequence[Mapping[str, Any]]) -> str:
    """The text of a message; raises Malformed. People who are mentioned keep their names, bots are left out."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise Malformed("the content of the message is not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("the content of the message is not an object")
    text = str(found.get("text") or "") if kind == "text" else "\n".join(_paragraphs(_post(found)))
    names = {str(each.get("key")): _name(each) for each in mentions}
    return _MENTION.sub(lambda mention: names.get(mention[0].strip(" \u00a0"), ""), text).strip()


def is_of_bot(mention: Mapping[str, Any]) -> bool:
    """Whether a mention may be the bot's; older events do not say whose it is."""
    return bool(mention.get("mentioned_type", "bot") != "user")


def _name(mention: Mapping[str, Any]) -> str:
    return "" if is_of_bot(mention) else f"@{mention.get('name') or ''} "


def _post(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The post itself; some stand below their language."""
    if "content" in content:
        return content
    return next((each for each in content.values() if isinstance(each, dict)), {})


def _paragraphs(post: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(title := post.get("title"), str) and title:
        yield title
    paragraphs = post.get("content")
    for paragraph in paragraphs if isinstance(paragraphs, list) else ():
        if isinstance(paragraph, list):
            yield "".join(_element(each) for each in paragraph if isinstance(each, dict))


def _element(element: Mapping[str, Any]) -> str:
    tag = element.get("tag")
    if tag == "at":
        return str(element.get("user_id") or "")  # `@_user_1`, as in a text
    if tag in ("text", "a", "md"):
        return str(element.get("text") or "")
    return f"\n{element.get('text') or ''}\n" if tag == "code_block" else ""
