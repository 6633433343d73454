"""One generation of an index: a directory beside the entries' cache that is written once and then only read.

    entries-1f2e3d4c.search-<digest of what it was built from>/
        manifest.json   {"analysis", "entries": {id: digest}, "facets": {id: {...}}, "files": {name: [bytes, crc32]}}
        ...             Whoosh's files

Whoosh keeps parts of its files as pickles, which a stranger must not write: a directory is read only where it and
every file in it belong to the user or to root and nobody else may write there, and where every file is what the
manifest says.
"""

import hashlib
import json
import os
import stat
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.search.facets import Values
from kb.search.library import FileIndex, FileStorage
from kb.search.words import cutter

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Generation:
    """An index and what it holds: `entries` are digests of the articles by id, `facets` their values."""

    index: "FileIndex"
    entries: Mapping[str, str]
    facets: Mapping[str, Values]


@cache
def analysis() -> str:
    """What must be the same when a text is indexed and when it is searched: this package, and how Chinese is cut."""
    digest = hashlib.blake2b(cutter().encode(), digest_size=8)
    for path in sorted(Path(__file__).parent.iterdir()):
        if path.suffix in (".py", ".txt"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def name_of(stem: str, key: str) -> str:
    """The directory's name for what a set of entries was read from."""
    return f"{stem}.search-{hashlib.blake2b(f'{analysis()} {key}'.encode(), digest_size=8).hexdigest()}"


def siblings(directory: Path, stem: str) -> list[Path]:
    """The generations of the same choice of entries that lie in a directory."""
    return sorted(path for path in directory.glob(f"{stem}.search-*") if path.is_dir() and not path.is_symlink())


def read(directory: Path) -> Generation | None:
    """The generation in this directory; None where there is none, or where it is not what was written."""
    try:
        names = {name for name in os.listdir(directory) if _is_own(directory / name)}  # noqa: PTH208
        if not _is_own(directory) or MANIFEST not in names:
            return None
        manifest = json.loads((directory / MANIFEST).read_bytes())
        if manifest["analysis"] != analysis() or manifest["files"] != _files(directory, names):
            return None
        index = FileStorage(str(directory), readonly=True).open_index()
        return Generation(index, manifest["entries"], manifest["facets"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def seal(directory: Path, entries: Mapping[str, str], facets: Mapping[str, Values]) -> None:
    """Write the manifest of a directory that is complete."""
    names = set(os.listdir(directory)) - {MANIFEST}  # noqa: PTH208
    manifest = {"analysis": analysis(), "entries": entries, "facets": facets, "files": _files(directory, names)}
    (directory / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")


def _files(directory: Path, names: set[str]) -> dict[str, list[int]]:
    """Size and checksum of every file but the manifest."""
    found = {}
    for name in sorted(names - {MANIFEST}):
        data = (directory / name).read_bytes()
        found[name] = [len(data), zlib.crc32(data)]
    return found


def _is_own(path: Path) -> bool:
    status = path.lstat()
    kind = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
    return kind and status.st_uid in (os.geteuid(), 0) and not status.st_mode & 0o022
