"""From a stream of bytes to blocks of whole lines, and to the lines of a block that a rule of the scan hits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from matchers.confirm import LoadedMatcher
from matchers.envelopes import Message, open_envelope
from matchers.fieldtypes import Value
from matchers.forms import other_forms
from matchers.match import Match

Bytes = bytes | bytearray
Candidate = tuple[int, int, int]
"""(where its line begins, matcher, less than nothing by as much as its step): tried in this order.

A line that is the last step of a sequence and the first of the next ends the one first.
"""


class Backend(Protocol):
    """Names candidate positions in a text."""

    def scan(self, data: Bytes, begin: int = 0, end: int | None = None) -> list[tuple[int, int]]:
        """The hits in `data[begin:end]` as (end, rule), in any order: of each line and rule one at the least.

        A rule behind those of the set is a sign of `matchers.forms`.
        """


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a stream, `data[begin:end]`, which ends with a newline.

    `cuts`: (position of a newline in `data`, bytes of its line that were left out before it).
    """

    data: Bytes
    begin: int
    end: int
    cuts: tuple[tuple[int, int], ...] = ()


class LineCutter:
    """Cuts a stream into blocks of whole lines; of a line that is too long only `max_line_bytes` are held.

    What comes of the stream does not depend on how it is fed, as long as no piece is longer than `max_line_bytes`.
    """

    def __init__(self, max_line_bytes: int) -> None:
        self.max_line_bytes = max_line_bytes
        self.lines_cut = 0
        self._tail = bytearray()
        self._lost = 0

    @property
    def is_open(self) -> bool:
        """Whether a line has begun that is not over."""
        return self.open_bytes > 0

    @property
    def open_bytes(self) -> int:
        """How much of that line there is so far."""
        return len(self._tail) + self._lost

    def take(self, data: Bytes, begin: int, end: int) -> Iterator[Block]:
        """The blocks that the next piece of the stream, `data[begin:end]`, completes."""
        first = data.find(b"\n", begin, end)
        if first < 0:
            self._add(data[begin:end])
            return
        if self.is_open:
            self._add(data[begin:first])
            yield self.close()
            begin = first + 1
        behind = data.rfind(b"\n", begin, end) + 1
        if behind > begin:
            yield Block(data, begin, behind)
            begin = behind
        self._add(data[begin:end])

    def close(self) -> Block:
        """The line that has begun, as a block."""
        cuts = ((len(self._tail), self._lost),) if self._lost else ()
        self.lines_cut += len(cuts)
        self._tail += b"\n"
        line = bytes(self._tail)
        self._tail.clear()
        self._lost = 0
        return Block(line, 0, len(line), cuts)

    def _add(self, data: Bytes) -> None:
        room = self.max_line_bytes - len(self._tail)
        self._lost += max(0, len(data) - room)
        self._tail += data[:room]


class BlockLines:
    """The lines of one block, each opened once, asked for in order; positions are those in its data."""

    def __init__(self, block: Block, number: int, offset: int) -> None:
        self.block = block
        self.is_cut = False
        self._data = block.data
        self._shift = offset - block.begin
        self._counted = (block.begin, number)
        self._start = -1
        self._end = -1
        self._opened: tuple[Message, str] | None = None

    def open(self, start: int) -> tuple[Message, str]:
        """(message, the line as written) of the line that begins at `start`."""
        if start != self._start or self._opened is None:
            self._start, self._end = start, self._data.index(b"\n", start)
            raw = self._data[start : self._end].decode("utf-8", "replace")
            self._opened = (open_envelope(raw), raw)
            self.is_cut = bool(self.block.cuts)  # a block with a cut is that one line
        return self._opened

    def number_at(self, position: int) -> int:
        """The number, in the stream, of the line that begins at `position`."""
        at, number = self._counted
        if position >= at:
            number += self._data.count(b"\n", at, position)
        else:
            number -= self._data.count(b"\n", position, at)
        self._counted = (position, number)
        return number

    def match(self, matcher: LoadedMatcher, message: Message, raw: str, fields: dict[str, Value], weight: int) -> Match:
        """The match that the line opened last is by itself."""
        offset = self._shift + self._start
        return Match(
            matcher.entry,
            matcher.name,
            matcher.source.name,
            self.number_at(self._start),
            offset,
            self._shift + self._end,
            message.time.text if message.time is not None else None,
            message.host,
            message.cursor,
            fields,
            raw,
            False,
            matcher.record,
            matcher.recovery,
            weight,
            matcher.order,
            (offset,),
        )


def candidates(block: Block, backend: Backend, rules: Sequence[tuple[int, int]]) -> list[Candidate]:
    """The lines of the block that a rule hits as they stand or in another form, in order."""
    data = block.data
    hits, signs = _hits(data, block.begin, block.end, backend, len(rules))
    found = {(start, rules[rule][0], -rules[rule][1]) for start, rule in hits}
    if signs:
        starts = sorted(signs)
        lines = b"".join([data[start : data.index(b"\n", start) + 1] for start in starts])
        for form in other_forms(lines):
            others, _ = _hits(form, 0, len(form), backend, len(rules))
            found.update((starts[line], rules[rule][0], -rules[rule][1]) for line, rule in _numbered(others, form))
    return sorted(found)


def _hits(data: Bytes, begin: int, end: int, backend: Backend, known: int) -> tuple[list[tuple[int, int]], set[int]]:
    """(start of the line, rule) of every hit, and the starts of the lines that may read otherwise in another form."""
    hits: list[tuple[int, int]] = []
    signs = set[int]()
    start = end_of_line = -1
    for at, rule in sorted(backend.scan(data, begin, end)):
        if at > end_of_line:
            start = data.rfind(b"\n", begin, at - 1) + 1 or begin
            end_of_line = data.find(b"\n", at - 1)
        if rule < known:
            hits.append((start, rule))
        else:
            signs.add(start)
    return hits, signs


def _numbered(hits: Sequence[tuple[int, int]], form: bytes) -> Iterator[tuple[int, int]]:
    """(which line, from 0; rule) of hits given by the starts of their lines, in order."""
    at = line = 0
    for start, rule in hits:
        line += form.count(b"\n", at, start)
        at = start
        yield line, rule
