"""All channels at once: one that hangs holds up no other, and the end is prompt."""

import threading
from collections.abc import Callable
from datetime import datetime

from prometheus_client import CollectorRegistry

from app.store.store import Store
from app.telling.config import ChannelConfig, Group, NotifyConfig, Route
from app.telling.contract import Verdict
from app.telling.metrics import Counts
from app.telling.teller import Teller
from app.telling.values import Message
from tests.app.telling.conftest import ARTICLES

Deliver = Callable[..., int]


def test_a_channel_that_hangs_holds_up_no_other(store: Store, deliver: Deliver) -> None:
    released, told = threading.Event(), threading.Event()

    def send(message: Message, config: ChannelConfig, now: datetime) -> Verdict:
        if config.kind == "slack":
            released.wait(20)
            return Verdict("taken")
        told.set()
        return Verdict("taken")

    at_once = Group("all", 0.0, 0.0)
    channels = {
        "slow": ChannelConfig("slack", "http://127.0.0.1:9", group=at_once),
        "fast": ChannelConfig("mattermost", "http://127.0.0.1:9", group=at_once),
    }
    registry = CollectorRegistry()
    config = NotifyConfig(channels, (Route(("slow", "fast")),), 1_000)
    teller = Teller(config, store, lambda: ARTICLES, Counts(registry, tuple(channels)), send=send)
    teller.look()
    deliver()
    teller.start()
    try:
        assert told.wait(20)
    finally:
        released.set()
        teller.stop(20)

    def count(channel: str) -> float | None:
        return registry.get_sample_value("faultbook_notifications_total", {"channel": channel, "outcome": "sent"})

    assert (count("fast"), count("slow")) == (1.0, 1.0)


def test_what_waits_for_nobody_is_dropped_and_counted(store: Store, deliver: Deliver) -> None:
    registry = CollectorRegistry()

    def teller(name: str) -> Teller:
        channels = {name: ChannelConfig("slack", "http://127.0.0.1:9")}
        return Teller(NotifyConfig(channels, (Route((name,)),)), store, lambda: ARTICLES, Counts(registry))

    first = teller("old")
    first.look()
    deliver()
    first.look()
    assert set(store.notices.waiting()) == {"old"}
    registry = CollectorRegistry()
    teller("new").tidy()
    assert store.notices.waiting() == {}
    labels = {"channel": "gone", "outcome": "dropped"}
    assert registry.get_sample_value("faultbook_notifications_total", labels) == 1.0
