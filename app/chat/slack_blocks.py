"""An answer as a Slack message: sections of `mrkdwn`, buttons, and plain text for notifications.

`verbatim` keeps Slack from making links and calls of words; the rest of the escaping is `app.messages.slack`.

Limits (docs.slack.dev, "Blocks"): 50 blocks, 3,000 characters in a section, 2,000 in a button's value.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from app.chat.contract import Ask, Payload
from app.chat.recall import pack
from app.chat.text import plain_text
from app.chat.words import colon, label, say
from app.messages.slack import MAX_CODE, code, escape, inside_code, prose, value
from app.messages.text import fitting, without_mentions

if TYPE_CHECKING:
    from app.chat.answer import Answer, Item, Link

MAX_BLOCKS: Final = 50
MAX_SECTION: Final = 3_000
MAX_VALUE: Final = 2_000
MAX_FALLBACK: Final = 3_000
LANGUAGE_ACTION: Final = "faultbook-language"
SHARE_ACTION: Final = "faultbook-share"
_MAX_VALUES: Final = 1_800


def message(answer: "Answer", ask: Ask) -> Payload:
    """`text` and `blocks`, without who shall see them."""
    blocks = [*_blocks(answer), *_buttons(answer, ask)]
    return {
        "text": inside_code(without_mentions(plain_text(answer, MAX_FALLBACK))),
        "blocks": blocks[:MAX_BLOCKS],
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def command(text: str) -> str:
    """A command as a block of code, to be copied: nothing unseen stands in it."""
    return f"```\n{fitting(text, MAX_CODE, inside_code)}\n```"


def _blocks(answer: "Answer") -> Iterator[Payload]:
    yield _section(f"*{_prose(answer.heading, 500)}*")
    for item in answer.items:
        yield {"type": "divider"}
        yield from _item(item, answer)
    if answer.more:
        yield {"type": "divider"}
        if answer.more_heading:
            yield _section(_prose(answer.more_heading, 200))
        yield from (_section(f"• {_linked(link)}") for link in answer.more)
    if answer.notes:
        yield _section("\n".join(_prose(note, 500) for note in answer.notes))
    if answer.links:
        yield from (_section(_linked(link)) for link in answer.links)


def _item(item: "Item", answer: "Answer") -> Iterator[Payload]:
    title = f"<{escape(item.url)}|{_prose(item.title, 400)}>" if item.url else _prose(item.title, 400)
    severity = f"  `{say(answer.lang, item.severity)}`" if item.severity else ""
    yield _section(f"*{title}*{severity}\n{_prose(item.summary, 1_000)}".rstrip())
    if item.evidence:
        yield _section(f"{label(answer.lang, 'seen').rstrip()}\n{code(chr(10).join(item.evidence))}")
    facts = []
    if item.fields:
        facts.append(f"{label(answer.lang, 'values')}{_values(item.fields)}")
    if item.verdict:
        facts.append(f"{label(answer.lang, 'versions')}{_prose(item.verdict, 800)}")
    if facts:
        yield _section("\n".join(facts))
    if item.command:
        yield _section(f"{item.command_label}{colon(answer.lang).rstrip()}\n{command(item.command)}")
    if not item.url:
        yield _section(f"{label(answer.lang, 'article')}`{escape(item.at_terminal)}`")


def _values(fields: Sequence[tuple[str, str]]) -> str:
    """As many of the fields as there is room for."""
    shown = ""
    for field in fields:
        more = f"{shown}  {value(*field)}".lstrip()
        if len(more) > _MAX_VALUES:
            break
        shown = more
    return shown


def _buttons(answer: "Answer", ask: Ask) -> Iterator[Payload]:
    """To see it in the other language, and to show it to everybody where it is private."""
    again = pack(ask, answer.recognised, MAX_VALUE)
    if again is None:
        return
    other = "en" if answer.lang == "zh" else "zh"
    elements = [_button(say(answer.lang, "other-language"), f"{LANGUAGE_ACTION}-{other}", again)]
    if not ask.is_public:
        elements.append(_button(say(answer.lang, "share"), f"{SHARE_ACTION}-{answer.lang}", again))
    yield {"type": "actions", "elements": elements}


def _button(text: str, action: str, again: str) -> Payload:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": text, "emoji": False},
        "action_id": action,
        "value": again,
    }


def _linked(link: "Link") -> str:
    shown = _prose(link.label, 400)
    return f"<{escape(link.url)}|{shown}>" if link.url else shown


def _section(text: str) -> Payload:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _prose(text: str, most: int) -> str:
    return fitting(text, most, prose)
