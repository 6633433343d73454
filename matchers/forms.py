"""The other forms in which a line may have to be searched: runs of blanks as one space, escapes undone.

An expression of the scan has one space where the pattern has a blank between two words, and knows no escapes. Lines
that hold what it would not find are told by signs, which are searched for together with the set; only those lines are
searched again. A sign hits next to nothing in an ordinary log: two spaces stand in every other line, but seldom behind
a word that a pattern has there.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matchers.escapes import undo_escapes
from matchers.superset import Gap, Superset

_ALWAYS: tuple[str, ...] = (
    r"[^ \t\n] ?\t",
    r"\\[ux][0-9a-fA-F]{2}",
    r"\\[ntr\"'/\\]",
    r"#0[0-3][0-7]",
    r"#177",
    r'"MESSAGE" ?: ?\[',
)
_MOST_SIGNS = 2_000  # more of them slow the scan: then less of each word is looked at
_LEAST_WORD = 3


class Sign(NamedTuple):
    """An expression that hits lines which may read otherwise in another form."""

    expression: bytes
    caseless: bool


def signs(supersets: Sequence[Superset]) -> list[Sign]:
    """The signs for a set of expressions: together they hit every line that one of them finds in another form only."""
    gaps = sorted({(gap, each.caseless) for each in supersets for gap in each.gaps})
    for length in range(8, _LEAST_WORD - 1, -1):
        runs = sorted({Sign(_run(gap, length).encode("ascii"), caseless) for gap, caseless in gaps})
        if len(runs) <= _MOST_SIGNS:
            break
    return [*(Sign(each.encode("ascii"), False) for each in _ALWAYS), *runs]


def _run(gap: Gap, length: int) -> str:
    """A run of blanks in the place of one space; of words that are short, that on the other side is looked at, too."""
    before, behind = gap
    word = "".join(before[-length:])
    if len(before) >= _LEAST_WORD:
        return rf"{word}\x20\x20"
    return rf"{word}\x20{{2,}}{''.join(behind[:_LEAST_WORD])}"


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
