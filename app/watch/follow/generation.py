"""One generation of a log: what one file held from its first byte until it was rotated away or truncated.

Its place may change while it is read: the file is renamed, or what is left of it is read from a copy or a compressed
file. Its origin, the file it was first seen in, stays: ids are made of that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.watch.follow.chain import LINK_BYTES, Chain, Link, Mark
from app.watch.follow.contents import Contents, PackedContents, PlainContents, head_of, tail_of
from app.watch.follow.identity import HEAD_BYTES, TAIL_BYTES, FileKey, Print

_FIRST_LINK = Link()
NOWHERE = FileKey(0, 0, 0)
Times = Callable[[FileKey, str], int]
"""How often an inode had a mark of this value in earlier generations."""


class Changed(Exception):
    """The file does not hold what was read of it any more: it was truncated, or written anew."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of a generation: enough to find it again and to go on.

    Its bytes are told by `head`, its first ones, and `end`, those before `size`, which is how large it was when it was
    last looked at. `base` and `base_lines` are those of its segment, None while nothing of it was fed; bytes before
    `start` are never fed, and `lines` are those before it. `over`: it was read to its end, and a later one was begun.
    """

    origin: FileKey
    place: FileKey
    head: Print
    end: Print
    offset: int
    size: int
    link: Link = _FIRST_LINK
    marks: tuple[Mark, ...] = ()
    start: int = 0
    lines: int = 0
    base: int | None = None
    base_lines: int = 0
    over: bool = False

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it by which its bytes could be told from others."""
        return self.head.size > 0

    def plain(self) -> list[Any]:
        """As JSON can hold it."""
        return [
            self.origin.plain(),
            self.place.plain(),
            self.head.plain(),
            self.end.plain(),
            [self.offset, self.size, self.start, self.lines, self.base, self.base_lines, self.over],
            [self.link.offset, self.link.value],
            [[mark.offset, mark.value, mark.times] for mark in self.marks],
        ]

    @classmethod
    def of_whole(cls, contents: PlainContents) -> "Record":
        """A file that is over as it is now, without reading it."""
        size = contents.size()
        head, end = Print.of(head_of(contents, size)), Print.of(tail_of(contents, size))
        return cls(contents.key, contents.key, head, end, size, size, start=size, over=True)

    @classmethod
    def from_plain(cls, plain: Any) -> "Record":
        """What `plain` gave; raises TypeError or ValueError for anything else."""
        origin, place, head, end, (offset, size, start, lines, base, base_lines, over), link, marks = plain
        bytes.fromhex(link[1])
        return cls(
            FileKey.from_plain(origin),
            FileKey.from_plain(place),
            Print.from_plain(head),
            Print.from_plain(end),
            int(offset),
            int(size),
            Link(int(link[0]), str(link[1])),
            tuple(Mark(int(at), str(value), int(times)) for at, value, times in marks),
            int(start),
            int(lines),
            None if base is None else int(base),
            int(base_lines),
            bool(over),
        )


