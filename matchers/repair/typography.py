"""Characters that word processors, phones, mail programs and PDF files put in place of those a program printed.

Curly quotes, dashes, "…", blanks that do not break a line, full-width forms of East Asian input methods, ligatures,
arrows. Source: Unicode, blocks General Punctuation, Halfwidth and Fullwidth Forms, Alphabetic Presentation Forms.
"""

import re
from typing import Final

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "typography"


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for plain, characters in (
        ("'", "‘’‚‛′´ʹʼ＇"),
        ('"', "“”„‟″«»〝〞"),
        ("-", "‐‑‒–−﹣"),
        ("--", "—―"),
        ("...", "…"),
        ("->", "→"),
        ("=>", "⇒"),
        ("<=", "≤"),
        (">=", "≥"),
        ("!=", "≠"),
        (" ", "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"),
        ("ff", "\ufb00"),
        ("fi", "\ufb01"),
        ("fl", "\ufb02"),
        ("ffi", "\ufb03"),
        ("ffl", "\ufb04"),
    ):
        table |= dict.fromkeys(map(ord, characters), plain)
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    return table


_PLAIN: Final = _table()
_ANY = re.compile("[" + "".join(map(re.escape, map(chr, sorted(_PLAIN)))) + "]")


def signs(text: str) -> bool:
    """Whether there is such a character."""
    return not text.isascii() and _ANY.search(text) is not None


def undo(text: str) -> str:
    """The text with ASCII in their place."""
    return _ANY.sub(lambda found: _PLAIN[ord(found[0])], text)
