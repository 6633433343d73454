"""Records around a hit: the lines of a log, opened only where a hit asks for them.

A `Page` is a run of whole lines of one stream with its place in it. A `Line` is one physical line; `Part` is one line
of its message (an escaped newline makes several parts of one physical line). From a part one can walk back and ahead
over the parts of the same stream (same host, program, process and printk caller), within `MAX_LINES` (parts, and lines
of other streams, itself among them), `MAX_BYTES` and `MAX_SECONDS` of log time each way; lines of other programs are
passed over.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from matchers.envelopes import Message, open_envelope
from matchers.sources import Source
from matchers.times import Stamp, elapsed

MAX_LINES = 200
MAX_BYTES = 65_536
MAX_SECONDS = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One physical line: `start` and `end` (newline excluded) are positions in its page, `number` counts from 1."""

    start: int
    end: int
    number: int
    raw: str
    message: Message
    cut: bool

    def parts(self, *, backwards: bool = False) -> Iterator["Part"]:
        """The lines of its message, in order, or the last one first."""
        return self.parts_at(range(len(self.message.lines)), backwards=backwards)

    def parts_at(self, indices: range, *, backwards: bool = False) -> Iterator["Part"]:
        """Some lines of its message, in order, or the last one first."""
        return (Part(self, index) for index in (reversed(indices) if backwards else indices))


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a message. Two parts of the same line of the same page are equal."""

    line: Line
    index: int

    @property
    def text(self) -> str:
        """The line of the message, envelope off, escapes undone."""
        return self.line.message.lines[self.index]

    @property
    def key(self) -> tuple[int, int]:
        """The place within its page."""
        return self.line.start, self.index


class Page:
    """Whole lines of a stream.

    `data` ends with a newline; `offset` and `number` are the stream's position and line number of its first byte;
    `cuts` lists (position of a newline in `data`, bytes that were left out before it) for lines that were too long.
    """

    def __init__(self, data: bytes, offset: int, number: int, cuts: Sequence[tuple[int, int]] = ()) -> None:
        self.data = data
        self.offset = offset
        self._cut_at = [at for at, _lost in cuts]
        self._lost = list(accumulate((lost for _at, lost in cuts), initial=0))
        self._lines: dict[int, Line] = {}
        self._counted = (0, number)
        self._bare: dict[str, tuple[int, int]] = {}  # for each source, from where to where no line is stamped

    def stream_offset(self, position: int) -> int:
        """The position in the stream of a position in the page."""
        return self.offset + position + self._lost[bisect_right(self._cut_at, position)]

    def _is_cut(self, end: int) -> bool:
        index = bisect_left(self._cut_at, end)
        return index < len(self._cut_at) and self._cut_at[index] == end

    def line_at(self, position: int) -> Line:
        """The line that holds the byte at `position`."""
        start = self.data.rfind(b"\n", 0, position) + 1
        line = self._lines.get(start)
        if line is None:
            end = self.data.index(b"\n", start)
            raw = self.data[start:end].decode("utf-8", "replace")
            message = open_envelope(raw)
            line = self._lines[start] = Line(start, end, self.number_at(start), raw, message, self._is_cut(end))
        return line

    def number_at(self, start: int) -> int:
        """The number, in the stream, of the line that begins at `start`."""
        at, number = self._counted
        number += self.data.count(b"\n", at, start) if start >= at else -self.data.count(b"\n", start, at)
        self._counted = (start, number)
        return number

    def lines_after(self, line: Line) -> Iterator[Line]:
        """The lines behind `line`, to the end of the page."""
        while line.end + 1 < len(self.data):
            line = self.line_at(line.end + 1)
            yield line

    def lines_before(self, line: Line) -> Iterator[Line]:
        """The lines before `line`, nearest first."""
        while line.start > 0:
            line = self.line_at(line.start - 1)
            yield line

    def near(self, part: Part, *, ahead: bool) -> Iterator[Part]:
        """The parts of the same stream behind (or before) `part`, nearest first, within the bounds of a record."""
        here = part.line
        own = range(part.index + 1, len(here.message.lines)) if ahead else range(part.index)
        seen = 1
        for other in here.parts_at(own, backwards=not ahead):
            if seen == MAX_LINES:
                return
            seen += 1
            yield other
        for line in self.lines_after(here) if ahead else self.lines_before(here):
            distance = line.end - here.start if ahead else here.end - line.start
            if seen >= MAX_LINES or distance > MAX_BYTES:
                return
            if not same_stream(here.message, line.message):
                seen += 1
                continue
            if _too_late(here.message, line.message, ahead=ahead):
                return
            for other in line.parts(backwards=not ahead):
                if seen == MAX_LINES:
                    return
                seen += 1
                yield other

    def record(self, part: Part, source: Source) -> list[Part]:
        """All parts of the record that `part` belongs to: its message and the bare lines that continue it."""
        before: list[Part] = []
        if _continues(part, source):
            for other in self.near(part, ahead=False):
                before.append(other)
                if not _continues(other, source):
                    break
        after: list[Part] = []
        for other in self.near(part, ahead=True):
            if not _continues(other, source):
                break
            after.append(other)
        return [*reversed(before), part, *after]

    def stamped(self, part: Part, source: Source) -> Message:
        """The message that tells the part's time and host: its own, or that of the stamped line it continues."""
        message = part.line.message
        if message.layers or not source.is_continuation(part.text):
            return message
        stamped = self._stamped_before(part.line, source)
        return message if stamped is None else stamped.message

    def _stamped_before(self, here: Line, source: Source) -> Line | None:
        """The nearest line before a bare one, within a record's bounds, that has an envelope and may be the source's.

        A log without stamps may be hit in every line: what was walked once is not walked again.
        """
        bare_from, bare_to = self._bare.get(source.name, (0, 0))
        at, found = here.start, None  # from `at` to `here` no line is stamped
        while found is None:
            at = bare_from if bare_from <= at <= bare_to else at
            if at == 0:
                break
            line = self.line_at(at - 1)
            if here.number - line.number >= MAX_LINES or here.end - line.start > MAX_BYTES:
                break
            if line.message.layers and source.accepts(line.message.program):
                found = line
            else:
                at = line.start
        self._bare[source.name] = at, here.end + 1
        return found


