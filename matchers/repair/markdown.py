r"""Marks of Markdown, trackers and chats around a piece of a log: fences, inline code, `{code}`, `\_`, bold words.

Inline code of several words is put on a line of its own: the sentence around it is no part of the message. A single
word in backticks may be the message's own.
"""

import re
from typing import Final

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "markup"

_FENCE = re.compile(r"(?:```|~~~)[`~]*(?:[A-Za-z0-9_+-]{1,20}[ \t]*(?=\n|$))?")
_BLOCK = re.compile(r"\{(?:code|noformat|quote|panel)(?::[^{}\n]{0,80})?\}", re.IGNORECASE)
_INLINE = (
    re.compile(r"(?<![`\w])``(?=[^`\s])((?:[^`\n]|`(?!`)){1,2000}+)``(?![`\w])"),
    re.compile(r"(?<![`\w])`(?=[^`\s])([^`\n]{1,2000}+)`(?![`\w])"),
)
_BOLD = re.compile(r"(?<![*\w])\*\*(?=[^\s*])([^*\n]{1,400}+)(?<=[^\s*])\*\*(?![*\w])")
_BACKSLASH = re.compile(r"\\([_*<>#|~`\[\]])")
_MIN_WORDS: Final = 3


def signs(text: str) -> bool:
    """Whether there is a fence, a backtick, or another of these marks."""
    return (
        "`" in text
        or ("~" in text and "~~~" in text)
        or ("*" in text and "**" in text and _BOLD.search(text) is not None)
        or ("{" in text and _BLOCK.search(text) is not None)
        or ("\\" in text and _BACKSLASH.search(text) is not None)
    )


def undo(text: str) -> str:
    """The text without the marks; code of several words stands on lines of its own."""
    text = _BLOCK.sub("\n", _FENCE.sub("\n", text))
    for code in _INLINE:
        text = code.sub(_on_its_line, text)
    return _BACKSLASH.sub(r"\1", _BOLD.sub(r"\1", text))


def _on_its_line(code: re.Match[str]) -> str:
    return f"\n{code[1]}\n" if len(code[1].split(maxsplit=_MIN_WORDS)) >= _MIN_WORDS else code[0]
