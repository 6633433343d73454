"""Quoting of mail and chat: `>`, `>>`, `> >`, a bar or a box character before each line.

A single line that begins so counts only at the begin of a paragraph: a wrapped message may go on with a `>` of its own.
"""

import re
from collections.abc import Callable
from itertools import groupby
from typing import Final

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "quoting"

_BARS: Final = "|│┃▏▌❘"
_MARK = re.compile(rf"[ \t]{{0,3}}(?:>[ \t]?|[{_BARS}](?:[ \t]|$)(?![^\n]*[|│┃]\s*$))++")


def signs(text: str) -> bool:
    """Whether a line begins with such a mark."""
    if _MARK.match(text):
        return True
    if ">" in text and ("\n>" in text or "\n >" in text):
        return True
    return ("|" in text and "\n|" in text) or (not text.isascii() and any(f"\n{bar}" in text for bar in _BARS))


def undo(text: str) -> str:
    """The lines without their marks, and without one blank behind each."""
    out: list[str] = []
    match: Callable[[str], re.Match[str] | None] = _MARK.match
    for is_quoted, lines in groupby(text.split("\n"), key=lambda line: match(line) is not None):
        run = list(lines)
        begins = not out or not out[-1].strip() or out[-1].rstrip().endswith(":")
        out += [_MARK.sub("", line, count=1) for line in run] if is_quoted and (begins or len(run) > 1) else run
    return "\n".join(out)