def _continues(part: Part, source: Source) -> bool:
    """Whether the part belongs to the record before it: a further line of one message, or a bare line that looks so."""
    if part.index > 0:
        return True
    message = part.line.message
    bare = not message.layers or message.layers == ("dmesg",)
    return bare and source.is_continuation(part.text)


def same_stream(one: Message, other: Message) -> bool:
    """Whether two lines can come from one writer: nothing that both name differs."""
    return not (
        _differ(one.program, other.program)
        or _differ(one.pid, other.pid)
        or _differ(one.caller, other.caller)
        or _differ(one.host, other.host)
    )


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


@dataclass(frozen=True, slots=True)
class Moment:
    """When a message came, as far as it says so: seconds since boot, and its stamp."""

    uptime: float | None
    time: Stamp | None

    @classmethod
    def of(cls, message: Message) -> "Moment":
        """The moment of a message, without the message."""
        return cls(message.uptime, message.time)


def seconds_between(earlier: Message | Moment, later: Message | Moment) -> float | None:
    """Seconds of log time from one to the other: by uptime where both have it, else by their stamps, else None."""
    if earlier.uptime is not None and later.uptime is not None:
        return later.uptime - earlier.uptime
    if earlier.time is None or later.time is None:
        return None
    return elapsed(earlier.time, later.time)


def _too_late(here: Message, there: Message, *, ahead: bool) -> bool:
    seconds = seconds_between(here, there) if ahead else seconds_between(there, here)
    return seconds is not None and seconds > MAX_SECONDS


def line_starts(data: bytes) -> list[int]:
    """The positions of all newlines of `data`, for `line_index`."""
    positions, at = [], data.find(b"\n")
    while at >= 0:
        positions.append(at)
        at = data.find(b"\n", at + 1)
    return positions


def line_index(newlines: Sequence[int], position: int) -> int:
    """Which line, from 0, the byte at `position` stands in."""
    return bisect_left(newlines, position)
