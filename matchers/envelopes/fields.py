"""Log records made of named values (JSON, logfmt): which of them is the message, and which say when, where and who.

The names are those that log libraries and shippers use: logrus, zap, zerolog, slog, structlog, Fluentd, Vector,
ECS.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from matchers import times
from matchers.envelopes.layer import Layer
from matchers.times import Stamp

__all__ = ["read_fields", "unescape"]

_MESSAGE: Final = ("msg", "message", "log", "event", "text", "error", "err")
_TIME: Final = ("time", "ts", "timestamp", "@timestamp")
_HOST: Final = ("host", "hostname", "host.name", "host.hostname", "_HOSTNAME")
# Not "program": loaders of BPF programs say with it which one they load. Not "logger": it names a part of a program.
_PROGRAM: Final = (
    "programname",
    "ident",
    "appname",
    "syslogtag",
    "SYSLOG_IDENTIFIER",
    "syslog_identifier",
    "process.name",
)
_NO_TEXT: Final = frozenset((*_TIME, *_HOST, *_PROGRAM))

_HOST_NAME = re.compile(r"[\w.:%-]{1,255}")
_PROGRAM_NAME = re.compile(r"([^\s:\[\]]{1,64})(?:\[(\w{1,32})\])?:?")
_ESCAPE = re.compile(r"\\(?:([abfnrtv])|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([\"'\\/]))")
_LETTERS: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def read_fields(pairs: Mapping[str, str], texts: Collection[str]) -> Layer | None:
    r"""The layer of a record; None where it has no message.

    Its lines are those of the message, then those of every other value that has blanks in it: error texts, verifier
    logs. `texts` names the keys whose values are text and not numbers. A text that was quoted twice (`\n` spelled
    out and no newline in it) is unquoted once more.
    """
    key = next((name for name in _MESSAGE if name in texts), None)
    if key is None:
        return None
    program, pid = _program(pairs)
    return Layer(
        "\n".join(_texts(pairs, texts, key)),
        time=_time(pairs),
        host=_host(pairs),
        program=program,
        pid=pid,
        escaped=True,
        pairs=pairs,
    )


def unescape(text: str) -> str:
    r"""Undo the escapes of quoted text: `\n`, `\t`, `\"`, `\\`, `\xNN`, `\uNNNN`; others stay as they are."""
    return _ESCAPE.sub(_undo, text) if "\\" in text else text


def _undo(m: re.Match[str]) -> str:
    if m[1]:
        return _LETTERS[m[1]]
    if m[4]:
        return m[4]
    code = int(m[2] or m[3], 16)
    # Go writes \xNN for bytes that are not UTF-8; a lone half of a surrogate pair is no character.
    lost = 0xD800 <= code <= 0xDFFF or (m[2] and code > 0x7F)
    return "\ufffd" if lost else chr(code)


def _texts(pairs: Mapping[str, str], texts: Collection[str], message: str) -> Iterator[str]:
    first = pairs[message]
    yield _lines(first)
    for key in texts:
        value = pairs[key]
        if key != message and key not in _NO_TEXT and value != first and any(blank in value for blank in " \t\n"):
            yield _lines(value)


def _lines(text: str) -> str:
    if "\n" not in text and "\\n" in text:
        text = unescape(text)
    return text.rstrip("\r\n")


def _time(pairs: Mapping[str, str]) -> Stamp | None:
    said = (times.said(pairs[key]) for key in _TIME if key in pairs)
    return next((stamp for stamp in said if stamp), None)


def _host(pairs: Mapping[str, str]) -> str | None:
    return next((pairs[key] for key in _HOST if _HOST_NAME.fullmatch(pairs.get(key, ""))), None)


def _program(pairs: Mapping[str, str]) -> tuple[str | None, str | None]:
    for key in _PROGRAM:
        if m := _PROGRAM_NAME.fullmatch(pairs.get(key, "")):
            return m[1], m[2]
    return None, None
