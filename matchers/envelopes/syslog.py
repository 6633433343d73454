"""Lines of syslog files and of `journalctl`, as RFC 3164 began them and others changed them.

    Mar 25 15:35:53 lb1 kernel: ixgbe ...                         RFC 3164, journalctl -o short
    <3>Mar  5 15:35:53 lb1 sshd[123]: ...                         with its priority, as on the wire
    Mar 25 15:35:53.123456 lb1 kernel: ...                        journalctl -o short-precise, BIRD over UDP
    2022-03-25T15:35:53.123456+08:00 lb1 kernel: ...              rsyslog's file format, journalctl -o short-iso
    Fri 2022-03-25 15:35:53 CST lb1 kernel: ...                   journalctl -o short-full
    1648190153.123456 lb1 kernel: ...                             journalctl -o short-unix
    Mar 25 15:35:53: [686973.797868] ixgbe ...                    as people paste them: no host, no program,
    15:35:53 kernel: [687078.764725] bond0: ...                   no date,
    kernel: ixgbe ...                                             nothing but the tag
    2022-03-25T15:35:53.123456789Z ...                            docker logs -t, kubectl logs --timestamps

Sources: RFC 3164, section 4.1; rsyslog, RSYSLOG_TraditionalFileFormat and RSYSLOG_FileFormat; journalctl(1),
--output. rsyslog's `#012` is undone. A time zone that is only an abbreviation (CST) is not kept: it does not say
which one is meant.
"""

import re
from typing import Final, NamedTuple

from matchers import times
from matchers.envelopes import dmesg
from matchers.envelopes.header import Header, read_header, undo_octal
from matchers.envelopes.layer import Layer
from matchers.times import Stamp

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "syslog"
STARTS: Final = "<0123456789JFMASONDTWkb"

_HMS = r"(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?"
_END = r"(?=[ :]|$)"
_PRIORITY = re.compile(r"<(0|[1-9]\d{0,2})>", re.ASCII)
_RFC3164 = re.compile(rf"([A-Z][a-z]{{2}}) {{1,2}}(\d{{1,2}}) (?:(\d{{4}}) )?{_HMS}{_END}", re.ASCII)
_ISO = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)T{_HMS}(Z|[+-]\d\d:?\d\d)?{_END}", re.ASCII)
_FULL = re.compile(
    rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\d{{4}})-(\d\d)-(\d\d) {_HMS} ([A-Z]{{2,5}}|[+-]\d\d(?:\d\d)?){_END}", re.ASCII
)
_UNIX = re.compile(r"(\d{9,10})\.(\d{6})(?= )", re.ASCII)
_CLOCK = re.compile(rf"{_HMS}{_END}", re.ASCII)
_TAG = re.compile(r"(kernel|bird6?)(?:\[(\d{1,10})\])?:(?: |(?=\[))", re.ASCII)


class _When(NamedTuple):
    """The stamp, where it ends, whether any tag may follow it, and whether it needs no tag at all."""

    stamp: Stamp | None
    end: int
    any_tag: bool
    alone: bool


def strip(text: str) -> Layer | None:
    """Take off priority, stamp, host and program, as far as they are there."""
    at = _priority(text)
    when = _when(text, at)
    if when is None:
        return _tag_only(text, at)
    if when.stamp is None:
        return None
    if text.startswith(":", when.end):
        begin = when.end + 2 if text.startswith(" ", when.end + 1) else when.end + 1
        return _layer(text, begin, when.stamp) if when.alone or dmesg.stamped(text[begin:]) else None
    header = read_header(text, when.end + 1, any_tag=when.any_tag)
    if header:
        return _layer(text, header.end, when.stamp, header)
    return _layer(text, when.end + 1, when.stamp) if when.alone else None


def _layer(text: str, begin: int, time: Stamp | None, header: Header | None = None) -> Layer:
    said = text[begin:]
    message = undo_octal(said)
    escaped = message != said
    if header is None:
        return Layer(message, time=time, escaped=escaped)
    return Layer(message, time=time, host=header.host, program=header.program, pid=header.pid, escaped=escaped)


def _tag_only(text: str, at: int) -> Layer | None:
    if m := _TAG.match(text, at):
        return _layer(text, m.end(), None, Header(None, m[1], m[2], m.end()))
    # A priority of the kernel's facility (0) without a stamp is `dmesg -rt`, which says more.
    return _layer(text, at, None) if at and not text.startswith(tuple(f"<{n}>" for n in range(8))) else None


def _priority(text: str) -> int:
    m = _PRIORITY.match(text)
    # RFC 3164, section 4.1.1: facilities 0..23, severities 0..7.
    return m.end() if m and int(m[1]) <= 191 else 0


def _when(text: str, at: int) -> _When | None:
    first = text[at : at + 1]
    if not first.isascii():
        return None
    if first.isdigit():
        return _digits(text, at)
    if m := _RFC3164.match(text, at):
        if m[3]:
            return _When(times.full(m[3], m[1], m[2], m[4], m[5]), m.end(), True, True)
        return _When(times.yearless(m[1], m[2], m[4], m[5]), m.end(), True, True)
    if m := _FULL.match(text, at):
        return _When(times.full(m[1], m[2], m[3], m[4], m[5], zone=m[6]), m.end(), True, True)
    return None


def _digits(text: str, at: int) -> _When | None:
    if m := _ISO.match(text, at):
        # Syslog and the journal know microseconds. Container runtimes write nanoseconds and neither host nor tag:
        # "loading program: permission denied" after one of theirs is all message.
        any_tag = len(m[5] or "") <= 6
        return _When(times.full(m[1], m[2], m[3], m[4], m[5], zone=m[6]), m.end(), any_tag, True)
    if m := _UNIX.match(text, at):
        return _When(times.epoch(int(m[1]), m[2]), m.end(), False, False)
    if m := _CLOCK.match(text, at):
        return _When(times.of_day(m[1], m[2]), m.end(), False, dmesg.stamped(text[m.end() + 1 :]))
    return None
