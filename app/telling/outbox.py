"""What waits to be told, in the store: put there once for each event, taken away when a channel has it.

    incident_events -> look (routes) -> notices -> claim (a batch gets its id) -> sent -> done
                                     -> told: what a channel knows as begun, so that it hears of the end

Each function works within the caller's transaction, which has the store's turn: so the place up to which events were
gone through and what came of them are stored together or not at all, however the process ends.

Between a message that was taken and `done` lies a moment: who is killed there sends it again, with the same id.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from app.incidents.identity import shown
from app.store.sql import among, upsert
from app.store.tables import incident_events, incidents, notices, rates_above, telling, told, told_groups
from app.store.times import from_micros, to_micros
from app.telling.config import Group
from app.telling.routes import Router
from app.telling.values import Batch, Kind, Notice, Waiting

MAX_WAITING: Final = 10_000
"""So many notices wait for one channel; beyond that the oldest are dropped."""
MAX_AGE: Final = timedelta(hours=24)
"""What waited longer is dropped: nobody wants to hear of it now."""
OLD_US: Final = 3_600_000_000
"""What began and was over longer ago than this when the store heard of it is history (an old log that was read)."""
AT_ONCE: Final = 500
_BEGINS: Final = frozenset(("new", "returned", "resumed"))


@dataclass(frozen=True, slots=True)
class Happening:
    """Something to tell of an incident; `at` is when it happened, microseconds since 1970."""

    incident: int
    entry: str
    host: str
    kind: Kind
    at: int


def is_behind(connection: Connection) -> bool:
    """Whether there are events that were not gone through; for whoever does not want to take the turn for nothing."""
    place = connection.scalar(select(telling.c.seq))
    newest = connection.scalar(select(func.max(incident_events.c.seq))) or 0
    return place is None or newest > place


def look(connection: Connection, router: Router, now: datetime) -> int:
    """Go through the next events; gives how many, 0 where there are no more. The first time begins at the newest."""
    place = connection.scalar(select(telling.c.seq))
    if place is None:
        newest = connection.scalar(select(func.max(incident_events.c.seq))) or 0
        connection.execute(insert(telling).values(id=1, seq=newest))
        return 0
    events = connection.execute(
        select(incident_events).where(incident_events.c.seq > place).order_by(incident_events.c.seq).limit(AT_ONCE)
    ).all()
    if not events:
        return 0
    numbers = {event.incident for event in events}
    states, tray = _states(connection, numbers), Tray(connection, router, numbers, to_micros(now))
    for event in events:
        happening = Happening(event.incident, event.entry, event.host, event.kind, event.at)
        if event.kind == "resolved":
            tray.end(happening)
        elif event.kind in _BEGINS and _is_told(states.get(event.incident), to_micros(now)):
            tray.tell(happening)
    tray.put()
    connection.execute(update(telling).values(seq=events[-1].seq))
    return len(events)


def _states(connection: Connection, numbers: Collection[int]) -> dict[int, Any]:
    columns = (incidents.c.id, incidents.c.resolves_at, incidents.c.known_by, incidents.c.snoozed_until)
    found = connection.execute(select(*columns).where(among(connection, incidents.c.id, numbers)))
    return {row.id: row for row in found}


def _is_told(state: Any, now: int) -> bool:
    """Not where it is history, and not where somebody knows of the incident or put it off until later."""
    if state is None or state.resolves_at <= now - OLD_US or state.known_by is not None:
        return False
    return state.snoozed_until is None or bool(state.snoozed_until <= now)


class Tray:
    """What is to be told of some incidents, gathered and then put there at once."""

    def __init__(self, connection: Connection, router: Router, numbers: Collection[int], now: int) -> None:
        self._connection = connection
        self._router = router
        self._now = now
        self._notices: list[dict[str, Any]] = []
        self._changed: dict[tuple[str, int], int] = {}
        self._told: dict[int, set[str]] = {}
        for row in connection.execute(select(told).where(among(connection, told.c.incident, numbers))):
            self._told.setdefault(row.incident, set()).add(row.channel)

    def tell(self, happening: Happening) -> None:
        """Tell each channel that a route names; it will hear of the end, too."""
        for channel in self._channels(happening):
            self._add(channel, happening)
            self._told.setdefault(happening.incident, set()).add(channel)
            self._changed[channel, happening.incident] = 0

    def end(self, happening: Happening) -> None:
        """Tell the end where the beginning was told."""
        channels = self._told.get(happening.incident, set())
        for channel in channels.intersection(self._channels(happening)):
            self._add(channel, happening)
        for channel in channels:
            self._changed[channel, happening.incident] = 1

    def put(self) -> None:
        """Store it."""
        if self._notices:
            self._connection.execute(insert(notices), self._notices)
        if self._changed:
            statement = upsert(self._connection, told)
            ended = {"ended": statement.excluded.ended}
            values = [
                {"channel": name, "incident": number, "ended": end} for (name, number), end in self._changed.items()
            ]
            self._connection.execute(
                statement.on_conflict_do_update(index_elements=["channel", "incident"], set_=ended), values
            )

    def _channels(self, happening: Happening) -> list[str]:
        return self._router.channels_for(happening.entry, happening.host, happening.kind)

    def _add(self, channel: str, happening: Happening) -> None:
        self._notices.append({"channel": channel, "created_at": self._now, **asdict(happening)})


def claim(
    connection: Connection,
    channel: str,
    group: Group,
    now: datetime,
    *,
    most: int | None,
    is_held: Callable[[Sequence[str]], bool],
) -> Batch | None:
    """The message that is due: one that was begun before, else the group that waited longest; None where none is due.

    `most` bounds the notices of a batch. `is_held` says of a group's entries whether they wait for the end of quiet
    hours.
    """
    rows = connection.execute(
        select(notices).where(notices.c.channel == channel).order_by(notices.c.seq).limit(MAX_WAITING)
    ).all()
    begun = next((row.batch for row in rows if row.batch is not None), None)
    if begun is not None:
        own = [row for row in rows if row.batch == begun]
        return Batch(begun, _name(group, own[0]), [_notice(row) for row in own])
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(_name(group, row), []).append(row)
    sent_at = _sent_at(connection, channel)
    for name, own in groups.items():
        due_at = max(own[0].created_at + _us(group.wait_s), sent_at.get(name, 0) + _us(group.interval_s))
        if due_at <= to_micros(now) and not is_held([row.entry for row in own]):
            return _begin(connection, name, own[:most])
    return None


def _begin(connection: Connection, name: str, rows: Sequence[Any]) -> Batch:
    batch = f"msg_{secrets.token_hex(12)}"
    connection.execute(
        update(notices).where(among(connection, notices.c.seq, [row.seq for row in rows])).values(batch=batch)
    )
    return Batch(batch, name, [_notice(row) for row in rows])


def _name(group: Group, row: Any) -> str:
    return "" if group.by == "all" else f"{group.by} {getattr(row, group.by)}"


def _us(seconds: float) -> int:
    return int(seconds * 1_000_000)


def _sent_at(connection: Connection, channel: str) -> dict[str, int]:
    found = connection.execute(select(told_groups).where(told_groups.c.channel == channel))
    return {row.name: row.sent_at for row in found}


def _notice(row: Any) -> Notice:
    at, created_at = from_micros(row.at), from_micros(row.created_at)
    return Notice(row.seq, shown(row.incident), row.entry, row.host, row.kind, at, created_at)


def done(connection: Connection, channel: str, batch: Batch, now: datetime) -> None:
    """The channel has the message."""
    drop(connection, batch)
    statement = upsert(connection, told_groups)
    values = {"channel": channel, "name": batch.group, "sent_at": to_micros(now)}
    sent_at = {"sent_at": statement.excluded.sent_at}
    connection.execute(statement.on_conflict_do_update(index_elements=["channel", "name"], set_=sent_at), [values])


def drop(connection: Connection, batch: Batch) -> None:
    """Nothing of it waits any more."""
    connection.execute(delete(notices).where(notices.c.batch == batch.id))


def alive(connection: Connection, channel: str) -> dict[int, bool]:
    """The incidents that a channel knows as begun, by number: whether the end is still to be told."""
    found = connection.execute(select(told.c.incident, told.c.ended).where(told.c.channel == channel))
    return {row.incident: bool(row.ended) for row in found}


def forget(connection: Connection, channel: str, numbers: Iterable[int]) -> None:
    """The channel knows of their end."""
    its = and_(told.c.channel == channel, told.c.ended == 1, among(connection, told.c.incident, numbers))
    connection.execute(delete(told).where(its))


def newest(connection: Connection, channel: str) -> int:
    """The newest notice of a channel, 0 where none waits."""
    return connection.scalar(select(func.max(notices.c.seq)).where(notices.c.channel == channel)) or 0


def seen(connection: Connection, channel: str, up_to: int) -> None:
    """A channel that is told states knows of these."""
    connection.execute(delete(notices).where(notices.c.channel == channel, notices.c.seq <= up_to))


def tidy(connection: Connection, channels: Mapping[str, bool], now: datetime) -> dict[str, int]:
    """Drop what nobody waits for; gives by channel how many notices were dropped.

    `channels` are those there are: whether each is told states and not events.
    """
    dropped = {}
    oldest = to_micros(now - MAX_AGE)
    known = sorted(channels)
    for name in connection.scalars(select(notices.c.channel).distinct()).all():
        its = notices.c.channel == name
        over = connection.scalar(
            select(notices.c.seq).where(its).order_by(notices.c.seq.desc()).offset(MAX_WAITING).limit(1)
        )
        where = notices.c.created_at < oldest if over is None else notices.c.seq <= over
        gone = its if name not in channels else and_(its, where)
        count = connection.execute(delete(notices).where(gone)).rowcount
        if count and not channels.get(name, False):
            dropped[name] = count
    for table in (told, told_groups):
        connection.execute(delete(table).where(~among(connection, table.c.channel, known)))
    by_event = [name for name, keeps_alive in channels.items() if not keeps_alive]
    connection.execute(delete(told).where(told.c.ended == 1, among(connection, told.c.channel, by_event)))
    connection.execute(delete(told_groups).where(told_groups.c.sent_at < oldest))
    gone_rates = select(incidents.c.id).where(incidents.c.is_on == 0)
    connection.execute(delete(rates_above).where(rates_above.c.incident.in_(gone_rates)))
    return dropped


def waiting(connection: Connection) -> dict[str, Waiting]:
    """What waits, by channel; those for which nothing does are left out."""
    columns = (notices.c.channel, func.count().label("number"), func.min(notices.c.created_at).label("oldest"))
    found = connection.execute(select(*columns).group_by(notices.c.channel))
    return {row.channel: Waiting(row.number, from_micros(row.oldest)) for row in found}
