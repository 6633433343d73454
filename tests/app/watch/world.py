"""A program that writes a log, those who rotate it, and the follower, each making small steps in any order.

What the program and the rotation do is cut into steps that are one system call each. They come between the turns of
the follower, and, while it is `meddled` with, between any two of its own system calls: the log may be renamed, copied
or truncated while the follower is finding out what is there.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gzip import compress
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.app.watch.disk import Disk
from tests.app.watch.following import BUDGET, Followed, line

Steps = Iterator[None]
NAMES = ("app.log.1", "app.log-2024{:04}", "app.log.{}")
_CALLS = ("stat", "fstat", "open", "lseek", "pread", "preadv", "scandir")
_MOST_MEDDLING = 40


@dataclass(slots=True)
class Written:
    """One record: its number, and up to where in its file it reaches."""

    number: int
    end: int


class World:
    """One log with those who write, rotate and follow it. `chance` decides everything."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.log = directory / "app.log"
        self.target = self.log
        self.name = self.chance.choice(NAMES)
        self.head = b"# every file begins alike\n" * self.chance.choice((0, 0, 20, 60))
        self.meddling = self.chance.choice((0.0, 0.0, 0.02, 0.2))
        self.written: list[int] = []
        self.may_be_lost: set[int] = set()
        self.file_of: dict[int, int] = {}
        self.files = 0
        self._in_file: list[Written] = []
        self._unfinished = b""
        self._torn_at = 0.0
        self._renamed_at = 0.0
        self._rotation: Steps = iter(())
        self._is_rotating = False
        self._is_meddling = False
        self.followed = Followed(self.log)
        self.disk = Disk(directory, self.chance, self.followed.clock)
        with self.disk.told():
            self.followed.turn()

    # The program.

    def write(self) -> None:
        """Some lines, the last perhaps torn."""
        data = self._finished()
        for _ in range(self.chance.choice((1, 2, 5, 50, 1500))):
            data += self._next_line(len(data)) if self.chance.random() < 0.5 else b"nothing of note\n"
        self.disk.append(self.target, data)

    def tear(self) -> None:
        """A part of a line; the rest comes with what is written next."""
        before = self._finished()
        data = self._next_line(len(before))
        cut = self.chance.randrange(1, len(data))
        self.disk.append(self.target, before + data[:cut])
        self._unfinished = data[cut:]
        self._torn_at = self.followed.clock.seconds

    def _next_line(self, ahead: int) -> bytes:
        number = len(self.written)
        self.written.append(number)
        self.file_of[number] = self.files
        size = self.target.stat().st_size if self.target.exists() else 0
        data = line(number)
        self._in_file.append(Written(number, size + ahead + len(data)))
        return data

    def _finished(self) -> bytes:
        data, self._unfinished = self._unfinished, b""
        waited_s = self.followed.clock.seconds - max(self._torn_at, self._renamed_at)
        if data and self.target != self.log and waited_s >= self.followed.source.grace_s:
            self.may_be_lost.add(self.written[-1])  # once its file was renamed a line is waited for no longer
        return data

    def finish(self) -> None:
        """The rest of a line that is torn."""
        if self._unfinished:
            self.disk.append(self.target, self._finished())

    def _begin_file(self) -> None:
        self.target = self.log
        self.files += 1
        self._in_file = []
        self.disk.append(self.log, self.head)

    # The rotation.

    def rotate(self) -> Steps:
        """Renamed; the program goes on in a new file at once, and the old one is perhaps compressed."""
        yield from self._shift()
        self.finish()
        old = self._next_name()
        self._rename()
        yield
        self.finish()
        self._begin_file()
        if self.chance.random() < 0.3:
            yield
            yield from self._compress(old)

    def _rename(self) -> None:
        self.target = self._next_name()
        self.disk.rename(self.log, self.target)
        self._renamed_at = self.followed.clock.seconds

    def rotate_and_write_on(self) -> Steps:
        """Renamed; the program writes on for a while in the renamed file."""
        yield from self._shift()
        self._rename()
        for _ in range(self.chance.randrange(3)):
            yield
            self.write()
        yield
        self.finish()
        self._begin_file()

    def compress_oldest(self) -> Steps:
        """The plain file that was not written to for longest is compressed."""
        plain = [
            each for each in self.log.parent.iterdir() if each not in (self.log, self.target) and each.suffix != ".gz"
        ]
        if plain:
            yield from self._compress(min(plain, key=self.disk.last_written))

    def copytruncate(self) -> Steps:
        """Copied bit by bit, while the program may write; a moment later cut to nothing."""
        yield from self._shift()
        copy, copied = self._next_name(), 0
        self.disk.append(copy, b"")
        part = self.chance.choice((1000, 20_000, 1 << 20, 1 << 20))
        while data := self.log.read_bytes()[copied : copied + part]:
            self.disk.append(copy, data)
            copied += len(data)
            yield
        self.disk.cut(self.log)
        self.may_be_lost |= {each.number for each in self._in_file if each.end > copied}
        self._begin_file()
        yield

    def _shift(self) -> Steps:
        if self.name != NAMES[0]:
            return
        beside = {each.name: each for each in self.log.parent.iterdir()}
        for number in range(40, 0, -1):
            for suffix in ("", ".gz"):
                old = beside.get(f"{self.log.name}.{number}{suffix}")
                if old is not None:
                    self.disk.rename(old, self.log.with_name(f"{self.log.name}.{number + 1}{suffix}"))
                    yield

    def _next_name(self) -> Path:
        return self.log.with_name(self.name.format(self.files + 1))

    def _compress(self, plain: Path) -> Steps:
        data = compress(plain.read_bytes(), mtime=0)
        packed = plain.with_name(plain.name + ".gz")
        for part in (data[:20], data[20:]):
            self.disk.append(packed, part)
            yield
        self.disk.remove(plain)
        yield

    def advance(self) -> None:
        """The rotation that is under way makes a step; it is a few that never begin by themselves."""
        if next(self._rotation, self) is self:
            self._is_rotating = False

    def begin(self, rotation: Callable[[], Steps]) -> None:
        """Rotate in this way, unless that is under way."""
        if not self._is_rotating and self.log.exists():
            self._rotation, self._is_rotating = rotation(), True

    def end_rotation(self) -> None:
        """All steps that are left."""
        while self._is_rotating:
            self.advance()

    def delete(self) -> None:
        """Deleted when all of it was read: what was not is gone."""
        self.end_rotation()
        self.finish()
        self.followed.wait()
        self.disk.remove(self.log)
        self.files += 1
        self._in_file = []

    # The follower.

    def turn(self) -> None:
        """A turn that is committed."""
        after_s = self.chance.choice((0, 0.25, 1, 6))
        with self._meddled():
            self.followed.turn(self.chance.choice((4096, BUDGET)), after_s=after_s)

    def turn_uncommitted(self) -> None:
        """A turn that a crash may still undo."""
        with self._meddled():
            self.followed.turn(self.chance.choice((4096, BUDGET)), commit=False)

    def discover(self) -> None:
        """A look that reads nothing."""
        self.followed.clock.seconds += 1
        with self._meddled():
            self.followed.input.discover(self.followed.clock.seconds)

    def crash(self) -> None:
        """`kill -9`."""
        self.followed.restart()

    def restart(self) -> None:
        """A clean end, and a new beginning."""
        self.followed.commit()
        self.followed.restart()

    @contextmanager
    def _meddled(self) -> Iterator[None]:
        """The others make steps between the system calls of the follower."""
        left = _MOST_MEDDLING

        def before(call: Callable[..., Any]) -> Callable[..., Any]:
            def meddled(*arguments: Any, **more: Any) -> Any:
                nonlocal left
                if left and not self._is_meddling and self.chance.random() < self.meddling:
                    left -= 1
                    self._is_meddling = True
                    self.chance.choice((self.write, self.advance, self.advance, self.advance))()
                    self._is_meddling = False
                return call(*arguments, **more)

            return meddled

        with patch.multiple(os, **{name: before(getattr(os, name)) for name in _CALLS}):
            yield

    # All of them.

    def run(self, ways: str, steps: int) -> None:
        """So many steps; then all comes to its end."""
        with self.disk.told():
            self._run(ways, steps)
        self.disk.close()

    def _run(self, ways: str, steps: int) -> None:
        rotations: list[Callable[[], Steps]] = [self.rotate, self.rotate, self.rotate_and_write_on]
        if ways == "copy":
            rotations = [self.copytruncate]
        begin: list[Callable[[], None]] = [lambda: self.begin(self.chance.choice(rotations))]
        if ways == "rename":
            begin.append(self.delete)
        program = [self.write, self.tear]
        follower = [self.turn, self.turn, self.turn_uncommitted, self.discover, self.crash, self.restart]
        packer = [lambda: self.begin(self.compress_oldest)]
        for _ in range(steps):
            kind = self.chance.choice([program, begin, follower, follower, packer])
            self.chance.choice(kind)()
            for _ in range(self.chance.choice((0, 1, 1, 3, 100))):
                self.advance()
        self.end_rotation()
        self.finish()
        self.meddling = 0.0
        self.followed.wait()
        self.followed.close()

    def lost(self) -> list[int]:
        """Records that are missing and should not be."""
        return sorted(set(self.written) - set(self.followed.numbers()) - self.may_be_lost)

    def twice(self) -> list[int]:
        """Records that came more often than they were written."""
        return sorted((Counter(self.followed.numbers()) - Counter(self.written)).elements())

    def out_of_order(self) -> list[int]:
        """Records that came before an earlier one of the same file."""
        last: dict[int, int] = {}
        late = []
        for number in self.followed.numbers():
            file = self.file_of[number]
            if number < last.get(file, -1):
                late.append(number)
            last[file] = number
        return late
