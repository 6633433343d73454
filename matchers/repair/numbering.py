r"""Line numbers before each line, as `cat -n`, `grep -n`, editors and web pages show them.

         1\t[686973.797868] ixgbe ...         cat -n, nl
    4711:[686973.797868] ixgbe ...            grep -n, with "-" in place of ":" around what was found
    /var/log/messages:4711:Mar 25 ...         grep -n of several files
      98 | [686973.797868] ixgbe ...          editors, code viewers
    1. [686973.797868] ixgbe ...              lists

A number is one of a line only where the numbers grow from line to line: times of day, dates and the verifier's
instructions (`12: (61) r1 = ...`) begin with numbers, too.
"""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "line numbers"

# What goes on so is a time, a date, a column or an instruction.
_NOT_MESSAGES = r"(?![0-9]{2}[:.]|[0-9]{1,2}-[0-9]|[0-9]{1,5}:|\s{0,4}\([0-9a-f]{2}\)\s)"
_FILE = r"(?![0-9.:-]*[ \tT])(?P<file>[\w./@+-]{1,200}?)[:-](?P<number>[0-9]{1,7})[:-]" + _NOT_MESSAGES
_ANY = re.compile(rf"\n(?:[ \t]{{0,8}}[0-9]{{1,7}}(?:[:-]{_NOT_MESSAGES}|[|│.)\t]|  | \||\n)|{_FILE})")
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        _FILE,
        r"[ \t]{0,8}(?P<number>[0-9]{1,7})\t",
        r"[ \t]{0,8}(?P<number>[0-9]{1,7})[ \t]{0,4}[|│](?: |$)",
        r"[ \t]{0,8}(?P<number>[0-9]{1,7})[:-]" + _NOT_MESSAGES,
        r"[ \t]{0,8}(?P<number>[0-9]{1,7})[.)](?: |$)",
        r"[ \t]{0,8}(?P<number>[0-9]{1,7})(?: {2}|$)",
    )
)
_SHARE: Final = 0.6  # of the lines that must be numbered
_SAMPLE: Final = 20  # lines; where less than half of that share of them is numbered, the rest need not be looked at


def signs(text: str) -> bool:
    """Whether a line begins with a number, or a file's name and a number."""
    return _ANY.match("\n" + text[:240]) is not None or _ANY.search(text) is not None


def undo(text: str) -> str:
    """The lines without their numbers; the text itself where they are not numbered."""
    lines = text.split("\n")
    for form in _FORMS:
        stripped = _without(lines, form.match)
        if stripped is not None:
            return "\n".join(stripped)
    return text


def _without(lines: list[str], match: Callable[[str], re.Match[str] | None]) -> list[str] | None:
    """The lines without numbers of this form; None where too few have one, or they do not grow."""
    if sum(1 for line in lines[:_SAMPLE] if match(line)) * 2 < min(len(lines), _SAMPLE) * _SHARE:
        return None
    found = [match(line) for line in lines]
    numbers = [(each.groupdict().get("file"), int(each["number"])) for each in found if each]
    filled = sum(1 for line in lines if line.strip())
    if not numbers or len(numbers) < _SHARE * filled or not _grow(numbers):
        return None
    return [line[each.end() :] if each else line for line, each in zip(lines, found, strict=True)]


def _grow(numbers: list[tuple[str | None, int]]) -> bool:
    """Whether each number is greater than the one before of the same file."""
    return all(file != next_file or number < further for (file, number), (next_file, further) in pairwise(numbers))
