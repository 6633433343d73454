"""Ranges of affected versions name known streams and versions of them, so that verdicts can be reached."""

from collections.abc import Iterator

from kb.checks.subject import Subject
from kb.entry import VersionRange
from kb.nodes import Path
from kb.problem import Level, Problem
from kb.verdict import FROM_THE_FIRST
from kb.versions import OUT_OF_TREE, STREAM_FORMS, Stream, is_versioned, stream_of
from kb.versions.components import DRIVERS, PROGRAMS


def check(subject: Subject) -> Iterator[Problem]:
    """Unknown streams, versions that are none of their stream, ranges that end before they begin."""
    for row, affected in enumerate(subject.entry.article.affected):
        if affected.component not in subject.world.components:
            continue
        for index, each in enumerate(affected.ranges):
            at = ("affected", row, "ranges", index)
            stream = stream_of(affected.component, each.stream)
            if stream is None:
                message = f'"{each.stream}" is not a stream of {affected.component}; {_streams(affected.component)}'
                # A component of somebody's own vocabulary may well have versions; only verdicts on it cannot be had.
                level: Level = "error" if is_versioned(affected.component) else "advice"
                yield subject.problem((*at, "stream"), message, "unknown-stream", level=level)
            else:
                yield from _range(subject, at, stream, each)


def _streams(component: str) -> str:
    """What may stand there instead."""
    if not is_versioned(component):
        return "it has no versions that are compared, name the kernel or the program it belongs to"
    if component in PROGRAMS:
        return "it has mainline"
    return f"it has {STREAM_FORMS}" + (f", {OUT_OF_TREE}" if component in DRIVERS else "")


def _range(subject: Subject, at: Path, stream: Stream, each: VersionRange) -> Iterator[Problem]:
    for key in ("introduced", "fixed", "last_affected"):
        text = getattr(each, key)
        is_first = key == "introduced" and text == FROM_THE_FIRST
        if text is not None and not is_first and stream.parse(text) is None:
            message = f'"{text}" is not a version of {stream.name}; write one as the stream writes it'
            yield subject.problem((*at, key), message, "range-version")
    ends = [text for text in (each.fixed, each.last_affected) if text]
    if len(ends) + each.unfixed > 1:
        yield subject.problem(at, "has several ends; keep one of fixed, last_affected and unfixed", "range-order")
    since = stream.parse(each.introduced) if each.introduced and each.introduced != FROM_THE_FIRST else None
    for text in ends:
        end = stream.parse(text)
        if since is not None and end is not None and (end < since or (end == since and text == each.fixed)):
            message = f'"{text}" does not come after "{each.introduced}"; exchange them, or give each its own range'
            yield subject.problem((*at, "fixed" if each.fixed else "last_affected"), message, "range-order")
