"""An answer as a message of DingTalk: Markdown, and the same as text.

Lines of a log stand in a quotation. Only a command, which is to be copied, stands as it is, in a block of code; its
values are strictly typed.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from app.chat.contract import Payload
from app.chat.text import plain_text
from app.chat.words import colon, label, say
from app.messages.dingtalk import escaped
from app.messages.text import fenced, inert, shorten

if TYPE_CHECKING:
    from app.chat.answer import Answer, Item, Link

MAX_BYTES: Final = 18_000
"""A message may have 20,000."""
_MAX_TITLE: Final = 60
_MAX_TEXT: Final = 2_000

_BRIEFER: Final = (5, 2, 0)
"""Lines of evidence of each item, tried in turn until the message is small enough."""


def message(answer: "Answer", call: str) -> Payload:
    """`markdown`, and `text` beside it; only `text` where the Markdown would be too long.

    There are no buttons, so what to write for the other language stands at the end: `call` is how we are spoken to.
    """
    text = {"content": plain_text(answer, _MAX_TEXT, inert)}
    title = inert(shorten(answer.items[0].title if answer.items else answer.heading, _MAX_TITLE))
    for lines in _BRIEFER:
        body = "\n\n".join([*_blocks(answer, lines), escaped(say(answer.lang, "other-by-words", call=call))])
        payload: Payload = {"msgtype": "markdown", "markdown": {"title": title, "text": body}, "text": text}
        if len(json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")) <= MAX_BYTES:
            return payload
    return {"msgtype": "text", "text": text}


def notice_message(text: str) -> Payload:
    """A sentence as text."""
    return {"msgtype": "text", "text": {"content": inert(text)}}


def _blocks(answer: "Answer", lines: int) -> Iterator[str]:
    yield f"#### {escaped(answer.heading)}"
    for number, item in enumerate(answer.items, start=1):
        yield from _item(item, answer, f"{number}\\. " if len(answer.items) > 1 else "", lines)
    if answer.more:
        if answer.more_heading:
            yield f"**{escaped(answer.more_heading)}**"
        yield "\n".join(f"- {_linked(link)}" for link in answer.more)
    yield from (escaped(note) for note in answer.notes)
    if answer.links:
        yield " · ".join(_linked(link) for link in answer.links)


def _item(item: "Item", answer: "Answer", number: str, lines: int) -> Iterator[str]:
    lang = answer.lang
    severity = f" ({say(lang, item.severity)})" if item.severity else ""
    yield f"**{number}{escaped(item.title)}**{severity}"
    if item.summary:
        yield escaped(item.summary)
    if item.evidence[:lines]:
        yield label(lang, "seen").rstrip()
        yield "\n>\n".join(f"> {escaped(line)}" for line in item.evidence[:lines])
    if item.fields:
        yield label(lang, "values") + " · ".join(escaped(f"{name} = {value}") for name, value in item.fields)
    if item.verdict:
        yield label(lang, "versions") + escaped(item.verdict)
    if item.command:
        yield escaped(item.command_label) + colon(lang).rstrip()
        yield fenced(item.command)
    yield (f"[{say(lang, 'article')}]({item.url})" if item.url else label(lang, "article") + escaped(item.at_terminal))


def _linked(link: "Link") -> str:
    return f"[{escaped(link.label)}]({link.url})" if link.url else escaped(link.label)
