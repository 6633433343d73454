"""The commonest line of all, opened quickly: a syslog header (RFC 3164 or ISO) with host and program before a message.

    Mar 25 15:35:53 lb1 kernel: [686973.797868] ixgbe 0000:83:00.0 p4p1: NIC Link is Down
    2022-03-25T15:35:53.123456+08:00 lb1 sshd[123]: Connection closed

One expression reads header, uptime, and that no other envelope can begin behind them; every other line is left to
`matchers.envelopes`. Many lines share a stamp and thousands a day, so what `matchers.envelopes.syslog` makes of a day,
and the stamps themselves, are kept and used again. The result is always the one that the envelopes give (a property
test holds both together).
"""

import re
from typing import Final

from matchers.envelopes import dmesg, syslog
from matchers.envelopes.header import NO_HOSTS
from matchers.envelopes.layer import NO_PAIRS
from matchers.envelopes.message import Message
from matchers.times import Stamp

__all__ = ["open_syslog"]

_STAMP = (
    r"(([A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\dT)((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)"
    r"(?:(?<=T..:..:..)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?)?)"
)
_HOST = r"([A-Za-z0-9_][A-Za-z0-9_.-]{0,99})"
_PROGRAM = r"([A-Za-z][A-Za-z0-9_./-]{0,63})(?:\[(\d{1,10})\])?: "
_UPTIME = r"(?:(?<= kernel: )\[ {0,10}(\d{1,11}\.\d{6})\](?! ?\[) ?)?"
# What an envelope can begin with: a stamp, a bracket, a tag of its own, or a key and its "=".
_ENVELOPE = (
    r"[0-9<\[{]|[EFIW][0-9]{4}|[A-Z][a-z]{2} {1,2}[0-9]|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) |(?:kernel|bird6?)[\[:]"
    r"|(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7]) {0,3}:|message repeated "
    r"|[A-Za-z_@][A-Za-z0-9_.@/-]{0,63}="
)
_LINE = re.compile(rf"{_STAMP} {_HOST} {_PROGRAM}{_UPTIME}(?!{_ENVELOPE})", re.ASCII)
_SYSLOG: Final = (syslog.NAME,)
_SYSLOG_DMESG: Final = (syslog.NAME, dmesg.NAME)
_MOST: Final = 4096  # stamps that are kept; then all are forgotten at once
_MIDNIGHT: Final = "00:00:00"
_known: dict[str, Stamp] = {}
_days: dict[tuple[str, str | None], Stamp | None] = {}


def open_syslog(line: str) -> Message | None:
    """The message of the line, None where it has no such header, or more around its message than that."""
    found = _LINE.match(line)
    if found is None:
        return None
    stamp, day, clock, fraction, zone, host, program, pid, uptime = found.groups()
    begin = found.end()
    if host in NO_HOSTS or line.find("#0", begin) >= 0 or line.find("#1", begin) >= 0 or "\n" in line:
        return None
    time = _known.get(stamp) or _read(stamp, day, clock, fraction, zone)
    if time is None:
        return None
    lines = (line[begin:],)
    if uptime is None:
        return Message(lines, time, None, host, program, pid, None, None, 1, False, NO_PAIRS, _SYSLOG)
    return Message(lines, time, float(uptime), host, program, pid, None, None, 1, False, NO_PAIRS, _SYSLOG_DMESG)


def _read(stamp: str, day: str, clock: str, fraction: str | None, zone: str | None) -> Stamp | None:
    """The stamp, worked out from the beginning of its day."""
    begin = _days[day, zone] if (day, zone) in _days else _begin_of(day, zone)
    if begin is None:
        return None
    seconds = begin.seconds + int(clock[:2]) * 3600 + int(clock[3:5]) * 60 + int(clock[6:])
    text = begin.text.replace(_MIDNIGHT, f"{clock}.{fraction}" if fraction else clock, 1)
    seconds = seconds + float(f"0.{fraction}") if fraction else seconds
    if len(_known) >= _MOST:
        _known.clear()
    _known[stamp] = time = Stamp(text, begin.kind, seconds, begin.zoned)
    return time


def _begin_of(day: str, zone: str | None) -> Stamp | None:
    if len(_days) >= _MOST:
        _days.clear()
    layer = syslog.strip(f"{day}{_MIDNIGHT}{zone or ''} host program: message")
    _days[day, zone] = time = layer.time if layer is not None and layer.host == "host" else None
    return time
