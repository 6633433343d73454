"""Who is told of what."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.telling.config import Quiet, Route
from tests.app.telling.conftest import router
from tests.deliveries import NOON


@pytest.mark.parametrize(
    ("route", "fits"),
    [
        (Route(("chat",)), True),
        (Route(("chat",), severities=("error", "critical")), True),
        (Route(("chat",), severities=("critical",)), False),
        (Route(("chat",), components=("bird", "nic")), True),
        (Route(("chat",), components=("bird",)), False),
        (Route(("chat",), entries=("link",)), True),
        (Route(("chat",), entries=("session",)), False),
        (Route(("chat",), hosts=("edge-*",)), True),
        (Route(("chat",), hosts=("core-*", "edge-7")), False),
        (Route(("chat",), on=("new", "resolved")), True),
        (Route(("chat",), on=("resolved",)), False),
        (Route(("chat",), severities=("error",), hosts=("core-*",)), False),
    ],
)
def test_everything_that_a_route_names_has_to_fit(route: Route, fits: bool) -> None:
    assert router(route).channels_for("link", "edge-1", "new") == (["chat"] if fits else [])


def test_a_channel_is_told_once_however_many_routes_lead_there() -> None:
    own = router(Route(("a", "b")), Route(("b", "c"), severities=("error",)), channels=("a", "b", "c"))
    assert own.channels_for("link", "edge-1", "new") == ["a", "b", "c"]
    assert own.channels_for("small", "edge-1", "new") == ["a", "b"]


def test_what_goes_on_is_told_to_those_who_ask_for_returns() -> None:
    assert router(Route(("chat",), on=("returned",))).channels_for("link", "a", "resumed") == ["chat"]


def test_an_entry_that_is_not_served_has_no_severity_and_no_components() -> None:
    assert router(Route(("chat",), severities=("error",))).channels_for("gone", "a", "new") == []
    assert router().channels_for("gone", "a", "new") == ["chat"]


@pytest.mark.parametrize(("hours", "is_quiet"), [(0, False), (9, False), (10, True), (18, True), (19, False)])
def test_quiet_hours_may_go_over_midnight(hours: int, is_quiet: bool) -> None:
    night = Quiet(time(22, 0), time(7, 0), ZoneInfo("UTC"))
    assert night.holds(NOON + timedelta(hours=hours)) is is_quiet


def test_quiet_hours_are_of_their_zone() -> None:
    evening = Quiet(time(19, 30), time(20, 30), ZoneInfo("Asia/Shanghai"))  # there it is 20:00 at noon of UTC
    assert evening.holds(NOON)
    assert not evening.holds(NOON + timedelta(hours=1))
