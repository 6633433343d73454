"""One form for characters that mean the same: lower case, half width, and simplified for traditional Chinese.

Every character becomes exactly one, so that places in the folded text are places in the text itself. Characters are
folded, words are not: 軟體 meets 软体, not 软件. The table is data (16 KB, 2,689 characters); OpenCC, which it was made
from, takes 7 MB and would bring no more, for the direction from traditional to simplified needs no context.
"""

from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("traditional.txt")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def fold(text: str) -> str:
    """The text in its one form, of the same length."""
    folded = text.translate(_table())
    lower = folded.lower()
    return lower if len(lower) == len(text) else "".join(_lower(each) for each in folded)


def fold_shape(text: str) -> str:
    """The same with upper and lower case kept."""
    return text.translate(_table())


def _lower(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


@cache
def _table() -> dict[int, int]:
    lines = [line for line in _TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]
    table = dict(_FULL_WIDTH)
    for traditional, simplified in zip(lines[::2], lines[1::2], strict=True):
        table.update(zip(map(ord, traditional), map(ord, simplified), strict=True))
    return table
