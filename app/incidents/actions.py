"""What people do with an incident: each action is kept, in their name; what was recorded is never changed by one.

known        somebody knows of it; it stays marked until `not-known`, also when it returns
snooze       it is put off `until` a time, a year at most; `wake` ends that
comment      a remark
"""

import re
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from app.incidents.history import action_of
from app.incidents.identity import number_in
from app.incidents.values import ACTION_KINDS, Action, IncidentError, NewAction, NoIncident
from app.store.tables import incident_actions, incidents
from app.store.times import to_micros

MAX_COMMENT: Final = 4_000
MAX_NAME: Final = 100
LONGEST: Final = timedelta(days=366)
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def act(connection: Connection, incident: str, action: NewAction, name: str, now: datetime) -> Action:
    """Do it; raises NoIncident, and IncidentError where the action is not as it should be."""
    number = number_in(incident)
    name, comment = _name(name), _comment(action)
    changed = _changed(action, name, now)
    if number is None or connection.scalar(select(incidents.c.id).where(incidents.c.id == number)) is None:
        raise NoIncident(incident)
    if changed:
        connection.execute(update(incidents).where(incidents.c.id == number).values(**changed))
    values = {
        "incident": number,
        "kind": action.kind,
        "name": name,
        "at": to_micros(now),
        "comment": comment,
        "until": to_micros(action.until) if action.kind == "snooze" and action.until else None,
    }
    stored = connection.execute(insert(incident_actions).values(**values).returning(*incident_actions.c))
    return action_of(stored.one())


def _changed(action: NewAction, name: str, now: datetime) -> dict[str, Any]:
    """The columns of the incident that an action changes."""
    if action.kind == "known":
        return {"known_by": name, "known_at": to_micros(now)}
    if action.kind == "not-known":
        return {"known_by": None, "known_at": None}
    if action.kind == "snooze":
        return {"snoozed_by": name, "snoozed_until": to_micros(_until(action, now))}
    if action.kind == "wake":
        return {"snoozed_by": None, "snoozed_until": None}
    if action.kind == "comment":
        return {}
    raise IncidentError("action", f"an action is one of {', '.join(ACTION_KINDS)}")


def _until(action: NewAction, now: datetime) -> datetime:
    if action.until is None or not now < action.until <= now + LONGEST:
        raise IncidentError("until", "say until when to snooze: a time from now to a year from now")
    return action.until


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME or _UNSEEN.search(name):
        raise IncidentError("name", f"say who does it: a name of 1 to {MAX_NAME} characters")
    return name


def _comment(action: NewAction) -> str | None:
    comment = (action.comment or "").replace("\r\n", "\n").strip()
    if len(comment) > MAX_COMMENT or _UNSEEN.search(comment):
        raise IncidentError("comment", f"a comment is text of at most {MAX_COMMENT} characters")
    if action.kind == "comment" and not comment:
        raise IncidentError("no-comment", "write a comment")
    return comment or None
