"""The commonest line of all, read quickly: a syslog header (RFC 3164 or ISO) with host and program before a message.

    Mar 25 15:35:53 lb1 kernel: NIC Link is Down
    2022-03-25T15:35:53.123456+08:00 lb1 sshd[123]: Connection closed

Hundreds of lines share a second, so what `matchers.envelopes.syslog` makes of a stamp is kept and used again. The
result is always the one that it gives (a property test holds both together).
"""

import re
from typing import Final

from matchers.envelopes import syslog
from matchers.envelopes.header import NO_HOSTS
from matchers.times import Stamp

__all__ = ["Head", "read_head"]

_HEAD = re.compile(
    r"([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?)"
    r" ([A-Za-z0-9_][A-Za-z0-9_.-]{0,99}) ([A-Za-z][A-Za-z0-9_./-]{0,63})(?:\[(\d{1,10})\])?: ",
    re.ASCII,
)
_MOST: Final = 4096  # stamps that are kept; then all are forgotten at once
_known: dict[str, Stamp | None] = {}


Head = tuple[Stamp, str, str, str | None, int]
"""(time, host, program, pid, where the message begins)."""


def read_head(line: str) -> Head | None:
    """The header of the line, None where it has no such header. rsyslog's `#012` in the message is not looked at."""
    found = _HEAD.match(line)
    if found is None:
        return None
    clock, fraction, zone, host, program, pid = found.groups()
    if host in NO_HOSTS:
        return None
    stamp = f"{clock}{zone}" if zone else clock
    time = _known[stamp] if stamp in _known else _read(stamp)
    if time is None or (clock[3] == " " and (fraction or zone)):
        return None
    if fraction:
        text = time.text  # YYYY-MM-DDTHH:MM:SS is 19 characters, the zone stands behind it
        time = Stamp(f"{text[:19]}.{fraction}{text[19:]}", time.kind, time.seconds + float(f"0.{fraction}"), time.zoned)
    return time, host, program, pid, found.end()


def _read(stamp: str) -> Stamp | None:
    if len(_known) >= _MOST:
        _known.clear()
    layer = syslog.strip(stamp + " host program: message")
    _known[stamp] = time = layer.time if layer is not None and layer.host == "host" else None
    return time
