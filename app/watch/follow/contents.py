"""The bytes of a file that is followed: of a plain one at any place, of a compressed one from front to back."""

import os
from collections.abc import Iterator

from app.decompress import CHUNK_BYTES, Damaged, Source, decompress, kind_of
from app.watch.follow.identity import HEAD_BYTES, TAIL_BYTES, FileKey, Print, open_file

_PACKED_BLOCK_BYTES = 1 << 16


class PlainContents:
    """An open plain file."""

    packed = False

    def __init__(self, path: str) -> None:
        self.path = path
        self.descriptor = open_file(path)
        self.key = FileKey.of(self.descriptor)

    def size(self) -> int:
        """How many bytes there are now."""
        return os.fstat(self.descriptor).st_size

    def is_gone(self) -> bool:
        """Whether no name leads to it any more."""
        return os.fstat(self.descriptor).st_nlink == 0

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset` on; raises OSError."""
        return os.pread(self.descriptor, size, offset)

    def read_into(self, tail: bytearray, buffer: memoryview, offset: int) -> tuple[bytes, int]:
        """The `len(tail)` bytes before `offset`, and how many from there on are in `buffer` now, in one read."""
        got = os.preadv(self.descriptor, [tail, buffer], offset - len(tail))
        return bytes(tail[:got]), max(0, got - len(tail))

    def holds(self, head: Print, end: Print, size: int) -> bool:
        """Whether it begins with `head` and has `end` before its byte `size`."""
        return (
            self.size() >= size
            and head.fits(self.read_at(0, head.size))
            and end.fits(self.read_at(size - end.size, end.size))
        )

    def close(self) -> None:
        """Let go of it."""
        os.close(self.descriptor)


class PackedContents:
    """An open compressed file. What cannot be decompressed counts as its end; `damage` says why."""

    packed = True

    def __init__(self, path: str) -> None:
        self.path = path
        self.descriptor = open_file(path)
        self.key = FileKey.of(self.descriptor)
        self.damage: str | None = None
        self.rewind()

    def rewind(self) -> None:
        """Begin anew."""
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        self.damage = None
        self._at = 0
        self._held = b""
        self._blocks = self._decompressed()

    def _decompressed(self) -> Iterator[bytes]:
        source = Source(lambda count: os.read(self.descriptor, count))
        try:
            kind = kind_of(source)
            if kind is None:
                while block := source.chunk(CHUNK_BYTES):
                    yield block
            else:
                yield from decompress(source, kind, _PACKED_BLOCK_BYTES, self.path)
        except (Damaged, OSError) as error:
            self.damage = str(error)

    def is_gone(self) -> bool:
        """Whether no name leads to it any more."""
        return os.fstat(self.descriptor).st_nlink == 0

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` uncompressed bytes from `offset` on; going back begins anew."""
        if offset < self._at:
            self.rewind()
        while self._at < offset and self._more():
            passed = min(offset - self._at, len(self._held))
            self._at, self._held = self._at + passed, self._held[passed:]
        parts: list[bytes] = []
        wanted = size
        while wanted and self._more():
            part = self._held[:wanted]
            self._at, self._held = self._at + len(part), self._held[len(part) :]
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def size(self) -> int:
        """How many uncompressed bytes there are. Decompresses all of it."""
        while self._more():
            self._at, self._held = self._at + len(self._held), b""
        return self._at

    def _more(self) -> bool:
        if not self._held:
            self._held = next(self._blocks, b"")
        return bool(self._held)

    def read_into(self, tail: bytearray, buffer: memoryview, offset: int) -> tuple[bytes, int]:
        """As `PlainContents.read_into`; it was compared when it was found, so the tail is given as it was known."""
        data = self.read_at(offset, len(buffer))
        buffer[: len(data)] = data
        return bytes(tail), len(data)

    def holds(self, head: Print, end: Print, size: int) -> bool:
        """Whether it begins with `head` and has `end` before its byte `size`. Decompresses that much."""
        return head.fits(self.read_at(0, head.size)) and end.fits(self.read_at(size - end.size, end.size))

    def close(self) -> None:
        """Let go of it."""
        os.close(self.descriptor)


Contents = PlainContents | PackedContents


def open_contents(path: str, *, packed: bool = False) -> Contents:
    """The contents of the file at `path`; raises OSError, NotAFile."""
    return PackedContents(path) if packed else PlainContents(path)


def head_of(contents: Contents, offset: int) -> bytes:
    """The first bytes, of as many as were read up to `offset`."""
    return contents.read_at(0, min(offset, HEAD_BYTES))


def tail_of(contents: Contents, offset: int) -> bytes:
    """The bytes before `offset`."""
    size = min(offset, TAIL_BYTES)
    return contents.read_at(offset - size, size)
