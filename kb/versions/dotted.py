"""Versions of programs and of drivers from out of tree: `2.0.7.1`, `v7.1.0`, `3.0alpha1`, `5.8-1.1.2`.

Numbers compare part by part, missing parts are zero. What comes before a release (alpha, beta, pre, rc) stands before
it.
"""

import re

from kb.versions.version import Relation, Stream, Version

_VERSION = re.compile(
    r"v?(\d{1,8}(?:\.\d{1,8}){0,5})(?:[-.~]?(alpha|beta|pre|rc)[-.]?(\d{1,4})?|-(\d{1,8}(?:\.\d{1,8}){0,5}))?", re.ASCII
)
_STAGES = {"alpha": 0, "beta": 1, "pre": 2, "rc": 3, None: 4}


def parse(text: str) -> Version | None:
    """A release, or what came before one; None for a build between releases (`2.0.7-52-g1a2b3c`)."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    numbers, stage, count, build = match.groups()
    return Version((_numbers(numbers), _STAGES[stage], int(count or 0), _numbers(build or "0")), text)


def _numbers(text: str) -> tuple[int, ...]:
    parts = [int(each) for each in text.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def relation(version: Version, bound: Version) -> Relation:
    """What comes before a release is unclear where the bound names that release."""
    if version.key[0] == bound.key[0] and bound.key[1] == _STAGES[None] != version.key[1]:
        return "unclear"
    return "before" if version < bound else "reached"


def stream(name: str) -> Stream:
    """A stream of such versions."""
    return Stream(name, parse, relation)
