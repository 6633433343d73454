"""CommonMark's blocks laid out as Python-Markdown wants them.

Entries are CommonMark: what belongs to a list item stands under its text, two or three columns in, and a list, a fence
or a table may follow a line of text directly. Python-Markdown wants four columns a level and a blank line before each.
The reader here follows the containers of each line as CommonMark does (5.1-5.3, lazy lines included) and writes every
block with the prefix of its containers and a blank line before it. Code is copied as it is, between fences that fit it;
indented code gets fences. Whether a list is tight, which blank lines no longer tell, is marked on its items.
Two quotations that only a blank line parts become one: Python-Markdown knows no other way.
"""

import re
from dataclasses import dataclass, field
from itertools import takewhile

TIGHT = "\x02tight\x03"
"""Stands in each item of a tight list, whose texts are no paragraphs. STX and ETX never come from the source."""

_DEEPEST = 20  # containers in each other; what nests deeper is text: Python-Markdown recurses for each level
_COLUMNS = "    "
_QUOTE = re.compile(r" {0,3}> ?")
_ITEM = re.compile(r"(?P<indent> {0,3})(?P<mark>[-*+]|(?P<number>\d{1,9})[.)])(?P<gap> +(?=\S)|\s*$)")
_DETAILS = re.compile(r' {0,3}\?{3}\+?(?= *[\w"-])(?: *[\w-]+)*(?: +"[^"]*")? *$')
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
_LANGUAGE = re.compile(r"[ \t]*([\w#.+-]*)")
_HEADING = re.compile(r" {0,3}#{1,6}(?: |$)")
_RULE = re.compile(r" {0,3}([-*_])[ ]*(?:\1[ ]*){2,}$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+) *$")
_TABLE = re.compile(r" {0,3}\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$")
_MEANT = "#>-*_=+|`~?"  # with these something other than text may begin
_LIKE_A_MARK = re.compile(r"(\d*)(?=[-+*>.)])")


def laid_out(lines: list[str]) -> list[str]:
    """The lines of a CommonMark text as lines that mean the same to Python-Markdown."""
    text = "\n".join(lines).replace("\x02", "").replace("\x03", "").replace("\r\n", "\n").replace("\r", "\n")
    layout = _Layout()
    for line in text.split("\n"):
        layout.take(line)
    return layout.finish()


@dataclass(slots=True, eq=False)
class _List:
    tag: str
    marks: list[int] = field(default_factory=list)  # the lines put out for its items' marks
    loose: bool = False


@dataclass(slots=True, eq=False)
class _Container:
    """A quotation, an item or a details block: the columns its lines are indented by, and the prefix they get."""

    prefix: str
    indent: int = 0  # none: a quotation
    list: _List | None = None
    filled: bool = False


