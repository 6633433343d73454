"""What tests of telling share: a store on both databases, entries, and a server that takes what is posted."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.incidents.values import Change, Incident
from app.telling.compose import Composer, clean
from app.telling.config import ChannelConfig, NotifyConfig, Route
from app.telling.routes import Router
from app.telling.values import Item, Kind, Message
from kb.entry import Article, Both
from tests.app.incidents.conftest import clock, deliver, store
from tests.deliveries import NOON
from tests.receiver import Receiver

__all__ = ["clock", "deliver", "store"]
ARTICLES = {
    "link": Article("link", "problem", "reviewed", Both("The link is down", "链路断开"), "error", ("nic",)),
    "session": Article("session", "problem", "reviewed", Both("The session fell", None), "critical", ("bird", "bgp")),
    "small": Article("small", "problem", "reviewed", Both("A small thing", None), "info", ("tcp",)),
}
HOSTILE = (
    "@all @here @channel <!channel> <!here|x> <@U123> <https://evil.example|bank> [bank](https://evil.example) "
    'https://evil.example <at user_id="all">all</at> `x` ```y``` **bold** _i_ ~s~ # h > q \u202eevil\u200b\x1b[31m \x00'
)


def router(*routes: Route, channels: Sequence[str] = ("chat",), rate: int | None = None, **more: Any) -> Router:
    """A router with these routes, or one that tells everything."""
    made = {name: ChannelConfig("webhook", "http://127.0.0.1:9", **more) for name in channels}
    return Router(NotifyConfig(made, routes or (Route(tuple(channels)),), rate), lambda: ARTICLES)


def incident(entry: str = "link", host: str = "edge-1", **more: Any) -> Incident:
    """An incident that is on since noon."""
    values: dict[str, Any] = {
        "id": "00000000000000aa",
        "entry": entry,
        "host": host,
        "identity": {"iface": "eth0"},
        "state": "open",
        "is_new": True,
        "first_seen": NOON,
        "last_seen": NOON,
        "onset_at": NOON,
        "count": 3,
        "quiet_since": None,
        "resolved_at": None,
        "resolves_at": NOON,
        "recovered_by": None,
        "returns": 0,
        "returned_at": None,
        "changed": [Change("kernel", "5.10.1", "6.1.0")],
        "known_by": None,
        "known_at": None,
        "snoozed_by": None,
        "snoozed_until": None,
        "rate_per_hour": 3.0,
        "fields": {"iface": "eth0"},
        "row": {"text": "eth0: link down", "matcher": "down", "source": "kernel", "id": "id-1"},
    }
    return Incident(**values | more)


def message(*incidents: Incident, kinds: Sequence[Kind] = ("new",), lang: Any = "en", heading: str = "") -> Message:
    """A message about these incidents, with links to a site."""
    composer = Composer(lambda: ARTICLES, lambda _id: None, "https://faults.example")
    items: list[Item] = [composer.item(each, kinds, lang, "") for each in incidents or (incident(),)]
    return Message("msg_1", lang, heading or "[error] The link is down: 1 new", "error", items)


def hostile() -> Message:
    """A message in which everything that a log or a host gives is hostile."""
    row = {"text": f"{HOSTILE}\n{HOSTILE}", "matcher": "m", "source": "text", "id": HOSTILE}
    changed = [Change(HOSTILE, HOSTILE, HOSTILE)]
    one = incident("unknown", HOSTILE, identity={"name": HOSTILE}, row=row, fields={"x": HOSTILE}, changed=changed)
    return message(one, heading=clean(HOSTILE, 200))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.close()


Channel = Callable[..., ChannelConfig]


@pytest.fixture
def channel(receiver: Receiver, tmp_path: Path) -> Channel:
    """A channel of some kind that leads to the receiver: `channel("slack", "/path", secret="...")`."""

    def make(kind: str, path: str = "/hook", secret: str | None = None, **more: Any) -> ChannelConfig:
        address = tmp_path / "address"
        address.write_text(f"# made by a test\n{receiver.url}{path}\n")
        secret_file = None
        if secret is not None:
            secret_file = tmp_path / "secret"
            secret_file.write_text(secret)
        return ChannelConfig(kind, url_file=address, secret_file=secret_file, **more)

    return make
