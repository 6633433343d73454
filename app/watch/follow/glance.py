"""The look at all followed paths, four times a second: which of them are not as they were.

It is nearly all that an idle watcher does, so it is cheap. A full look asks stat(2) about each path. In between, where
no file came to the directories or went, a path still leads to the file that is open, and a descriptor gives the size
of that in a tenth of the time. What the size does not tell waits for the next full look: a file that was truncated and
has grown to the very size it had.
"""

import os
from collections.abc import Iterable
from typing import Protocol

from app.watch.follow.place import Stamp, stamp_of, would_tell

FULL_EVERY = 8
"""One look in so many is a full one."""


class Looked(Protocol):
    """A log, as far as it is looked at."""

    directories: frozenset[str]
    """Where a change may concern it."""

    @property
    def descriptor(self) -> int | None:
        """Of the file that was at the path when the log was polled last; None where there was none."""
        ...


class Glance:
    """What was seen at each path at the last look."""

    def __init__(self) -> None:
        self._stamps: dict[str, Stamp | None] = {}
        self._open: dict[str, tuple[int, int]] = {}  # of logs at rest: the descriptor, and the size
        self._awake: dict[str, None] = {}  # all others
        self._directories: dict[str, Stamp | None] = {}
        self._looks = 0

    def add(self, path: str) -> None:
        """Look at this path, too, or anew: nothing is known of it."""
        self._stamps[path] = None
        self.wake(path)

    def remove(self, path: str) -> None:
        """Look at it no more."""
        for each in (self._stamps, self._open, self._awake):
            each.pop(path, None)

    def wake(self, path: str) -> None:
        """From here on its log may open and close files. Until `rest` it is asked by its path."""
        self._open.pop(path, None)
        self._awake[path] = None

    def rest(self, path: str, log: Looked) -> None:
        """Its log keeps the file open that it has, and opens no other, until `wake`."""
        stamp, descriptor = self._stamps.get(path), log.descriptor
        if stamp is not None and descriptor is not None:
            status = os.fstat(descriptor)
            if (status.st_ino, status.st_dev) == stamp[:2]:
                self._open[path] = descriptor, stamp[2]
                del self._awake[path]

    def changed(self, logs: Iterable[Looked]) -> list[str]:
        """The paths at which something is not as at the last look; `logs` are all that are looked at."""
        self._looks += 1
        if self._looks % FULL_EVERY and self._are_as_they_were():
            asked = list(self._awake)
            grown = [path for path, (file, size) in self._open.items() if os.lseek(file, 0, os.SEEK_END) != size]
        else:
            directories = frozenset[str]().union(*(each.directories for each in logs))
            self._directories = {each: _settled(stamp_of(each)) for each in directories}  # asked before what is in them
            asked, grown = list(self._stamps), []
        return [*(path for path in asked if not self._is_as_it_was(path)), *grown]

    def _are_as_they_were(self) -> bool:
        return all(stamp is not None and stamp_of(each) == stamp for each, stamp in self._directories.items())

    def _is_as_it_was(self, path: str) -> bool:
        stamp = stamp_of(path)
        if stamp is not None and stamp == self._stamps[path]:
            return True
        self._stamps[path] = _settled(stamp)
        return False


def _settled(stamp: Stamp | None) -> Stamp | None:
    return stamp if stamp is not None and would_tell(stamp[-1]) else None
