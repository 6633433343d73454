"""The path of a log: what shows that something changed there, and where changes may show.

A time of change tells nothing of further changes within one tick of the file system's clock (10 ms at most: Linux
before 6.13, and many file systems still). So what changed a moment ago is looked at once more.
"""

import os
from time import time_ns

Stamp = tuple[int, int, int, int]

_TICKS_NS = 20_000_000


def stamp_of(file: str | int) -> Stamp | None:
    """What changes when a file is written to or is another one: inode, device, size, mtime. None: it cannot be told."""
    try:
        status = os.stat(file)  # noqa: PTH116  four times a second for each file
    except OSError:
        return None
    return status.st_ino, status.st_dev, status.st_size, status.st_mtime_ns


def would_tell(changed_ns: int) -> bool:
    """Whether a further change would have another time than this one."""
    return abs(time_ns() - changed_ns) > _TICKS_NS


def directory_stamp(path: str) -> int | None:
    """What changes when files come to the directory of `path` or go; None: it cannot be told yet."""
    try:
        changed_ns = os.stat(os.path.dirname(path) or ".").st_mtime_ns  # noqa: PTH116, PTH120
    except OSError:
        return None
    return changed_ns if would_tell(changed_ns) else None


def directories_of(path: str) -> frozenset[str]:
    """Where a change may concern a log: its directory, and that of the file that it is a link to."""
    return frozenset((os.path.dirname(path), os.path.dirname(os.path.realpath(path))))  # noqa: PTH120
