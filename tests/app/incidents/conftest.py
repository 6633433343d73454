"""Incidents are counted on both databases."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.incidents.rules import Rules
from app.store.store import Store, open_store
from tests.databases import Database
from tests.deliveries import HandClock
from tests.troubles import new

RULES = Rules(
    identities={"link": ("iface",), "session": ("iface", "neighbor")},
    silence_s={"session": 3600.0},
    recoveries={"link/up": ("link",), "daemon/started": ("session",), "daemon/full": ("session",)},
)
Deliver = Callable[..., int]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(database: Database, clock: HandClock) -> Iterator[Store]:
    opened = open_store(database.url, environment={}, now=clock.now)
    opened.use(lambda: RULES)
    yield opened
    opened.close()


@pytest.fixture
def deliver(store: Store, clock: HandClock) -> Deliver:
    """Deliver one row that is seen now, or `ago_s` seconds ago."""

    def record(entry: str = "link", host: str = "a", *, ago_s: float = 0, facts: Any = None, **more: Any) -> int:
        return store.record(host, [new(entry, clock.now(), ago_s=ago_s, **more)], facts)

    return record
