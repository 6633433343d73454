"""What people see of incidents, as typed values. Times are aware datetimes in UTC; ids are 16 hexadecimal digits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

State = Literal["open", "returned", "resolved"]
"""`open`: on now; `returned`: on now again, after it was resolved; `resolved`: over, by silence or by a recovery."""
StateFilter = Literal["on", "new", "open", "returned", "resolved"]
"""`on` is open or returned; `new` is on and seen for the first time within `NEW_FOR_S`."""
STATE_FILTERS: Final[tuple[StateFilter, ...]] = ("on", "new", "open", "returned", "resolved")
EventKind = Literal["new", "returned", "resumed", "resolved"]
"""`resumed`: it was told as resolved by silence, and rows that came late say that it never stopped."""
ActionKind = Literal["known", "not-known", "snooze", "wake", "comment"]
ACTION_KINDS: Final[tuple[ActionKind, ...]] = ("known", "not-known", "snooze", "wake", "comment")
Refusal = Literal["action", "until", "name", "comment", "no-comment", "place", "incident"]
"""What was wrong with what was asked."""
NEW_FOR_S: Final = 24 * 3600
MAX_PAGE: Final = 500


class IncidentError(Exception):
    """What was asked for an incident cannot be done; str() says what to do, `about` what was wrong with it."""

    def __init__(self, about: Refusal, said: str) -> None:
        super().__init__(said)
        self.about: Final = about


class NoIncident(IncidentError):
    """There is no incident with this id."""

    def __init__(self, incident: str) -> None:
        super().__init__("incident", f'there is no incident "{incident}"')


@dataclass(frozen=True, slots=True)
class Change:
    """A fact of a host that changed; `fact` as in `kernel`, `bird`, `nic_drivers.ixgbe`. None: not told of."""

    fact: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class DatedChange:
    """The same, and when the host told of it."""

    at: datetime
    fact: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Incident:
    """One trouble on one host.

    `identity` holds the values of the entry's identity fields as text. `count` counts matches (a row of a storm counts
    as many as it stands for) and is not changed by the retention of rows. `onset_at` is when it last began, equal to
    `first_seen` unless it returned. `quiet_since`: on, but silent for longer than `QUIET_AFTER_S`: the last time it was
    seen. `resolved_at`: when it was over; None while it is on. `recovered_by`: the matcher (`entry/matcher`) whose
    match ended it; None where silence did. `resolves_at`: when silence ends it, while it is on. `changed`: the host's
    facts that changed between the end and the return. `returns`: how often it came back. `fields` and `row` are of the
    last occurrence; `row` is as it is listed (`text`, `path`, `time`, ...), cut where it was very long.
    """

    id: str
    entry: str
    host: str
    identity: Mapping[str, str]
    state: State
    is_new: bool
    first_seen: datetime
    last_seen: datetime
    onset_at: datetime
    count: int
    quiet_since: datetime | None
    resolved_at: datetime | None
    resolves_at: datetime | None
    recovered_by: str | None
    returns: int
    returned_at: datetime | None
    changed: Sequence[Change]
    known_by: str | None
    known_at: datetime | None
    snoozed_by: str | None
    snoozed_until: datetime | None
    rate_per_hour: float
    fields: Mapping[str, Any]
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IncidentQuery:
    """Which incidents: each filter that is not None holds. The one seen last comes first.

    `entries` any of these (a severity or component as its entries; empty: nothing); `since` seen at this time or later;
    `handled` known or snoozed now, or neither. `after` is `next` of the page before.
    """

    entry: str | None = None
    entries: Collection[str] | None = None
    host: str | None = None
    state: StateFilter | None = None
    handled: bool | None = None
    since: datetime | None = None
    limit: int = 50
    after: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Incidents, and the position to go on after; None on the last page."""

    incidents: Sequence[Incident]
    next: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """What became of an incident. `at` is when it happened, `recorded_at` when the store learned of it.

    `detail`: of `returned` and `resumed` nothing or `{"changed": [[fact, before, after], ...]}`, of `resolved`
    `{"by": "silence"}` or `{"by": "entry/matcher"}`. Events have the order of `seq`: none appears behind a later one.
    """

    seq: int
    incident: str
    entry: str
    host: str
    kind: EventKind
    at: datetime
    recorded_at: datetime
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewAction:
    """What somebody wants done: `until` for a snooze, `comment` for a comment, and if wished for the others."""

    kind: ActionKind
    comment: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody did, and when; actions are never removed."""

    seq: int
    incident: str
    kind: ActionKind
    name: str
    at: datetime
    comment: str | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class EntryCount:
    """The incidents of one entry: `on` includes `returned` and `new`; `handled` are those of them known or snoozed.

    `hosts` is how many hosts they are on.
    """

    entry: str
    incidents: int
    on: int
    new: int
    returned: int
    handled: int
    hosts: int
    hosts_on: int
    occurrences: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class HostCount:
    """A host that delivered: its incidents, and what it tells of itself (flat, as in `nic_drivers.ixgbe`).

    `delivered_at`: when it last delivered rows or facts.
    """

    host: str
    incidents: int
    on: int
    last_seen: datetime | None
    delivered_at: datetime
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FactCount:
    """A row of the cross table: of the `hosts` that tell this value of the fact, so many have or had the entry."""

    fact: str
    value: str
    hosts: int
    hosts_with: int
    hosts_on: int


@dataclass(frozen=True, slots=True)
class HourCount:
    """Occurrences within one hour, by when they happened; hours without any are not given."""

    hour: datetime
    count: int
