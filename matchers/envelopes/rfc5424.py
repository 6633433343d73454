r"""Syslog as RFC 5424 writes it.

    <3>1 2022-03-25T15:35:53.003Z lb1 kernel 123 ID47 [exampleSDID@32473 iut="3"][x y="]\]"] message

Priority and version, then time, host, program, process id and message id, each of them `-` where there is none,
then structured data and the message, which a byte order mark may begin. Source: RFC 5424, sections 6 (the whole)
and 6.3.3 (`"`, `\` and `]` are escaped in structured data). rsyslog's `#012` is undone in the message.
"""

import re
from typing import Final

from matchers import times
from matchers.envelopes.header import undo_octal
from matchers.envelopes.layer import Layer

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "rfc5424"
STARTS: Final = "<"

# Lengths are those of RFC 5424, section 6. Writers forget to escape "]", which is no harm inside quotes.
# Possessive: a parameter that is not closed costs one walk over it.
_ELEMENT = r'\[[^ =\]"]{1,32}(?: [^ =\]"]{1,32}="(?:[^"\\]|\\.)*+")*+\]'
_HEADER = re.compile(
    r"<(0|[1-9]\d{0,2})>[1-9]\d{0,2} (?:-|(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d))"
    r" ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) [!-~]{1,32}"
    rf" (?:-|(?:{_ELEMENT})++)(?: |$)",
    re.ASCII | re.DOTALL,
)


def strip(text: str) -> Layer | None:
    """Take off everything before the message."""
    m = _HEADER.match(text)
    if m is None or int(m[1]) > 191:
        return None
    time = times.full(m[2], m[3], m[4], m[5], m[6], zone=m[7]) if m[2] else None
    if m[2] and time is None:
        return None
    said = text[m.end() :].removeprefix("\ufeff")
    message = undo_octal(said)
    return Layer(
        message,
        time=time,
        host=_named(m[8]),
        program=_named(m[9]),
        pid=_named(m[10]),
        escaped=message != said,
    )


def _named(value: str) -> str | None:
    return None if value == "-" else value
