"""The tables for SQLAlchemy. The migrations make them; a test holds that both say the same."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()

occurrence_ids = Table("occurrence_ids", metadata, Column("id", Text, primary_key=True))

occurrences = Table(
    "occurrences",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("row", Text, nullable=False),
    Index("occurrences_recorded_at", "recorded_at"),
    Index("occurrences_entry", "entry"),
    Index("occurrences_host", "host"),
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
