"""Alertmanager, by its API v2: each incident is an alert that starts and ends.

What is on is sent again every `resend`, with an end a few times as far ahead: an alert whose faultbook is gone ends by
itself. What is over is sent with its real end until that was taken once. Grouping, routing and silences are its own.

Labels are what makes an incident one, and what routes ask for: names of labels are ours, values may come from a log
and are bounded. A secret is sent as a bearer token. Source: prometheus/alertmanager, api/v2/openapi.yaml.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from app.incidents.values import Incident
from app.telling.channels.sizing import encoded
from app.telling.config import ChannelConfig
from app.telling.contract import Address, ChannelKind, Request, Verdict
from app.telling.values import Item, Message

ROUTE: Final = "/api/v2/alerts"
LIVES: Final = 4
"""An alert outlives so many `resend`."""
_MAX_LABEL: Final = 200
_MAX_TEXT: Final = 1_000


def render(message: Message, address: Address, config: ChannelConfig, now: datetime) -> Request:
    """The request: every incident of the message as it stands now."""
    url = address.url.rstrip("/")
    url = url if url.endswith(ROUTE) else url + ROUTE
    headers = {"Authorization": f"Bearer {address.secrets[-1]}"} if address.secrets else {}
    ends_at = now + timedelta(seconds=LIVES * config.resend_s)
    alerts = [_alert(item, ends_at) for item in message.items]
    return Request(url, bytes(encoded_list(alerts)), headers)


def encoded_list(alerts: list[dict[str, Any]]) -> bytes:
    """The alerts as they are posted: the whole body is a list."""
    return b"[" + b", ".join(encoded(each) for each in alerts) + b"]"


def judge(body: bytes) -> Verdict:
    """Any 2xx: it answers with nothing."""
    return Verdict("taken")


def _alert(item: Item, ends_at: datetime) -> dict[str, Any]:
    incident = item.incident
    is_over = incident.resolved_at is not None
    ended = max(incident.resolved_at, incident.onset_at) if incident.resolved_at is not None else ends_at
    made: dict[str, Any] = {
        "labels": _labels(item),
        "annotations": _annotations(item),
        "startsAt": _rfc3339(incident.onset_at),
        "endsAt": _rfc3339(ended if is_over else max(ends_at, incident.onset_at)),
    }
    return made | ({"generatorURL": item.url} if item.url else {})


def _labels(item: Item) -> dict[str, str]:
    incident = item.incident
    labels = {
        "alertname": incident.entry,
        "entry": incident.entry,
        "host": incident.host,
        "incident": incident.id,
        "severity": item.severity,
        "component": item.components[0] if item.components else "",
    }
    return {name: _clean(value, _MAX_LABEL) for name, value in labels.items() if value}


def _annotations(item: Item) -> dict[str, str]:
    values = ", ".join(f"{name}={value}" for name, value in item.values)
    annotations = {
        "summary": item.title,
        "identity": values,
        "description": " ".join(item.remarks),
        "log": item.evidence,
        "article": item.article_url,
        "changed": _changed(item.incident),
    }
    return {name: _clean(value, _MAX_TEXT) for name, value in annotations.items() if value}


def _changed(incident: Incident) -> str:
    return ", ".join(f"{each.fact} {each.before or '-'} -> {each.after or '-'}" for each in incident.changed)


def _clean(text: str, most: int) -> str:
    """Characters that show; templates of receivers put them anywhere."""
    return "".join(char if char.isprintable() else " " for char in text[:most]).encode("utf-8", "replace").decode()


def _rfc3339(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


KIND: Final = ChannelKind(
    render, judge, is_secret_url=False, takes_secret=True, keeps_alive=True, shows=200, takes_all=False
)
