"""Logs as programs write and rotate them: torn writes, and thirteen ways in which a log changes under its reader."""

import gzip
import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from bench.soak.lines import Lines

HEAD = b"".join(b"# log opened, format 7, field %03d of the header that every file has\n" % n for n in range(40))
_REGROWN_BYTES = 1 << 21
KEPT = 50
"""How many rotated files stay: more than are made while a watcher is away."""


class Log:
    """One log that is written and now and then rotated, in the way of its class.

    `is_safe_while_down`: whether this way loses nothing while no watcher runs (a deleted file is gone).
    """

    name = ""
    is_safe_while_down = True

    def __init__(self, folder: Path, lines: Lines, rng: random.Random) -> None:
        self.folder = folder
        self.path = folder / "app.log"
        self._lines = lines
        self._rng = rng
        self._rotations = 0
        self._rest = b""
        self._file = -1
        self.prepare()

    def prepare(self) -> None:
        """Make the directory and the first file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._open()

    @property
    def watched(self) -> str:
        """What the watcher is told to follow."""
        return str(self.path)

    def write(self, count: int) -> None:
        """Write so many lines; the end of the last one perhaps only with the next write."""
        data = self._rest + self._lines.make(self.path, count)
        cut = len(data) - self._rng.randrange(0, 60) if self._rng.random() < 0.5 else len(data)
        self._put(data[:cut])
        self._rest = data[cut:]

    def write_whole(self, count: int) -> None:
        """Write so many lines with their ends."""
        self._put(self._rest + self._lines.make(self.path, count))
        self._rest = b""

    def finish_line(self) -> None:
        """Write what is left of the last line."""
        rest, self._rest = self._rest, b""
        self._put(rest)

    def rotate(self) -> None:
        """Rotate in this log's way."""
        self.finish_line()
        self._rotations += 1
        self._rotate()

    def close(self) -> None:
        """The program ends."""
        self.finish_line()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _rotate(self) -> None:
        raise NotImplementedError

    def _put(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._file, data) :]

    def _open(self) -> None:
        old, self._file = self._file, os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        if old >= 0:
            os.close(old)

    def _shift(self, ending: str = "") -> None:
        """app.log.1 becomes app.log.2, and so on."""
        for number in range(min(self._rotations, KEPT), 0, -1):
            old = Path(f"{self.path}.{number}{ending}")
            if old.exists():
                if number >= KEPT:
                    old.unlink()
                else:
                    old.rename(f"{self.path}.{number + 1}{ending}")


class RenameCreate(Log):
    """Renamed; the program writes on in the renamed file until it opens the new one."""

    name = "rename-create"

    def _rotate(self) -> None:
        self._shift()
        self.path.rename(f"{self.path}.1")
        self._put(self._lines.make(self.path, self._rng.randrange(200)))
        self._open()


class SameHead(Log):
    """Renamed, and every file begins with the same bytes."""

    name = "same-head"

    def prepare(self) -> None:
        """The first file has the head, too."""
        super().prepare()
        self._put(HEAD)

    def _rotate(self) -> None:
        self._shift()
        self.path.rename(f"{self.path}.1")
        self._open()
        self._put(HEAD)


class CopyTruncate(Log):
    """Copied beside it and cut to nothing."""

    name = "copytruncate"

    def _rotate(self) -> None:
        self._shift()
        shutil.copyfile(self.path, f"{self.path}.1")
        os.truncate(self.path, 0)


class CopyTruncateRegrown(CopyTruncate):
    """The same, and at once longer than before."""

    name = "copytruncate-regrown"

    def _rotate(self) -> None:
        size = self.path.stat().st_size
        super()._rotate()
        if size > _REGROWN_BYTES:
            return
        while self.path.stat().st_size <= size:
            self._put(self._lines.make(self.path, 200))


class RenameGzip(Log):
    """Renamed and compressed at once."""

    name = "rename-gzip"

    def _rotate(self) -> None:
        self._shift(".gz")
        renamed = Path(f"{self.path}.1")
        self.path.rename(renamed)
        self._open()
        _compress(renamed)


class DeleteCreate(Log):
    """Deleted, and made anew."""

    name = "delete-create"
    is_safe_while_down = False

    def _rotate(self) -> None:
        self.path.unlink()
        self._open()


class SymlinkSwitch(Log):
    """A link to the file of the day is switched to the next one."""

    name = "symlink-switch"

    def prepare(self) -> None:
        """The link and its first target."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._switch()

    def _switch(self) -> None:
        target = self.folder / "days" / f"day-{self._rotations:05}.log"
        target.parent.mkdir(exist_ok=True)
        old, self._file = self._file, os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        if old >= 0:
            os.close(old)
        aside = self.folder / "link"
        aside.symlink_to(target)
        aside.rename(self.path)

    def _rotate(self) -> None:
        self._switch()

    is_safe_while_down = False  # nothing tells that the files in days/ were once the log


class InodeReuse(Log):
    """Deleted and made anew while nobody else takes the inode: the new file often has the old one's."""

    name = "inode-reuse"
    is_safe_while_down = False

    def _rotate(self) -> None:
        os.close(self._file)
        self._file = -1
        self.path.unlink()
        self._open()


class RotatedWhileDown(RenameCreate):
    """Renamed while no watcher runs."""

    name = "rotated-while-down"


class CompressedWhileDown(RenameGzip):
    """Renamed and compressed while no watcher runs."""

    name = "compressed-while-down"


class Late(Log):
    """Its directory comes after the watcher, goes away and comes back."""

    name = "late"
    is_safe_while_down = False

    def prepare(self) -> None:
        """Nothing yet."""

    def _put(self, data: bytes) -> None:
        if self._file < 0 and data:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._open()
        super()._put(data)

    def _rotate(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            aside = self.folder.with_name(f"late-gone-{self._rotations}")
            self.folder.rename(aside)


class Hostile(Log):
    """A line of 24 MB, NULs, bytes that are not UTF-8, between the records."""

    name = "hostile"

    def _rotate(self) -> None:
        kind = self._rotations % 3
        if kind == 1 and self._rotations < 8:
            for _ in range(24):
                self._put(b"x" * 1_000_000)
            self._put(b"\n")
        elif kind == 2:
            self._put(b"\0" * 5000 + b"\n" + b"Nov 21 01:02:03 lb1 kernel: \0\0 zero\n")
        else:
            self._put(b"Nov 21 01:02:03 lb1 kernel: \xff\xfe\xc3( \x1b[31m soak: \xed\xa0\x80\n")


class EqualFiles(Log):
    """Files with the very same bytes, one after the other."""

    name = "equal-files"

    def write(self, count: int) -> None:
        """Always the same records, counted from one again in each file."""
        self._written = getattr(self, "_written", 0)
        if self._written < 400:
            self._written += min(count, 400 - self._written)
            super().write(min(count, 400))

    def _rotate(self) -> None:
        self._lines.restart()
        self._written = 0
        self._shift()
        self.path.rename(f"{self.path}.1")
        self._open()


WAYS: Sequence[type[Log]] = (
    RenameCreate,
    SameHead,
    CopyTruncate,
    CopyTruncateRegrown,
    RenameGzip,
    DeleteCreate,
    SymlinkSwitch,
    InodeReuse,
    RotatedWhileDown,
    CompressedWhileDown,
    Late,
    Hostile,
    EqualFiles,
)


def _compress(path: Path) -> None:
    aside = Path(f"{path}.gz.part")
    with path.open("rb") as source, gzip.open(aside, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target)
    aside.rename(f"{path}.gz")
    path.unlink()
