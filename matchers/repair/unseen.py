"""Characters that nobody sees: zero width, soft hyphen, byte order mark, directions, variation selectors.

Web pages, mail programs and word processors put them between letters. Source: Unicode, general category Cf, and the
blocks General Punctuation and Variation Selectors.
"""

import re
from typing import Final

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "unseen characters"

_UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")


def signs(text: str) -> bool:
    """Whether there is such a character."""
    return not text.isascii() and _UNSEEN.search(text) is not None


def undo(text: str) -> str:
    """The text without them."""
    return _UNSEEN.sub("", text)
