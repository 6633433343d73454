import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers import times
from matchers.times import Stamp, elapsed


def need(stamp: Stamp | None) -> Stamp:
    assert stamp is not None
    return stamp


def test_a_full_stamp_keeps_the_digits_and_the_zone_the_log_has() -> None:
    assert times.full("2022", "03", "25", "15:35:53", "250", zone="+0800") == Stamp(
        "2022-03-25T15:35:53.250+08:00", "full", 1648193753.25, True
    )


def test_a_full_stamp_without_a_zone_names_none_and_is_counted_as_utc() -> None:
    assert times.full("2022", "Mar", "25", "15:35:53") == Stamp("2022-03-25T15:35:53", "full", 1648222553.0, False)


@pytest.mark.parametrize(
    ("zone", "said"),
    [("Z", "Z"), ("z", "Z"), ("UTC", "Z"), ("GMT", "Z"), ("+08", "+08:00"), ("-0330", "-03:30"), ("+08:00", "+08:00")],
)
def test_offsets_are_written_one_way(zone: str, said: str) -> None:
    stamp = need(times.full("2022", "03", "25", "15:35:53", zone=zone))
    assert stamp.text.removeprefix("2022-03-25T15:35:53") == said
    assert stamp.zoned


def test_an_abbreviated_zone_names_no_offset() -> None:
    stamp = need(times.full("2022", "03", "25", "15:35:53", zone="CST"))
    assert (stamp.text, stamp.zoned) == ("2022-03-25T15:35:53", False)


def test_the_same_moment_in_two_zones_is_no_time_apart() -> None:
    here = need(times.full("2022", "03", "25", "15:35:53", zone="+08:00"))
    there = need(times.full("2022", "03", "25", "07:35:53", zone="Z"))
    assert elapsed(here, there) == 0


@pytest.mark.parametrize(
    ("year", "month", "day", "clock"),
    [
        ("2022", "02", "30", "15:35:53"),
        ("2022", "02", "29", "15:35:53"),
        ("2022", "13", "01", "15:35:53"),
        ("2022", "00", "01", "15:35:53"),
        ("2022", "Mar", "00", "15:35:53"),
        ("2022", "Foo", "01", "15:35:53"),
        ("0000", "01", "01", "15:35:53"),
        ("2022", "03", "25", "25:00:00"),
        ("2022", "03", "25", "24:00:00"),
        ("2022", "03", "25", "15:60:00"),
        ("2022", "03", "25", "15:35:61"),
        ("2022", "03", "25", "noon"),
    ],
)
def test_impossible_dates_and_times_are_no_stamps(year: str, month: str, day: str, clock: str) -> None:
    assert times.full(year, month, day, clock) is None


def test_an_impossible_offset_is_no_stamp() -> None:
    assert times.full("2022", "03", "25", "15:35:53", zone="+25:00") is None
    assert times.full("2022", "03", "25", "15:35:53", zone="+0x00") is None


def test_a_leap_second_is_the_second_after_the_last_one() -> None:
    leap = need(times.full("2016", "12", "31", "23:59:60", zone="Z"))
    after = need(times.full("2017", "01", "01", "00:00:00", zone="Z"))
    assert leap.text == "2016-12-31T23:59:60Z"
    assert elapsed(leap, after) == 0


def test_a_stamp_without_a_year_may_be_the_29th_of_february() -> None:
    assert times.yearless("Feb", "29", "00:00:00") == Stamp("--02-29T00:00:00", "yearless", 59 * 86400.0)
    assert times.yearless("Feb", "30", "00:00:00") is None
    assert times.yearless("Mar", "5", "25:00:00") is None


def test_a_stamp_of_a_minute_says_no_seconds() -> None:
    assert need(times.yearless("Mar", "25", "15:35")).text == "--03-25T15:35"


def test_a_time_of_day_counts_from_midnight() -> None:
    assert times.of_day("15:35:53", "25") == Stamp("15:35:53.25", "clock", 56153.25)
    assert times.of_day("24:00:00") is None


def test_an_epoch_is_utc_and_says_so() -> None:
    assert times.epoch(1648190153, "123456") == Stamp("2022-03-25T06:35:53.123456Z", "full", 1648190153.123456, True)
    assert times.epoch(-1) is None
    assert times.epoch(10**15) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2022-03-25T15:35:53Z", "2022-03-25T15:35:53Z"),
        ("2022-03-25T15:35:53.123456789+08:00", "2022-03-25T15:35:53.123456789+08:00"),
        ("2022-03-25 15:35:53,123", "2022-03-25T15:35:53.123"),
        ("2022-03-25 15:35:53 +0800", "2022-03-25T15:35:53+08:00"),
        ("2022/03/25 15:35:53", "2022-03-25T15:35:53"),
        ("Mar  5 15:35:53", "--03-05T15:35:53"),
        ("15:35:53.5", "15:35:53.5"),
        ("1648190153", "2022-03-25T06:35:53Z"),
        ("1648190153.5", "2022-03-25T06:35:53.5Z"),
        ("1648190153123", "2022-03-25T06:35:53.123Z"),
        ("1648190153123456", "2022-03-25T06:35:53.123456Z"),
        ("1648190153123456789", "2022-03-25T06:35:53.123456789Z"),
        ("1.6481901535e+09", "2022-03-25T06:35:53.5Z"),
    ],
)
def test_time_fields_are_read_in_the_forms_log_libraries_write(text: str, said: str) -> None:
    assert need(times.said(text)).text == said


@pytest.mark.parametrize(
    "text", ["", "now", "12", "2022-02-30T00:00:00Z", "1.5e+99", "9" * 5000, "NaN", "１６４８１９０１５３"]
)
def test_other_values_of_time_fields_say_nothing(text: str) -> None:
    assert times.said(text) is None


@given(st.text(max_size=80))
def test_reading_a_time_field_never_raises(text: str) -> None:
    times.said(text)


def test_stamps_of_different_kinds_cannot_be_compared() -> None:
    clock = need(times.of_day("15:35:53"))
    dated = need(times.yearless("Mar", "25", "15:35:53"))
    whole = need(times.full("2022", "03", "25", "15:35:53"))
    zoned = need(times.full("2022", "03", "25", "15:35:53", zone="Z"))
    assert elapsed(clock, dated) is None
    assert elapsed(dated, whole) is None
    assert elapsed(whole, zoned) is None


def test_a_full_stamp_never_wraps() -> None:
    first, last = need(times.full("2021", "12", "31", "23:59:59")), need(times.full("2022", "12", "31", "23:59:59"))
    assert elapsed(first, last) == 365 * 86400
    assert elapsed(last, first) == -365 * 86400


def test_a_stamp_without_a_year_wraps_over_new_year() -> None:
    before, after = need(times.yearless("Dec", "31", "23:59:30")), need(times.yearless("Jan", "1", "00:00:30"))
    assert elapsed(before, after) == 60
    assert elapsed(after, before) == -60


def test_a_time_of_day_wraps_over_midnight() -> None:
    before, after = need(times.of_day("23:59:59", "75")), need(times.of_day("00:00:00", "25"))
    assert elapsed(before, after) == 0.5
    assert elapsed(after, before) == -0.5


@given(st.datetimes().map(lambda d: (f"{d.year:04d}", f"{d.month:02d}", f"{d.day:02d}", f"{d:%H:%M:%S}", f"{d:%f}")))
def test_a_full_stamp_reads_back_as_itself(parts: tuple[str, str, str, str, str]) -> None:
    stamp = need(times.full(*parts))
    assert times.said(stamp.text) == stamp
