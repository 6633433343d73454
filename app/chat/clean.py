r"""A paste as chat services mangle it -> the text that somebody had on the terminal.

Undone here is what a service puts into every message, and what is certain for that: Slack writes `&`, `<` and `>` as
entities and makes links and mentions of what looks like one (docs.slack.dev, "Formatting message text": `<URL|label>`,
`<mailto:..|..>`, `<@U..>`, `<#C..|..>`, `<!..>`). What only may be damage (smart quotes, code fences, blanks that do
not break, lost newlines, a sentence in Chinese around the message) is left to `kb.recognise`, which reads the text both
with and without it.
"""

import re
from typing import Final

__all__ = ["clean", "is_chinese", "without_mention"]

# The label is what was typed; where there is none, the address was.
_LINK: Final = re.compile(r"<(?:(?:https?|ftp|ssh|tel|mailto|sip):[^<>|\n]{1,3000}+)(?:\|([^<>\n]{0,3000}+))?>")
_ADDRESS: Final = re.compile(r"<(?:mailto:|tel:|sip:)?([^<>|\n]{1,3000}+)")
_CHANNEL: Final = re.compile(r"<#[CG][A-Z0-9]{2,20}(?:\|([^<>\n]{0,100}+))?>")
_MENTION: Final = re.compile(r"<@[UWB][A-Z0-9]{2,20}(?:\|([^<>\n]{0,100}+))?>")
_SPECIAL: Final = re.compile(r"<!([a-z]{3,12})(?:\^[^<>|\n]{0,300}+)?(?:\|([^<>\n]{0,300}+))?>")
_ENTITY: Final = re.compile(r"&(lt|gt|amp);")
_PLAIN: Final = {"lt": "<", "gt": ">", "amp": "&"}
_TO_SOMEBODY: Final = re.compile(
    r"\s*(?:<@[UWB][A-Z0-9]{2,20}(?:\|[^<>\n]{0,100}+)?>|@[^\s@<>,:：，]{1,100}+)[\s,:：，]*"
)

_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA_OR_HANGUL: Final = re.compile(r"[\u3040-\u30ff\uac00-\ud7a3]")


def clean(text: str) -> str:
    """The text without the marks that a chat service put into it; one level of its entities is undone, at the end."""
    if "<" in text:
        text = _LINK.sub(_typed, text)
        text = _CHANNEL.sub(lambda found: f"#{found[1]}" if found[1] else found[0], text)
        text = _MENTION.sub(lambda found: f"@{found[1]}" if found[1] else "", text)
        text = _SPECIAL.sub(lambda found: found[2] or f"@{found[1]}", text)
    return _ENTITY.sub(lambda found: _PLAIN[found[1]], text)


def without_mention(text: str) -> str:
    """The text behind the name of the bot that it begins with (`<@U..>`, `@faultbook`); mentions inside stay."""
    found = _TO_SOMEBODY.match(text)
    return text[found.end() :] if found else text


def is_chinese(text: str) -> bool:
    """Whether somebody who writes Chinese wrote it: Chinese characters and neither Japanese nor Korean ones."""
    return _HAN.search(text) is not None and _KANA_OR_HANGUL.search(text) is None


def _typed(link: re.Match[str]) -> str:
    if link[1]:
        return link[1]
    address = _ADDRESS.match(link[0])
    return address[1] if address else link[0]
