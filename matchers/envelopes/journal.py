"""The systemd journal's JSON export (`journalctl -o json`), one object to a line (here on two).

    {"__CURSOR":"s=7c...","_TRANSPORT":"kernel","_HOSTNAME":"lb1","SYSLOG_IDENTIFIER":"kernel",
     "MESSAGE":"Link is Down","__REALTIME_TIMESTAMP":"1648190153123456","_SOURCE_MONOTONIC_TIMESTAMP":"686973797868"}

A message that is not UTF-8 is an array of byte values, one that is too long is null, and a field that was sent
several times is an array of its values. Times are microseconds, UTC. Sources: systemd, "Journal JSON Format" of
JOURNAL_EXPORT_FORMATS; systemd.journal-fields(7).
"""

from typing import Final

from matchers import times
from matchers.envelopes.json_text import Number, as_text, flatten, load_object
from matchers.envelopes.layer import Layer
from matchers.times import Stamp

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "journal"
STARTS: Final = "{"


def strip(text: str) -> Layer | None:
    """Take the message out of MESSAGE; all other fields become `pairs`."""
    if '"MESSAGE"' not in text or '"_' not in text:
        return None
    record = load_object(text)
    if record is None or "MESSAGE" not in record or not any(key.startswith("_") for key in record):
        return None
    pairs = {key: value for key, value in flatten(record).items() if key != "MESSAGE"}
    return Layer(
        _message(record["MESSAGE"]) or "",
        time=_time(pairs),
        uptime=_uptime(pairs),
        host=pairs.get("_HOSTNAME"),
        program=_program(pairs),
        pid=pairs.get("_PID") or pairs.get("SYSLOG_PID"),
        cursor=pairs.get("__CURSOR"),
        escaped=True,
        pairs=pairs,
    )


def _message(value: object, depth: int = 2) -> str | None:
    """Text, bytes, or several of them one below the other."""
    if not isinstance(value, list) or not value:
        return as_text(value)
    if all(isinstance(item, Number) for item in value):
        return _decoded(value)
    if depth == 1:
        return None
    return "\n".join(part for item in value if (part := _message(item, depth - 1)) is not None)


def _decoded(numbers: list[str]) -> str | None:
    if not all(len(number) <= 3 and number.isdigit() and int(number) < 256 for number in numbers):
        return None
    return bytes(map(int, numbers)).decode("utf-8", "replace")


def _program(pairs: dict[str, str]) -> str | None:
    # What user space writes to /dev/kmsg comes by the kernel's transport, too, but with an identifier of its own.
    if identifier := pairs.get("SYSLOG_IDENTIFIER"):
        return identifier
    return "kernel" if pairs.get("_TRANSPORT") == "kernel" else pairs.get("_COMM")


def _time(pairs: dict[str, str]) -> Stamp | None:
    # The source's time is when it happened, the other one when the journal received it.
    for key in ("_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"):
        if (usec := _usec(pairs, key)) is not None:
            return times.epoch(usec // 1_000_000, f"{usec % 1_000_000:06d}")
    return None


def _uptime(pairs: dict[str, str]) -> float | None:
    usec = _usec(pairs, "_SOURCE_MONOTONIC_TIMESTAMP")
    return None if usec is None else usec / 1_000_000


def _usec(pairs: dict[str, str], key: str) -> int | None:
    text = pairs.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None
