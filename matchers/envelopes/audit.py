"""A record of auditd. Its time and node are read; the line stays whole, as `audit` matchers know it.

    type=AVC msg=audit(1648190153.123:456): avc:  denied  { map_create } for  pid=123 comm="loader" ...
    node=lb1 type=SYSCALL msg=audit(1648190153.123:456): arch=c000003e ...

Seconds and milliseconds since 1970, then the record's number. Source: auditd.conf(5), log_format and name_format;
Linux kernel/audit.c, audit_log_start().
"""

import re
from typing import Final

from matchers import times
from matchers.envelopes.layer import Layer

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "audit"
STARTS: Final = "nt"

_RECORD = re.compile(r"(?:node=(\S{1,255}) )?type=\S{1,64} msg=audit\((\d{9,11})\.(\d{3}):\d{1,20}\)", re.ASCII)


def strip(text: str) -> Layer | None:
    """Read time and node and leave the line as it is."""
    m = _RECORD.match(text)
    if m is None:
        return None
    return Layer(text, time=times.epoch(int(m[2]), m[3]), host=m[1], whole=True)
