r"""Tables of Markdown and of command-line tools: rows between bars, and what was written `\|` so that it fits in.

    | # | message                                            |
    | - | -------------------------------------------------- |
    | 1 | [686973.797868] ixgbe 0000:83:00.0: Detected ...   |

Of each row the cell of the widest column is kept where that column holds most of the text, else the cells beside each
other. Source: GitHub Flavored Markdown Spec, section 4.10 (tables).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "table"

_ROW = re.compile(r"\s{0,8}[|│┃].*[|│┃]\s*")
_RULE = re.compile(r"[\s|│┃+:=─━┼├┤┌┐└┘┬┴╋-]+")
_BAR = re.compile(r"(?<!\\)[|│┃]")
_BARS: Final = ("|", "│", "┃")
_WIDE: Final = 0.7  # of a table's text in one column: then that column is the log


def signs(text: str) -> bool:
    """Whether a line begins and ends with a bar."""
    return any(bar in text for bar in _BARS) and any(map(_ROW.fullmatch, text.split("\n")))


def undo(text: str) -> str:
    """The text with the rows of each table as plain lines."""
    out: list[str] = []
    for is_row, group in groupby(text.split("\n"), key=lambda line: _ROW.fullmatch(line) is not None):
        lines = list(group)
        out += _plain(lines) if is_row else lines
    return "\n".join(out)


def _plain(rows: Sequence[str]) -> Iterator[str]:
    cells = [
        [cell.strip().replace("\\|", "|") for cell in _BAR.split(row.strip())[1:-1]]
        for row in rows
        if not _RULE.fullmatch(row)
    ]
    widths = (
        [sum(map(len, column)) for column in zip(*cells, strict=True)] if len({len(row) for row in cells}) == 1 else []
    )
    widest = max(range(len(widths)), key=widths.__getitem__, default=0)
    log_only = bool(widths) and widths[widest] >= _WIDE * sum(widths)
    for row in cells:
        yield row[widest] if log_only else " ".join(row)
