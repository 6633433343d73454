"""Where a character of a value stands in its file: escapes of quoted text and the indentation of blocks undone."""

import re
from collections.abc import Sequence

from kb.nodes import Mark

_UNITS = {
    "'": re.compile(r"''|[^']"),
    '"': re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|[^\"\\]"),
    "": re.compile(r"."),
}
"""What stands for one character in the file, by the style of the value."""


def place(source: Sequence[str], mark: Mark, offset: int) -> tuple[int, int]:
    """(line, column), both from 1, of the character `offset` (from 0) of the value at `mark`.

    `source` is the lines of the file. Where the value goes over several lines and YAML folds them, it is the value's
    beginning.
    """
    if mark.style == "|":
        return _in_block(source, mark, offset)
    unit = _UNITS.get(mark.style)
    if unit is None or mark.line > len(source):
        return mark.line, mark.column
    line, at = source[mark.line - 1], mark.column - 1 + len(mark.style)
    for _ in range(offset):
        found = unit.match(line, at)
        if found is None:
            return mark.line, mark.column
        at = found.end()
    return mark.line, at + 1


def _in_block(source: Sequence[str], mark: Mark, offset: int) -> tuple[int, int]:
    """The place in a literal block, whose indentation is that of its first line with text."""
    body = source[mark.line :]
    indent = next((len(line) - len(line.lstrip(" ")) for line in body if line.strip(" ")), 0)
    for number, line in enumerate(body, start=mark.line + 1):
        length = max(0, len(line) - indent)
        if offset <= length:
            return number, min(indent, len(line)) + offset + 1
        offset -= length + 1
    return mark.line, mark.column
