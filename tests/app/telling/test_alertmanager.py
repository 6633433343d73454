"""Alerts at a real Alertmanager: they start, stay, end, and come back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.telling.channels.alertmanager import LIVES
from app.telling.config import ChannelConfig
from app.telling.sample import sample
from app.telling.send import send
from tests.alertmanager import PACKAGE, Alertmanager
from tests.app.telling.conftest import hostile, incident, message
from tests.receiver import Received, Receiver

Program = Callable[..., str]


@pytest.fixture
def alertmanager(system_program: Program, tmp_path: Path, receiver: Receiver) -> Iterator[Alertmanager]:
    program = system_program("prometheus-alertmanager", PACKAGE)
    running = Alertmanager(program, tmp_path, receiver.url)
    yield running
    running.close()


def config(alertmanager: Alertmanager, **more: Any) -> ChannelConfig:
    return ChannelConfig("alertmanager", alertmanager.url, **more)


def notified(status: str, host: str) -> Callable[[list[Received]], bool]:
    """Whether Alertmanager told of an alert of this host in this state."""

    def holds(received: list[Received]) -> bool:
        alerts = [alert for each in received for alert in each.json["alerts"]]
        return any(alert["status"] == status and alert["labels"]["host"] == host for alert in alerts)

    return holds


def test_an_incident_is_an_alert_with_labels_that_routes_can_use(alertmanager: Alertmanager) -> None:
    now = datetime.now(UTC)
    on = incident(onset_at=now - timedelta(minutes=5))
    assert send(message(on), config(alertmanager), now).outcome == "taken"
    [alert] = alertmanager.alerts()
    assert alert["labels"] == {
        "alertname": "link",
        "entry": "link",
        "host": "edge-1",
        "incident": "00000000000000aa",
        "severity": "error",
        "component": "nic",
    }
    assert alert["annotations"]["summary"] == "The link is down"
    assert alert["annotations"]["identity"] == "iface=eth0"
    assert alert["generatorURL"] == "https://faults.example/incidents/00000000000000aa"
    assert alert["status"]["state"] in ("active", "unprocessed")


def test_an_alert_is_kept_alive_by_sending_it_again(alertmanager: Alertmanager) -> None:
    now = datetime.now(UTC)
    on, own = incident(onset_at=now), config(alertmanager, resend_s=60.0)
    ends = []
    for later in (0, 60):
        assert send(message(on), own, now + timedelta(seconds=later)).outcome == "taken"
        [alert] = alertmanager.alerts()
        ends.append(datetime.fromisoformat(alert["endsAt"]))
    assert ends[1] - ends[0] == timedelta(seconds=60)
    assert abs(ends[0] - now - timedelta(seconds=60 * LIVES)) < timedelta(milliseconds=1)


def test_an_alert_starts_ends_and_starts_again(alertmanager: Alertmanager, receiver: Receiver) -> None:
    now = datetime.now(UTC)
    on = incident(onset_at=now - timedelta(minutes=5))
    send(message(on), config(alertmanager), now)
    receiver.wait_for(notified("firing", "edge-1"), "the alert fires")
    over = replace(on, resolved_at=now - timedelta(seconds=1))
    assert send(message(over), config(alertmanager), now).outcome == "taken"
    assert alertmanager.alerts() == []
    receiver.wait_for(notified("resolved", "edge-1"), "the alert is resolved")
    before = len(receiver.received)
    send(message(replace(on, onset_at=now)), config(alertmanager), now)
    receiver.wait_for(lambda all_: notified("firing", "edge-1")(all_[before:]), "the alert fires again")


def test_an_alert_whose_faultbook_is_gone_ends_by_itself(alertmanager: Alertmanager, receiver: Receiver) -> None:
    now = datetime.now(UTC)
    send(message(incident(onset_at=now)), config(alertmanager, resend_s=0.25), now)
    receiver.wait_for(notified("firing", "edge-1"), "the alert fires")
    receiver.wait_for(notified("resolved", "edge-1"), "the alert ends")


def test_hostile_values_are_taken_and_stay_values(alertmanager: Alertmanager) -> None:
    assert send(hostile(), config(alertmanager), datetime.now(UTC)).outcome == "taken"


def test_many_incidents_are_as_many_alerts(alertmanager: Alertmanager) -> None:
    now = datetime.now(UTC)
    many = [incident(id=f"{number:016x}", host=f"edge-{number}", onset_at=now) for number in range(200)]
    assert send(message(*many), config(alertmanager), now).outcome == "taken"
    assert len(alertmanager.alerts()) == 200


def test_the_sample_is_an_alert_that_is_over(alertmanager: Alertmanager) -> None:
    now = datetime.now(UTC)
    assert send(sample("en", now, None), config(alertmanager), now).outcome == "taken"
    assert alertmanager.alerts() == []
