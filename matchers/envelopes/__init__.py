"""What stands around a message: stamps, hosts, programs, JSON, container prefixes. `open_envelope` takes it off.

One module per envelope, each with `NAME`, `STARTS` and `strip`; `ENVELOPES` below is the order in which they are
tried. Envelopes stand in one another (a kernel line in a syslog file in a container's JSON), so they are taken off
until none is left. They are strict: text that only resembles one is a message, since a message cut short is worse
than one with its stamp.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from matchers.envelopes.layer import NO_PAIRS, Envelope, Layer, no_pairs
from matchers.envelopes.quick import read_head
from matchers.times import Stamp

__all__ = ["ENVELOPES", "MAX_LAYERS", "Message", "open_envelope"]

MAX_LAYERS: Final = 6

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
_ONLY_LOGFMT: Final = frozenset(first for first, envelopes in _BY_FIRST.items() if envelopes == (logfmt,))
_SYSLOG: Final = (syslog.NAME,)
_SYSLOG_DMESG: Final = (syslog.NAME, dmesg.NAME)
_INDENT: Final = " \t\ufeff\x1e"  # also a byte order mark, and the mark before each record of `journalctl -o json-seq`


@dataclass(slots=True)
class Message:
    """What one physical line says once everything around the message is taken off.

    Nobody changes it; a frozen one takes three times as long to make, and every line that is opened makes one.

    `lines`: at least one; escapes undone, leading blanks as they stand in the message. `uptime`: seconds since
    boot. `program` is None where the line does not say. `caller`: printk's caller id, `T123` (thread) or `C12`
    (CPU). `cursor`: the journal's. `repeated`: how often the line says the message came. `escaped`: `lines` is not
    simply the end of the line. `pairs`: fields of JSON, logfmt and journal records as text, without the journal's
    MESSAGE and Docker's `log`; inner objects as `outer.inner`. `layers`: names of the envelopes taken off,
    outermost first.
    """

    lines: tuple[str, ...]
    time: Stamp | None = None
    uptime: float | None = None
    host: str | None = None
    program: str | None = None
    pid: str | None = None
    caller: str | None = None
    cursor: str | None = None
    repeated: int = 1
    escaped: bool = False
    pairs: Mapping[str, str] = field(default_factory=no_pairs)
    layers: tuple[str, ...] = ()


def open_envelope(line: str) -> Message:
    """Take everything around the message of `line` off; `line` has no newline at its end.

    Never raises, linear in the length of the line, at most `MAX_LAYERS` envelopes. Blanks before an envelope go
    with it, those before a bare message stay. What several layers say: of times the fullest, among equals the
    innermost; of everything else the innermost.
    """
    line = line.rstrip("\r")
    quick = _open_syslog(line)
    if quick is not None:
        return quick
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


def _open_syslog(line: str) -> Message | None:
    """The message of the commonest lines: a syslog header, perhaps the kernel's uptime, and a plain message."""
    head = read_head(line)
    if head is None:
        return None
    time, host, program, pid, begin = head
    text = line[begin:]
    if "#" in text or "\n" in text:
        return None
    if (text[:1] in _ONLY_LOGFMT and "=" not in text) or (step := _outermost(text)) is None:
        return Message((text,), time, None, host, program, pid, None, None, 1, False, NO_PAIRS, _SYSLOG)
    envelope, layer = step
    is_uptime = envelope is dmesg and layer.time is None and program == "kernel" and not (layer.escaped or layer.whole)
    if not is_uptime or not text.endswith(layer.text) or _outermost(layer.text) is not None:
        return None
    found = (layer.text,)
    return Message(found, time, layer.uptime, host, program, pid, layer.caller, None, 1, False, NO_PAIRS, _SYSLOG_DMESG)


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
