"""An answer as a Mattermost message: one attachment per entry, in Markdown, within 16,383 characters.

Only in a command, which is to be copied, stands nothing unseen; a block of code calls nobody.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from app.chat.contract import Payload
from app.chat.text import plain_text
from app.chat.words import colon, label, say
from app.messages.mattermost import MAX_MESSAGE, code, prose, value
from app.messages.text import fenced, fitting, without_mentions

if TYPE_CHECKING:
    from app.chat.answer import Answer, Item, Link

_COLOURS: Final = {"critical": "#b3261e", "error": "#d9480f", "warning": "#e6a700", "info": "#1971c2"}


def message(answer: "Answer") -> Payload:
    """`text` and `attachments`; only text where that would be too long."""
    text = f"**{prose(answer.heading)}**"
    attachments = [_attachment(item, answer) for item in answer.items]
    tail = "\n".join(_tail(answer))
    if tail and attachments:
        attachments.append({"fallback": "", "text": tail})
    elif tail:
        text = f"{text}\n\n{tail}"
    payload: Payload = {"text": text, "attachments": attachments}
    if length_of(payload) <= MAX_MESSAGE:
        return payload
    return {"text": fitting(without_mentions(plain_text(answer, MAX_MESSAGE)), MAX_MESSAGE, fenced)}


def length_of(payload: Payload) -> int:
    """Characters of everything that is shown."""
    return len(payload["text"]) + sum(
        len(value) for each in payload.get("attachments", ()) for value in each.values() if isinstance(value, str)
    )


def _attachment(item: "Item", answer: "Answer") -> Payload:
    return {
        "fallback": prose(item.title),
        "color": _COLOURS.get(item.severity, "#868e96"),
        "text": "\n".join(_lines(item, answer)),
    }


def _lines(item: "Item", answer: "Answer") -> Iterator[str]:
    lang = answer.lang
    title = prose(item.title)
    severity = f"  `{say(lang, item.severity)}`" if item.severity else ""
    yield f"**[{title}]({item.url})**{severity}" if item.url else f"**{title}**{severity}"
    if item.summary:
        yield prose(item.summary)
    if item.evidence:
        yield f"\n{label(lang, 'seen').rstrip()}\n{code(chr(10).join(item.evidence))}"
    if item.fields:
        yield f"{label(lang, 'values')}{'  '.join(value(*field) for field in item.fields)}"
    if item.verdict:
        yield f"{label(lang, 'versions')}{prose(item.verdict)}"
    if item.command:
        yield f"\n{prose(item.command_label)}{colon(lang).rstrip()}\n{fenced(item.command)}"
    if not item.url:
        yield f"{label(lang, 'article')}`{item.at_terminal}`"


def _tail(answer: "Answer") -> Iterator[str]:
    if answer.more_heading:
        yield f"**{prose(answer.more_heading)}**"
    yield from (f"- {_linked(link)}" for link in answer.more)
    yield from (prose(note) for note in answer.notes)
    if answer.links:
        yield " · ".join(_linked(link) for link in answer.links)


def _linked(link: "Link") -> str:
    return f"[{prose(link.label)}]({link.url})" if link.url else prose(link.label)
