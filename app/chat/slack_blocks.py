"""An answer as a Slack message: sections of `mrkdwn`, buttons, and plain text for notifications.

Slack reads `<...>` as links and calls (`<!here>`), so `&`, `<` and `>` are entities in every text; that holds inside
of code, too. Log text stands in code wherever it is more than a value in a sentence. In sentences signs that would
begin formatting are replaced by ones that look alike. `verbatim` keeps Slack from making links and calls of words.

Limits (docs.slack.dev, "Blocks"): 50 blocks, 3,000 characters in a section, 2,000 in a button's value.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from app.chat.contract import Ask, Payload
from app.chat.recall import pack
from app.chat.text import ZERO_WIDTH, fitting, plain_text, without_mentions
from app.chat.words import colon, label, say

if TYPE_CHECKING:
    from app.chat.answer import Answer, Item, Link

MAX_BLOCKS: Final = 50
MAX_SECTION: Final = 3_000
MAX_VALUE: Final = 2_000
MAX_FALLBACK: Final = 3_000
LANGUAGE_ACTION: Final = "faultbook-language"
SHARE_ACTION: Final = "faultbook-share"
_MAX_CODE: Final = 2_400
_MAX_VALUES: Final = 1_800

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LOOK_ALIKE: Final = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_EDGE: Final = re.compile(r"(?<!\w)_|_(?!\w)|(?<=_)_")
_EMOJI: Final = re.compile(r":(?=[\w+'-]{1,60}:)")
_BACKTICKS: Final = re.compile(r"`(?=`)")


def message(answer: "Answer", ask: Ask) -> Payload:
    """`text` and `blocks`, without who shall see them."""
    blocks = [*_blocks(answer), *_buttons(answer, ask)]
    return {
        "text": _inside_code(without_mentions(plain_text(answer, MAX_FALLBACK))),
        "blocks": blocks[:MAX_BLOCKS],
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


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
    return f"```\n{fitting(without_mentions(text), _MAX_CODE, _inside_code)}\n```"


def command(text: str) -> str:
    """A command as a block of code, to be copied: nothing unseen stands in it."""
    return f"```\n{fitting(text, _MAX_CODE, _inside_code)}\n```"


def value(name: str, text: str) -> str:
    """A field in a line: code, in which nothing is formatting."""
    return f"`{escape(without_mentions(f'{name}={text}'.replace('`', 'ˋ')))}`"


def _inside_code(text: str) -> str:
    return escape(_BACKTICKS.sub("`" + ZERO_WIDTH, text))


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
