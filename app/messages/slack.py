"""Text in Slack's `mrkdwn`.

Slack reads `<...>` as links and calls (`<!here>`), so `&`, `<` and `>` are entities in every text; that holds inside
of code, too. Log text stands in code wherever it is more than a value in a sentence. In sentences signs that would
begin formatting are replaced by ones that look alike. Source: docs.slack.dev, "Formatting message text".
"""

import re
from typing import Final

from app.messages.text import ZERO_WIDTH, fitting, without_mentions

MAX_CODE: Final = 2_400

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LOOK_ALIKE: Final = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_EDGE: Final = re.compile(r"(?<!\w)_|_(?!\w)|(?<=_)_")
_EMOJI: Final = re.compile(r":(?=[\w+'-]{1,60}:)")
_BACKTICKS: Final = re.compile(r"`(?=`)")


def escape(text: str) -> str:
    """The text without anything that Slack takes for a link or a call."""
    return "".join(_ENTITIES.get(char, char) for char in text)


def prose(text: str) -> str:
    """A sentence in which nothing is formatting, an emoji, a quotation or a call."""
    text = _EDGE.sub("ˍ", text.translate(_LOOK_ALIKE))
    text = _EMOJI.sub(":" + ZERO_WIDTH, without_mentions(text))
    return escape(ZERO_WIDTH + text if text.startswith(">") else text)


def code(text: str) -> str:
    """Lines of a log as a block of code."""
    return f"```\n{fitting(without_mentions(text), MAX_CODE, inside_code)}\n```"


def value(name: str, text: str) -> str:
    """A field in a line: code, in which nothing is formatting."""
    return f"`{escape(without_mentions(f'{name}={text}'.replace('`', 'ˋ')))}`"


def inside_code(text: str) -> str:
    """Text between fences of code: none of its backticks ends it."""
    return escape(_BACKTICKS.sub("`" + ZERO_WIDTH, text))
