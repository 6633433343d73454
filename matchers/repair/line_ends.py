"""Line ends of other systems: CR LF, CR alone, and the characters that only some programs take for a newline.

A progress bar's CR, which takes the cursor back to the line's begin, ends a line as well: what stood there stays
readable.
"""

import re
from typing import Final

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "line ends"

_OTHERS: Final = ("\r", "\x0b", "\x0c")
_WIDE: Final = ("\x85", "\u2028", "\u2029")
_END = re.compile("\r+\n?|[\x0b\x0c\x85\u2028\u2029]")


def signs(text: str) -> bool:
    """Whether there are other line ends than a newline."""
    return any(end in text for end in _OTHERS) or (not text.isascii() and any(end in text for end in _WIDE))


def undo(text: str) -> str:
    """Every line end as one newline."""
    return _END.sub("\n", text)
