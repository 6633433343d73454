"""Where in Markdown code stands: what a reader pastes into a shell has to be told from prose.

Blocks are told as CommonMark tells them (4.4, 4.5, 5.2): fences, which may be nested and stand in lists and quotations,
and indented code. Inline code ends within its block (6.1). Where renderers differ the answer is "code": there less is
filled in.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_FENCE = re.compile(r"(?P<indent>(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t])*)(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")
_EDGE = r"\n[ \t]*(?:\n|\Z|>|\||#{1,6}[ \t]|[-*+][ \t]|\d{1,9}[.)][ \t])"
_INLINE = re.compile(rf"(?<!`)(?<!(?<!\\)\\)(`+)(?!`)(?:(?!{_EDGE}).)+?(?<!`)\1(?!`)", re.DOTALL)

Kind = Literal["prose", "inline", "block"]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """One block of code, `text[start:end]` with its fences; `info` is what the fence names, None for indented code."""

    start: int
    end: int
    info: str | None
    closed: bool


def code_blocks(markdown: str) -> Iterator[CodeBlock]:
    """Fenced and indented code, in order."""
    reader = _Reader()
    at = 0
    for line in io.StringIO(markdown):
        yield from reader.take(line.rstrip("\r\n"), at, at + len(line))
        at += len(line)
    yield from reader.finish(at)


def spans(markdown: str) -> Iterator[tuple[int, int, Kind]]:
    """The whole text in pieces, in order: (start, end, what it is)."""
    at = 0
    for block in code_blocks(markdown):
        yield from _inline_spans(markdown, at, block.start)
        yield block.start, block.end, "block"
        at = block.end
    yield from _inline_spans(markdown, at, len(markdown))


def _inline_spans(markdown: str, start: int, end: int) -> Iterator[tuple[int, int, Kind]]:
    at = start
    for code in _INLINE.finditer(markdown, start, end):
        yield at, code.start(), "prose"
        yield code.start(), code.end(), "inline"
        at = code.end()
    yield at, end, "prose"


class _Reader:
    """Takes lines and gives the blocks of code that they end."""

    def __init__(self) -> None:
        self._fence = ""  # of the fenced block that is open
        self._info: str | None = None
        self._indent = 0
        self._start: int | None = None
        self._end = 0
        self._items: list[int] = []  # where the text of each open list item begins
        self._after_text = False  # an indented line continues the paragraph before it

    def take(self, line: str, start: int, end: int) -> Iterator[CodeBlock]:
        """One line without its newline, and its place."""
        if self._fence:
            if self._closes(line):
                yield self._done(end, closed=True)
            return
        indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
        fence = _FENCE.match(line)
        if self._start is not None and line.strip() and (fence or not self._is_indented(indent)):
            yield self._done(self._end, closed=True)
        if fence:
            self._start, self._fence, self._info = start, fence["fence"], fence["info"].strip()
            self._indent = len(fence["indent"])
        elif line.strip():
            self._take_text(line, indent, start, end)
        else:
            self._after_text = False

    def _take_text(self, line: str, indent: int, start: int, end: int) -> None:
        if not self._after_text and self._is_indented(indent):
            self._start = start if self._start is None else self._start
            self._end = end
            return
        item = _ITEM.match(line)
        if item or not self._after_text:
            self._items = [each for each in self._items if each <= indent]
        if item:
            self._items.append(len(item[0].expandtabs(4)))
        self._after_text = not line.lstrip().startswith("#")

    def finish(self, end: int) -> Iterator[CodeBlock]:
        """The text is over."""
        if self._start is not None:
            yield self._done(end if self._fence else self._end, closed=not self._fence)

    def _is_indented(self, indent: int) -> bool:
        base = max((each for each in self._items if each <= indent), default=0)
        return indent >= base + 4

    def _closes(self, line: str) -> bool:
        text = line.strip(" \t>")
        near = len(line) - len(line.lstrip(" \t>")) <= self._indent + 3
        return near and len(text) >= len(self._fence) and text == self._fence[0] * len(text)

    def _done(self, end: int, *, closed: bool) -> CodeBlock:
        assert self._start is not None
        block = CodeBlock(self._start, end, self._info if self._fence else None, closed)
        self._start, self._fence, self._info, self._after_text = None, "", None, False
        return block
