"""A disk whose inode numbers and times are decided by the test: real files, of which stat(2) tells what is made up.

Which inode a new file gets, whether it was another file's before, and what happens within one tick of the clock depend
otherwise on what else the machine does, and what they bring about could not be repeated.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.app.watch.following import TestClock

TICK_NS = 4_000_000


class _File:
    """What stat(2) tells of one file; `descriptor` keeps its real inode from being another file's."""

    def __init__(self, descriptor: int, inode: int, born_ns: int) -> None:
        self.descriptor = descriptor
        self.inode = inode
        self.born_ns = born_ns
        self.changed_ns = born_ns
        self.opened: set[int] = set()

    def is_gone(self) -> bool:
        """Whether no name leads to it, and nobody has it open."""
        return not self.opened and os.fstat(self.descriptor).st_nlink == 0


class _Status:
    """As `os.stat_result`, with another inode and other times."""

    def __init__(self, real: os.stat_result, inode: int, changed_ns: int) -> None:
        self._real = real
        self.st_ino = inode
        self.st_mtime_ns = changed_ns

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _Entry:
    """As `os.DirEntry`, with another inode."""

    def __init__(self, real: "os.DirEntry[str]", inode: int) -> None:
        self._real = real
        self._inode = inode

    def inode(self) -> int:
        return self._inode

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Disk:
    """One directory of files. `reuse` is how likely a new file gets the inode of one that is gone, `tick` how likely
    the clock goes on between two changes, besides `clock`. No two files have the same inode and birth time.
    """

    def __init__(self, directory: Path, chance: random.Random, clock: TestClock) -> None:
        self._directory = directory
        self._chance = chance
        self._reuse = chance.choice((0.0, 0.5, 1.0))
        self._tick = chance.choice((1.0, 1.0, 0.5, 0.1))
        self._is_fine = chance.choice((True, False))  # since Linux 6.13 changes that are asked for differ in time
        self._files: dict[int, _File] = {}
        self._by_descriptor: dict[int, _File] = {}
        self._given: set[tuple[int, int]] = set()
        self._next_inode = 1
        self._clock = clock
        self._ticks = 0
        self._changes = 0
        self._directory_changed_ns = self._now_ns
        self._written: dict[_File, int] = {}

    # What programs do.

    def append(self, path: Path, data: bytes) -> None:
        """Write at the end of a file, which is made where there is none."""
        is_new = not path.exists()
        with path.open("ab") as file:
            file.write(data)
            if is_new:
                self._make(file.fileno())
            if is_new or data:
                self._touch(self._of(file.fileno()))

    def rename(self, old: Path, new: Path) -> None:
        """Rename a file."""
        old.rename(new)
        self._touch(None)

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)
        self._touch(None)

    def cut(self, path: Path) -> None:
        """Truncate a file to nothing."""
        os.truncate(path, 0)
        self._touch(self._files[_inode_of(path)])

    def last_written(self, path: Path) -> int:
        """A number that is higher for a file that was written to later."""
        return self._written[self._files[_inode_of(path)]]

    def _make(self, descriptor: int) -> None:
        self._pass()
        gone = sorted(each.inode for each in self._files.values() if each.is_gone())
        gone = [each for each in gone if (each, self._now_ns) not in self._given]
        if gone and self._chance.random() < self._reuse:
            inode = self._chance.choice(gone)
        else:
            inode, self._next_inode = self._next_inode, self._next_inode + 1
        self._given.add((inode, self._now_ns))
        for real in [real for real, each in self._files.items() if each.inode == inode]:
            os.close(self._files.pop(real).descriptor)
        self._files[_REAL_FSTAT(descriptor).st_ino] = _File(os.dup(descriptor), inode, self._now_ns)
        self._directory_changed_ns = self._stamp()

    def _touch(self, file: _File | None) -> None:
        self._pass()
        self._changes += 1
        if file is None:
            self._directory_changed_ns = self._stamp()
        else:
            file.changed_ns = self._stamp()
            self._written[file] = self._changes

    def _stamp(self) -> int:
        return self._now_ns + self._changes * self._is_fine

    def _pass(self) -> None:
        if self._chance.random() < self._tick:
            self._ticks += 1

    @property
    def _now_ns(self) -> int:
        return int(self._clock.seconds * 1_000_000_000) + self._ticks * TICK_NS

    # What stat(2) tells.

    def _of(self, descriptor: int) -> _File:
        return self._files[_REAL_FSTAT(descriptor).st_ino]

    def _status(self, real: os.stat_result) -> Any:
        file = self._files.get(real.st_ino)
        if file is not None:
            return _Status(real, file.inode, file.changed_ns)
        return real

    def _stat(self, path: Any, **more: Any) -> Any:
        real = _REAL_STAT(path, **more)
        if str(path) == str(self._directory):
            return _Status(real, real.st_ino, self._directory_changed_ns)
        return self._status(real)

    def _fstat(self, descriptor: int) -> Any:
        return self._status(_REAL_FSTAT(descriptor))

    def _open(self, path: Any, flags: int, *more: Any, **named: Any) -> int:
        descriptor = _REAL_OPEN(path, flags, *more, **named)
        file = self._files.get(_REAL_FSTAT(descriptor).st_ino)
        if file is not None:
            file.opened.add(descriptor)
            self._by_descriptor[descriptor] = file
        return descriptor

    def _close(self, descriptor: int) -> None:
        file = self._by_descriptor.pop(descriptor, None)
        if file is not None:
            file.opened.discard(descriptor)
        _REAL_CLOSE(descriptor)

    @contextmanager
    def _scandir(self, path: Any = ".") -> Iterator[Iterator[Any]]:
        with _REAL_SCANDIR(path) as entries:
            found = sorted(entries, key=lambda each: each.name)
            yield iter([_Entry(each, self._files[each.inode()].inode) for each in found])

    def _born_ns(self, descriptor: int) -> int:
        return self._of(descriptor).born_ns

    @contextmanager
    def told(self) -> Iterator[None]:
        """Meanwhile the process sees the files as this disk tells them."""
        calls: dict[str, Callable[..., Any]] = {
            "stat": self._stat,
            "fstat": self._fstat,
            "open": self._open,
            "close": self._close,
            "scandir": self._scandir,
        }
        with (
            patch.multiple(os, **calls),
            patch("app.watch.follow.identity.birth_ns", self._born_ns),
            patch("app.watch.follow.place.time_ns", lambda: self._now_ns),
        ):
            yield

    def close(self) -> None:
        """Let go of all files."""
        for each in self._files.values():
            with suppress(OSError):
                os.close(each.descriptor)
        self._files.clear()


_REAL_STAT, _REAL_FSTAT, _REAL_OPEN, _REAL_CLOSE, _REAL_SCANDIR = os.stat, os.fstat, os.open, os.close, os.scandir


def _inode_of(path: Path) -> int:
    return _REAL_STAT(path).st_ino
