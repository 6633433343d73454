"""The words of a question: `/kb search ...`, `/kb zh share ...`, or just a paste.

Command words stand first, in any order of language and `share`. A paste may begin with such a word by chance, so
`help` counts only alone, `show` only before one id, `search` only in one line; everything else is looked up.
"""

import re
from dataclasses import dataclass
from typing import Final

from app.chat.contract import Command
from kb.entry import Language

_LANGUAGES: Final[dict[str, Language]] = {"en": "en", "english": "en", "zh": "zh", "中文": "zh"}
_SHARE: Final = frozenset(("share", "分享"))
_HELP: Final = frozenset(("", "help", "?", "？", "帮助"))
_SHOW: Final = frozenset(("show", "查看"))
_SEARCH: Final = frozenset(("search", "搜索"))
_FIRST: Final = re.compile(r"\s*(\S+)(?:[ \t\u3000\xa0]+|\s*\Z|(?=\n))")
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the words say: the command, what it is about, the language that is named, whether everybody shall see it."""

    command: Command
    text: str
    lang: Language | None = None
    is_share: bool = False


def read_command(text: str) -> Asked:
    """Take the command words off; `text` has no mention before it any more."""
    lang, is_share = None, False
    word, rest = _first(text)
    while word in _LANGUAGES or word in _SHARE:
        lang, is_share = _LANGUAGES.get(word, lang), is_share or word in _SHARE
        text = rest
        word, rest = _first(text)
    command, about = _command(word, rest.strip(), text.strip())
    return Asked(command, about, lang, is_share)


def _command(word: str, rest: str, text: str) -> tuple[Command, str]:
    if word in _HELP and not rest:
        return "help", ""
    if word in _SHOW and _ID.fullmatch(rest):
        return "show", rest
    if word in _SEARCH and rest and "\n" not in rest:
        return "search", rest
    return "lookup", text


def _first(text: str) -> tuple[str, str]:
    """(first word in lower case, what stands behind it)."""
    found = _FIRST.match(text)
    return ("", "") if found is None else (found[1].lower(), text[found.end() :])
