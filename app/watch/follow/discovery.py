"""Which paths are followed: those that are named, and what the patterns stand for now."""

import glob
import os
import time
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from app.watch.follow.names import rotated_name

_SHARE = 500  # looking for files takes at most one part in so many of the time


class Discovery:
    """The paths of one source. A path that is named is followed before there is a file; of a pattern, what is there."""

    def __init__(self, paths: Sequence[str], exclude: Sequence[str], every_s: float) -> None:
        self.named = [path for path in paths if not glob.has_magic(path) or os.path.lexists(path)]
        self.patterns = [path for path in paths if path not in self.named]
        self._exclude = exclude
        self._every_s = every_s
        self._next: float | None = None
        self._found: set[str] = set()
        self._kept: list[str] = []

    def is_due(self, now: float) -> bool:
        """Whether it is time to look."""
        return self._next is None or (now >= self._next and bool(self.patterns))

    def expects(self, path: str) -> bool:
        """Whether a path is one of these, were there a file."""
        if path in self.named:
            return True
        return any(fnmatchcase(path, each) for each in self.patterns) and not any(
            fnmatchcase(path, each) for each in self._exclude
        )

    def paths(self, now: float) -> list[str]:
        """The paths to follow now, in order; those that are rotated files of another one are left out."""
        began = time.perf_counter()
        found = set[str]()
        for pattern in self.patterns:
            found.update(_fitting(pattern))
        for pattern in self._exclude:
            found.difference_update(_fitting(pattern) if glob.has_magic(pattern) else (pattern,))
        found.difference_update(self.named)
        if found != self._found:  # telling the rotated ones is work, and most looks find what the last one found
            self._found = found
            logs = _without_rotated(found, set(self.named) | found)
            self._kept = [path for path in sorted(logs) if os.path.isfile(path)]  # noqa: PTH113
        self._next = now + max(self._every_s, _SHARE * (time.perf_counter() - began))
        return [*self.named, *self._kept]


def _fitting(pattern: str) -> Iterator[str]:
    return glob.iglob(pattern, recursive=True)  # noqa: PTH207  Path.glob finds hidden files, too


def _without_rotated(found: set[str], logs: set[str]) -> set[str]:
    """The paths that are not rotated files of one of `logs`, told by their names."""
    names: dict[str, list[str]] = {}
    for path in logs:
        directory, name = os.path.split(path)
        names.setdefault(directory, []).append(name)
    for each in names.values():
        each.sort()
    return {path for path in found if not _is_rotated(path, names[os.path.dirname(path)])}  # noqa: PTH120


def _is_rotated(path: str, names: Sequence[str]) -> bool:
    name = os.path.basename(path)  # noqa: PTH119
    return any(rotated_name(log, name) is not None for log in names if log != name)
