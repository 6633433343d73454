"""Text for messages: cut to a service's limits, harmless where marks are read in it, and an answer as plain text.

Nothing here knows a service; each service's module escapes with its own rules as the last step.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from app.chat.words import colon, label, say

if TYPE_CHECKING:
    from app.chat.answer import Answer, Item

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


def plain_text(answer: "Answer", most: int, escape: Callable[[str], str] = str) -> str:
    """The whole answer in at most `most` characters without any marks: what is read where nothing better is shown.

    `escape` is done to whatever may hold a piece of a log, but not to commands, which are copied, and our own links.
    """
    heading = escape(answer.heading)
    items = ["\n".join(_plain_item(item, answer, escape)) for item in answer.items]
    return shorten("\n\n".join(block for block in (heading, *items, "\n".join(_end(answer, escape))) if block), most)


def _plain_item(item: "Item", answer: "Answer", escape: Callable[[str], str]) -> Iterator[str]:
    """One item, line by line."""
    lang = answer.lang
    yield f"{escape(item.title)} [{say(lang, item.severity)}]" if item.severity else escape(item.title)
    if item.summary:
        yield escape(item.summary)
    if item.evidence:
        yield label(lang, "seen").rstrip()
        yield from (f"  {escape(line)}" for line in item.evidence)
    if item.fields:
        pairs = "  ".join(f"{name}={value}" for name, value in item.fields)
        yield label(lang, "values") + escape(pairs)
    if item.verdict:
        yield label(lang, "versions") + escape(item.verdict)
    if item.command:
        yield item.command_label + colon(lang).rstrip()
        yield f"  {item.command}"
    yield label(lang, "article") + (item.url or item.at_terminal)


def _end(answer: "Answer", escape: Callable[[str], str]) -> Iterator[str]:
    if answer.more_heading:
        yield escape(answer.more_heading)
    if answer.more:
        yield from (f"  {escape(link.label)} {link.url}".rstrip() for link in answer.more)
    yield from map(escape, answer.notes)
    yield from (f"{link.label}: {link.url}" for link in answer.links)
