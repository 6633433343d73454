"""When an occurrence happened: the latest moment that its line can mean, never after it was seen."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.incidents.moments import moment_of
from app.store.times import from_micros, to_micros

SEEN = datetime(2026, 11, 21, 12, tzinfo=UTC)


def at(text: str | None) -> str:
    return from_micros(moment_of(text, to_micros(SEEN))).isoformat()


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        (None, "2026-11-21T12:00:00+00:00"),
        ("2026-11-21T11:59:59+00:00", "2026-11-21T11:59:59+00:00"),
        ("2026-11-20T08:00:00+08:00", "2026-11-20T00:00:00+00:00"),
        ("2026-11-21T20:00:00", "2026-11-21T12:00:00+00:00"),
        ("2026-11-21T03:00:00.25", "2026-11-21T12:00:00+00:00"),
        ("2022-12-03T20:30:51.893", "2022-12-04T08:30:51.893000+00:00"),
        ("--11-21T11:00:00", "2026-11-21T12:00:00+00:00"),
        ("--11-19T11:00:00", "2026-11-19T23:00:00+00:00"),
        ("--12-24T11:00:00", "2025-12-24T23:00:00+00:00"),
        ("--02-29T11:00:00", "2026-02-28T23:00:00+00:00"),
        ("12:00:00", "2026-11-21T12:00:00+00:00"),
        ("2027-01-01T00:00:00Z", "2026-11-21T12:00:00+00:00"),
        ("0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59", "2026-11-21T12:00:00+00:00"),
        ("no time", "2026-11-21T12:00:00+00:00"),
    ],
)
def test_a_line_tells_how_old_it_is(line: str | None, moment: str) -> None:
    assert at(line) == moment


def test_the_first_day_of_a_year_may_speak_of_the_last_day_of_the_old_one() -> None:
    seen = to_micros(datetime(2027, 1, 1, 0, 0, 5, tzinfo=UTC))
    assert moment_of("--12-31T23:59:59", seen) == seen
    assert moment_of("--01-01T00:00:01", to_micros(datetime(2026, 12, 31, 23, tzinfo=UTC))) <= seen


@given(st.datetimes(datetime(2000, 1, 1), datetime(2026, 11, 21)), st.integers(-14, 12), st.booleans())
def test_a_moment_is_never_before_the_line_was_written_in_any_zone(local: datetime, zone: int, has_year: bool) -> None:
    written = local.replace(tzinfo=UTC) + timedelta(hours=zone)
    seen = max(written, SEEN - timedelta(days=200))
    text = local.isoformat() if has_year else f"--{local.isoformat()[5:]}"
    if has_year or seen - written < timedelta(days=300):
        assert to_micros(written) <= moment_of(text, to_micros(seen)) <= to_micros(seen)


@given(st.text(max_size=40), st.integers(0, 2**52))
def test_no_text_fails(text: str, seen: int) -> None:
    assert 0 <= moment_of(text, seen) <= seen
