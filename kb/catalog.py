"""The loaded set of entries: where they come from, and which wins when two have the same id."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SHIPPED = "shipped"
_ENDINGS = (".yaml", ".yml")


class EntriesError(Exception):
    """Entries cannot be used; the message says which and what to do."""


def shipped_dir() -> Path:
    """Where the entries that come with faultbook lie: inside the wheel, or beside the packages in a checkout."""
    here = Path(__file__).resolve().parent
    inside = here / "_entries"
    return inside if inside.is_dir() else here.parent / "entries"


def entry_dirs(chosen: Sequence[str], environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The directories to read, later ones win: those chosen, else FAULTBOOK_ENTRIES, else the shipped set."""
    names = list(chosen) or [name for name in environment.get("FAULTBOOK_ENTRIES", "").split(":") if name] or [SHIPPED]
    dirs = tuple(shipped_dir() if name == SHIPPED else Path(name) for name in names)
    for directory in dirs:
        if not os.path.isdir(directory):  # noqa: PTH112 - Path.is_dir() raises where a parent is closed
            advice = f'give a directory of YAML files, or the word "{SHIPPED}"'
            raise EntriesError(f'"{directory}" is not a directory of entries; {advice}')
        if not os.access(directory, os.R_OK | os.X_OK):
            raise EntriesError(f'"{directory}" cannot be read; check its permissions')
    return dirs


def entry_files(directory: Path) -> list[Path]:
    """The entries' files below a directory, sorted; names that begin with `_` or `.` are none.

    A folder that cannot be listed stands among them: reading it says why.
    """
    found: list[Path] = []
    closed: list[OSError] = []
    for parent, folders, files in os.walk(directory, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        found += [Path(parent, name) for name in files if name.endswith(_ENDINGS) and not name.startswith(("_", "."))]
    return sorted([*found, *(Path(error.filename) for error in closed)])


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells whether the files changed since they were read: a digest of all paths, sizes and times."""

    digest: str

    @classmethod
    def of(cls, dirs: Sequence[Path]) -> "Fingerprint":
        """The fingerprint of the files below these directories, without opening any."""
        parts: list[str] = []
        for directory in dirs:
            parts += ["", os.fspath(directory.resolve()), *sorted(_stat_tree(directory))]
        text = "\n".join(parts).encode("utf-8", "surrogateescape")
        return cls(hashlib.blake2b(text, digest_size=20).hexdigest())


def _stat_tree(directory: Path) -> Iterator[str]:
    """A line for each file of entries: its path, size, times and inode. A thousand files take two milliseconds."""
    waiting = [os.fspath(directory)]
    while waiting:
        for item in _listed(waiting.pop()):
            if item.name.startswith("."):
                continue
            if item.is_dir(follow_symlinks=False):
                waiting.append(item.path)
            elif item.name.endswith(_ENDINGS):
                try:
                    seen = item.stat()
                except OSError:
                    continue  # a link to nowhere: reading the entries names it
                yield f"{item.path}\0{seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_ino}"


def _listed(directory: str) -> list["os.DirEntry[str]"]:
    """What lies in a directory; nothing where it cannot be listed (reading the entries names it)."""
    try:
        with os.scandir(directory) as items:
            return list(items)
    except OSError:
        return []
