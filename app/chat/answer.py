"""What is answered to a question in chat, before a service gives it its form.

Every text of an answer is one line or a list of lines, plain, control characters visible, bounded in length. None of it
is escaped: that is the last step, and each service's own. Where the site's address is not known, nothing is a link, and
what to type at a terminal stands in its place.
"""

from dataclasses import dataclass
from typing import Final, Literal

from app.chat.clean import is_chinese
from app.chat.contract import Ask
from kb.entry import Language

_LOOKED_AT: Final = 1 << 16

Kind = Literal["recognised", "near", "nothing", "found", "article", "help"]


@dataclass(frozen=True, slots=True)
class Link:
    """A way on; `url` is empty where the site's address is not known and the label says it all."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. `severity` is the key of a word, empty for a how-to; `evidence` are lines of the log.

    `fields` are (name, value); `command` is the first of the article, values filled in, and `command_label` says what
    it is for; `at_terminal` shows the article without the site.
    """

    entry: str
    title: str
    severity: str = ""
    summary: str = ""
    evidence: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    verdict: str = ""
    command: str = ""
    command_label: str = ""
    url: str = ""
    at_terminal: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Heading, a few items, what else there is, remarks, ways on: in this order it is shown.

    `recognised` are the texts that matchers recognised, as they stood, for a button that asks again.
    """

    lang: Language
    kind: Kind
    heading: str
    items: tuple[Item, ...] = ()
    more_heading: str = ""
    more: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    recognised: tuple[str, ...] = ()


def language_of(ask: Ask, of_channel: Language | None = None) -> Language:
    """The language of the answer: asked for, set for the channel, that of the words around the error, the vendor's."""
    chosen = ask.lang or of_channel
    if chosen is not None:
        return chosen
    return "zh" if is_chinese(ask.text[:_LOOKED_AT]) else ask.lang_hint or "en"
