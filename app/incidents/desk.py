"""Incidents behind one object, for pages, API and notifications: `store.incidents`. Every method raises StoreError."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from app.incidents import actions, fleet, history, lists, past, verdicts
from app.incidents.values import (
    Action,
    DatedChange,
    EntryCount,
    Event,
    FactCount,
    HostCount,
    HourCount,
    Incident,
    IncidentPage,
    IncidentQuery,
    NewAction,
)
from app.incidents.verdicts import HostVerdict
from app.store.times import to_micros

if TYPE_CHECKING:
    from kb.entry import Article

Reading = Callable[[], AbstractContextManager[Connection]]


class Incidents:
    """Asks and changes incidents. Safe to use from many threads."""

    def __init__(self, reading: Reading, writing: Reading, now: Callable[[], datetime]) -> None:
        self._reading = reading
        self._writing = writing
        self._now = now

    def now(self) -> datetime:
        """The time as of which everything is told."""
        return self._now()

    def page(self, query: IncidentQuery) -> IncidentPage:
        """A page of incidents, the one seen last first; raises IncidentError for an `after` that is none."""
        with self._reading() as connection:
            return lists.page(connection, query, self._now())

    def one(self, incident: str) -> Incident | None:
        """The incident with this id, None where there is none."""
        with self._reading() as connection:
            return lists.one(connection, incident, self._now())

    def evidence(self, incident: str, limit: int = 20) -> Sequence[Mapping[str, Any]]:
        """Its newest occurrences that are still kept, as they are listed, newest first."""
        with self._reading() as connection:
            return lists.evidence(connection, incident, limit)

    def events(
        self,
        *,
        incident: str | None = None,
        host: str | None = None,
        after: int | None = None,
        newest_first: bool = False,
        limit: int = 200,
    ) -> Sequence[Event]:
        """Events in the order in which the store learned of them (or the reverse), those behind `after` (a `seq`)."""
        with self._reading() as connection:
            return history.events(connection, incident, host, after, newest_first=newest_first, limit=limit)

    def actions(self, incident: str) -> Sequence[Action]:
        """What people did with it, oldest first."""
        with self._reading() as connection:
            return history.actions(connection, incident)

    def hours(
        self,
        *,
        since: datetime,
        until: datetime | None = None,
        entry: str | None = None,
        incident: str | None = None,
        host: str | None = None,
    ) -> Sequence[HourCount]:
        """Occurrences by hour, oldest first: of one entry, incident or host, or of all."""
        with self._reading() as connection:
            until = until or self._now()
            return history.hours(connection, since, until, entry=entry, incident=incident, host=host)

    def entry_counts(self, entry: str | None = None) -> Sequence[EntryCount]:
        """Counts for each entry that has incidents (or for this one), by how many are on, then by the last seen."""
        with self._reading() as connection:
            return fleet.entry_counts(connection, self._now(), entry)

    def hosts(self, limit: int = 1_000, after: str | None = None) -> Sequence[HostCount]:
        """The hosts that have incidents or told facts, by name, those behind `after`."""
        with self._reading() as connection:
            return fleet.hosts(connection, self._now(), limit, after)

    def host(self, host: str) -> HostCount | None:
        """One host, None where nothing is known of it."""
        with self._reading() as connection:
            return fleet.host(connection, self._now(), host)

    def facts(self, hosts: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """What these hosts tell of themselves: host -> fact -> value."""
        with self._reading() as connection:
            return fleet.facts(connection, hosts)

    def facts_at(self, host: str, at: datetime) -> Mapping[str, str]:
        """What a host had told of itself by then; of a time before it told anything, what it told first."""
        with self._reading() as connection:
            return past.facts_at(connection, host, to_micros(at))

    def changes(self, host: str, since: datetime, until: datetime | None = None) -> Sequence[DatedChange]:
        """What changed on a host after `since`, oldest first."""
        with self._reading() as connection:
            return past.changes(connection, host, to_micros(since), to_micros(until or self._now()))

    def verdicts(self, article: "Article") -> Sequence[HostVerdict]:
        """Which hosts the entry affects, by the versions they tell; by name."""
        with self._reading() as connection:
            return verdicts.verdicts(connection, self._now(), article)

    def fact_names(self) -> Sequence[str]:
        """The names of all facts that any host told, sorted."""
        with self._reading() as connection:
            return fleet.fact_names(connection)

    def cross(self, entry: str, fact: str) -> Sequence[FactCount]:
        """The cross table of one entry: for each value of the fact how many hosts tell it, and how many have it."""
        with self._reading() as connection:
            return fleet.cross(connection, self._now(), entry, fact)

    def act(self, incident: str, action: NewAction, name: str) -> Action:
        """Do this in the name of somebody; raises NoIncident and IncidentError."""
        with self._writing() as connection:
            return actions.act(connection, incident, action, name, self._now())
