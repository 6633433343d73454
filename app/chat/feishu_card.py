"""An answer as a card of Feishu (card JSON 1.0, which every client shows).

Whatever may come from a log stands in elements of the kind `plain_text`, in which nothing is a mark. `lark_md` is used
for titles of entries alone, their characters as entities. Source: open.feishu.cn, "Card JSON 1.0" and "Markdown".
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.chat.answer import Answer, Item, Link
from app.chat.contract import Payload
from app.chat.words import colon, label, say
from app.messages.feishu import escaped

MAX_BYTES: Final = 28_000
"""A card may have 30 KB (open.feishu.cn, "Reply to a message")."""
MAX_VALUE: Final = 3_000
"""Characters of a packed question in a button; a card has two of them at the most."""

_COLOURS: Final = {"critical": "red", "error": "red", "warning": "orange", "info": "blue"}
_BRIEFER: Final = (5, 2, 0)
"""Lines of evidence of each item, tried in turn until the card is small enough."""

_Element = dict[str, Any]


def card(answer: Answer, question: Mapping[str, Any] | None, *, may_share: bool) -> Payload:
    """The card; `question` is what its buttons bring back, None where it has none."""
    for lines in _BRIEFER:
        made = _card(
            answer.heading, _colour(answer), [*_elements(answer, lines), *_actions(answer, question, may_share)]
        )
        if size(made) <= MAX_BYTES:
            return made
    first = _elements(Answer(answer.lang, answer.kind, answer.heading, answer.items[:1], notes=answer.notes), 0)
    return _card(answer.heading, _colour(answer), [*first, *_actions(answer, None, may_share)])


def notice_card(text: str) -> Payload:
    """A card that says only this sentence."""
    return {"config": {"wide_screen_mode": True}, "elements": [_plain(text)]}


def size(made: Payload) -> int:
    """The bytes of a card as it is sent."""
    return len(json.dumps(made, ensure_ascii=False).encode("utf-8", "replace"))


def _card(heading: str, colour: str, elements: list[_Element]) -> Payload:
    return {
        "config": {"wide_screen_mode": True},
        "header": {"template": colour, "title": {"tag": "plain_text", "content": heading}},
        "elements": elements,
    }


def _colour(answer: Answer) -> str:
    worst = next((key for key in _COLOURS if any(item.severity == key for item in answer.items)), "")
    return _COLOURS.get(worst, "blue") if answer.kind in ("recognised", "article") else "grey"


def _elements(answer: Answer, lines: int) -> Iterator[_Element]:
    for number, item in enumerate(answer.items, start=1):
        if number > 1:
            yield {"tag": "hr"}
        yield from _item(item, answer, f"{number}. " if len(answer.items) > 1 else "", lines)
    if answer.more:
        yield {"tag": "hr"}
        if answer.more_heading:
            yield _plain(answer.more_heading)
        yield _marked("\n".join(_link(each) for each in answer.more))
    notes = "\n".join(answer.notes)
    if notes and answer.items:
        yield {"tag": "note", "elements": [{"tag": "plain_text", "content": notes}]}
    elif notes:  # there is nothing to be noted of: they are what is answered
        yield _plain(notes)


def _item(item: Item, answer: Answer, number: str, lines: int) -> Iterator[_Element]:
    lang = answer.lang
    severity = f"  {escaped(say(lang, item.severity))}" if item.severity else ""
    yield _marked(f"**{number}{escaped(item.title)}**{severity}")
    if item.summary:
        yield _plain(item.summary)
    if item.evidence[:lines]:
        yield _plain("\n".join([label(lang, "seen").rstrip(), *item.evidence[:lines]]))
    if item.fields:
        yield {"tag": "div", "fields": [_field(f"{name} = {value}") for name, value in item.fields]}
    if item.verdict:
        yield _plain(label(lang, "versions") + item.verdict)
    if item.command:
        yield _plain(f"{item.command_label}{colon(lang).rstrip()}\n{item.command}")
    if item.url:
        yield {"tag": "action", "actions": [_link_button(Link(say(lang, "article"), item.url))]}
    else:
        yield _plain(label(lang, "article") + item.at_terminal)


def _actions(answer: Answer, question: Mapping[str, Any] | None, may_share: bool) -> Iterator[_Element]:
    buttons = [_link_button(each) for each in answer.links]
    if question is not None:
        other = "en" if answer.lang == "zh" else "zh"
        buttons.append(_button(say(answer.lang, "other-language"), {**question, "do": "lang", "lang": other}))
        if may_share:
            value = {**question, "do": "share", "lang": answer.lang}
            buttons.append(_button(say(answer.lang, "share"), value))
    if buttons:
        yield {"tag": "action", "actions": buttons}


def _plain(text: str) -> _Element:
    return {"tag": "div", "text": {"tag": "plain_text", "content": text}}


def _field(text: str) -> _Element:
    return {"is_short": True, "text": {"tag": "plain_text", "content": text}}


def _marked(markdown: str) -> _Element:
    return {"tag": "div", "text": {"tag": "lark_md", "content": markdown}}


def _link(link: Link) -> str:
    return f"[{escaped(link.label)}]({link.url})" if link.url else escaped(link.label)


def _link_button(link: Link) -> _Element:
    return {"tag": "button", "text": {"tag": "plain_text", "content": link.label}, "type": "default", "url": link.url}


def _button(label: str, value: Mapping[str, Any]) -> _Element:
    return {
        "tag": "button",
        "text": {"tag": "plain_text", "content": label},
        "type": "default",
        "value": dict(value),
    }
