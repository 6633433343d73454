"""Compiled sets on disk, so that `lookup` and `scan` start without YAML: one file for each choice of directories.

    faultbook-cache 2 <crc32 of the header>\\n
    header: JSON {"key", "sections": [[name, length, crc32], ...]}\\n
    sections: "database" (Hyperscan), "rules", "rows" and "articles" (JSON lines, with an index of their offsets)

The key covers everything the content depends on: the entries' files (paths, sizes, times, inode), this program's
version and modules, the format, the scan's version, and the machine. A file that is cut, damaged or of another key is
made anew and never trusted; it is written aside and renamed, and read only where it is a plain file that belongs to the
user or to root. No pickle.

"""

import json
import os
import stat
import sys
import weakref
import zlib
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kb.catalog import Fingerprint
from kb.threads import per_thread
from matchers.blocks import Backend
from matchers.engine import MatcherSet

FORMAT = 2
_MAGIC = b"faultbook-cache 2 "
_LENGTH_OF_START = len(_MAGIC) + 9
_HEADER = 4096  # bytes in which the header should end
_CHUNK = 1 << 18

ReadAt = Callable[[int, int], bytes]
"""Reads what is there of so many bytes (second) from a place (first) on."""


class DamagedCache(Exception):
    """The file is not what was written."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is kept: `rows[i]` of matcher i, `articles[id]` as JSON, and why some entries are missing."""

    database: bytes
    rules: Sequence[tuple[int, int]]
    rows: Sequence[str]
    beats: Mapping[str, Sequence[str]]
    articles: Mapping[str, str]
    complaints: Sequence[str]


def cache_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """`$FAULTBOOK_CACHE`, `$XDG_CACHE_HOME/faultbook`, or `~/.cache/faultbook`."""
    if environment.get("FAULTBOOK_CACHE"):
        return Path(environment["FAULTBOOK_CACHE"])
    base = environment.get("XDG_CACHE_HOME", "")
    if Path(base).is_absolute():  # the XDG specification: a relative path is to be ignored
        return Path(base, "faultbook")
    try:
        return Path.home() / ".cache" / "faultbook"
    except RuntimeError:  # an account without a home: nowhere, so that every run compiles anew
        return Path(os.devnull, "faultbook")


def cache_key(fingerprint: Fingerprint, backend: str, version: str) -> str:
    """Everything the content depends on, in one text."""
    return "|".join((str(FORMAT), version, backend, os.uname().machine, sys.byteorder, fingerprint.digest))


def cache_file(directory: Path, dirs: Sequence[Path]) -> Path:
    """The file for this choice of directories; one each, so that nothing piles up."""
    name = zlib.crc32("\0".join(str(each.resolve()) for each in dirs).encode("utf-8", "surrogateescape"))
    return directory / f"entries-{name:08x}.cache"


class CachedSet:
    """A compiled set as it lies in a file: every checksum is checked at once, what is needed is read when it is.

    So a process that watches logs holds the few rows of JSON that it needs, not some megabytes of articles.
    """

    def __init__(self, read_at: ReadAt, key: str) -> None:
        self.key = key
        self._read_at = read_at
        start, header, begin = _header(read_at)
        if start != _start_of(header):
            raise DamagedCache("header")
        parsed = json.loads(header)
        if parsed["key"] != key:
            raise DamagedCache("another key")
        self._places: dict[str, tuple[int, int]] = {}
        for name, length, crc in parsed["sections"]:
            if _checksum(read_at, begin, length) != crc:
                raise DamagedCache(name)
            self._places[name] = begin, length
            begin += length
        if read_at(begin, 1):
            raise DamagedCache("length")

    @classmethod
    def of_bytes(cls, data: bytes, key: str) -> "CachedSet":
        """The set that `pack` made these bytes of; raises DamagedCache."""
        return cls(lambda start, length: data[start : start + length], key)

    def _section(self, name: str) -> bytes:
        return self._read_at(*self._places[name])

    def _lines(self, name: str) -> "_Lines":
        begin, _length = self._places[f"{name}s"]
        return _Lines(self._read_at, begin, self._section(f"{name}-ends"))

    @cached_property
    def index(self) -> dict[str, Any]:
        """`beats`, `complaints`, ids of the articles in order."""
        parsed: dict[str, Any] = json.loads(self._section("index"))
        return parsed

    @cached_property
    def _rules(self) -> Sequence[tuple[int, int]]:
        numbers = array("I", self._section("rules"))
        return list(zip(numbers[::2], numbers[1::2], strict=True))

    @cached_property
    def _rows(self) -> "_Lines":
        return self._lines("row")

    @cached_property
    def _articles(self) -> "_Lines":
        return self._lines("article")

    @cached_property
    def _place_of(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.index["ids"])}

    def article_json(self, entry: str) -> str | None:
        """The article of this id as JSON, None where there is none."""
        place = self._place_of.get(entry)
        return None if place is None else self._articles[place]

    @property
    def ids(self) -> list[str]:
        """The ids of all entries, sorted."""
        ids: list[str] = self.index["ids"]
        return ids

    def matcher_set(self, load: Callable[[bytes], Callable[[], Backend]]) -> MatcherSet:
        """The matchers, ready to scan."""
        own_backend = per_thread(load(self._section("database")))
        return MatcherSet(self._rows.__getitem__, len(self._rows), self._rules, self.index["beats"], own_backend)


