"""A chain of hashes over a file, and the marks in it that tell one content from another.

    C(0) = nothing, C(k) = H(C(k-1) + the k-th 64 KiB of the file's uncompressed bytes)

The value at an offset is H(C(k) + the bytes up to it). It does not depend on how the bytes came, is the same for a
renamed file, its copy and its .gz, and can be taken up again at any multiple of 64 KiB.

Marks are the values behind the first line, where it is short, and behind 256, 512, 1024 ... bytes: a few dozen for the
largest file. An id names the last mark before its line. Where the same inode held the same bytes before (a log that
was truncated and begins alike), the mark tells how often: so two such contents never make the same id, and contents
that differ never depend on that memory.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

LINK_BYTES = 1 << 16
_FIRST_MARK = 256


@dataclass(frozen=True, slots=True)
class Mark:
    """The chain's value behind `offset` bytes, and how often the same inode had it before."""

    offset: int
    value: str
    times: int


@dataclass(frozen=True, slots=True)
class Link:
    """The chain's value behind `offset` bytes, a multiple of 64 KiB, in hex: where it can be taken up again."""

    offset: int = 0
    value: str = ""


class Chain:
    """The chain over one content. `times` says of a mark's value how often the same inode had it before."""

    def __init__(self, times: Callable[[str], int], link: Link | None = None, marks: tuple[Mark, ...] = ()) -> None:
        link = link or Link()
        self._times = times
        self.offset = link.offset
        self._links = [link]
        self._block = blake2b(bytes.fromhex(link.value), digest_size=16)
        self._marks = list(marks)
        self._mark_offsets = [mark.offset for mark in marks]
        self._in_first_line = link.offset == 0

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All marks so far, in order."""
        return tuple(self._marks)

    def take(self, data: memoryview | bytes) -> None:
        """The next bytes of the content."""
        view = memoryview(data)
        at, first_newline = 0, -1
        if self._in_first_line and self.offset < _FIRST_MARK:
            first_newline = bytes(view[: _FIRST_MARK - self.offset]).find(b"\n")
        while at < len(view):
            stop = min(self._next_stop(), self.offset + len(view) - at)
            if first_newline >= at:
                stop = min(stop, self.offset + first_newline + 1 - at)
            self._block.update(view[at : at + stop - self.offset])
            at += stop - self.offset
            self.offset = stop
            if first_newline >= 0 and at == first_newline + 1:
                self._in_first_line, first_newline = False, -1
                self._mark()
            elif stop >= _FIRST_MARK and stop & (stop - 1) == 0:
                self._mark()
            if stop % LINK_BYTES == 0:
                self._link()

    def _next_stop(self) -> int:
        if self.offset < _FIRST_MARK:
            return _FIRST_MARK
        if self.offset < LINK_BYTES:
            return 1 << self.offset.bit_length()
        return (self.offset // LINK_BYTES + 1) * LINK_BYTES

    def _mark(self) -> None:
        if self._marks and self._marks[-1].offset >= self.offset:
            return  # passed before the content was taken up again
        value = self._block.copy().hexdigest()[:16]
        self._marks.append(Mark(self.offset, value, self._times(value)))
        self._mark_offsets.append(self.offset)

    def _link(self) -> None:
        self._links.append(Link(self.offset, self._block.hexdigest()))
        self._block = blake2b(self._block.digest(), digest_size=16)

    def close(self) -> None:
        """No more comes; what is shorter than the first mark gets one at its end."""
        if not self._marks:
            self._mark()

    def mark_before(self, line_start: int) -> Mark:
        """The mark that stands for what comes before a line that begins there; for the first line, the one behind it.

        The line itself has been taken, and the chain closed where the line has no newline.
        """
        return self._marks[max(0, bisect_right(self._mark_offsets, line_start) - 1)]

    def link_before(self, offset: int) -> Link:
        """The last link at or before `offset`. Those before it are forgotten: nobody goes back behind it."""
        while len(self._links) > 1 and self._links[1].offset <= offset:
            del self._links[0]
        return self._links[0]
