"""Incidents whose rate crossed the bound: told once, and again only after the rate fell to half of it.

The rate is what pages show: matches within about the last hour, by the hours in which they happened.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, not_, select

from app.incidents.keep import HOUR_US
from app.incidents.lists import is_handled, is_on
from app.store.sql import among
from app.store.tables import incident_hours, incidents, rates_above
from app.telling.outbox import Happening, Tray
from app.telling.routes import Router

MOST: Final = 1_000


def is_news(connection: Connection, per_hour: int, now: int) -> bool:
    """Whether any crossed the bound or fell again since the last look."""
    return bool(_crossed(connection, per_hour, now)) or bool(_calm(connection, per_hour, now))


def look(connection: Connection, router: Router, per_hour: int, now: int) -> int:
    """Tell what crossed the bound since the last look; gives how many."""
    crossed = _crossed(connection, per_hour, now)
    if crossed:
        tray = Tray(connection, router, {row.id for row in crossed}, now)
        for row in crossed:
            tray.tell(Happening(row.id, row.entry, row.host, "rate", now))
        tray.put()
        connection.execute(insert(rates_above), [{"incident": row.id, "since": now} for row in crossed])
    calm = _calm(connection, per_hour, now)
    if calm:
        connection.execute(delete(rates_above).where(among(connection, rates_above.c.incident, calm)))
    return len(crossed)


def _crossed(connection: Connection, per_hour: int, now: int) -> Sequence[Any]:
    """Incidents above the bound that were not so before."""
    hours = incident_hours.c
    columns = (incidents.c.id, incidents.c.entry, incidents.c.host)
    joined = incident_hours.join(incidents, incidents.c.id == hours.incident)
    wanted = select(*columns).select_from(joined).where(hours.hour >= now // HOUR_US - 1)
    wanted = wanted.where(is_on(now), not_(is_handled(now)), incidents.c.id.not_in(select(rates_above.c.incident)))
    return connection.execute(wanted.group_by(*columns).having(_rate(now) > per_hour).limit(MOST)).all()


def _calm(connection: Connection, per_hour: int, now: int) -> set[int]:
    """Those that fell to half of the bound."""
    above = set(connection.scalars(select(rates_above.c.incident)))
    hours = incident_hours.c
    wanted = select(hours.incident).where(among(connection, hours.incident, above), hours.hour >= now // HOUR_US - 1)
    still = connection.scalars(wanted.group_by(hours.incident).having(_rate(now) > per_hour / 2)) if above else ()
    return above - set(still)


def _rate(now: int) -> ColumnElement[Any]:
    """Of this clock hour all, of the one before the share that is not an hour ago."""
    hour, past = divmod(now, HOUR_US)
    share = case((incident_hours.c.hour < hour, 1 - past / HOUR_US), else_=1.0)
    return func.sum(incident_hours.c["count"] * share)
