"""JSON objects in the middle of a line: `1. {"level":"error",...}`, `we see {"msg":...} again`.

Only a line that is an object as a whole is an envelope, so each object is put on a line of its own.
"""

from typing import Final

from matchers.envelopes.json_text import load_object

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "text around JSON"

_LONGEST: Final = 65_536


def signs(text: str) -> bool:
    """Whether an object may begin in the middle of a line, or text follow one."""
    return '{"' in text and any(map(_has_more, text.split("\n")))


def undo(text: str) -> str:
    """The text with each object on a line of its own, one a line."""
    return "\n".join(_alone(line) if _has_more(line) else line for line in text.split("\n"))


def _has_more(line: str) -> bool:
    return '{"' in line and "}" in line and not (line.lstrip().startswith('{"') and line.rstrip().endswith("}"))


def _alone(line: str) -> str:
    start, end = line.index('{"'), line.rindex("}") + 1
    if start >= end or end - start > _LONGEST or load_object(line[start:end]) is None:
        return line
    pieces = (line[:start].rstrip(), line[start:end], line[end:].lstrip())
    return "\n".join(piece for piece in pieces if piece)
