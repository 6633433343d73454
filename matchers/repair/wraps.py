"""Messages broken by line wraps: by mail programs at a blank near the 72nd column, by terminals anywhere at the 80th.

Nothing marks such a wrap, so it is told by its look. Where a program wrapped at blanks, the next line's first word had
no room on the line before; where a terminal did, the broken lines are all of one length. A line that begins like a
message, an empty line and source code end what can be joined.
"""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from matchers.repair.code import code_lines

__all__ = ["NAME", "is_surely_cut", "join_cut", "join_wrapped", "joined_paragraphs"]

NAME: Final = "line wraps"

_DATES = (
    r"[A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9]{2}:|[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}"
    r"|[0-9]{2}-[0-9]{2}-[0-9]{4} |[0-9]{2}:[0-9]{2}:[0-9]{2}|\[[A-Z][a-z]{2} |time=\"?[0-9]{4}-"
)
_BEGINS = re.compile(
    rf"\s{{0,40}}(?:{_DATES}"
    r"|<[0-9]{1,3}>(?:\[|[A-Z][a-z]{2} |[0-9]|kernel)|\[\s{0,8}[0-9]+[.\]]|kern {0,2}:"
    r"|type=[A-Z_0-9]+ (?:msg=)?audit\(|\{\"|libbpf: |libxdp: "
    r"|[0-9]{1,7}: \([0-9a-f]{2}\) |; |-- |processed [0-9]+ insns|[$#] |\* )"
)
_FIRST_WORD = re.compile(r"\s*(\S*)")
_SEVERAL_WORDS = re.compile(r"\s*\S+\s+\S")
_PADDING: Final = 4  # blanks at the column of a wrap are lost where a copy drops them at line ends
_MIN_WIDTH: Final = 40
_TERMINALS: Final = (80, 100, 120, 132, 160)
_MAX_JOINED: Final = 8192


def join_wrapped(text: str) -> str:
    """The text with lines joined, by a blank, where the next line's first word had no room on the line before.

    A word that is longer than the width of the text stands on a line of its own.
    """
    lines = text.split("\n")
    width = max((len(line.rstrip()) for line in lines if _SEVERAL_WORDS.match(line)), default=0)
    going_on = _going_on(lines, lambda line, following: _had_no_room(line, following, width))
    return (
        _joined([line.rstrip() for line in lines], going_on, lambda _line, following: " " + following.lstrip())
        if going_on
        else text
    )


def join_cut(text: str) -> str:
    """The text with lines joined, by nothing, where they are as long as the longest one; where they are a little
    shorter, by a blank.
    """
    lines = text.split("\n")
    width = max(map(len, lines))
    if width < _MIN_WIDTH:
        return text
    going_on = _going_on(lines, lambda line, _following: len(line) >= width - _PADDING)
    return (
        _joined(lines, going_on, lambda line, following: (" " if len(line) < width else "") + following)
        if going_on
        else text
    )


def is_surely_cut(text: str) -> bool:
    """Whether the lines end at a column of a terminal, or several times at one and the same, and nowhere at a blank
    near it.
    """
    lines = text.split("\n")
    width = max(map(len, lines))
    if width < _MIN_WIDTH:
        return False
    ends = others = 0
    for line, following in pairwise(lines):
        if not line.strip() or not following.strip() or _BEGINS.match(following):
            continue
        if len(line) == width:
            ends += len(following) < width
        elif _had_no_room(line, following, width):
            others += 1
    return (ends > 0 and width in _TERMINALS) or (ends > 1 and not others)


def joined_paragraphs(text: str, glue: str) -> str:
    """The text with all lines joined but those that are empty, begin a message or look like code; in pieces of
    `_MAX_JOINED`.
    """
    lines = text.split("\n")
    out = [""]
    for line, is_code in zip(lines, code_lines(lines), strict=True):
        if is_code or not line.strip():
            out += [line, ""]
        elif _BEGINS.match(line) or len(out[-1]) + len(line) > _MAX_JOINED:
            out.append(line)
        else:
            out[-1] += (glue if out[-1] else "") + (line.strip() if glue else line)
    return "\n".join(line for line in out if line)


def _had_no_room(line: str, following: str, width: int) -> bool:
    """Whether the first word of the next line had no room behind this one."""
    word = _FIRST_WORD.match(following)
    return word is not None and len(line.rstrip()) + 1 + len(word[1]) > width


def _going_on(lines: list[str], goes_on: Callable[[str, str], bool]) -> set[int]:
    """Which lines continue the one before: `goes_on` says so of the two, and neither begins a message or looks like
    code.
    """
    candidates = {
        number
        for number, (line, following) in enumerate(pairwise(lines), start=1)
        if line
        and following
        and goes_on(line, following)
        and line.strip()
        and following.strip()
        and not _BEGINS.match(following)
    }
    if not candidates:
        return candidates
    code = code_lines(lines)
    return {number for number in candidates if not (code[number - 1] or code[number])}


def _joined(lines: list[str], going_on: set[int], addition: Callable[[str, str], str]) -> str:
    """The lines, joined; `addition(line, following)` is what a line that goes on adds to the one before it."""
    out = [lines[0]]
    for number, (line, following) in enumerate(pairwise(lines), start=1):
        if number in going_on and len(out[-1]) < _MAX_JOINED:
            out[-1] += addition(line, following)
        else:
            out.append(following)
    return "\n".join(out)
