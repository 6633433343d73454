"""BIRD's own log, in a file or on a terminal, and what is left of it after a syslog header.

    2022-12-03 20:30:51.893 <RMT> ospf1: MTU mismatch ...         BIRD 2, timeformat log iso long ms
    2022-12-03 20:30:51 <INFO> Started                            BIRD 1.4 to 1.6, iso long
    03-12-2022 20:30:51 <RMT> ospf1: ...                          BIRD 1, old long
    20:30:51.893 <TRACE> ospf1: ...                               iso short
    2022-12-03 20:30:51.893 [0001] <RMT> ospf1: ...               BIRD 3, with the number of the thread (hexadecimal)
    <RMT> ospf1: ...                                              after a stamp in a format of the operator's own

Sources: BIRD 2.0 to 3.3, sysdep/unix/log.c, class_names[], log_commit() and log_prepare(); lib/timer.h, TM_ISO_*;
BIRD 1.6, sysdep/unix/config.Y (timeformat). The long names are those of the `log` option in BIRD's configuration.
"""

import re
from typing import Final

from matchers import times
from matchers.envelopes.layer import Layer
from matchers.times import Stamp

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "bird"
STARTS: Final = "<[0123456789"

_CLASS = r"<(?:DBG|DEBUG|TRACE|INFO|RMT|REMOTE|WARN|WARNING|ERR|ERROR|AUTH|FATAL|BUG|\?\?\?)>(?: |$)"
_LINE = re.compile(
    r"(?:(?:(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d) |(?P<day1>\d\d)-(?P<month1>\d\d)-(?P<year1>\d{4}) )?"
    r"(?P<clock>\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))? )?"
    rf"(?:\[[0-9a-f]{{4,8}}\] )?{_CLASS}",
    re.ASCII,
)


def strip(text: str) -> Layer | None:
    """Take off stamp, thread and class."""
    m = _LINE.match(text)
    if m is None:
        return None
    time = _time(m) if m["clock"] else None
    if m["clock"] and time is None:
        return None
    return Layer(text[m.end() :], time=time, program="bird")


def _time(m: re.Match[str]) -> Stamp | None:
    if m["year"]:
        return times.full(m["year"], m["month"], m["day"], m["clock"], m["fraction"])
    if m["year1"]:
        return times.full(m["year1"], m["month1"], m["day1"], m["clock"], m["fraction"])
    return times.of_day(m["clock"], m["fraction"])
