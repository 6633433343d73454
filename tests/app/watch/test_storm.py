"""Storms: every match is counted once, whatever comes, however the turns are cut, and over kill and replay."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.watch.contract import Row
from app.watch.storm import RollUp, Storm
from tests.deliveries import NOON, row

PER_S = 60.0


def counts(rows: Sequence[Row]) -> dict[str, int]:
    """How many matches the rows of each key stand for."""
    found: dict[str, int] = {}
    for each in rows:
        found[each.identity[0]] = found.get(each.identity[0], 0) + json.loads(each.json).get("count", 1)
    return found


def run(storm: Storm, turns: Sequence[Sequence[Row]]) -> list[Row]:
    """What is recorded of these turns, and when all windows are over."""
    given_rows: list[Row] = []
    at = NOON
    for turn in turns:
        at = max([at, *(each.seen_at for each in turn)])
        plan = storm.plan(turn, at)
        storm.adopt(plan)
        given_rows += plan.rows
    plan = storm.plan([], at + timedelta(days=1))
    storm.adopt(plan)
    return given_rows + plan.rows


def at(seconds: float, number: int = 0, key: str = "a") -> Row:
    return row(number, at=NOON + timedelta(seconds=seconds), key=key)


def test_as_many_as_are_allowed_are_rows_of_their_own_and_the_rest_is_one_row() -> None:
    rows = run(Storm(3, PER_S), [[at(number, number) for number in range(10)]])
    assert [each.id for each in rows] == ["id-00000000", "id-00000001", "id-00000002", "id-00000003"]
    rolled = json.loads(rows[3].json)
    assert rolled["count"] == 7
    assert (rolled["first"], rolled["last"]) == ("2026-11-21T12:00:03.000000Z", "2026-11-21T12:00:09.000000Z")
    assert rolled["fields"] == {"iface": "eth0", "n": 3}


def test_a_new_window_begins_when_the_old_one_is_over() -> None:
    rows = run(Storm(1, PER_S), [[at(0, 0), at(1, 1)], [at(60, 2), at(61, 3)]])
    assert [json.loads(each.json).get("count") for each in rows] == [None, 1, None, 1]


def test_other_identities_and_other_entries_are_storms_of_their_own() -> None:
    rows = run(Storm(1, PER_S), [[at(0, 0, "a"), at(0, 1, "b"), row(2, "demo-other", key="a")]])
    assert [each.id for each in rows] == ["id-00000000", "id-00000001", "id-00000002"]


def test_nothing_is_due_before_something_is_rolled_up() -> None:
    storm = Storm(1, PER_S)
    storm.adopt(storm.plan([at(0)], NOON))
    assert storm.due() is None
    storm.adopt(storm.plan([at(5, 1)], NOON + timedelta(seconds=5)))
    assert storm.due() == NOON + timedelta(seconds=60)


def test_a_plan_that_failed_was_never_made() -> None:
    storm = Storm(1, PER_S)
    for _ in range(3):
        storm.plan([at(0, 0), at(0, 1)], NOON)
    assert counts(run(storm, [[at(0, 0), at(0, 1)]])) == {"a": 2}


def test_the_keys_that_were_quiet_for_longest_are_let_go_of_beyond_the_bound() -> None:
    storm = Storm(1, PER_S, max_keys=2)
    storm.adopt(storm.plan([at(0, 0, "a"), at(0, 1, "a"), at(0, 2, "b")], NOON))
    plan = storm.plan([at(1, 3, "c"), at(1, 4, "d")], NOON)
    assert [each.id for each in plan.rows] == ["id-00000003", "id-00000004", "id-00000001"]
    assert len(plan.windows) == 2


def test_a_roll_up_survives_as_text() -> None:
    rollup = RollUp(at(0, 7, "é\x00"), 5, NOON + timedelta(microseconds=1), NOON)
    assert RollUp.from_text(rollup.to_text()) == rollup


def test_a_clock_that_was_set_back_ends_the_window() -> None:
    rows = run(Storm(1, PER_S), [[at(1000, 0), at(1000, 1)], [at(0, 2)]])
    assert counts(rows) == {"a": 3}
    assert len(rows) == 3


MATCHES = st.lists(st.tuples(st.sampled_from("abcde"), st.integers(-5, 50)), max_size=60)


@given(
    matches=MATCHES, over=st.integers(1, 5), cuts=st.lists(st.integers(1, 10)), keys=st.integers(1, 4), data=st.data()
)
def test_the_sums_are_exact_over_any_turns_failures_and_restarts(
    matches: list[tuple[str, int]], over: int, cuts: list[int], keys: int, data: st.DataObject
) -> None:
    seconds, rows = 0, []
    for number, (key, step) in enumerate(matches):
        seconds += step
        rows.append(at(seconds, number, key))
    storm, kept, saved = Storm(over, PER_S, max_keys=keys), [], {}
    cuts = [*cuts, len(rows) + 1]
    while rows:
        turn, rows = rows[: cuts[0]], rows[cuts[0] :]
        cuts = cuts[1:] or [1]
        plan = storm.plan(turn, turn[-1].seen_at)
        if data.draw(st.booleans(), "the transaction fails once"):
            plan = storm.plan(turn, turn[-1].seen_at)
        storm.adopt(plan)
        kept += plan.rows
        saved |= plan.saved
        for ended in plan.ended:
            saved.pop(ended, None)
        assert len(plan.windows) <= keys
        if data.draw(st.booleans(), "killed and started again"):
            storm = Storm(over, PER_S, saved.values(), max_keys=keys)
    plan = storm.plan([], NOON + timedelta(days=2))
    expected: dict[str, int] = {}
    for key, _step in matches:
        expected[key] = expected.get(key, 0) + 1
    assert counts(kept + plan.rows) == expected
    assert len({each.id for each in kept + plan.rows}) == len(kept + plan.rows)


@pytest.mark.parametrize("over", [1, 100])
def test_a_flood_of_one_key_is_few_rows(over: int) -> None:
    rows = run(
        Storm(over, PER_S), [[at(0, number) for number in range(start, start + 500)] for start in range(0, 5000, 500)]
    )
    assert len(rows) == over + 1
    assert counts(rows) == {"a": 5000}