class Generation:
    """A generation with its contents open. `offset` is how far it was read, `lines` are those before what was fed."""

    def __init__(self, contents: Contents, origin: FileKey, times: Times, now: float) -> None:
        self.contents = contents
        self.origin = origin
        self.place = contents.key
        self.chain = Chain(lambda value: times(origin, value))
        self.offset = 0
        self.size = 0
        self.start = 0
        self.lines = 0
        self.base: int | None = None
        self.base_lines = 0
        self.is_begun = False  # its segment is told to the stream
        self.limit: int | None = None  # nothing behind it is read
        self.is_final = False  # nobody writes to it any more: it is a copy, or compressed
        self.is_lost = False  # what is left of it can be read nowhere
        self.is_suspect = False  # its file was truncated although it looks the same
        self.left_at: float | None = None
        self.grown_at = now
        self._grew = False  # since `grown_at`
        self._head = b""
        self._tail = b""  # before `offset`
        self._end = b""  # before `size`
        self._read_to = 0  # how far it was ever read

    @classmethod
    def resumed(cls, contents: Contents, record: Record, offset: int, times: Times, now: float) -> "Generation":
        """The generation of this record, to be read on from `offset`, which is not behind the record's."""
        self = cls(contents, record.origin, times, now)
        link = record.link if record.link.offset <= offset else Link()
        self.chain = Chain(lambda value: times(record.origin, value), link, record.marks)
        for at in range(link.offset, offset, LINK_BYTES):
            self.chain.take(contents.read_at(at, min(LINK_BYTES, offset - at)))
        self.offset, self.size = offset, record.size
        self.start, self.lines = record.start, record.lines
        self.base, self.base_lines = record.base, record.base_lines
        self.is_final = contents.packed
        self._head, self._tail = head_of(contents, record.head.size), tail_of(contents, offset)
        self._end, self._read_to = tail_of(contents, record.size), record.offset
        # Compared once more, as the last thing that is read: whoever opened the file did so a moment ago.
        self.is_suspect = not contents.packed and record.is_known and not record.end.fits(self._end)
        return self

    def record(self, *, read_from: int | None = None, over: bool = False) -> Record:
        """What to keep of it; the stream will be read again from `read_from`, its own offset, at the latest."""
        back_to = self.offset if read_from is None else min(read_from, self.offset)
        return Record(
            self.origin,
            self.place,
            Print.of(self._head),
            Print.of(self._end),
            max(self.offset, self._read_to),
            self.size,
            self.chain.link_before(back_to),
            self.chain.marks,
            self.start,
            self.lines,
            self.base if self.is_read else None,
            self.base_lines,
            over or self.limit is not None,
        )

    def fits(self) -> bool:
        """Whether its contents still hold what is known of them. Notes how large they are and how they begin."""
        if self.is_lost or isinstance(self.contents, PackedContents):
            return True
        size = self.contents.size()
        if self.is_suspect or size < self.size:
            return False
        # What is new is read before what is known: so it is of the same generation if that is still there.
        end = tail_of(self.contents, size) if size > self.size else self._end
        head = self.contents.read_at(0, HEAD_BYTES)
        if len(end) < min(size, TAIL_BYTES) or not head.startswith(self._head) or not self._ends_as_known():
            return False
        self._grew = self._grew or (size > self.size and not self.is_blank)
        self.size, self._head, self._end = size, head, end
        return True

    def _ends_as_known(self) -> bool:
        return self.contents.read_at(self.size - len(self._end), len(self._end)) == self._end

    def is_at(self, key: FileKey) -> bool:
        """Whether this is the generation in the file of that key, compressed meanwhile or not."""
        return not self.is_lost and not self.is_suspect and self.contents.key == key

    @property
    def is_read(self) -> bool:
        """Whether anything of it was read, now or before a restart."""
        return max(self.offset, self._read_to) > 0

    @property
    def is_blank(self) -> bool:
        """Whether nothing is known of what it holds."""
        return not self._head

    def has_more(self) -> bool:
        """Whether there are bytes to be read behind `offset`, as far as can be told without reading."""
        if isinstance(self.contents, PackedContents):
            return True
        return self.contents.size() > self.offset

    def goes_on_in(self, contents: Contents) -> bool:
        """Whether these contents have the bytes that were read last."""
        return contents.read_at(self.offset - len(self._tail), len(self._tail)) == self._tail

    def move_to(self, contents: Contents) -> None:
        """What is left of it is read from a copy."""
        self.contents.close()
        self.contents = contents
        self.place = contents.key
        self.is_final = True
        self.is_suspect = False

    def end(self, lines: int) -> None:
        """It was read to its end for now; `lines` whole lines of it. What may come yet is another stream's."""
        self.start, self.lines = self.offset, lines
        self.base, self.base_lines, self.is_begun, self.limit = None, 0, False, None

    def try_again(self) -> bool:
        """Read a compressed file anew that ended in damage, as one that is still being written; False where not."""
        if not isinstance(self.contents, PackedContents) or self.contents.damage is None:
            return False
        self.contents.rewind()
        return True

    def give_up(self) -> int:
        """What is left of it can be read nowhere; how many bytes are known to be lost."""
        self.is_lost = True
        self.place = NOWHERE
        return max(0, self.size - max(self.offset, self._read_to))

    def read(self, buffer: bytearray, most: int, now: float, *, whole_lines: bool = False) -> int:
        """Read up to `most` of what comes next into `buffer`; raises Changed, OSError.

        With `whole_lines` what is behind the last newline is left, unless no line ends in all that fits.
        """
        if self.is_lost:
            return 0
        if self.is_suspect:
            raise Changed
        most = min(most, len(buffer))
        if not isinstance(self.contents, PackedContents) and self.left_at is None:
            most = min(most, self.size - self.offset)  # what comes behind was not looked at yet
        if self.limit is not None:
            most = min(most, self.limit - self.offset)
        if most <= 0:
            return 0
        tail = bytearray(len(self._tail))
        with memoryview(buffer) as view:
            before, count = self.contents.read_into(tail, view[:most], self.offset)
            if not self.contents.packed and (before != self._tail or not self._ends_as_known()):
                raise Changed  # asked after the bytes were read, so these are of this generation
            if whole_lines:
                count = buffer.rfind(b"\n", 0, count) + 1 or (count if count == most else 0)
            if count:
                self._take(view[:count], now)
        return count

    def _take(self, data: memoryview, now: float) -> None:
        if self.chain.offset < self.offset + len(data):
            self.chain.take(data[max(0, self.chain.offset - self.offset) :])
        if len(self._head) < min(HEAD_BYTES, self.offset + len(data)):
            self._head += bytes(data[len(self._head) - self.offset : HEAD_BYTES - self.offset])
        end = bytes(data[-TAIL_BYTES:])
        self._tail = (self._tail + end)[-TAIL_BYTES:]
        self.offset += len(data)
        if self.offset > self.size:
            self.size, self._end, self._grew = self.offset, self._tail, True
        if self._grew:
            self.grown_at, self._grew = now, False

    def step_back(self, count: int) -> None:
        """Go back over the last `count` bytes, to read them again; raises OSError."""
        self.offset -= count
        self._tail = tail_of(self.contents, self.offset)
