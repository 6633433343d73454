"""All envelopes, and how they are taken off a line one after the other.

Apart from the package, because a log of syslog lines needs none of it: `matchers.envelopes.quick` opens those.
"""

from collections.abc import Mapping
from typing import Final

from matchers.envelopes import (
    audit,
    bird,
    cri,
    dmesg,
    docker,
    glog,
    journal,
    json_log,
    kmsg,
    logfmt,
    monotonic,
    repeated,
    rfc5424,
    stamp,
    syslog,
    tcpdump,
)
from matchers.envelopes.layer import MAX_LAYERS, Envelope, Layer, no_pairs
from matchers.envelopes.message import Message
from matchers.times import Stamp

__all__ = ["ENVELOPES", "open_layers"]

ENVELOPES: Final[tuple[Envelope, ...]] = (
    docker,
    journal,
    json_log,
    cri,
    kmsg,
    tcpdump,
    rfc5424,
    monotonic,  # before dmesg, whose stamp it shares
    syslog,  # before dmesg: "<3>Mar 25 ..." is more than a level
    dmesg,
    bird,
    glog,
    repeated,
    audit,
    logfmt,
    stamp,  # last: what begins with a date and is nothing else
)

_BY_FIRST: Final[Mapping[str, tuple[Envelope, ...]]] = {
    first: tuple(envelope for envelope in ENVELOPES if first in envelope.STARTS)
    for first in sorted({first for envelope in ENVELOPES for first in envelope.STARTS})
}
_RANK: Final = {"clock": 0, "yearless": 1, "full": 2}
_INDENT: Final = " \t\ufeff\x1e"  # also a byte order mark, and the mark before each record of `journalctl -o json-seq`


def open_layers(line: str) -> Message:
    """Take every envelope off; `line` ends with no newline and no carriage return."""
    found, lines = _peel(line)
    message = _Gathered()
    for _, layer in found:
        message.add(layer)
    plain = len(lines) == 1 and line.endswith(lines[0])
    return Message(
        lines=tuple(lines),
        time=message.time,
        uptime=message.uptime,
        host=message.host,
        program=message.program,
        pid=message.pid,
        caller=message.caller,
        cursor=message.cursor,
        repeated=message.repeated,
        escaped=message.escaped or not plain,
        pairs=message.pairs,
        layers=tuple(envelope.NAME for envelope, _ in found),
    )


def _peel(line: str) -> tuple[list[tuple[Envelope, Layer]], list[str]]:
    """The layers, outermost first, and the lines that are left."""
    found: list[tuple[Envelope, Layer]] = []
    lines = line.split("\n")
    lines[0] = lines[0].lstrip(_INDENT)
    while len(found) < MAX_LAYERS:
        step = _outermost(lines[0])
        if step is None:
            break
        envelope, layer = step
        if layer.whole and envelope is tcpdump and line[:1] in {" ", "\t"}:
            break  # `tcpdump -ttt`: the time since the last packet
        found.append(step)
        if layer.whole:
            break
        # Where a message of several lines was put together before, each of them has the same stamp.
        lines = _split(layer.text) + [_again(envelope, other) for other in lines[1:]]
    return found, lines if found else line.split("\n")


def _outermost(text: str) -> tuple[Envelope, Layer] | None:
    for envelope in _BY_FIRST.get(text[:1], ()):
        layer = envelope.strip(text)
        if layer is not None:
            return envelope, layer
    return None


def _again(envelope: Envelope, text: str) -> str:
    layer = envelope.strip(text) if text[:1] and text[:1] in envelope.STARTS else None
    return text if layer is None or layer.whole or layer.escaped else layer.text


def _split(text: str) -> list[str]:
    return text.rstrip("\n").replace("\r\n", "\n").removesuffix("\r").split("\n") if "\n" in text else [text]


class _Gathered:
    """What the layers say together; they are added from the outside in."""

    def __init__(self) -> None:
        self.time: Stamp | None = None
        self.uptime: float | None = None
        self.host: str | None = None
        self.program: str | None = None
        self.pid: str | None = None
        self.caller: str | None = None
        self.cursor: str | None = None
        self.repeated = 1
        self.escaped = False
        self.pairs: Mapping[str, str] = no_pairs()

    def add(self, layer: Layer) -> None:
        if layer.time and (self.time is None or _RANK[layer.time.kind] >= _RANK[self.time.kind]):
            self.time = layer.time
        if layer.uptime is not None:
            self.uptime = layer.uptime
        if layer.program and layer.program != self.program:
            self.program, self.pid = layer.program, None
        self.pid = layer.pid or self.pid
        self.host = layer.host or self.host
        self.caller = layer.caller or self.caller
        self.cursor = layer.cursor or self.cursor
        self.escaped = self.escaped or layer.escaped
        if layer.repeated > 1:
            self.repeated = layer.repeated
        if layer.pairs:
            self.pairs = {**self.pairs, **layer.pairs}
