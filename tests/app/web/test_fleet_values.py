"""What the pages of the fleet work out: bars, lanes, the cross table, times as people say them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.incidents.values import FactCount
from app.web.bars import HEIGHT, WIDTH, bars_of
from app.web.fleet.cross import cross_of, ordered
from app.web.fleet.moments import exact, span
from tests.deliveries import NOON

HOUR = timedelta(hours=1)
STEPS = st.sampled_from([HOUR, timedelta(hours=6), timedelta(days=1)])
TIMES = st.datetimes(datetime(2026, 9, 1), datetime(2026, 11, 21, 12), timezones=st.just(UTC))


@given(step=STEPS, counts=st.lists(st.tuples(TIMES, st.integers(1, 1 << 40)), max_size=30), until=TIMES)
def test_bars_hold_every_count_of_their_time_once_and_stay_in_the_drawing(
    step: timedelta, counts: list[tuple[datetime, int]], until: datetime
) -> None:
    found = bars_of(counts, until=until, step=step, steps=48)
    assert found.bars[-1].begin <= until < found.bars[-1].end == found.end
    assert found.total == sum(count for when, count in counts if found.begin <= when < found.end)
    assert [each.end for each in found.bars[:-1]] == [each.begin for each in found.bars[1:]]
    for bar in found.bars:
        assert bar.count == sum(count for when, count in counts if bar.begin <= when < bar.end)
        assert 0 <= bar.x < bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT + 0.01
        assert (bar.height > 0) == (bar.count > 0)


def test_a_single_occurrence_beside_thousands_is_still_seen() -> None:
    found = bars_of([(NOON, 100_000), (NOON - HOUR, 1)], until=NOON, step=HOUR, steps=48)
    assert [each.count for each in found.some] == [100_000, 1]
    assert found.some[1].height >= 1


def share(value: str, hosts: int, hosts_with: int, on: int = 0) -> FactCount:
    return FactCount("kernel", value, hosts, hosts_with, on)


def test_versions_are_put_together_by_their_first_number_newest_first() -> None:
    counts = [share("5.15.0-91-generic", 3, 3), share("6.1.0", 4, 0), share("5.4.0", 2, 2), share("10.1", 1, 0)]
    found = cross_of("kernel", counts)
    assert [each.whole.value for each in found.families] == ["10.1", "6.1.0", "5.x"]
    assert [each.value for each in found.families[-1].parts] == ["5.15.0-91-generic", "5.4.0"]
    assert (found.every, found.none, found.tells_apart) == (("5.x",), ("10.1", "6.1.0"), True)


@pytest.mark.parametrize(
    "counts",
    [
        [share("5.4.0", 3, 2), share("6.1.0", 4, 0)],
        [share("5.4.0", 3, 3)],
        [share("5.4.0", 3, 0), share("6.1.0", 3, 0)],
        [],
    ],
)
def test_a_fact_tells_hosts_apart_only_where_it_is_all_or_none(counts: list[FactCount]) -> None:
    assert not cross_of("kernel", counts).tells_apart


def test_a_share_is_whole_or_nothing_only_where_it_is() -> None:
    found = cross_of("kernel", [share("5.4.0", 1_000, 999), share("6.1.0", 1_000, 1), share("7.0.0", 0, 0)])
    assert [each.whole.share for each in found.families] == [0, 1, 99]


@given(st.lists(st.text(max_size=20), unique=True, max_size=8))
def test_any_values_make_a_table_with_all_of_them(values: list[str]) -> None:
    found = cross_of("kernel", [share(value, 1, 1) for value in values])
    listed = [part.value for each in found.families for part in (each.parts or (each.whole,))]
    assert sorted(listed) == sorted(values)


def test_the_usual_facts_come_first_and_there_are_not_too_many() -> None:
    names = [f"nic_drivers.d{number:02}" for number in range(40)]
    assert ordered([*names, "os", "nics", "bird", "kernel", "kernel_build"])[:4] == [
        "kernel",
        "bird",
        "os",
        "nic_drivers.d00",
    ]
    assert len(ordered(names)) == 12


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (-5, "0 s", "0 秒"),
        (89, "89 s", "89 秒"),
        (90, "1 min", "1 分钟"),
        (7_199, "119 min", "119 分钟"),
        (7_200, "2 h", "2 小时"),
        (172_799, "47 h", "47 小时"),
        (172_800, "2 d", "2 天"),
    ],
)
def test_a_span_of_time_is_said_in_the_unit_that_tells_enough(seconds: float, english: str, chinese: str) -> None:
    assert (span(seconds, "en"), span(seconds, "zh")) == (english, chinese)


def test_a_time_that_is_none_is_shown_as_it_is() -> None:
    assert exact("<yesterday>") == "&lt;yesterday&gt;"
    assert ">2026-11-21 12:00:00<" in exact("2026-11-21T12:00:00.5Z")
