"""Host, program and process id, as syslog and `journalctl` write them before a message.

    lb1 kernel: NIC Link is Down
    lb1 sshd[123]: Connection closed
    kernel: NIC Link is Down                    the host stripped by whoever pasted it

A word and a colon may as well be the message itself (`bond0: link down`), so without a host only `kernel`, BIRD's
names and a program with its process id count as a program. Source: RFC 3164, sections 4.1.2 (HEADER) and 4.1.3
(MSG, TAG).
"""

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["NO_HOSTS", "Header", "read_header", "undo_octal"]

_KNOWN: Final = frozenset({"kernel", "bird", "bird6"})
# "NETDEV WATCHDOG:", "Call Trace:" and "Hardware name:" begin messages of the kernel, whose header somebody stripped.
NO_HOSTS: Final = frozenset({"NETDEV", "Call", "Hardware"})
_NAME = r"[A-Za-z0-9_][\w.-]{0,254}"
_IPV6 = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}"
_TAG = r"[^\s:\[\]{}\"'=<>,;]{1,64}"
# Broadcasts of syslogd to terminals leave out the blank after "kernel:".
_HEADER = re.compile(
    rf"(?:(?P<host>{_NAME}|{_IPV6}) )?(?P<tag>{_TAG})(?:\[(?P<pid>[^\]\s]{{1,32}})\])?:(?: |$|(?<=kernel:))", re.ASCII
)
_OCTAL = re.compile(r"#(0[0-3][0-7]|177)")


@dataclass(frozen=True, slots=True)
class Header:
    """Who a line says it is from; `end` is where its message begins."""

    host: str | None
    program: str
    pid: str | None
    end: int


def read_header(text: str, at: int = 0, *, any_tag: bool = True) -> Header | None:
    """The header that begins at `at`, or None where there is none.

    `any_tag` false: also after a host only `kernel`, BIRD and programs with a process id are believed.
    """
    m = _HEADER.match(text, at)
    if m is None:
        return None
    sure = m["pid"] is not None or m["tag"] in _KNOWN
    if sure or (any_tag and m["host"] is not None and m["host"] not in NO_HOSTS):
        return Header(m["host"], m["tag"], m["pid"], m.end())
    return None


def undo_octal(text: str) -> str:
    """Undo rsyslog's `#012`: it writes control characters as `#` and three octal digits.

    Source: rsyslog, $EscapeControlCharactersOnReceive. Anything above `#037` but `#177` is left as it is.
    """
    return _OCTAL.sub(lambda m: chr(int(m[1], 8)), text) if "#" in text else text
