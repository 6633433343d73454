"""The path of a log: what shows that something changed there, and where changes may show."""

import os

Stamp = tuple[int, int, int, int]


def stamp_of(path: str) -> Stamp | None:
    """What changes when a file is written to or is another one: inode, device, size, mtime. None: it cannot be told."""
    try:
        status = os.stat(path)  # noqa: PTH116  four times a second for each file
    except OSError:
        return None
    return status.st_ino, status.st_dev, status.st_size, status.st_mtime_ns


def directories_of(path: str) -> frozenset[str]:
    """Where a change may concern a log: its directory, and that of the file that it is a link to."""
    return frozenset((os.path.dirname(path), os.path.dirname(os.path.realpath(path))))  # noqa: PTH120
