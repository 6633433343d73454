r"""A program's log as key=value pairs.

    time="2022-03-25T15:35:53Z" level=error msg="loading: permission denied" err="0: R1=ctx()\n1: ..."

The whole line has to be pairs, at least two, with a message or a level among them; prose and kernel messages are
not. Values in double quotes are escaped as Go does it (strconv.Quote). The last value may lack its closing quote:
container runtimes cut long lines. Audit records look alike and are `audit.py`'s. Sources: the readme of kr/logfmt;
logrus, text_formatter.go.
"""

import re
from typing import Final

from matchers.envelopes.fields import read_fields, unescape
from matchers.envelopes.layer import Layer

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "logfmt"
STARTS: Final = "_@abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

_PAIR = re.compile(
    r'([A-Za-z_@][\w.@/-]{0,63})=(?:"((?:[^"\\]|\\.)*+)(?:"|\\?$)|([^\s"]*))(?: +|$)', re.ASCII | re.DOTALL
)
_FIRST = re.compile(r"[A-Za-z_@][\w.@/-]{0,63}=", re.ASCII)
_MARKS: Final = ("msg", "level", "lvl")
_MAX_PAIRS: Final = 256


def strip(text: str) -> Layer | None:
    """Take the message, and other texts below it, out of the pairs."""
    if not _FIRST.match(text) or not any(f"{mark}=" in text for mark in _MARKS) or "msg=audit(" in text:
        return None
    pairs = _pairs(text)
    if len(pairs) < 2 or not any(mark in pairs for mark in _MARKS):
        return None
    return read_fields(pairs, list(pairs)) or Layer(text, whole=True, pairs=pairs)


def _pairs(text: str) -> dict[str, str]:
    """The pairs that make up the whole of `text`, none where something else stands among them."""
    pairs: dict[str, str] = {}
    at = 0
    while at < len(text):
        m = _PAIR.match(text, at)
        if m is None or len(pairs) == _MAX_PAIRS:
            return {}
        pairs[m[1]] = m[3] if m[2] is None else unescape(m[2])
        at = m.end()
    return pairs
