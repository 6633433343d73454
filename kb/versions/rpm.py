"""Kernels of Fedora (`fc38`) and Amazon Linux (`amzn2 5.10`), whose builds follow each other in one line.

Amazon keeps several kernels side by side, so its streams name the kernel's series. Numbers compare as rpm compares
them: part by part, more parts are later (rpm, rpmio/rpmvercmp.cc).
"""

import re

from kb.versions.version import Family, Running, Stream, Version

_VERSION = re.compile(
    r"((\d{1,2}\.\d{1,3})\.\d{1,4})-(\d{1,5}(?:\.\d{1,5}){0,5})\.(fc\d{2,3}|amzn\d{1,4})(?:\.\d{1,3})?", re.ASCII
)
_RELEASE = re.compile(rf"(?P<version>{_VERSION.pattern})(?:\.(?:x86_64|aarch64|ppc64le|s390x|i686))?", re.ASCII)
_NAME = re.compile(r"fc\d{2,3}|amzn\d{1,4} \d{1,2}\.\d{1,3}", re.ASCII)


def _stream_of(match: re.Match[str]) -> str:
    return match[4] if match[4].startswith("fc") else f"{match[4]} {match[2]}"


def _named(name: str) -> Stream | None:
    if not _NAME.fullmatch(name):
        return None

    def of_stream(text: str) -> Version | None:
        match = _VERSION.fullmatch(text)
        if match is None or _stream_of(match) != name:
            return None
        kernel, build = (tuple(map(int, each.split("."))) for each in match.group(1, 3))
        return Version((kernel, build), text)

    return Stream(name, of_stream)


def _running(release: str, _build: str) -> Running | None:
    match = _RELEASE.fullmatch(release)
    if match is None:
        return None
    # The groups of the version stand one place later here.
    version = _VERSION.fullmatch(match["version"])
    return Running(_stream_of(version), match["version"]) if version else None


RPM = Family(_named, _running)
