"""An open store on either database, and the clock that it goes by."""

from collections.abc import Iterator

import pytest

from app.store.store import Store, open_store
from tests.databases import Database
from tests.deliveries import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(database: Database, clock: HandClock) -> Iterator[Store]:
    opened = open_store(database.url, environment={}, now=clock.now)
    yield opened
    opened.close()
