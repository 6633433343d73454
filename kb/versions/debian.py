"""Kernels of Debian (`debian 5.10`: `5.10.46-4`) and Ubuntu (`ubuntu 5.15`: `5.15.0-91.101`), a stream for each series.

Debian's `uname -r` names the ABI (`5.10.0-8-amd64`), which many uploads share; the upload stands in the banner, in an
Oops header and in `uname -v` (`#1 SMP Debian 5.10.46-4`). Ubuntu's names the ABI, too, and `#101-Ubuntu` completes it;
only the generic flavour is numbered so, those of clouds have their own numbers. A backport (`~bpo11+1`, `~20.04.1`) is
the same upload built for an older release and compares as that upload. Order: deb-version(7).
"""

import re

from kb.versions.version import Family, Relation, Running, Stream, Version

_VERSION = re.compile(r"(\d{1,2}\.\d{1,3})[0-9A-Za-z.+~]{0,30}-[0-9][0-9A-Za-z.+~]{0,30}", re.ASCII)
_NAME = re.compile(r"(?:debian|ubuntu) (\d{1,2}\.\d{1,3})", re.ASCII)
_BACKPORT = re.compile(r"~(?:bpo\d+\+\d+|deb\d+u\d+|\d\d\.\d\d\.\d+)\Z", re.ASCII)
_PARTS = re.compile(r"([^0-9]*)([0-9]*)")
_ARCH = r"(?:amd64|arm64|686|686-pae|armmp|armmp-lpae|armel|i386|ppc64el|powerpc64le|s390x|riscv64)"
_DEBIAN = re.compile(
    rf"(\d{{1,2}}\.\d{{1,3}})\.\d{{1,3}}(?:-(?:0\.\w{{3,6}}\.)?\d{{1,3}}|\+deb\d{{2}})(?:-(?:cloud|rt))?-{_ARCH}",
    re.ASCII,
)
_UPLOAD = re.compile(rf"#\d{{1,5}}[A-Z_ ]{{1,60}}Debian ({_VERSION.pattern})(?![0-9A-Za-z.+~-])", re.ASCII)
_UBUNTU = re.compile(r"((\d{1,2}\.\d{1,3})\.\d{1,3}-\d{1,4})-generic", re.ASCII)
_UBUNTU_BUILD = re.compile(r"#(\d{1,4})(?:~\d\d\.\d\d\.\d{1,3})?-Ubuntu\b", re.ASCII)


def key(text: str) -> tuple[object, ...]:
    """The key by which dpkg orders: text and number by turns; `~` before the end, letters before other characters."""
    upstream, _hyphen, revision = text.rpartition("-")
    return (_turns(upstream), _turns(revision))


def _turns(text: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    turns = [((*map(_weight, word), 0), int(number or 0)) for word, number in _PARTS.findall(text)]
    while turns and turns[-1] == ((0,), 0):
        turns.pop()
    # The end of a text is an empty word and a zero, so that `5.10~rc1` stands before `5.10`.
    return (*turns, ((0,), 0))


def _weight(char: str) -> int:
    return -1 if char == "~" else ord(char) if char.isalpha() else ord(char) + 256


def relation(version: Version, bound: Version) -> Relation:
    """`5.15.0-91` is unclear beside `5.15.0-91.101`: the ABI is the same, the upload is not known."""
    if bound.text.startswith(f"{version.text}."):
        return "unclear"
    return "before" if version < bound else "reached"


def _named(name: str) -> Stream | None:
    match = _NAME.fullmatch(name)
    if match is None:
        return None

    def of_series(text: str) -> Version | None:
        found = _VERSION.fullmatch(text)
        return Version(key(_BACKPORT.sub("", text)), text) if found and found[1] == match[1] else None

    return Stream(name, of_series, relation)


def _running(release: str, build: str) -> Running | None:
    if match := _DEBIAN.fullmatch(release):
        upload = _UPLOAD.search(build)
        return Running(f"debian {match[1]}", upload[1] if upload else None)
    if match := _UBUNTU.fullmatch(release):
        number = _UBUNTU_BUILD.search(build)
        return Running(f"ubuntu {match[2]}", f"{match[1]}.{number[1]}" if number else match[1])
    return None


DEBIAN = Family(_named, _running)
