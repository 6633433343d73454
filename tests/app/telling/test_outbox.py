"""What waits to be told: put there once for each thing that happened, whatever happens to the process."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.incidents.values import IncidentQuery, NewAction
from app.store.store import Store, open_store
from app.telling import outbox
from app.telling.config import Group, Route
from app.telling.routes import Router
from app.telling.values import Batch
from tests.app.telling.conftest import router
from tests.databases import Database
from tests.deliveries import HandClock

AT_ONCE = Group("entry", 0.0, 0.0)
Deliver = Callable[..., int]


def begin(store: Store, own: Router) -> None:
    """The first look begins at the newest event."""
    while store.notices.look(own):
        pass


def look(store: Store, own: Router) -> None:
    while store.notices.look(own):
        pass


def claim(store: Store, group: Group = AT_ONCE, *, channel: str = "chat", most: int | None = None) -> Batch | None:
    return store.notices.claim(channel, group, most, lambda _entries: False)


def told(store: Store, group: Group = AT_ONCE, channel: str = "chat") -> list[tuple[str, list[tuple[str, str]]]]:
    """Take everything that is due: (group, [(host, kind), ...])."""
    found = []
    while (batch := claim(store, group, channel=channel)) is not None:
        found.append((batch.group, [(each.host, each.kind) for each in batch.notices]))
        store.notices.done(channel, batch)
    return found


def test_what_was_there_before_is_not_told(store: Store, deliver: Deliver) -> None:
    deliver()
    begin(store, router())
    assert told(store) == []
    deliver(host="b")
    look(store, router())
    assert told(store) == [("entry link", [("b", "new")])]


def test_new_returned_and_resolved_are_told_and_lines_are_not(store: Store, deliver: Deliver, clock: HandClock) -> None:
    begin(store, router())
    for _ in range(5):
        deliver()
        clock.pass_s(1)
    deliver(matcher="up")
    clock.pass_s(400)
    store.settle()
    deliver()
    look(store, router())
    assert told(store) == [("entry link", [("a", "new"), ("a", "resolved"), ("a", "returned")])]
    assert store.notices.waiting() == {}


def test_the_end_is_told_only_where_the_beginning_was(store: Store, deliver: Deliver, clock: HandClock) -> None:
    all_, ends = Route(("chat",)), Route(("ends",), on=("resolved",))
    own = router(all_, ends, channels=("chat", "ends"))
    begin(store, own)
    deliver()
    look(store, own)
    deliver(matcher="up")
    clock.pass_s(400)
    store.settle()
    look(store, own)
    assert told(store) == [("entry link", [("a", "new"), ("a", "resolved")])]
    assert told(store, channel="ends") == []


def test_what_somebody_knows_of_or_put_off_is_not_told(store: Store, deliver: Deliver, clock: HandClock) -> None:
    begin(store, router())
    deliver(host="a")
    deliver(host="b")
    known, snoozed = (store.incidents.page(query).incidents[0].id for query in map(of_host, ("a", "b")))
    store.incidents.act(known, NewAction("known"), "alice")
    store.incidents.act(snoozed, NewAction("snooze", until=clock.now() + timedelta(hours=1)), "bob")
    look(store, router())
    assert told(store) == []


def of_host(host: str) -> Any:
    return IncidentQuery(host=host)


def test_an_old_log_that_is_read_is_not_told(store: Store, deliver: Deliver) -> None:
    begin(store, router())
    deliver(time="2019-01-01T00:00:00+00:00")
    deliver(host="b", time="2019-01-01T00:00:00+00:00")
    store.settle()
    look(store, router())
    assert told(store) == []


def test_a_trouble_of_yesterday_that_is_still_on_is_told_when_its_spool_comes(store: Store, deliver: Deliver) -> None:
    begin(store, router())
    deliver(ago_s=20 * 3600)
    look(store, router())
    assert told(store) == [("entry link", [("a", "new")])]


def test_a_restart_neither_loses_nor_repeats(
    store: Store, deliver: Deliver, database: Database, clock: HandClock
) -> None:
    begin(store, router())
    deliver(host="a")
    look(store, router())
    deliver(host="b")
    again = open_store(database.url, environment={}, now=clock.now)
    try:
        look(again, router())
        assert told(again) == [("entry link", [("a", "new"), ("b", "new")])]
        look(again, router())
        assert told(again) == []
    finally:
        again.close()


def test_a_message_that_was_begun_keeps_its_id_and_its_notices(
    store: Store, deliver: Deliver, clock: HandClock
) -> None:
    begin(store, router())
    deliver(host="a")
    look(store, router())
    first = claim(store)
    assert first is not None
    deliver(host="b")
    look(store, router())
    again = claim(store)
    assert again == first
    store.notices.done("chat", first)
    rest = claim(store)
    assert rest is not None
    assert [each.host for each in rest.notices] == ["b"]
    assert rest.id != first.id


def test_a_look_that_fails_is_as_though_it_had_not_been(
    store: Store, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(store, router())
    deliver()
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "update", lambda _table: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            store.notices.look(router())
    assert store.notices.waiting() == {}
    look(store, router())
    assert told(store) == [("entry link", [("a", "new")])]


def test_a_group_waits_for_company_and_then_for_its_interval(store: Store, deliver: Deliver, clock: HandClock) -> None:
    group = Group("entry", 30.0, 300.0)
    begin(store, router())
    deliver(host="a")
    look(store, router())
    assert claim(store, group) is None
    clock.pass_s(20)
    deliver(host="b")
    deliver("session", host="b", neighbor="n")
    look(store, router())
    clock.pass_s(10)
    assert told(store, group) == [("entry link", [("a", "new"), ("b", "new")])]
    clock.pass_s(20)
    assert told(store, group) == [("entry session", [("b", "new")])]
    deliver(host="c")
    look(store, router())
    clock.pass_s(200)
    assert claim(store, group) is None
    clock.pass_s(100)
    assert told(store, group) == [("entry link", [("c", "new")])]


@pytest.mark.parametrize(
    ("by", "groups"),
    [("entry", ["entry link", "entry session"]), ("host", ["host a", "host b"]), ("all", [""])],
)
def test_groups_are_by_entry_or_host_or_one(store: Store, deliver: Deliver, by: Any, groups: list[str]) -> None:
    begin(store, router())
    deliver(host="a")
    deliver("session", host="a", neighbor="n")
    deliver(host="b")
    look(store, router())
    assert sorted(name for name, _notices in told(store, Group(by, 0.0, 0.0))) == groups


def test_what_has_to_wait_for_the_end_of_quiet_hours_is_not_due(store: Store, deliver: Deliver) -> None:
    begin(store, router())
    deliver()
    deliver("session", neighbor="n")
    look(store, router())
    batch = store.notices.claim("chat", AT_ONCE, None, lambda entries: "session" not in entries)
    assert batch is not None
    assert batch.group == "entry session"


def test_a_batch_may_be_bounded(store: Store, deliver: Deliver) -> None:
    begin(store, router())
    for number in range(5):
        deliver(host=f"h{number}")
    look(store, router())
    sizes = []
    while (batch := claim(store, most=2)) is not None:
        sizes.append(len(batch.notices))
        store.notices.done("chat", batch)
    assert sizes == [2, 2, 1]


def test_what_waited_for_a_day_is_dropped(store: Store, deliver: Deliver, clock: HandClock) -> None:
    begin(store, router())
    deliver(host="a")
    look(store, router())
    clock.pass_s(23 * 3600)
    deliver(host="b")
    look(store, router())
    clock.pass_s(2 * 3600)
    assert store.notices.tidy({"chat": False}) == {"chat": 1}
    assert told(store) == [("entry link", [("b", "new")])]


def test_no_more_wait_than_the_bound(store: Store, deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAX_WAITING", 3)
    begin(store, router())
    for number in range(5):
        deliver(host=f"h{number}")
    look(store, router())
    assert store.notices.tidy({"chat": False}) == {"chat": 2}
    assert told(store) == [("entry link", [("h2", "new"), ("h3", "new"), ("h4", "new")])]


def test_what_waits_for_a_channel_that_is_gone_is_dropped(store: Store, deliver: Deliver) -> None:
    begin(store, router())
    deliver()
    look(store, router())
    assert store.notices.tidy({"other": False}) == {"chat": 1}
    assert store.notices.waiting() == {}


def test_a_rate_above_the_bound_is_told_once_until_it_has_fallen(
    store: Store, deliver: Deliver, clock: HandClock
) -> None:
    own = router(Route(("chat",), on=("rate",)))
    begin(store, own)
    deliver(count=50)
    assert store.notices.look_at_rates(own, 100) == 0
    deliver(count=60)
    deliver(host="b", count=100)
    assert store.notices.look_at_rates(own, 100) == 1
    deliver(count=500)
    assert store.notices.look_at_rates(own, 100) == 0
    assert told(store) == [("entry link", [("a", "rate")])]
    clock.pass_s(3 * 3600)
    assert store.notices.look_at_rates(own, 100) == 0
    deliver(count=101)
    assert store.notices.look_at_rates(own, 100) == 1


def test_what_waits_is_counted_by_channel(store: Store, deliver: Deliver, clock: HandClock) -> None:
    own = router(channels=("a", "b"))
    begin(store, own)
    deliver(host="x")
    look(store, own)
    since = clock.now()
    clock.pass_s(5)
    deliver(host="y")
    look(store, own)
    assert {name: (each.count, each.oldest_at) for name, each in store.notices.waiting().items()} == {
        "a": (2, since),
        "b": (2, since),
    }
