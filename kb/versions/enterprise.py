"""Kernels of Red Hat Enterprise Linux and its rebuilds (`el7`, `el8`, `el9`, `el10`): `4.18.0-305.el8`.

The kernel's own version never changes in a major release; the build after the hyphen counts. A build of one number lies
on the line of development. `305.25.1` left that line at 305: it has what came up to 305, and what was brought over
since may be older or newer than later builds of the line. So across first numbers the lower of the two must lie on it.
"""

import re

from kb.versions.version import Family, Relation, Running, Stream, Version

_VERSION = re.compile(r"(\d{1,2}\.\d{1,3}\.\d{1,3})-(\d{1,5}(?:\.\d{1,5}){0,5})\.el(\d{1,2})(?:_\d{1,2})?", re.ASCII)
_ARCH = r"(?:\.(?:x86_64|aarch64|ppc64le|ppc64|s390x|i686))?"
_RELEASE = re.compile(rf"(?P<version>{_VERSION.pattern}){_ARCH}(?:[.+]debug)?", re.ASCII)
_NAME = re.compile(r"el(?:[6-9]|10)", re.ASCII)


def _parse(text: str) -> Version | None:
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    kernel, build = (tuple(map(int, each.split("."))) for each in match.group(1, 2))
    return Version((kernel, build), text)


def relation(version: Version, bound: Version) -> Relation:
    """Builds of one branch compare by number; across branches only what lies on the line of development is clear."""
    (_, own), (_, other) = version.key, bound.key
    if own[0] == other[0]:
        return "before" if version < bound else "reached"
    if version < bound:
        return "before" if len(own) == 1 else "unclear"
    return "reached" if len(other) == 1 else "unclear"


def _named(name: str) -> Stream | None:
    if not _NAME.fullmatch(name):
        return None

    def of_major(text: str) -> Version | None:
        match = _VERSION.fullmatch(text)
        return _parse(text) if match and f"el{match[3]}" == name else None

    return Stream(name, of_major, relation)


def _running(release: str, _build: str) -> Running | None:
    match = _RELEASE.fullmatch(release)
    if match is None or not _NAME.fullmatch(f"el{match[4]}"):
        return None
    return Running(f"el{match[4]}", match["version"])


ENTERPRISE = Family(_named, _running)
