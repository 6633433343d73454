r"""A record as /dev/kmsg gives it.

    3,1234,686973797868,-;ixgbe 0000:83:00.0 eth0: NIC Link is Down
    6,339,5140900,-,caller=T123;first line\x0asecond line

Priority, sequence number, microseconds since boot, flags, then fields that readers do not have to know, `;` and the
message. Characters outside printable ASCII, and the backslash, are written as `\xNN`, a byte of UTF-8 each.
Sources: Linux Documentation/ABI/testing/dev-kmsg; kernel/printk/printk.c info_print_ext_header() and
msg_add_ext_text().
"""

import re
from typing import Final

from matchers.envelopes.layer import Layer

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "kmsg"
STARTS: Final = "0123456789"

# Flags: "-" whole, "c" and (older kernels) "+" a part of a line that is continued.
_HEADER = re.compile(r"\d{1,4},\d{1,20},(\d{1,20}),[-c+]((?:,[^;,]{0,100}){0,8});", re.ASCII)
_CALLER = re.compile(r",caller=([TC]\d{1,10})(?=,|$)", re.ASCII)
_ESCAPES = re.compile(r"(?:\\x[0-9a-f]{2})+")


def strip(text: str) -> Layer | None:
    """Take off the header and undo the escapes."""
    header = _HEADER.match(text)
    if header is None:
        return None
    said = text[header.end() :]
    message = _ESCAPES.sub(_undo, said) if "\\x" in said else said
    caller = _CALLER.search(header[2])
    return Layer(
        message,
        uptime=int(header[1]) / 1_000_000,
        caller=caller[1] if caller else None,
        program="kernel",
        escaped=message != said,
    )


def _undo(escapes: re.Match[str]) -> str:
    return bytes.fromhex(escapes[0].replace("\\x", "")).decode("utf-8", "replace")
