"""How often one person, and all of one channel together, may ask."""

from app.config import ChatLimits
from app.server.clients import TokenBuckets


class AskLimits:
    """The buckets of senders and channels, by service and the vendor's ids."""

    def __init__(self, limits: ChatLimits) -> None:
        self._senders = TokenBuckets(limits.sender_per_second, limits.sender_burst)
        self._channels = TokenBuckets(limits.channel_per_second, limits.channel_burst)

    def wait_s(self, service: str, sender: str, channel: str) -> float:
        """0 where the question may be asked now, else how many seconds to wait."""
        own = self._senders.take(f"{service} {sender}")
        return own or self._channels.take(f"{service} {channel}")
