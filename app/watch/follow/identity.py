"""Which file it is: the key of a file, and prints of what it holds.

An inode number alone does not tell: it is given to another file once the first one is gone. With the birth time it
does, where the file system keeps one (ext4, xfs, btrfs, tmpfs since Linux 6.6). What a file holds is told by the hash
of its first bytes and of those before the offset up to which it was read.
"""

import ctypes
import os
import stat
import struct
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

HEAD_BYTES = 1024
TAIL_BYTES = 256

# statx(2): `AT_EMPTY_PATH` asks about the descriptor itself; in `struct statx` the mask comes first, stx_btime at 80.
_AT_EMPTY_PATH = 0x1000
_STATX_BTIME = 0x800
_STATX_BYTES = 256
_BTIME_AT = 80


class NotAFile(OSError):
    """There is something at the path that cannot be followed: a directory, a FIFO, a socket, a device."""


@dataclass(frozen=True, slots=True)
class FileKey:
    """Device, inode and birth time (nanoseconds, 0 where the file system does not keep it)."""

    device: int
    inode: int
    born_ns: int

    @classmethod
    def of(cls, descriptor: int) -> "FileKey":
        """The key of an open file."""
        status = os.fstat(descriptor)
        return cls(status.st_dev, status.st_ino, birth_ns(descriptor))

    @classmethod
    def from_plain(cls, plain: Any) -> "FileKey":
        """From the list that `plain` gave; raises TypeError or ValueError for anything else."""
        device, inode, born = plain
        return cls(int(device), int(inode), int(born))

    def plain(self) -> list[int]:
        """As JSON can hold it."""
        return [self.device, self.inode, self.born_ns]


@dataclass(frozen=True, slots=True)
class Print:
    """How many bytes, and their hash."""

    size: int
    digest: str

    @classmethod
    def of(cls, data: bytes) -> "Print":
        """The print of these bytes."""
        return cls(len(data), blake2b(data, digest_size=8).hexdigest())

    @classmethod
    def from_plain(cls, plain: Any) -> "Print":
        """From the list that `plain` gave; raises TypeError or ValueError for anything else."""
        size, digest = plain
        return cls(int(size), str(digest))

    def plain(self) -> list[int | str]:
        """As JSON can hold it."""
        return [self.size, self.digest]

    def fits(self, data: bytes) -> bool:
        """Whether `data` is what it was taken of."""
        return Print.of(data) == self


def open_file(path: str) -> int:
    """A descriptor that reads a regular file; raises OSError, NotAFile where it is something else."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotAFile(f"{path} is not a regular file")
    return descriptor


def birth_ns(descriptor: int) -> int:
    """When the open file was made, in nanoseconds since 1970; 0 where nothing keeps that."""
    statx = _statx()
    if statx is None:
        return 0
    buffer = ctypes.create_string_buffer(_STATX_BYTES)
    if statx(descriptor, b"", _AT_EMPTY_PATH, _STATX_BTIME, buffer) != 0:
        return 0
    (mask,) = struct.unpack_from("=I", buffer)
    if not mask & _STATX_BTIME:
        return 0
    seconds, nanoseconds = struct.unpack_from("=qI", buffer, _BTIME_AT)
    return int(seconds) * 1_000_000_000 + int(nanoseconds)


@cache
def _statx() -> Any:
    """The C library's statx, None where it has none; Python has it from 3.15 on."""
    try:
        return ctypes.CDLL(None).statx
    except (OSError, AttributeError):
        return None
