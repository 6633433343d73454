"""Notifications in numbers; labels are names of channels, which come from the configuration."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter

OUTCOMES: Final = ("sent", "later", "refused", "dropped")


class Counts:
    """What became of messages. `later` counts attempts, `dropped` notices, the others messages."""

    def __init__(self, registry: CollectorRegistry, channels: tuple[str, ...] = ()) -> None:
        self._messages = Counter(
            "faultbook_notifications", "Messages, by channel and outcome.", ["channel", "outcome"], registry=registry
        )
        for channel in channels:
            for outcome in OUTCOMES:
                self._messages.labels(channel, outcome)

    def told(self, channel: str, outcome: str, count: int) -> None:
        """Count."""
        self._messages.labels(channel, outcome).inc(count)
