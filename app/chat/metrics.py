"""What is counted of chat; no label holds anything that a sender makes up."""

from collections.abc import Callable
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

Outcome = Literal["answered", "accepted", "repeated", "limited", "busy", "ignored", "challenge", "malformed", "refused"]
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class ChatMetrics:
    """The counters of the room, in the application's registry."""

    def __init__(self, registry: CollectorRegistry, waiting: Callable[[], int]) -> None:
        self._requests = Counter(
            "faultbook_chat_requests", "Requests of chat services.", ["service", "outcome"], registry=registry
        )
        self._seconds = Histogram(
            "faultbook_chat_answer_seconds",
            "Time from a question's arrival until its answer is ready.",
            ["service"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._posts = Counter(
            "faultbook_chat_posts", "Answers posted to chat services.", ["service", "outcome"], registry=registry
        )
        gauge = Gauge("faultbook_chat_waiting", "Questions and posts that wait or are worked on.", registry=registry)
        gauge.set_function(waiting)

    def requested(self, service: str, outcome: Outcome) -> None:
        """Count what became of a request."""
        self._requests.labels(service, outcome).inc()

    def answered(self, service: str, seconds: float) -> None:
        """Count an answer that is ready."""
        self._seconds.labels(service).observe(seconds)

    def posted(self, service: str, is_delivered: bool) -> None:
        """Count a post, and whether the vendor took it."""
        self._posts.labels(service, "delivered" if is_delivered else "lost").inc()
