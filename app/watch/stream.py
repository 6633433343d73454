"""From the bytes of one stream to rows with ids.

A stream is what a log holds over its rotations: the contents of one file after the other, with a newline put in where
one of them ends without. So a record that began in the file that was rotated away is finished by the next one. Its
offsets are those of the scan; each content is a `Segment` of it, which says where in the stream its bytes are.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.rows import RowWriter
from app.watch.contract import Clock, IdentityFields, Row
from app.watch.follow.chain import Chain
from app.watch.follow.identity import FileKey
from app.watch.ids import digest
from kb.book import Book
from matchers.engine import MAX_LINE_BYTES, MatcherSet
from matchers.live import LiveScanner, ResumePoint
from matchers.match import Match

_MAX_GIVEN = 8192
_RECOVERY = "\0recovery"


class Recogniser:
    """Turns streams into rows, for all inputs of one thread: entries, host and clock.

    `identity_fields` gives the names of an entry's identity fields.
    """

    def __init__(self, matchers: MatcherSet, identity_fields: IdentityFields, host: str, clock: Clock) -> None:
        self.host = host
        self.clock = clock
        self._matchers = matchers
        self._identity_fields = identity_fields
        self._identities: dict[str, tuple[str, ...]] = {}
        self._writers: dict[str | None, RowWriter] = {}

    @classmethod
    def of_book(cls, book: Book, host: str, clock: Clock) -> "Recogniser":
        """With the entries of a book."""

        def identity_fields(entry: str) -> tuple[str, ...]:
            article = book.article(entry)
            return article.identity if article is not None else ()

        return cls(book.matchers, identity_fields, host, clock)

    def scanner(self, start: ResumePoint | None = None, *, max_line_bytes: int = MAX_LINE_BYTES) -> LiveScanner:
        """A scanner of a new stream, or of one taken up again. All share what they search with."""
        return LiveScanner(self._matchers, start, max_line_bytes=max_line_bytes)

    def row(self, match: Match, row_id: str, path: str | None) -> Row:
        """The row of a match, whose places are those in `path`; without a path it has none."""
        names = self._identities.get(match.entry)
        if names is None:
            names = self._identities[match.entry] = self._identity_fields(match.entry)
        writer = self._writers.get(path)
        if writer is None:
            writer = self._writers[path] = RowWriter(path)
        seen_at = self.clock.now()
        stamp = seen_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        identity = tuple(str(match.fields.get(name, "")) for name in names)
        recovery = ""
        if match.recovery:  # counted apart in a storm
            identity, recovery = (*identity, _RECOVERY), ', "recovery": true'
        json = f'{writer.row(match)[:-1]}, "id": "{row_id}", "seen_at": "{stamp}"{recovery}}}'
        return Row(row_id, match.entry, identity, json, seen_at)


def is_recorded(match: Match) -> bool:
    """Whether a match becomes a row: troubles that are recorded, and whatever says that a trouble is over."""
    return match.record or match.recovery


@dataclass(frozen=True, slots=True)
class Segment:
    """One content in the stream: its byte `o` is at `base` + o of the stream, and `base_lines` whole lines of the
    stream come before its first line. From `begin` (of the stream) on it is fed.
    """

    begin: int
    base: int
    base_lines: int
    origin: FileKey
    chain: Chain


@dataclass(frozen=True, slots=True)
class StreamPoint:
    """Where a stream can be taken up again: a place of its scan, where the stream ended, and which rows were given
    that may come again, as (end of the match, id).
    """

    scan: ResumePoint
    fed: int
    lines: int
    given: tuple[tuple[int, str], ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"scan": self.scan.to_plain(), "fed": self.fed, "lines": self.lines, "given": self.given}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "StreamPoint":
        """What `plain` gave; raises KeyError, TypeError or ValueError for anything else."""
        given = tuple((int(end), str(row_id)) for end, row_id in plain["given"])
        return cls(ResumePoint.from_plain(plain["scan"]), int(plain["fed"]), int(plain["lines"]), given)

    def moved_to(self, offset: int, lines: int) -> "StreamPoint":
        """The same place where nothing before `offset`, with `lines` before it, can be read any more."""
        scan = ResumePoint(offset, max(offset, self.scan.decided_to), lines + 1, self.scan.state)
        return replace(self, scan=scan)

    def behind_all(self) -> "StreamPoint":
        """The place behind everything the stream had, at the beginning of a line."""
        return self.moved_to(self.fed + 1, self.lines + 1)


class Stream:
    """One stream on its way through the scan. `source` is "auto", or the only source whose matches count."""

    def __init__(
        self,
        recogniser: Recogniser,
        path: str,
        *,
        source: str = "auto",
        max_line_bytes: int = MAX_LINE_BYTES,
        start: StreamPoint | None = None,
    ) -> None:
        self._recogniser = recogniser
        self._path = path
        self._source = source
        self._sources = None if source == "auto" else frozenset((source, "text"))
        self._max_line_bytes = max_line_bytes
        self._scanner = recogniser.scanner(start.scan if start else None, max_line_bytes=max_line_bytes)
        self._segments: list[Segment] = []
        self._begins: list[int] = []
        self._given: list[tuple[int, str]] = list(start.given) if start else []
        self._known = {row_id for _end, row_id in self._given}
        self._ordinals: dict[tuple[int, str, str], int] = {}
        self.fed = start.scan.read_from if start else 0
        self.unfinished = 0
        """How many bytes the line has that has begun and is not over."""

    @property
    def lines(self) -> int:
        """How many whole lines the stream had up to here."""
        return self._scanner.lines

    @property
    def lines_cut(self) -> int:
        """How many lines were longer than what is looked at, since this object was made."""
        return self._scanner.lines_cut

    def begin(self, segment: Segment) -> None:
        """What is fed from here on is this content."""
        self._segments.append(segment)
        self._begins.append(segment.begin)

    def feed(self, data: bytearray, size: int) -> list[Row]:
        """Take the first `size` bytes of `data`, one at the least."""
        self.fed += size
        newline = data.rfind(b"\n", 0, size)
        self.unfinished = size - newline - 1 + (self.unfinished if newline < 0 else 0)
        return self._rows(self._scanner.feed(data, size))

    def end_line(self) -> list[Row]:
        """The line that has begun is over although no newline came."""
        return self.feed(bytearray(b"\n"), 1) if self.unfinished else []

    def settle(self) -> list[Row]:
        """Nothing followed for a while: decide what waits by what is there."""
        return self._rows(self._scanner.settle())

    def renewed(self, recogniser: Recogniser) -> "Stream":
        """The stream with other entries. It is settled; of a line that is not over the bytes are to be fed again."""
        at = self.fed - self.unfinished
        point = self.point()
        start = replace(point, scan=ResumePoint(at, at, self.lines + 1, point.scan.state))
        stream = Stream(recogniser, self._path, source=self._source, max_line_bytes=self._max_line_bytes, start=start)
        for segment in self._segments:
            stream.begin(segment)
        return stream

    def point(self) -> StreamPoint:
        """Where it can be taken up again, once what it gave is recorded."""
        scan = self._scanner.resume_point()
        self._given = [each for each in self._given if each[0] > scan.decided_to][-_MAX_GIVEN:]
        self._known &= {row_id for _end, row_id in self._given}
        if self._ordinals:
            self._ordinals = {key: count for key, count in self._ordinals.items() if key[0] >= scan.read_from}
        while len(self._segments) > 1 and self._segments[1].begin <= scan.read_from:
            del self._segments[0], self._begins[0]
        return StreamPoint(scan, self.fed, self.lines, tuple(self._given))

    def _rows(self, matches: Iterable[Match]) -> list[Row]:
        rows = []
        for match in matches:
            if not is_recorded(match) or (self._sources and match.source not in self._sources):
                continue
            row_id, placed = self._placed(match)
            self._given.append((match.end, row_id))
            if row_id not in self._known:
                rows.append(self._recogniser.row(placed, row_id, self._path))
        return rows

    def _placed(self, match: Match) -> tuple[str, Match]:
        """The id of a match, and the match with its places in its own file."""
        index = max(0, bisect_right(self._begins, match.offset) - 1)
        segment = self._segments[index]
        key = match.offset, match.entry, match.matcher
        ordinal = self._ordinals[key] = self._ordinals.get(key, -1) + 1
        offset = match.offset - segment.base
        mark = segment.chain.mark_before(offset)
        origin = segment.origin
        first_line = match.text.partition("\n")[0]
        content = "file", self._recogniser.host, origin.device, origin.inode, origin.born_ns, mark.value, mark.times
        row_id = digest((*content, offset, first_line, match.entry, match.matcher, ordinal))
        end, assembled = match.end, match.assembled
        if index + 1 < len(self._segments) and end >= self._begins[index + 1]:
            end, assembled = self._begins[index + 1] - 1, True  # its last lines are in the next file
        line = match.line - segment.base_lines
        return row_id, replace(match, line=line, offset=offset, end=end - segment.base, assembled=assembled)