class _Layout:
    """Takes lines; puts out each block when it has ended."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._last: list[_Container] = []  # around the block put out last
        self._lists: list[_List] = []
        self._open: list[_Container] = []  # outermost first
        self._text: list[str] = []  # of the paragraph or table that is open
        self._code: list[str] | None = None
        self._fence: re.Match[str] | None = None
        self._blank = False

    def take(self, line: str) -> None:
        """The next line."""
        kept, rest = self._carried(line)
        if self._code is not None and self._takes_code(rest, kept):
            return
        rest = rest.expandtabs(4)
        if not rest.strip():
            self._close(kept)
            self._blank = True
        elif self._text and kept == len(self._open) and _UNDERLINE.match(rest):
            self._text = [("# " if "=" in rest else "## ") + " ".join(map(str.strip, self._text))]
            self._flush()
        else:
            self._take_leaf(*self._entered(kept, rest))

    def finish(self) -> list[str]:
        """The text is over: the new lines."""
        self._close(0)
        for each in self._lists:
            for at in [] if each.loose else each.marks:
                self._out[at] += TIGHT
        return [*self._out, "", ""]

    def _carried(self, line: str) -> tuple[int, str]:
        """How many of the open containers the line carries on, and what it says within."""
        for number, container in enumerate(self._open):
            if not container.indent:
                quote = _QUOTE.match(line)
                if not quote:
                    return number, line
                line = line[quote.end() :]
            elif not line.strip() or _indent(line) >= container.indent:
                line = _without(line, container.indent)
            else:
                return number, line
        return len(self._open), line

    def _takes_code(self, rest: str, kept: int) -> bool:
        """Whether the line belongs to the open block of code, of which it may be the last."""
        assert self._code is not None
        inside = kept == len(self._open)
        if inside and self._fence:
            fence = self._fence["fence"]
            if _indent(rest) < 4 and len(rest.strip()) >= len(fence) and not rest.strip().strip(fence[0]):
                self._flush()
            else:
                self._code.append(_without(rest, min(self._fence.start("fence"), _indent(rest))))
            return True
        if inside and (not rest.strip() or _indent(rest) >= 4):
            self._code.append(_without(rest, 4))
            return True
        self._flush()
        return False

    def _entered(self, kept: int, rest: str) -> tuple[int, str]:
        """The same after the containers that begin in this line were entered."""
        while rest.strip() and _indent(rest) < 4 and kept < _DEEPEST:
            if quote := _QUOTE.match(rest):
                self._begin(kept)
                self._open.append(_Container("> "))
                rest = rest[quote.end() :]
            elif (item := _ITEM.match(rest)) and not _RULE.match(rest) and self._may_begin(item, kept):
                rest = self._enter_item(item, kept, rest)
            elif _DETAILS.match(rest):
                self._begin(kept)
                self._put([rest.strip()])
                self._open.append(_Container(_COLUMNS, _indent(rest) + 4))
                rest = ""
            else:
                break
            kept = len(self._open)
        return kept, rest

    def _may_begin(self, item: re.Match[str], kept: int) -> bool:
        """Within a paragraph `1990. ` at the begin of a line is no item, nor is a mark alone (5.3)."""
        amid_text = self._text and kept == len(self._open)
        return not amid_text or (item.end() < len(item.string) and int(item["number"] or 1) == 1)

    def _enter_item(self, item: re.Match[str], kept: int, rest: str) -> str:
        before = self._open[kept].list if kept < len(self._open) else None
        tag = "ol" if item["number"] else "ul"
        if before and before.tag == tag:
            self._close(kept)
            before.loose |= self._blank
            self._blank = False
        else:
            self._begin(kept)
            before = _List(tag)
            self._lists.append(before)
        self._put([f"{item['number']}. " if item["number"] else "- "])
        before.marks.append(len(self._out) - 1)
        gap = len(item["gap"]) if 1 <= len(item["gap"]) <= 4 and rest[item.end() :].strip() else 1
        width = item.end("mark") + gap
        self._open.append(_Container(_COLUMNS, width, before))
        return rest[width:]

    def _take_leaf(self, kept: int, rest: str) -> None:
        text = rest.strip()
        deep = _indent(rest) >= 4
        fence = None if deep else _FENCE.match(rest)
        if not text:
            return
        if deep and not self._text:
            self._begin(kept)
            self._code = [rest[4:]]
        elif fence:
            self._begin(kept)
            self._code, self._fence = [], fence
        elif not deep and (_HEADING.match(rest) or _RULE.match(rest)):
            self._begin(kept)
            self._put([text])
        else:
            self._take_text(kept, rest.lstrip(" "), deep)

    def _take_text(self, kept: int, text: str, deep: bool) -> None:
        """A line of a paragraph, which may be lazy: then its containers stay open. Those of a table are not."""
        lazy = kept < len(self._open)
        if not self._text or (lazy and self._is_table()):
            self._begin(kept)
        elif deep and text[0] in _MEANT:
            self._text[-1] += " " + text
            return
        elif not lazy and _TABLE.match(text) and "|" in text and "|" in self._text[-1] and not self._is_table():
            head = self._text.pop()
            self._flush()
            self._text = [head]
        if len(self._open) >= _DEEPEST:
            text = _LIKE_A_MARK.sub(r"\1\\", text, count=1)
        self._text.append(" " + text if text.startswith("#") else text)

    def _is_table(self) -> bool:
        return len(self._text) > 1 and "|" in self._text[1] and bool(_TABLE.match(self._text[1]))

    def _begin(self, kept: int) -> None:
        """A block begins within the first `kept` containers; the others end."""
        self._close(kept)
        if self._open:
            parent = self._open[-1]
            if parent.list and parent.filled and self._blank:
                parent.list.loose = True
            parent.filled = True
        self._blank = False

    def _close(self, kept: int) -> None:
        self._flush()
        self._blank &= all(container.indent for container in self._open[kept:])  # else it was the quotation's line
        del self._open[kept:]

    def _flush(self) -> None:
        """The open paragraph or code ends."""
        if self._text:
            self._put(self._text)
        if self._code is not None:
            if not self._fence:
                while not self._code[-1].strip():
                    self._code.pop()
                    self._blank = True
            language = _LANGUAGE.match(self._fence["info"]) if self._fence else None
            longest = max((len(run) for line in self._code for run in re.findall("`{3,}", line)), default=2)
            fence = "`" * (longest + 1)
            self._put([fence + (language[1] if language else ""), *self._code, fence])
        self._text, self._code, self._fence = [], None, None

    def _put(self, lines: list[str]) -> None:
        """A block in the open containers; between two of one quotation the blank line is the quotation's."""
        shared = takewhile(lambda pair: pair[0] is pair[1], zip(self._last, self._open, strict=False))
        self._out.append("".join(container.prefix for container, _same in shared).rstrip())
        prefix = "".join(container.prefix for container in self._open)
        self._out += [prefix + line if line else prefix.rstrip() for line in lines]
        self._last = [*self._open]


def _indent(line: str) -> int:
    """The columns before the line's text."""
    return len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(4))


def _without(line: str, columns: int) -> str:
    """The line without its first columns, which are blank; tabs after them stay."""
    return line[columns:] if not line[:columns].strip(" ") else line.expandtabs(4)[columns:]
