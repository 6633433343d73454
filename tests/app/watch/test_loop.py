"""The loop: what is read is recorded, what cannot be recorded waits, and nothing is read meanwhile."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from app.notify import Notifier
from app.watch.contract import Counters, RecorderError, RecorderFull, Row, Turn
from app.watch.database import RecorderDamaged
from app.watch.loop import POSITIONS_WAIT_S, TROUBLE_S, Loop
from app.watch.ownlog import OwnLog
from app.watch.wake import Hints, Wake


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def monotonic(self) -> float:
        return self.at


def row(number: int) -> Row:
    return Row(f"id-{number}", "e", (), "{}", datetime(2024, 1, 1, tzinfo=UTC))


class FakeInput:
    """Gives the turns that it was made with, one after the other."""

    def __init__(self, *turns: Turn, name: str = "input") -> None:
        self.name = name
        self.turns = list(turns)
        self.calls: list[str] = []
        self.durable: list[Mapping[str, str | None]] = []
        self.hints: list[str] = []
        self.trouble: str | None = None

    def discover(self, now: float) -> None:
        self.calls.append("discover")

    def read(self, budget: int, now: float) -> Turn:
        self.calls.append("read")
        return self.turns.pop(0) if self.turns else Turn()

    def hint(self, path: str) -> None:
        self.hints.append(path)

    def directories(self) -> frozenset[str]:
        return frozenset()

    def committed(self, positions: Mapping[str, str | None]) -> None:
        self.durable.append(dict(positions))

    def use(self, recogniser: Any) -> None:
        raise AssertionError

    def counters(self) -> Counters:
        return Counters(trouble=self.trouble)

    def close(self) -> None:
        self.calls.append("close")


class FakeRecorder:
    """Keeps what is committed, or raises what it was given to raise."""

    def __init__(self, *errors: RecorderError) -> None:
        self.errors = list(errors)
        self.kept: list[tuple[list[str], dict[str, str | None]]] = []

    def commit(self, rows: Sequence[Row], positions: Mapping[str, str | None]) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.kept.append(([each.id for each in rows], dict(positions)))

    def settle(self) -> None:
        pass

    def positions(self) -> dict[str, str]:
        return {}


class Made:
    """A loop with its surroundings."""

    def __init__(self, recorder: FakeRecorder, *inputs: FakeInput, **more: Any) -> None:
        self.clock = Clock()
        self.own_log = io.StringIO()
        self.wake = Wake()
        self.recorder = recorder
        self.loop = Loop(
            inputs,
            recorder,
            clock=self.clock,
            wake=self.wake,
            hints=Hints(self.wake),
            log=OwnLog(self.clock, self.own_log, {}),
            notifier=Notifier({}),
            **more,
        )

    def turn(self, after_s: float = 0.0) -> float:
        self.clock.at += after_s
        return self.loop.turn() - self.clock.at


@pytest.fixture
def make() -> Any:
    made: list[Made] = []

    def build(recorder: FakeRecorder, *inputs: FakeInput, **more: Any) -> Made:
        made.append(Made(recorder, *inputs, **more))
        return made[-1]

    yield build
    for each in made:
        each.wake.close()


Make = Callable[..., Made]


def test_a_turn_is_one_transaction_of_all_inputs(make: Make) -> None:
    one, two = FakeInput(Turn([row(1)], {"a": "1"})), FakeInput(Turn([row(2)], {"b": "2"}))
    made = make(FakeRecorder(), one, two)
    made.turn()
    assert made.recorder.kept == [(["id-1", "id-2"], {"a": "1", "b": "2"})]
    assert (one.durable, two.durable) == ([{"a": "1"}], [{"b": "2"}])


def test_positions_alone_wait_and_the_newest_counts(make: Make) -> None:
    source = FakeInput(Turn(positions={"a": "1"}), Turn(positions={"a": "2"}), Turn(positions={"b": None}))
    made = make(FakeRecorder(), source)
    made.turn()
    made.turn(0.1)
    assert made.recorder.kept == []
    made.turn(POSITIONS_WAIT_S)
    assert made.recorder.kept == [([], {"a": "2", "b": None})]
    assert source.durable == [{"a": "2", "b": None}]


def test_what_cannot_be_recorded_is_kept_and_nothing_more_is_read(make: Make) -> None:
    source = FakeInput(Turn([row(1)], {"a": "1"}), Turn([row(2)], {"a": "2"}))
    made = make(FakeRecorder(RecorderFull("the disk is full"), RecorderFull("the disk is full")), source)
    made.turn()
    made.turn(0.1)
    made.turn(0.1)
    assert source.calls == ["read", "discover", "discover"]
    assert source.durable == []
    made.turn(0.3)
    assert made.loop.is_stuck
    made.turn(1.0)
    assert made.recorder.kept == [(["id-1"], {"a": "1"}), (["id-2"], {"a": "2"})]
    assert not made.loop.is_stuck


def test_a_trouble_is_told_once_and_its_end_once(make: Make) -> None:
    errors = [RecorderError("the disk does not answer") for _ in range(8)]
    made = make(FakeRecorder(*errors), FakeInput(Turn([row(1)])))
    for _ in range(12):
        made.turn(6.0)
    lines = made.own_log.getvalue().splitlines()
    assert [line.split("faultbook: ")[1] for line in lines] == [
        "error: recording: the disk does not answer",
        "notice: recording: all is well again",
    ]


def test_a_recorder_whose_file_was_damaged_is_replaced_and_keeps_the_rows(make: Make) -> None:
    other = FakeRecorder()
    source = FakeInput(Turn([row(1)], {"a": "1"}))
    made = make(FakeRecorder(RecorderDamaged("set aside")), source)
    made.loop._on_damaged = lambda: setattr(made.loop, "recorder", other)
    made.turn()
    made.turn()
    assert other.kept == [(["id-1"], {})]
    assert source.durable == []


def test_the_next_turn_is_when_an_input_wants_it(make: Make) -> None:
    made = make(FakeRecorder(), FakeInput(Turn(due=100.25)), FakeInput(Turn(due=103.0)))
    assert made.turn() == pytest.approx(0.25)
    busy = make(FakeRecorder(), FakeInput(Turn(more=True)))
    assert busy.turn() == 0


def test_what_woke_the_loop_is_told_to_the_inputs(make: Make) -> None:
    source = FakeInput()
    made = make(FakeRecorder(), source)
    made.wake.ring("/var/log/a.log")
    made.loop._sleep(5)
    assert source.hints == ["/var/log/a.log"]


def test_at_the_end_what_is_there_is_read_recorded_and_let_go_of(make: Make) -> None:
    source = FakeInput(Turn([row(1)], {"a": "1"}), Turn([row(2)], {"a": "2"}, more=True), Turn(positions={"a": "3"}))
    made = make(FakeRecorder(), source)
    made.loop.stop()
    made.loop.run()
    assert [ids for ids, _positions in made.recorder.kept] == [["id-1"]]
    assert source.calls[-1] == "close"


def test_a_blind_source_is_told_when_it_lasts(make: Make) -> None:
    source = FakeInput(name="/var/log/none.log")
    source.trouble = "there is no such file"
    made = make(FakeRecorder(), source)
    made.turn()
    made.turn(6.0)
    assert made.own_log.getvalue() == ""
    made.turn(TROUBLE_S)
    made.turn(20.0)
    assert made.own_log.getvalue().count("/var/log/none.log: there is no such file") == 1
    source.trouble = None
    made.turn(20.0)
    assert made.own_log.getvalue().endswith("/var/log/none.log: all is well again\n")


def test_calls_are_done_between_turns(make: Make) -> None:
    made = make(FakeRecorder(), FakeInput())
    done: list[str] = []
    made.loop.call(lambda: done.append("done"))
    made.turn()
    assert done == ["done"]
