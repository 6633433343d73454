"""The tables for SQLAlchemy. The migrations make them; a test holds that both say the same, on both databases."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, text

metadata = MetaData()
_Number = BigInteger().with_variant(Integer, "sqlite")  # of SQLite's own integers only INTEGER numbers rows
IS_TROUBLE = text("recovery = 0")
"""Rows that are no recoveries; written out, so that partial indexes are used."""
IS_ON = text("is_on = 1")
IS_BACK = text("returns > 0")
"""Incidents that were not told as resolved; written out for the same reason."""

occurrence_ids = Table(
    "occurrence_ids",
    metadata,
    Column("id", Text, primary_key=True),
    Column("recorded_at", BigInteger, nullable=False),
    Index("occurrence_ids_recorded_at", "recorded_at"),
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("seq", _Number, primary_key=True),
    Column("id", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("row", Text, nullable=False),
    Column("recovery", Integer, nullable=False),
    Column("incident", BigInteger),
    Index("occurrences_recorded_at", "recorded_at"),
    Index("occurrences_entry", "entry"),
    Index("occurrences_host", "host"),
    Index("occurrences_incident", "incident"),
)

recording = Table(
    "recording",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("counted_seq", BigInteger, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("onset_at", BigInteger, nullable=False),
    Column("resolves_at", BigInteger, nullable=False),
    Column("recovered_by", Text),
    Column("is_on", Integer, nullable=False),
    Column("returns", Integer, nullable=False),
    Column("returned_at", BigInteger),
    Column("changed", Text),
    Column("known_by", Text),
    Column("known_at", BigInteger),
    Column("snoozed_by", Text),
    Column("snoozed_until", BigInteger),
    Index("incidents_last_at", "last_at", "id"),
    Index("incidents_entry", "entry", "last_at", "id"),
    Index("incidents_host", "host", "last_at", "id"),
    Index("incidents_on", "last_at", "id"),
    Index("incidents_on_entry", "entry", "host"),
    Index("incidents_returned", "last_at", "id"),
)

incident_rows = Table(
    "incident_rows",
    metadata,
    Column("incident", _Number, primary_key=True, autoincrement=False),
    Column("row", Text, nullable=False),
)

incident_hours = Table(
    "incident_hours",
    metadata,
    Column("incident", BigInteger, primary_key=True, autoincrement=False),
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Index("incident_hours_hour", "hour"),
)

entry_hours = Table(
    "entry_hours",
    metadata,
    Column("entry", Text, primary_key=True),
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
)

entry_totals = Table(
    "entry_totals",
    metadata,
    Column("entry", Text, primary_key=True),
    Column("incidents", BigInteger, nullable=False),
    Column("hosts", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)

entry_hosts = Table(
    "entry_hosts",
    metadata,
    Column("entry", Text, primary_key=True),
    Column("host", Text, primary_key=True),
)

incident_events = Table(
    "incident_events",
    metadata,
    Column("seq", _Number, primary_key=True),
    Column("incident", BigInteger, nullable=False),
    Column("entry", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("detail", Text),
    Index("incident_events_incident", "incident", "seq"),
    Index("incident_events_host", "host", "seq"),
)

incident_actions = Table(
    "incident_actions",
    metadata,
    Column("seq", _Number, primary_key=True),
    Column("incident", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("comment", Text),
    Column("until", BigInteger),
    Index("incident_actions_incident", "incident", "seq"),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("recorded_at", BigInteger, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("facts_name", "name", "value"),
)

fact_changes = Table(
    "fact_changes",
    metadata,
    Column("seq", _Number, primary_key=True),
    Column("host", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Index("fact_changes_host", "host", "at"),
)

telling = Table(
    "telling",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("seq", _Number, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("incident", BigInteger, nullable=False),
    Column("entry", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("batch", Text),
    Index("notices_channel", "channel", "seq"),
)

told = Table(
    "told",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("incident", BigInteger, primary_key=True, autoincrement=False),
    Column("ended", Integer, nullable=False),
)

told_groups = Table(
    "told_groups",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sent_at", BigInteger, nullable=False),
)

rates_above = Table(
    "rates_above",
    metadata,
    Column("incident", _Number, primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("token_digest", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

host_facts = Table(
    "host_facts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("facts", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

health = Table(
    "health",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("checked_at", BigInteger, nullable=False),
)
