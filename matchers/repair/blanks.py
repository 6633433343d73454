"""Blanks that nobody typed: doubled, at the begins of all lines, at their ends, and an empty line behind each line."""

import re
from typing import Final

from matchers.repair.code import looks_like_code

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "blanks"

_SAMPLE: Final = 1200
_SINGLE = re.compile(r"\S \S")
_SEVERAL = re.compile(r"\S {2,}\S")
_RUN = re.compile(r"(?<=\S) {2,}(?=\S)")
_AT_BEGIN = re.compile(r"\n*([ \t]{1,200})")
_AT_ENDS = re.compile(r"(?<![ \t])[ \t]++(?=\n|$)")


def signs(text: str) -> bool:
    """Whether most blanks are doubled, all lines are indented, or most of them end with blanks or are followed by an
    empty one.
    """
    if _is_doubled(text) or _is_spaced(text) or _indentation(text):
        return True
    if text.endswith((" ", "\t")):
        return True
    return (" \n" in text or "\t\n" in text) and (text.count(" \n") + text.count("\t\n")) * 2 > text.count("\n")


def undo(text: str) -> str:
    """The text with single blanks between words where they were doubled, and without what is at the ends of lines."""
    text = _AT_ENDS.sub("", text)
    indentation = _indentation(text)
    if indentation:
        text = f"\n{text}".replace(f"\n{indentation}", "\n")[1:]
    if _is_spaced(text):
        text = text.replace("\n\n", "\n")
    return _RUN.sub(" ", text) if _is_doubled(text) else text


def _indentation(text: str) -> str:
    """The blanks that every line begins with; none where some look like source code, of which its indentation tells."""
    first = _AT_BEGIN.match(text)
    if first is None:
        return ""
    lines = [line for line in text.split("\n") if line.strip()]
    blanks = first[1]
    while blanks and not all(line.startswith(blanks) for line in lines):
        blanks = blanks[:-1]
    if blanks in ("", " ") or any(map(looks_like_code, lines)):  # one blank is what quoting left
        return ""
    return blanks


def _is_doubled(text: str) -> bool:
    sample = text[:_SAMPLE]
    doubled = sample.count("  ")
    return (
        doubled > 1
        and doubled * 3 > sample.count(" ")
        and 3 * len(_SINGLE.findall(sample)) < len(_SEVERAL.findall(sample))
    )


def _is_spaced(text: str) -> bool:
    """Whether every line is followed by an empty one: half of the newlines, or nearly."""
    if "\n\n" not in text[:_SAMPLE]:
        return False
    pairs = text.count("\n\n")
    return pairs > 1 and pairs * 9 >= text.count("\n") * 4
