"""Bodies of requests and answers about incidents."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from app.api.models import EntryId, FieldValue, Occurrence, Title
from app.incidents.actions import MAX_COMMENT, MAX_NAME
from app.incidents.values import ActionKind, EventKind, State

_TIME = "ISO 8601, UTC."


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FactChange(_Model):
    """A fact of the host that changed."""

    fact: str = Field(examples=["kernel", "nic_drivers.ixgbe"])
    before: str | None
    after: str | None


class LastRow(Occurrence):
    """The last occurrence, cut where it was very long."""


class Incident(_Model):
    """Occurrences of one entry, host and identity: one trouble, with its life."""

    id: str = Field(pattern="^[0-9a-f]{16}$")
    entry: str = EntryId
    title: str = Title
    severity: Literal["info", "warning", "error", "critical"] | None
    host: str = Field(description="Whose watcher recorded it.")
    identity: dict[str, str] = Field(description="Values of the fields that make two occurrences the same trouble.")
    state: State = Field(description="open: on now; returned: on again after it was resolved; resolved: over.")
    is_new: bool = Field(description="Open, and seen for the first time within a day.")
    first_seen: str = Field(description=_TIME)
    last_seen: str = Field(description=_TIME)
    onset_at: str = Field(description="When it last began: first_seen, or the last return.")
    count: int = Field(ge=1, description="Matches, also those whose rows are kept no longer.")
    rate_per_hour: float = Field(ge=0, description="Matches within about the last hour.")
    quiet_since: str | None = Field(description="On, but not seen for 15 minutes: since when.")
    resolved_at: str | None = Field(description="Since when it is over.")
    resolves_at: str | None = Field(description="On: when silence ends it.")
    recovered_by: str | None = Field(description="The matcher whose match ended it; null: silence did, or it is on.")
    returns: int = Field(ge=0, description="How often it came back.")
    returned_at: str | None
    changed: list[FactChange] = Field(description="What changed on the host between the last end and the return.")
    known_by: str | None
    known_at: str | None
    snoozed_by: str | None
    snoozed_until: str | None
    fields: dict[str, FieldValue | None] = Field(description="Of the last occurrence.")
    row: LastRow


class IncidentList(_Model):
    """A page of incidents, the one seen last first."""

    incidents: list[Incident]
    next: str | None = Field(description="Cursor of the next page, null on the last one.")


class EventDetail(_Model):
    """What there is to tell of an event."""

    by: str | None = Field(None, description="Of `resolved`: silence, or the matcher.")
    changed: list[list[str | None]] | None = Field(None, description="Of `returned`: [fact, before, after].")


class IncidentEvent(_Model):
    """What became of an incident."""

    seq: int
    incident: str
    entry: str
    host: str
    kind: EventKind
    at: str = Field(description="When it happened.")
    recorded_at: str = Field(description="When the store learned of it.")
    detail: EventDetail


class ActionDone(_Model):
    """What somebody did with an incident."""

    seq: int
    incident: str
    kind: ActionKind
    name: str
    at: str
    comment: str | None
    until: str | None


class HourCount(_Model):
    """Occurrences of one hour."""

    hour: str
    count: int


class IncidentDetail(Incident):
    """An incident with everything that is known of it."""

    evidence: list[Occurrence] = Field(description="The newest occurrences that are kept, newest first.")
    events: list[IncidentEvent]
    actions: list[ActionDone]
    hours: list[HourCount] = Field(
        description="Of the 48 hours before it was last seen; hours without any are left out."
    )
    facts: dict[str, str] = Field(description="What the host tells of itself now.")


class ActionRequest(BaseModel):
    """What to do with an incident."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ActionKind
    comment: Annotated[str, StringConstraints(max_length=MAX_COMMENT)] | None = None
    until: AwareDatetime | None = Field(None, description="Of a snooze: until when, a year at most.")
    name: Annotated[str, StringConstraints(max_length=MAX_NAME)] | None = Field(
        None, description="Who does it; the token's own name is kept too."
    )
