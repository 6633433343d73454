"""Incidents on both databases: kept with the rows, over and back again, handled by people, seen across the fleet."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.event import listen

from app.incidents.values import Change, Incident, IncidentError, IncidentQuery, NewAction, NoIncident
from app.store.store import Store, open_store, upgrade_store
from tests.app.incidents.conftest import RULES, Deliver
from tests.databases import Database
from tests.deliveries import NOON, HandClock
from tests.troubles import new

HOUR = 3600.0
DAY = 24 * HOUR


def only(store: Store, **query: Any) -> Incident:
    (found,) = store.incidents.page(IncidentQuery(**query)).incidents
    return found


def everything(store: Store, **query: Any) -> list[Incident]:
    return list(store.incidents.page(IncidentQuery(**query)).incidents)


def kinds(store: Store) -> list[str]:
    return [each.kind for each in store.incidents.events()]


# One trouble


def test_rows_of_one_entry_host_and_identity_are_one_incident(store: Store, deliver: Deliver) -> None:
    deliver()
    deliver(count=4)
    deliver(iface="eth1")
    deliver(host="b")
    deliver("session", neighbor="192.0.2.1")
    found = {(each.host, each.entry, tuple(each.identity.values())): each.count for each in everything(store)}
    assert found == {
        ("a", "link", ("eth0",)): 5,
        ("a", "link", ("eth1",)): 1,
        ("b", "link", ("eth0",)): 1,
        ("a", "session", ("eth0", "192.0.2.1")): 1,
    }


def test_an_id_that_came_before_changes_nothing(store: Store, clock: HandClock) -> None:
    row = new("link", clock.now())
    assert store.record("a", [row, row]) == 1
    before = only(store)
    clock.pass_s(60)
    assert store.record("a", [row]) == 0
    assert only(store) == before


def test_an_incident_tells_its_last_row(store: Store, deliver: Deliver, clock: HandClock) -> None:
    deliver(text="the first", driver="ixgbe")
    clock.pass_s(1)
    deliver(text="the last \x00 \U0001f600", driver="ice")
    found = only(store)
    assert (found.row["text"], found.fields["driver"], found.row["host"]) == ("the last \x00 \U0001f600", "ice", "a")
    assert found.row["recorded_at"] == "2026-11-21T12:00:01.000000Z"
    assert [each["text"] for each in store.incidents.evidence(found.id)] == ["the last \x00 \U0001f600", "the first"]


def test_of_a_very_long_row_a_part_stays_with_the_incident(store: Store, deliver: Deliver) -> None:
    deliver(text="x" * 100_000, long="y" * 60_000)
    found = only(store)
    assert len(found.row["text"]) + len(found.fields["long"]) < 5_000
    assert len(store.incidents.evidence(found.id)[0]["text"]) == 100_000


def test_an_entry_without_rules_is_one_incident_on_a_host(store: Store, deliver: Deliver) -> None:
    deliver("unknown", iface="eth0")
    deliver("unknown", iface="eth1")
    assert (only(store).count, only(store).identity) == (2, {})


def test_a_field_that_is_missing_is_an_identity_of_its_own(store: Store, deliver: Deliver) -> None:
    deliver("session")
    deliver("session", neighbor=None)
    deliver("session", neighbor="192.0.2.1")
    assert sorted(each.identity["neighbor"] for each in everything(store)) == ["", "192.0.2.1"]


def test_the_rate_is_of_the_last_hour(store: Store, deliver: Deliver, clock: HandClock) -> None:
    clock.pass_s(1800)
    deliver(count=60)
    clock.pass_s(HOUR)
    deliver(count=10)
    assert only(store).rate_per_hour == 10 + 60 / 2
    clock.pass_s(2 * HOUR)
    assert only(store).rate_per_hour == 0


# Over, and back


def test_silence_resolves_and_a_new_row_returns(store: Store, deliver: Deliver, clock: HandClock) -> None:
    deliver()
    assert (only(store).state, only(store).is_new, only(store).quiet_since) == ("open", True, None)
    clock.pass_s(HOUR)
    assert (only(store).state, only(store).quiet_since) == ("open", NOON)
    clock.pass_s(DAY)
    over = only(store)
    assert (over.state, over.resolved_at, over.recovered_by) == ("resolved", NOON + timedelta(days=1), None)
    deliver()
    back = only(store)
    assert (back.state, back.returns, back.returned_at, back.is_new) == ("returned", 1, clock.now(), False)
    assert back.first_seen == NOON
    assert kinds(store) == ["new", "resolved", "returned"]


def test_the_entrys_own_silence_counts(store: Store, deliver: Deliver, clock: HandClock) -> None:
    deliver("session")
    clock.pass_s(HOUR)
    assert only(store).state == "resolved"


def test_a_recovery_resolves_the_same_identity_on_that_host_only(
    store: Store, deliver: Deliver, clock: HandClock
) -> None:
    for host, iface in (("a", "eth0"), ("a", "eth1"), ("b", "eth0")):
        deliver(host=host, iface=iface)
    clock.pass_s(5)
    deliver(iface="eth0", matcher="up", recovery=True)
    over = only(store, state="resolved")
    assert (over.host, over.identity, over.recovered_by, over.resolved_at) == (
        "a",
        {"iface": "eth0"},
        "link/up",
        clock.now(),
    )
    assert len(everything(store, state="on")) == 2


def test_a_recovery_is_no_trouble(store: Store, deliver: Deliver, clock: HandClock) -> None:
    from app.store.occurrences import Query  # noqa: PLC0415

    deliver(matcher="up", recovery=True)
    assert everything(store) == []
    deliver()
    clock.pass_s(1)
    deliver(matcher="up", recovery=True)
    assert only(store).count == 1
    assert len(store.page(Query()).rows) == 1
    assert len(store.page(Query(entry="link")).rows) == 1
    assert len(store.incidents.evidence(only(store).id)) == 1


def test_a_matcher_that_the_entry_names_recovers_also_where_the_watcher_does_not_say_so(
    store: Store, deliver: Deliver, clock: HandClock
) -> None:
    deliver()
    clock.pass_s(1)
    deliver(matcher="up")
    assert only(store).state == "resolved"


def test_a_matcher_of_another_entry_recovers_and_is_a_trouble_of_its_own(
    store: Store, deliver: Deliver, clock: HandClock
) -> None:
    deliver("session", neighbor="192.0.2.1")
    deliver("session", neighbor="192.0.2.2")
    clock.pass_s(1)
    deliver("daemon", matcher="full", neighbor="192.0.2.1")
    assert only(store, state="resolved").identity["neighbor"] == "192.0.2.1"
    assert only(store, entry="daemon").state == "open"


def test_a_whole_life_within_one_delivery(store: Store, clock: HandClock) -> None:
    rows = [
        new("link", clock.now(), ago_s=30),
        new("link", clock.now(), ago_s=20, matcher="up", recovery=True),
        new("link", clock.now(), ago_s=10),
    ]
    store.record("a", rows)
    assert (only(store).state, only(store).returns, only(store).count) == ("returned", 1, 2)


def test_a_spool_that_comes_days_late_is_not_on_now(store: Store, deliver: Deliver) -> None:
    deliver(ago_s=3 * DAY)
    found = only(store)
    assert (found.state, found.first_seen) == ("resolved", NOON - timedelta(days=3))
    assert not everything(store, state="new")


def test_an_old_log_that_is_read_now_is_not_on_now(store: Store, deliver: Deliver) -> None:
    deliver(time="2022-12-03T20:30:51.893")
    assert only(store).state == "resolved"
    assert only(store).last_seen.year == 2022


def test_a_watcher_whose_clock_is_ahead_sees_nothing_in_the_future(store: Store, deliver: Deliver) -> None:
    deliver(ago_s=-DAY)
    assert only(store).last_seen == NOON


def test_a_roll_up_of_a_storm_lasts_from_its_first_to_its_last(
    store: Store, deliver: Deliver, clock: HandClock
) -> None:
    clock.pass_s(60)
    deliver(count=1000, first="2026-11-21T12:00:00Z", last="2026-11-21T12:00:59Z", ago_s=60)
    found = only(store)
    assert (found.count, found.first_seen, found.last_seen) == (1000, NOON, NOON + timedelta(seconds=59))


def test_what_changed_on_the_host_stands_beside_a_return(store: Store, deliver: Deliver, clock: HandClock) -> None:
    deliver(facts={"kernel": "5.15.0", "nic_drivers": {"ixgbe": "5.19.6"}})
    deliver(host="b", facts={"kernel": "5.15.0"})
    clock.pass_s(2 * DAY)
    deliver("session", facts={"kernel": "6.1.0", "nic_drivers": {"ixgbe": "5.19.6", "ice": "6.1.0"}})
    clock.pass_s(60)
    deliver()
    changed = [Change("kernel", "5.15.0", "6.1.0"), Change("nic_drivers.ice", None, "6.1.0")]
    assert only(store, host="a", entry="link").changed == changed
    (returned,) = [each for each in store.incidents.events(host="a") if each.kind == "returned"]
    assert returned.detail == {"changed": [["kernel", "5.15.0", "6.1.0"], ["nic_drivers.ice", None, "6.1.0"]]}
    deliver(host="b")
    assert only(store, host="b").changed == []


def test_facts_that_go_and_come_back_are_no_change(store: Store, deliver: Deliver, clock: HandClock) -> None:
    deliver(facts={"kernel": "6.1.0", "bird": "2.0.12"})
    for told in ({"kernel": "6.1.0"}, {"kernel": "6.1.0", "bird": "2.0.12"}):
        clock.pass_s(DAY)
        store.record("a", [], told)
    clock.pass_s(60)
    deliver()
    assert only(store).changed == []


def test_what_silence_ended_is_told_once(store: Store, deliver: Deliver, clock: HandClock) -> None:
    deliver()
    deliver(iface="eth1")
    assert store.settle() == 0
    clock.pass_s(DAY)
    assert store.settle() == 0  # it may still go on: rows come late
    clock.pass_s(300)
    assert (store.settle(), store.settle()) == (2, 0)
    assert kinds(store) == ["new", "new", "resolved", "resolved"]
    assert store.incidents.events(after=2)[0].at == NOON + timedelta(days=1)


# Lists


def test_pages_go_from_the_one_seen_last_to_the_first(store: Store, deliver: Deliver, clock: HandClock) -> None:
    for number in range(12):
        deliver(iface=f"eth{number}")
        clock.pass_s(number % 3)
    found: list[str] = []
    after = None
    while True:
        page = store.incidents.page(IncidentQuery(limit=5, after=after))
        found += [each.id for each in page.incidents]
        after = page.next
        if after is None:
            break
    assert len(set(found)) == len(found) == 12
    assert found == [each.id for each in everything(store)]
    times = [each.last_seen for each in everything(store)]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    "after", ["", "x", "1-2", "-0123456789abcdef", "1-0123456789ABCDEF", "9" * 19 + "-" + "0" * 16]
)
def test_a_place_that_is_none_is_refused(store: Store, after: str) -> None:
    with pytest.raises(IncidentError, match="begin without one"):
        store.incidents.page(IncidentQuery(after=after))


def test_filters_narrow(store: Store, deliver: Deliver, clock: HandClock) -> None:
    deliver("session", iface="old")
    clock.pass_s(2 * HOUR)
    deliver("link", iface="now")
    deliver("session", host="b", iface="b")
    store.incidents.act(only(store, entry="link").id, NewAction("known"), "alice")

    def ifaces(**query: Any) -> set[str]:
        return {each.identity["iface"] for each in everything(store, **query)}

    assert ifaces(entry="session") == {"old", "b"}
    assert ifaces(entries=["link", "none"]) == {"now"}
    assert ifaces(entries=[]) == set()
    assert ifaces(host="b") == {"b"}
    assert ifaces(state="on") == ifaces(state="open") == ifaces(state="new") == {"now", "b"}
    assert ifaces(state="resolved") == {"old"}
    assert ifaces(state="returned") == set()
    assert ifaces(handled=True) == {"now"}
    assert ifaces(handled=False) == {"old", "b"}
    assert ifaces(since=NOON + timedelta(hours=1)) == {"now", "b"}


@pytest.mark.parametrize("incident", ["", "x", "0" * 16, "f" * 16, "'; DROP TABLE incidents"])
def test_an_id_of_nothing_finds_nothing(store: Store, incident: str) -> None:
    assert store.incidents.one(incident) is None
    assert store.incidents.evidence(incident) == []
    assert store.incidents.events(incident=incident) == []
    assert store.incidents.actions(incident) == []
    assert store.incidents.hours(incident=incident, since=NOON) == []
    with pytest.raises(NoIncident):
        store.incidents.act(incident, NewAction("known"), "alice")


# People


def test_what_people_do_is_kept_with_their_names_and_deletes_nothing(
    store: Store, deliver: Deliver, clock: HandClock
) -> None:
    deliver()
    one = only(store).id
    until = NOON + timedelta(hours=1)
    for name, action in (
        ("alice", NewAction("known", "a broken cable")),
        ("bob", NewAction("comment", "two\nlines")),
        ("bob", NewAction("snooze", until=until)),
        ("carol", NewAction("not-known")),
    ):
        store.incidents.act(one, action, name)
        clock.pass_s(1)
    done = [(each.kind, each.name, each.comment, each.until) for each in store.incidents.actions(one)]
    assert done == [
        ("known", "alice", "a broken cable", None),
        ("comment", "bob", "two\nlines", None),
        ("snooze", "bob", None, until),
        ("not-known", "carol", None, None),
    ]
    found = only(store)
    assert (found.known_by, found.snoozed_by, found.snoozed_until, found.state) == (None, "bob", until, "open")
    clock.pass_s(HOUR)
    assert only(store).snoozed_by is None
    assert len(store.incidents.evidence(one)) == 1


def test_known_stays_over_a_return(store: Store, deliver: Deliver, clock: HandClock) -> None:
    deliver()
    store.incidents.act(only(store).id, NewAction("known"), "alice")
    clock.pass_s(2 * DAY)
    deliver()
    assert (only(store).state, only(store).known_by) == ("returned", "alice")


@pytest.mark.parametrize(
    ("action", "name"),
    [
        (NewAction("snooze"), "alice"),
        (NewAction("snooze", until=NOON), "alice"),
        (NewAction("snooze", until=NOON + timedelta(days=400)), "alice"),
        (NewAction("comment"), "alice"),
        (NewAction("comment", " \n"), "alice"),
        (NewAction("comment", "x" * 4001), "alice"),
        (NewAction("comment", "nul \x00"), "alice"),
        (NewAction("known"), ""),
        (NewAction("known"), "x" * 101),
        (NewAction("known"), "a\x1b[2J"),
        (NewAction("close"), "alice"),  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_an_action_that_is_not_as_it_should_be_is_refused(
    store: Store, deliver: Deliver, action: NewAction, name: str
) -> None:
    deliver()
    with pytest.raises(IncidentError):
        store.incidents.act(only(store).id, action, name)
    assert store.incidents.actions(only(store).id) == []


# The fleet


def test_entries_are_counted_over_the_fleet(store: Store, deliver: Deliver, clock: HandClock) -> None:
    deliver("session", host="a", count=5)
    clock.pass_s(DAY + 1)
    deliver("session", host="a")
    deliver("session", host="b")
    deliver("session", host="b", neighbor="192.0.2.1")
    deliver("link", host="b")
    first, second = store.incidents.entry_counts()
    assert (first.entry, first.incidents, first.on, first.new, first.returned) == ("session", 3, 3, 2, 1)
    assert (first.hosts, first.hosts_on, first.occurrences, first.first_seen) == (2, 2, 8, NOON)
    assert second == store.incidents.entry_counts("link")[0]
    assert store.incidents.entry_counts("none") == []


def kept_totals(database: Database) -> list[tuple[Any, ...]]:
    return sorted(database.execute("SELECT entry, incidents, hosts, count, first_at, last_at FROM entry_totals"))


def added_up(database: Database) -> list[tuple[Any, ...]]:
    columns = "entry, count(*), count(DISTINCT host), sum(count), min(first_at), max(last_at)"
    return sorted(database.execute(f"SELECT {columns} FROM incidents GROUP BY entry"))


def test_an_upgrade_adds_up_the_incidents_that_are_there(
    store: Store, database: Database, deliver: Deliver, clock: HandClock
) -> None:
    deliver("session", host="a", count=5)
    clock.pass_s(HOUR)
    deliver("session", host="b")
    deliver("session", host="b", neighbor="192.0.2.1")
    deliver("link", host="b", ago_s=DAY)
    before = kept_totals(database)
    for table in ("entry_totals", "entry_hosts"):
        database.execute(f"DROP TABLE {table}")
    database.execute("DROP INDEX incidents_on_entry")
    database.execute("CREATE INDEX incidents_counted ON incidents (entry, host)")
    database.execute(f"DELETE FROM {'schema' if database.is_sqlite else 'faultbook'}_migrations WHERE number >= 7")
    assert upgrade_store(database.url) == ["0007 totals"]
    deliver("link", host="b")  # no new host
    deliver("session", host="c")
    found = {row[0]: row[1:4] for row in kept_totals(database)}
    assert found == {"link": (1, 1, 2), "session": (4, 3, 8)}
    assert kept_totals(database) == added_up(database) != before == [("link", *before[0][1:]), before[1]]


def test_what_is_on_is_found_along_an_index_however_old_the_statistics_are(postgresql_database: Database) -> None:
    clock = HandClock()
    store = open_store(postgresql_database.url, environment={}, now=clock.now)
    store.use(lambda: RULES)
    store.record("a", [new("link", clock.now(), iface=f"eth{number}") for number in range(3000)])
    postgresql_database.execute("ANALYZE")
    clock.pass_s(25 * HOUR)
    plans: list[str] = []

    def explain(_connection: Any, cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if "FROM incidents" in statement:
            plans.extend(row[0] for row in cursor.execute(f"EXPLAIN {statement}", values))

    listen(store._engine, "before_cursor_execute", explain)
    for state in ("on", "new", "open"):
        store.incidents.page(IncidentQuery(state=state))
    store.incidents.page(IncidentQuery(state="returned"))
    found = [plan.split(" on incidents")[0].split("->")[-1].strip() for plan in plans if " on incidents " in plan]
    assert found == ["Index Scan Backward using incidents_on"] * 3 + ["Index Scan Backward using incidents_returned"]
    store.close()


def test_hours_are_those_in_which_it_happened(store: Store, deliver: Deliver, clock: HandClock) -> None:
    deliver(count=2)
    deliver(ago_s=2 * HOUR, iface="eth1")
    deliver("session", host="b")
    since = NOON - timedelta(days=1)

    def counts(**of: Any) -> dict[int, int]:
        return {each.hour.hour: each.count for each in store.incidents.hours(since=since, **of)}

    assert counts() == {10: 1, 12: 3}
    assert counts(entry="link") == {10: 1, 12: 2}
    assert counts(host="b") == {12: 1}
    assert counts(host="a", entry="session") == {}
    assert counts(incident=store.incidents.page(IncidentQuery(entry="session")).incidents[0].id) == {12: 1}


def test_one_entry_by_a_fact_shows_what_the_affected_have_in_common(store: Store, deliver: Deliver) -> None:
    for host, kernel in (("a", "5.15"), ("b", "5.15"), ("c", "6.1"), ("d", "6.1"), ("e", "6.1")):
        store.record(host, [], {"kernel": kernel})
    deliver(host="a")
    deliver(host="b", ago_s=3 * DAY)
    deliver(host="b", ago_s=3 * DAY, iface="eth1")
    found = [
        (each.value, each.hosts, each.hosts_with, each.hosts_on) for each in store.incidents.cross("link", "kernel")
    ]
    assert found == [("6.1", 3, 0, 0), ("5.15", 2, 2, 1)]
    assert store.incidents.fact_names() == ["kernel"]


def test_hosts_are_listed_with_what_they_tell(store: Store, deliver: Deliver) -> None:
    deliver(host="b", facts={"kernel": "6.1", "nic_drivers": {"ice": "1"}, "tags": ["x", "y"]})
    store.record("a", [], {"kernel": "5.15"})
    deliver(host="c", ago_s=3 * DAY)
    listed = store.incidents.hosts()
    assert [(each.host, each.incidents, each.on) for each in listed] == [("a", 0, 0), ("b", 1, 1), ("c", 1, 0)]
    assert listed[1].facts == {"kernel": "6.1", "nic_drivers.ice": "1", "tags": "x, y"}
    assert [each.host for each in store.incidents.hosts(limit=1, after="a")] == ["b"]
    assert store.incidents.host("c") == listed[2]
    assert store.incidents.host("none") is None
    store.record("b", [], {"kernel": "6.2"})
    assert store.incidents.facts(["a", "b"]) == {"a": {"kernel": "5.15"}, "b": {"kernel": "6.2"}}


# What was recorded before


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["link", "session", "daemon"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["eth0", "eth1"]),
        st.sampled_from(["fault", "up", "full"]),
        st.sampled_from([0.0, 10.0, 4000.0, 90_000.0]),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, most=st.integers(1, 9))
def test_incidents_built_from_what_is_stored_are_those_that_were_kept_meanwhile(
    database: Database, steps: list[tuple[str, str, str, str, float, int]], most: int
) -> None:
    database.clear()
    clock = HandClock()
    store = open_store(database.url, environment={}, now=clock.now)
    store.use(lambda: RULES)
    for entry, host, iface, matcher, pause_s, count in steps:
        clock.pass_s(pause_s)
        store.record(host, [new(entry, clock.now(), iface=iface, matcher=matcher, count=count)])
    before = (everything(store, limit=500), store.incidents.entry_counts(), store.incidents.hours(since=NOON))
    evidence = [store.incidents.evidence(each.id) for each in before[0]]
    told = [(each.kind, each.at, each.incident) for each in store.incidents.events()]
    assert kept_totals(database) == added_up(database)
    for table in ("incidents", "incident_hours", "entry_hours", "incident_events", "entry_totals", "entry_hosts"):
        database.execute(f"DELETE FROM {table}")
    database.execute("UPDATE occurrences SET incident = NULL, recovery = 0")
    database.execute("UPDATE recording SET counted_seq = 0")
    assert store.waiting() == len(steps)
    store.record("z", [new("link", clock.now())])  # waits behind the others
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.incidents.catchup.STEP", most)
        while store.count_waiting():
            pass
    assert [each.host for each in everything(store, host="z")] == ["z"]
    assert kept_totals(database) == added_up(database)
    database.execute("DELETE FROM incidents WHERE host = 'z'")
    found = everything(store, limit=500)
    assert found == before[0]
    assert [store.incidents.evidence(each.id) for each in found] == evidence
    again = [(each.kind, each.at, each.incident) for each in store.incidents.events() if each.host != "z"]
    assert sorted(again) == sorted(told)
    store.close()


def test_what_a_watcher_recorded_into_the_same_file_is_counted(sqlite_database: Database, clock: HandClock) -> None:
    from app.store.location import path_of  # noqa: PLC0415
    from app.watch.local import LocalStore  # noqa: PLC0415
    from tests.deliveries import row  # noqa: PLC0415

    folder = path_of(sqlite_database.url).parent
    watcher = LocalStore(folder, "own", clock, pytest.fail)
    watcher.commit([row(number, "link") for number in range(3)], {})
    store = open_store(f"sqlite:///{folder}/faultbook.db", environment={}, now=clock.now)
    store.use(lambda: RULES)
    assert (store.waiting(), everything(store)) == (3, [])
    assert (store.count_waiting(), store.count_waiting()) == (3, 0)
    watcher.commit([row(number, "link") for number in range(3, 5)], {})
    store.record("b", [new("link", clock.now())])
    assert len(everything(store)) == 1
    store.count_waiting()
    assert sorted((each.host, each.count) for each in everything(store)) == [("b", 1), ("own", 5)]
    store.close()
    watcher.close()


def test_many_threads_count_exactly(store: Store, clock: HandClock) -> None:
    def record(number: int) -> None:
        for _ in range(10):
            store.record(f"h{number % 2}", [new("link", clock.now()) for _ in range(20)])

    threads = [threading.Thread(target=record, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted((each.host, each.count) for each in everything(store)) == [("h0", 400), ("h1", 400)]
    assert sum(each.count for each in store.incidents.hours(since=NOON)) == 800
    assert kinds(store) == ["new", "new"]


def test_a_row_that_fails_leaves_no_trace_in_an_incident(store: Store, database: Database, clock: HandClock) -> None:
    from app.store.errors import StoreError  # noqa: PLC0415

    database.refuse_entry("bad")
    with pytest.raises(StoreError):
        store.record("a", [new("link", clock.now()), new("bad", clock.now())])
    assert (everything(store), kinds(store), store.waiting()) == ([], [], 0)


def test_values_are_plain_json(store: Store, deliver: Deliver) -> None:
    from app.incidents.plain import plain  # noqa: PLC0415

    deliver()
    shown = plain(only(store))
    assert json.loads(json.dumps(shown)) == shown
    assert shown["first_seen"] == "2026-11-21T12:00:00.000000Z"
