"""One channel at work: what is due is sent, tried again, given up; and states are kept alive."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.incidents.values import NewAction
from app.store.errors import StoreBusy
from app.store.store import Store
from app.telling.compose import Composer
from app.telling.config import ChannelConfig, Group, NotifyConfig, Quiet, Route
from app.telling.contract import Verdict
from app.telling.courier import POLL_S, Courier
from app.telling.routes import Router
from app.telling.values import Message
from tests.app.telling.conftest import ARTICLES
from tests.deliveries import HandClock

Deliver = Callable[..., int]
TAKEN = Verdict("taken", "ok")


class Room:
    """A courier whose messages are caught; `answers` are given one after the other, then all are taken."""

    def __init__(self, store: Store, config: ChannelConfig) -> None:
        self.store = store
        self.answers: list[Verdict] = []
        self.sent: list[tuple[datetime, Message]] = []
        self.said: list[tuple[str, str]] = []
        self.router = Router(NotifyConfig({"chat": config}, (Route(("chat",)),)), lambda: ARTICLES)
        composer = Composer(lambda: ARTICLES, store.incidents.one)
        self.courier = Courier(
            "chat",
            config,
            store.notices,
            self.router,
            composer,
            send=self._send,
            say=lambda _channel, outcome, said: self.said.append((outcome, said)),
            randomness=lambda: 0.0,
        )
        self.look()

    def look(self) -> None:
        while self.store.notices.look(self.router):
            pass

    def work(self) -> float:
        """Until there is something to wait for."""
        self.look()
        while (wait_s := self.courier.attempt()) == 0:
            pass
        return wait_s

    @property
    def headings(self) -> list[str]:
        return [message.heading for _at, message in self.sent]

    def _send(self, message: Message, config: ChannelConfig, now: datetime) -> Verdict:
        self.sent.append((now, message))
        return self.answers.pop(0) if self.answers else TAKEN


def chat(**more: Any) -> ChannelConfig:
    return ChannelConfig("slack", "http://127.0.0.1:9", **{"group": Group("entry", 0.0, 0.0)} | more)


@pytest.fixture
def room(store: Store) -> Room:
    return Room(store, chat())


def test_a_fleet_wide_fault_is_one_message(room: Room, deliver: Deliver) -> None:
    for number in range(25):
        deliver(host=f"edge-{number}")
    assert room.work() == POLL_S
    assert room.headings == ["[error] The link is down: 25 new"]
    [(_at, message)] = room.sent
    assert (len(message.items), message.more) == (10, 15)
    assert message.items[0].heading.startswith("edge-")


def test_what_is_not_taken_is_sent_again_under_the_same_id(room: Room, deliver: Deliver) -> None:
    deliver()
    room.answers = [Verdict("later", "503"), Verdict("later", "503")]
    waits = [room.work() for _ in range(3)]
    assert waits == [0.5, 1.0, POLL_S]
    assert len({message.id for _at, message in room.sent}) == 1
    assert room.said == [("later", "503"), ("later", "503"), ("sent", "ok")]


def test_retry_after_is_kept(room: Room, deliver: Deliver) -> None:
    deliver()
    room.answers = [Verdict("later", "429", 90.0)]
    assert room.work() == 90.0


def test_what_is_refused_holds_nothing_up(room: Room, deliver: Deliver) -> None:
    deliver()
    deliver("session", neighbor="n")
    room.answers = [Verdict("refused", "400: invalid_payload")]
    room.work()
    assert [outcome for outcome, _said in room.said] == ["refused", "sent"]
    assert room.store.notices.waiting() == {}


def test_another_courier_goes_on_where_one_was_killed(store: Store, deliver: Deliver) -> None:
    first = Room(store, chat())
    deliver()
    first.answers = [Verdict("later", "no answer")]
    first.work()
    second = Room(store, chat())
    second.work()
    assert [message.id for _at, message in second.sent] == [first.sent[0][1].id]
    assert Room(store, chat()).work() == POLL_S
    assert len(second.sent) == 1


def test_only_what_is_critical_is_told_in_quiet_hours(store: Store, deliver: Deliver, clock: HandClock) -> None:
    room = Room(store, chat(quiet=Quiet(time(11, 0), time(13, 0), ZoneInfo("UTC"))))
    deliver()
    deliver("session", neighbor="n")
    room.work()
    assert room.headings == ["[critical] The session fell: 1 new"]
    clock.pass_s(3600)
    room.work()
    assert room.headings[1:] == ["[error] The link is down: 1 new"]


def test_an_incident_that_came_and_went_is_one_item(room: Room, deliver: Deliver, clock: HandClock) -> None:
    deliver()
    deliver(matcher="up")
    clock.pass_s(400)
    room.store.settle()
    room.work()
    [(_at, message)] = room.sent
    [item] = message.items
    assert item.kinds == ("new", "resolved")
    assert "over since 2026-11-21 12:00 UTC" in item.remarks[0]


def test_what_changed_before_a_return_is_told(room: Room, deliver: Deliver, clock: HandClock) -> None:
    deliver(facts={"kernel": "5.10.1"})
    deliver(matcher="up")
    clock.pass_s(400)
    room.store.settle()
    room.work()
    deliver(facts={"kernel": "6.1.0"})
    room.work()
    assert "Changed before it came back: kernel 5.10.1 → 6.1.0." in room.sent[-1][1].items[0].remarks


def test_the_worst_stands_first(store: Store, deliver: Deliver) -> None:
    room = Room(store, chat(group=Group("all", 0.0, 0.0)))
    for entry in ("small", "session", "link"):
        deliver(entry)
    room.work()
    [(_at, message)] = room.sent
    assert [each.severity for each in message.items] == ["critical", "error", "info"]
    assert message.severity == "critical"


def test_a_store_that_does_not_answer_is_asked_again(
    room: Room, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object) -> None:
        raise StoreBusy("it is held")

    deliver()
    with monkeypatch.context() as patch:
        patch.setattr(room.store.notices, "claim", fails)
        assert room.courier.attempt() == 0.5
    room.work()
    assert len(room.sent) == 1


# Channels that are told states


@pytest.fixture
def states(store: Store) -> Room:
    return Room(store, ChannelConfig("alertmanager", "http://127.0.0.1:9", resend_s=60.0))


def test_what_is_on_is_sent_again_and_again(states: Room, deliver: Deliver, clock: HandClock) -> None:
    deliver()
    for _ in range(7):
        states.work()
        clock.pass_s(30)
    assert [(at - clock.now()) // timedelta(seconds=30) for at, _message in states.sent] == [-7, -5, -3, -1]
    assert all([each.host for each in (item.incident for item in told.items)] == ["a"] for _at, told in states.sent)


def test_a_new_one_is_told_at_once(states: Room, deliver: Deliver, clock: HandClock) -> None:
    deliver(host="a")
    states.work()
    clock.pass_s(1)
    deliver(host="b")
    states.work()
    assert len(states.sent[-1][1].items) == 2


def test_the_end_is_sent_until_it_was_taken_once(states: Room, deliver: Deliver, clock: HandClock) -> None:
    deliver()
    states.work()
    deliver(matcher="up")
    ended_at = clock.now()
    clock.pass_s(60)
    states.work()
    assert states.sent[-1][1].items[0].incident.resolved_at is None  # it may come back soon
    clock.pass_s(400)
    states.store.settle()
    states.answers = [Verdict("later", "no answer")]
    states.work()
    states.work()
    assert [told.items[0].incident.resolved_at for _at, told in states.sent[-2:]] == [ended_at, ended_at]
    states.sent.clear()
    clock.pass_s(120)
    states.work()
    assert states.sent == []


def test_after_a_restart_what_is_on_is_sent_again(states: Room, deliver: Deliver) -> None:
    deliver()
    states.work()
    again = Room(states.store, ChannelConfig("alertmanager", "http://127.0.0.1:9"))
    again.work()
    assert [item.incident.host for _at, told in again.sent for item in told.items] == ["a"]


def test_an_alert_stays_until_its_end_when_somebody_knows_of_it(
    states: Room, deliver: Deliver, clock: HandClock
) -> None:
    deliver()
    states.work()
    states.store.incidents.act(states.sent[0][1].items[0].incident.id, NewAction("known"), "alice")
    clock.pass_s(60)
    states.work()
    assert len(states.sent) == 2
