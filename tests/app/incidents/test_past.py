"""What a host told of itself at some time, and what changed in between."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.incidents.values import DatedChange
from app.store.store import Store, open_store
from tests.databases import Database
from tests.deliveries import NOON, HandClock

Deliver = Callable[..., int]
MINUTE = timedelta(minutes=1)


def tell(store: Store, clock: HandClock, *told: dict[str, str]) -> None:
    """A minute between two tellings; the first one is at noon."""
    for facts in told:
        store.record("a", [], facts)
        clock.pass_s(60)


def test_facts_of_a_time_are_those_told_by_then(store: Store, clock: HandClock) -> None:
    tell(store, clock, {"kernel": "5.10", "bird": "2.0"}, {"kernel": "6.1", "os": "debian 12"}, {"kernel": "6.1"})
    at = store.incidents.facts_at
    assert at("a", NOON - MINUTE) == at("a", NOON) == {"kernel": "5.10", "bird": "2.0"}
    assert at("a", NOON + MINUTE) == {"kernel": "6.1", "os": "debian 12"}
    assert at("a", NOON + 2 * MINUTE) == {"kernel": "6.1"}
    assert at("b", NOON + 2 * MINUTE) == {}


def test_changes_are_those_between_two_times(store: Store, clock: HandClock) -> None:
    tell(store, clock, {"kernel": "5.10", "bird": "2.0"}, {"kernel": "6.1", "bird": "2.0"}, {"kernel": "6.6"})
    first = DatedChange(NOON + MINUTE, "kernel", "5.10", "6.1")
    gone = DatedChange(NOON + 2 * MINUTE, "bird", "2.0", None)
    second = DatedChange(NOON + 2 * MINUTE, "kernel", "6.1", "6.6")
    assert list(store.incidents.changes("a", NOON - MINUTE)) == [first, gone, second]
    assert list(store.incidents.changes("a", NOON + MINUTE)) == [gone, second]
    assert list(store.incidents.changes("a", NOON, NOON + MINUTE)) == [first]


FACTS = st.dictionaries(st.sampled_from(["kernel", "bird", "os"]), st.sampled_from(["1", "2"]), min_size=1)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, min_size=1, max_size=6))
def test_every_time_gives_what_was_told_last(database: Database, told: list[dict[str, str]]) -> None:
    database.clear()
    clock = HandClock()
    store = open_store(database.url, environment={}, now=clock.now)
    try:
        tell(store, clock, *told)
        for minute, facts in enumerate(told):
            assert store.incidents.facts_at("a", NOON + minute * MINUTE) == facts
    finally:
        store.close()
