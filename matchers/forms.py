"""The other forms in which a line may have to be searched: runs of blanks as one space, escapes undone.

An expression of the scan has one space where the pattern has a blank, and knows no escapes. Lines that hold what it
would not find are told by `SIGNS`, which are searched for together with the set; only those lines are searched again.
"""

import re
from collections.abc import Iterator

from matchers.escapes import undo_escapes

# Runs of blanks within a message. Left alone are indentation and the blanks in the two commonest stamps,
# "Mar  5 15:35:53" (any capitalised word of three letters before a digit) and "[    5.638530]": no expression reaches
# across them. Each costs the scan where two spaces stand, so they are few.
_RUNS: tuple[bytes, ...] = (
    rb"(?:\n[^ \n\[]|\n[^\n][^ \n]|\n[^\n]{3,5}[^ \n]|[^\n]{6}[^ \n])  ",
    rb"\n[^\n]{2}[^ \n]  [^0-9]",
    rb"\n(?:[^A-Z\n][^\n]|[A-Z][^a-z\n])[^ \n]  [0-9]",
    rb"\n\[ {2,}[^ 0-9\n]",
    rb"\n\[ {2,}[0-9]{1,}[^0-9.\n]",
)
_SIGNS_ELSEWHERE: tuple[bytes, ...] = (
    rb"[^ \t\n] ?\t",
    rb"\\[ux][0-9a-fA-F]{2}",
    rb"\\[ntr\"'/\\]",
    rb"#0[0-3][0-7]",
    rb"#177",
    rb'"MESSAGE" ?: ?\[',
)
SIGNS: tuple[bytes, ...] = _RUNS + _SIGNS_ELSEWHERE
"""Expressions that hit every line which may read otherwise in another form, but for the first line of a text."""

_EARLY_RUNS = tuple(re.compile(each) for each in _RUNS)


def first_line_has_runs(text: bytes | bytearray) -> bool:
    """The check of those `SIGNS` that need a newline before them, for the beginning of a text's first line."""
    line = b"\n" + bytes(text[:64]).partition(b"\n")[0]
    return b"  " in line and any(each.search(line) for each in _EARLY_RUNS)


def other_forms(lines: bytes) -> Iterator[bytes]:
    """The lines in other forms, line for line."""
    yield squeeze(lines)
    undone = undo_escapes(lines)
    if undone is not lines:
        yield squeeze(undone)


def squeeze(block: bytes) -> bytes:
    """The block with every run of blanks as one space: line N is still line N."""
    if b"\t" in block:
        block = block.replace(b"\t", b" ")
    while b"  " in block:
        block = block.replace(b"  ", b" ")
    return block
