"""A whole answer as plain text: what is read where nothing better is shown."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from app.chat.words import colon, label, say
from app.messages.text import shorten

if TYPE_CHECKING:
    from app.chat.answer import Answer, Item


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
