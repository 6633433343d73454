"""Which version of a program is installed, read from files: the list of Debian's packages, names of files that carry a
version, or the program itself, which holds the text that it would print. Nothing is run.

What runs may be older than what is installed, until it is started again.
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MAX_STATUS: Final = 64 << 20
MAX_PROGRAM: Final = 32 << 20
_PACKAGES: Final = re.compile(rb"(?m)^Package: (?:bird|bird2|bird3)\n((?:[^\n]+\n)*)")
_DEBIAN: Final = re.compile(rb"(?m)^Version: (?:\d+:)?(\d[0-9A-Za-z.]{0,40})")
_NAMES: Final = ("usr/share/doc/bird*-[0-9]*", "usr/share/licenses/bird*-[0-9]*")
_IN_NAME: Final = re.compile(r"bird\d?-(\d[0-9A-Za-z.]{0,40})")
_PROGRAMS: Final = ("usr/sbin/bird", "usr/local/sbin/bird", "usr/bin/bird", "sbin/bird")
_IN_PROGRAM: Final = re.compile(rb"BIRD version v?(\d[0-9A-Za-z.+~-]{0,40})")


def bird_version(root: Path) -> str:
    """The version of BIRD: "2.0.12"; "" where it is not installed, or nothing tells."""
    return next(filter(None, _versions(root)), "")


def _versions(root: Path) -> Iterator[str]:
    for package in _PACKAGES.findall(_read(root / "var/lib/dpkg/status", MAX_STATUS)):
        found = _DEBIAN.search(package)
        if b"Status: install ok installed\n" in package and found:
            yield found[1].decode()
    for pattern in _NAMES:
        for path in sorted(root.glob(pattern)):
            if named := _IN_NAME.fullmatch(path.name):
                yield named[1]
    for program in _PROGRAMS:
        if held := _IN_PROGRAM.search(_read(root / program, MAX_PROGRAM)):
            yield held[1].decode()


def _read(path: Path, most: int) -> bytes:
    """The beginning of a regular file; nothing where there is none."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    with os.fdopen(handle, "rb") as file:
        return file.read(most) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
