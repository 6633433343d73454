"""How the watcher stands: gathered by the loop, shown by `watch --status`, SIGUSR1 and `/metrics`."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from app.watch.contract import Counters

Number = int | float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment. `recording` holds the numbers of spool or local store and of delivery, by name.

    `uncommitted_s`: how long what was read has been waiting to be recorded, 0 when nothing waits. `troubles` are
    sentences by what they are about. `facts` are what this host tells the server of itself.
    """

    at: datetime
    started_at: datetime
    pid: int
    version: str
    host: str
    entries: int
    records_to: str
    sources: Mapping[str, Counters]
    recording: Mapping[str, Number] = field(default_factory=dict)
    uncommitted_s: float = 0.0
    troubles: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """As JSON can hold it; times are ISO 8601, UTC."""
        plain = asdict(self)
        plain["at"], plain["started_at"] = _iso(self.at), _iso(self.started_at)
        for counters in plain["sources"].values():
            counters["last_line_at"] = _iso(counters["last_line_at"])
        return plain


def summary(snapshot: Snapshot) -> str:
    """One line, for systemd."""
    lines = sum(each.lines for each in snapshot.sources.values())
    matched = sum(each.matched for each in snapshot.sources.values())
    trouble = next((f"; {about}: {what}" for about, what in snapshot.troubles.items()), "")
    return f"{len(snapshot.sources)} sources, {lines} lines read, {matched} matched{trouble}"


def report(plain: Mapping[str, Any]) -> Iterator[str]:
    """The lines that tell a person how the watcher stands; `plain` is `Snapshot.to_plain()`."""
    yield (
        f"faultbook {plain['version']}, pid {plain['pid']}, host {plain['host']}, since {plain['started_at']}, "
        f"{plain['entries']} entries, records to {plain['records_to']}"
    )
    for name, counters in plain["sources"].items():
        yield f"{name}: {source_line(counters)}"
    if plain["recording"]:
        yield "recording: " + ", ".join(
            f"{name.replace('_', ' ')} {_shown(value)}" for name, value in plain["recording"].items()
        )
    for name, value in plain.get("facts", {}).items():
        yield f"tells the server: {name}: {_told(value)}"
    if plain["uncommitted_s"]:
        yield f"waiting to be recorded for {plain['uncommitted_s']:.0f} s"
    for about, what in plain["troubles"].items():
        yield f"trouble: {about}: {what}"


def source_line(counters: Mapping[str, Any]) -> str:
    """How one source stands, in a line; what is zero and seldom anything else is left out."""
    parts = [f"{counters['lines']} lines read", f"{counters['matched']} matched"]
    parts.append(f"last line at {counters['last_line_at'] or 'never'}")
    if counters["files"]:
        parts.append(f"{counters['files']} files")
    parts.append(f"lag {counters['lag_bytes']} bytes")
    for key, words in (
        ("skipped", "long lines cut"),
        ("truncations", "truncations"),
        ("given_up_bytes", "bytes given up"),
    ):
        if counters[key]:
            parts.append(f"{counters[key]} {words}")
    return ", ".join(parts)


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)


def _shown(value: Number) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"
