"""A row as it is listed."""

from typing import Any

from app.store.times import iso


def listed_row(sent: dict[str, Any], host: str, recorded_at: int) -> dict[str, Any]:
    """A row as it is listed: `host` is whose watcher recorded it, `log_host` the one that the line names."""
    return {
        "id": sent.pop("id"),
        "entry": sent.pop("entry"),
        "host": host,
        "recorded_at": iso(recorded_at),
        "seen_at": sent.pop("seen_at"),
        "log_host": sent.pop("host", None),
        **sent,
    }