class _Lines:
    """Texts behind each other with the array of their ends."""

    def __init__(self, read_at: ReadAt, begin: int, ends: bytes) -> None:
        self._read_at = read_at
        self._begin = begin
        self._ends = array("I", ends)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> str:
        start, end = self._ends[index - 1] if index else 0, self._ends[index]
        return self._read_at(self._begin + start, end - start).decode("utf-8")


def pack(content: Content, key: str) -> bytes:
    """The bytes of a cache file."""
    ids = sorted(content.articles)
    sections: dict[str, bytes] = {
        "database": content.database,
        "rules": array("I", [number for rule in content.rules for number in rule]).tobytes(),
        "index": json.dumps(
            {
                "ids": ids,
                "beats": {k: list(v) for k, v in content.beats.items()},
                "complaints": list(content.complaints),
            }
        ).encode(),
    }
    for name, texts in (("row", list(content.rows)), ("article", [content.articles[each] for each in ids])):
        ends = array("I")
        chunks = [text.encode("utf-8") for text in texts]
        total = 0
        for chunk in chunks:
            total += len(chunk)
            ends.append(total)
        sections[f"{name}s"], sections[f"{name}-ends"] = b"".join(chunks), ends.tobytes()
    places = [(name, len(data), zlib.crc32(data)) for name, data in sections.items()]
    header = json.dumps({"key": key, "sections": places}).encode()
    return _start_of(header) + header + b"\n" + b"".join(sections.values())


def _start_of(header: bytes) -> bytes:
    return _MAGIC + f"{zlib.crc32(header):08x}\n".encode()


def _header(read_at: ReadAt) -> tuple[bytes, bytes, int]:
    """(first line, the header without its newline, where the sections begin)."""
    start = read_at(0, _LENGTH_OF_START)
    header, length = b"", _HEADER
    while b"\n" not in header:
        header = read_at(_LENGTH_OF_START, length)
        if len(header) < length and b"\n" not in header:
            raise DamagedCache("no header")
        length *= 2
    header = header[: header.index(b"\n")]
    return start, header, _LENGTH_OF_START + len(header) + 1


def _checksum(read_at: ReadAt, begin: int, length: int) -> int:
    crc = 0
    for start in range(begin, begin + length, _CHUNK):
        crc = zlib.crc32(read_at(start, min(_CHUNK, begin + length - start)), crc)
    return crc


class _OpenFile:
    """Reads from a file, which is closed when nobody holds this any more."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._handle)

    def is_trusted(self) -> bool:
        """Whether it is a plain file of the user's own, or of root."""
        status = os.fstat(self._handle)
        return stat.S_ISREG(status.st_mode) and status.st_uid in (os.geteuid(), 0)

    def __call__(self, start: int, length: int) -> bytes:
        return os.pread(self._handle, length, start)


def read(path: Path, key: str) -> CachedSet | None:
    """The set in this file; None when there is none, it is damaged, of another key, or not the user's own."""
    try:
        file = _OpenFile(path)
        return CachedSet(file, key) if file.is_trusted() else None
    except (DamagedCache, OSError, ValueError, KeyError, TypeError):
        return None


def write(path: Path, data: bytes) -> bool:
    """Write aside, then rename; False where the directory cannot be written (then every run compiles anew)."""
    import tempfile  # noqa: PLC0415 - takes 10 ms to import, and a run from the cache writes nothing

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink()
            raise
    except OSError:
        return False
    return True
