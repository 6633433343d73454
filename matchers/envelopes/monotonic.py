"""`journalctl -o short-monotonic` and `short-delta`: the kernel's stamp, then host and program.

    [686973.797868] lb1 kernel: ixgbe 0000:83:00.0 eth0: NIC Link is Down
    [686973.797868 <    0.000003 >] lb1 sshd[123]: Connection closed

`dmesg` begins its lines in the same way and goes on with the message, so a host and `kernel:` or a process id have
to follow. Source: journalctl(1), --output; systemd src/shared/logs-show.c, output_timestamp_monotonic().
"""

import re
from typing import Final

from matchers.envelopes.header import read_header
from matchers.envelopes.layer import Layer

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "monotonic"
STARTS: Final = "["

_STAMP = re.compile(r"\[ {0,10}(\d{1,11}\.\d{6})(?: *< *\d{1,11}\.\d{6} *>)?\] ", re.ASCII)


def strip(text: str) -> Layer | None:
    """Take off stamp, host and program."""
    m = _STAMP.match(text)
    header = read_header(text, m.end(), any_tag=False) if m else None
    if m is None or header is None or header.host is None:
        return None
    return Layer(text[header.end :], uptime=float(m[1]), host=header.host, program=header.program, pid=header.pid)
