"""Kernels of kernel.org: mainline (`5.10`, `6.1-rc3`) and its stable branches (`stable 5.10`: `5.10.96`).

A release candidate stands before its release; what came with that release may be in it or not. `uname -r` of a release
has three numbers (`5.10.0`); Makefile: KERNELVERSION. ELRepo's kernel-ml and kernel-lt are built from these sources
(elrepo.org/wiki/doku.php?id=kernel-ml).
"""

import re

from kb.versions.version import Family, Relation, Running, Stream, Version

_VERSION = re.compile(r"(\d{1,3})\.(\d{1,4})(?:\.(\d{1,5}))?(?:\.(\d{1,5}))?(?:-rc(\d{1,3}))?", re.ASCII)
_RELEASE = re.compile(rf"(?P<version>{_VERSION.pattern})(?:-\d{{1,3}}\.el\d{{1,2}}\.elrepo\.\w{{3,8}})?", re.ASCII)
_STABLE = re.compile(r"stable (\d{1,3}\.\d{1,4}(?:\.\d{1,5})?)", re.ASCII)
_FINAL = 1 << 30


def parse(text: str) -> Version | None:
    """A mainline or stable version: `5.10`, `5.10.0`, `5.10.96`, `6.1-rc3`, `2.6.32.71`."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    *numbers, candidate = match.groups()
    parts = tuple(int(each) for each in numbers if each is not None)
    while parts[-1] == 0 and len(parts) > 1:
        parts = parts[:-1]
    return Version((parts, int(candidate) if candidate else _FINAL), text)


def relation(version: Version, bound: Version) -> Relation:
    """A candidate is unclear where the bound names its release: the change came with one of the candidates."""
    if version.key[0] == bound.key[0] and bound.key[1] == _FINAL != version.key[1]:
        return "unclear"
    return "before" if version < bound else "reached"


def base(version: Version) -> str:
    """The mainline release that a version grew from: `5.10` of `5.10.96`, `2.6.32` of `2.6.32.71`; of a mainline
    version itself."""
    parts: tuple[int, ...] = version.key[0]
    return ".".join(map(str, (*parts, 0, 0)[: 3 if parts[0] < 3 else 2]))


def is_mainline(version: Version) -> bool:
    """Whether it is a release (or a candidate) of mainline, not of a stable branch."""
    return len(version.key[0]) <= (3 if version.key[0][0] < 3 else 2)


def _named(name: str) -> Stream | None:
    if name == "mainline":
        return Stream(name, _mainline, relation)
    match = _STABLE.fullmatch(name)
    series = parse(match[1]) if match else None
    if series is None or not is_mainline(series) or series.text != base(series):
        return None

    def of_series(text: str) -> Version | None:
        version = parse(text)
        return version if version is not None and base(version) == series.text else None

    return Stream(name, of_series, relation)


def _mainline(text: str) -> Version | None:
    version = parse(text)
    return version if version is not None and is_mainline(version) else None


def _running(release: str, _build: str) -> Running | None:
    match = _RELEASE.fullmatch(release)
    version = parse(match["version"]) if match else None
    if version is None:
        return None
    return Running("mainline" if is_mainline(version) else f"stable {base(version)}", version.text)


KERNEL_ORG = Family(_named, _running)
