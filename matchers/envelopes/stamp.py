"""A date and a time before a message, and nothing that says more.

    2022/03/25 15:35:53 loading objects: field Xdp: program xdp: load program: permission denied   Go's log
    2022-03-25 15:35:53,123 - loader - ERROR - ...                                               Python's logging
    [2022-03-25 15:35:53.123] ...

Sources: Go, package log, LstdFlags and Lmicroseconds; Python, logging.Formatter. BIRD's log and `tcpdump -tttt`
begin alike and are tried first.
"""

import re
from typing import Final

from matchers import times
from matchers.envelopes.layer import Layer

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "stamp"
STARTS: Final = "[0123456789"

_TIME = r"(\d{4})([-/])(\d\d)\2(\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?"
_PLAIN = re.compile(rf"{_TIME} ", re.ASCII)
_BRACKETS = re.compile(rf"\[{_TIME}\] ", re.ASCII)


def strip(text: str) -> Layer | None:
    """Take off date and time."""
    m = (_BRACKETS if text.startswith("[") else _PLAIN).match(text)
    if m is None:
        return None
    time = times.full(m[1], m[3], m[4], m[5], m[6], zone=m[7])
    return Layer(text[m.end() :], time=time) if time else None
