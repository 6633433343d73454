"""Text for messages: cut to a service's limits, harmless where marks are read in it. Nothing here knows a service."""

import re
from collections.abc import Callable
from typing import Final

ZERO_WIDTH: Final = "\u200b"
"""A blank that nobody sees: what it parts is not read as a mark by a service."""

_AT: Final = re.compile(r"[@＠](?=\S)")
_LINKS: Final = re.compile(r"(?<=<)(?=[A-Za-z/!@#])|(?<=:)(?=//)|(?<=\])(?=\()|(?<=[Ww]{3})(?=\.)|(?<=mailto:)(?=\S)")
_BACKTICKS: Final = re.compile(r"`+")


def shorten(text: str, most: int) -> str:
    """At most `most` characters; a text that was cut ends with an ellipsis."""
    return text if len(text) <= most else text[: max(most - 1, 0)] + "…"[:most]


def fitting(text: str, most: int, escape: Callable[[str], str]) -> str:
    """The text as `escape` makes it, cut before as far as needed for that to have at most `most` characters."""
    shown = escape(text)
    while len(shown) > most:
        text = shorten(text, len(text) * most // (len(shown) + 1))
        shown = escape(text)
    return shown


def without_mentions(text: str) -> str:
    """The text with something unseen behind each `@`, so that nobody is called by what a log says."""
    return _AT.sub(lambda found: found[0] + ZERO_WIDTH, text)


def fenced(text: str) -> str:
    """The text as a block of code in Markdown, with fences longer than any backticks in it."""
    longest = max((len(found) for found in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def inert(text: str) -> str:
    """The text with something unseen in whatever a service would take for a call, a tag or a link."""
    return _LINKS.sub(ZERO_WIDTH, without_mentions(text))
