"""The other forms in which a line may have to be searched: runs of blanks as one space, escapes undone.

An expression of the scan has one space where the pattern has a blank between two words, and knows no escapes. Lines
that hold what it would not find are told by signs, which are searched for together with the set; only those lines are
searched again. A sign hits next to nothing in an ordinary log: two spaces stand in every other line, but seldom behind
a word that a pattern has there.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from matchers.escapes import undo_escapes

if TYPE_CHECKING:
    from matchers.superset import Gap, Superset

_ALWAYS: tuple[str, ...] = (
    r"[^ \t\n] ?\t",
    r"\\[ux][0-9a-fA-F]{2}",
    r"\\[ntr\"'/\\]",
    r"#0[0-3][0-7]",
    r"#177",
    r'"MESSAGE" ?: ?\[',
)
_LONGEST_WORD = 8
_LEAST_WORD = 3


class Sign(NamedTuple):
    """An expression that hits lines which may read otherwise in another form."""

    expression: bytes
    caseless: bool


def signs(supersets: "Sequence[Superset]") -> list[Sign]:
    """The signs for a set of expressions: together they hit every line that one of them finds in another form only."""
    runs = {Sign(_run(gap).encode("ascii"), each.caseless) for each in supersets for gap in each.gaps}
    return [*(Sign(each.encode("ascii"), False) for each in _ALWAYS), *sorted(runs)]


def _run(gap: "Gap") -> str:
    """A run of blanks in the place of one space, told by the longer of the words beside it.

    Plain text costs Hyperscan next to nothing, a repeat half a millisecond of compiling.
    """
    before, behind = "".join(gap[0][-_LONGEST_WORD:]), "".join(gap[1][:_LONGEST_WORD])
    if max(map(len, gap)) < _LEAST_WORD:
        return rf"{before}\x20{{2,}}{behind}"
    return rf"{before}\x20\x20" if len(gap[0]) >= min(len(gap[1]), _LEAST_WORD) else rf"\x20\x20{behind}"


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
