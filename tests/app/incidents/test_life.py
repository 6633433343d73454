"""An incident's life does not depend on when the store heard of it."""

from hypothesis import given
from hypothesis import strategies as st

from app.incidents.life import HOLD_US, Life, Sighting

SILENCE = 3600 * 1_000_000
MINUTE = 60 * 1_000_000


def seen(at: int, last: int | None = None, count: int = 1) -> Sighting:
    return Sighting(at, at if last is None else last, count, f'{{"at": {at}}}')


def life(at: int = 0) -> Life:
    return Life.begin(1, "e", "h", "{}", seen=seen(at), silence_us=SILENCE)


def kinds(one: Life) -> list[str]:
    return [each.kind for each in one.told]


def test_silence_ends_it_and_being_seen_again_is_a_return() -> None:
    one = life()
    one.see(seen(SILENCE), SILENCE)
    assert (one.count, one.returns, one.resolves_at) == (2, 0, 2 * SILENCE)
    again = 2 * SILENCE + HOLD_US
    one.see(seen(again), SILENCE)
    assert (one.returns, one.returned_at, one.onset_at, one.ended_from) == (1, again, again, SILENCE)
    assert kinds(one) == ["new", "resolved", "returned"]
    assert (one.told[1].at, one.told[1].by) == (2 * SILENCE, "silence")


def test_a_recovery_ends_it_at_once_and_is_told_when_it_lasts() -> None:
    one = life()
    one.recover(MINUTE, "e/up")
    assert (one.resolves_at, one.recovered_by) == (MINUTE, "e/up")
    one.settle(MINUTE + HOLD_US - 1)
    assert kinds(one) == ["new"]
    one.settle(MINUTE + HOLD_US)
    assert [(each.kind, each.by) for each in one.told] == [("new", None), ("resolved", "e/up")]
    assert one.is_on == 0


def test_a_link_that_flaps_is_told_once_however_often_it_returns() -> None:
    one = life()
    for minute in range(1, 100):
        one.recover(minute * MINUTE - 1, "e/up")
        one.see(seen(minute * MINUTE), SILENCE)
    assert (one.returns, one.count, kinds(one)) == (99, 100, ["new"])


def test_a_row_at_the_moment_of_the_recovery_came_behind_it() -> None:
    one = life()
    one.recover(0, "e/up")
    assert one.resolves_at == 0
    one.see(seen(0), SILENCE)
    assert (one.returns, one.recovered_by) == (1, None)


def test_a_recovery_of_before_the_last_row_ends_nothing() -> None:
    one = life(MINUTE)
    one.recover(0, "e/up")
    assert (one.recovered_by, one.resolves_at) == (None, MINUTE + SILENCE)


def test_a_late_row_counts_and_may_only_make_it_older() -> None:
    one = life(10 * MINUTE)
    one.see(seen(5 * MINUTE, count=7), SILENCE)
    assert (one.count, one.first_at, one.onset_at, one.last_at) == (8, 5 * MINUTE, 5 * MINUTE, 10 * MINUTE)
    assert one.last_row == '{"at": 600000000}'


def test_a_late_row_of_before_the_recovery_does_not_undo_it() -> None:
    one = life()
    one.recover(10 * MINUTE, "e/up")
    one.see(seen(5 * MINUTE), SILENCE)
    assert (one.last_at, one.resolves_at, one.returns) == (5 * MINUTE, 10 * MINUTE, 0)


def test_rows_that_come_late_take_back_that_silence_ended_it() -> None:
    one = life()
    one.settle(SILENCE + HOLD_US)
    one.see(seen(SILENCE - MINUTE), SILENCE)
    assert (one.is_on, one.returns, kinds(one)) == (1, 0, ["new", "resolved", "resumed"])


def test_a_storm_over_the_recovery_goes_on_behind_it() -> None:
    one = life()
    one.recover(5 * MINUTE, "e/up")
    one.see(seen(MINUTE, last=8 * MINUTE, count=50), SILENCE)
    assert (one.count, one.last_at, one.returned_at, one.recovered_by) == (51, 8 * MINUTE, 5 * MINUTE, None)


@given(st.lists(st.tuples(st.integers(0, 10 * SILENCE), st.integers(1, 5)), min_size=1, max_size=30))
def test_whatever_comes_in_what_order_the_count_is_exact_and_first_and_last_are(rows: list[tuple[int, int]]) -> None:
    one = life(rows[0][0])
    one.count = rows[0][1]
    for at, count in rows[1:]:
        one.see(seen(at, count=count), SILENCE)
    assert one.count == sum(count for _at, count in rows)
    assert (one.first_at, one.last_at) == (min(rows)[0], max(rows)[0])
    assert one.resolves_at == one.last_at + SILENCE
    assert one.first_at <= one.onset_at <= one.last_at
