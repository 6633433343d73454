"""Lines that look like source code: they are never joined with others and never cut.

What tells that a message stands in a string literal or a comment (`matchers.sourcecode`) stands around it on its line.
"""

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["code_lines", "looks_like_code"]

_CODE = re.compile(
    r"^\s{0,40}(?:[+-]\s{0,8})?(?://|/\*|\*\s.{0,400}\*/\s{0,8}$|#\s?(?:include|define|if|endif)\b|@@ )"
    r"|(?:\(|[^=!<>]=\s|\breturn\s)\s{0,40}(?:L|u8|R)?[\"'`]"  # a call's or an assignment's literal
    r"|\w\([^\"'`()]{1,80},\s{1,4}\"[^\"]{0,400}$"  # a call whose literal goes on in the next line
    r"|^\s{0,40}(?:[+-]\s{0,8})?\"[^\"]{0,400}\"\s{0,8}[,;)\\]{0,3}\s{0,8}$"  # nothing but a literal
    r"|\\n\"|\)\s?[;{]\s{0,8}$"
)
_BEGINS: Final = ("/", "*", "#", "+", "-", "@")
_QUOTES: Final = ('"', "'", "`")
_LONGEST: Final = 4000
_MAX_OPEN: Final = 8  # lines over which a literal may go that was broken
_GOES_ON: Final = (",", "(")  # how a line ends that is followed by a further argument


def looks_like_code(line: str) -> bool:
    """Whether the line may be source code, a diff of it, or a test's expectation."""
    trimmed = line[:_LONGEST].strip()
    if not (trimmed.startswith(_BEGINS) or trimmed.endswith((";", "{")) or any(quote in trimmed for quote in _QUOTES)):
        return False
    return _CODE.search(line[:_LONGEST]) is not None


def code_lines(lines: Sequence[str]) -> list[bool]:
    """Which lines look like source code, those included in which a literal of such a line goes on."""
    marks: list[bool] = []
    is_open = 0
    before = ""
    for line in lines:
        if is_open:
            marks.append(True)
            is_open = 0 if line.count('"') % 2 else is_open - 1
        else:
            marks.append(looks_like_code(line) or _begins_a_literal(line, before))
            is_open = _MAX_OPEN if marks[-1] and line.count('"') % 2 else 0
        before = line.rstrip()
    return marks


def _begins_a_literal(line: str, before: str) -> bool:
    """Whether it is a further argument of a call, a literal that ends on a later line."""
    return before.endswith(_GOES_ON) and line.lstrip("+- \t").startswith('"') and line.count('"') == 1
