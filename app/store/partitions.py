"""The partitions of `occurrences` on PostgreSQL: one for each day of recording (UTC), made ahead and on demand.

A partition is made as a table of its own and then attached, which lets readers go on; creating it in place would wait
for all of them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, text

from app.store.times import to_micros

AHEAD_DAYS = 3
_NAME = re.compile(r"occurrences_([0-9]{4})([0-9]{2})([0-9]{2})")
_LISTED = text(
    "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
    "WHERE inhparent = 'occurrences'::regclass ORDER BY child.relname"
)


@dataclass(frozen=True, slots=True)
class Partition:
    """One day of rows."""

    day: date

    @property
    def name(self) -> str:
        """The table's name."""
        return f"occurrences_{self.day:%Y%m%d}"

    @property
    def begin(self) -> int:
        """The first microsecond of the day."""
        return to_micros(datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC))

    @property
    def end(self) -> int:
        """The first microsecond behind the day."""
        return Partition(self.day + timedelta(days=1)).begin


def day_of(micros: int) -> date:
    """The day of a time."""
    return datetime.fromtimestamp(micros // 1_000_000, UTC).date()


def listed(connection: Connection) -> list[Partition]:
    """The partitions that there are, oldest first."""
    found = (_NAME.fullmatch(name) for name in connection.scalars(_LISTED))
    return [Partition(date(*map(int, each.groups()))) for each in found if each is not None]


def make(connection: Connection, day: date) -> bool:
    """Make the partition of this day; False where it is there already. The caller has the turn, so nobody else does."""
    one = Partition(day)
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": one.name}) is not None:
        return False
    connection.exec_driver_sql(f"CREATE TABLE {one.name} (LIKE occurrences INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    connection.exec_driver_sql(
        f"ALTER TABLE occurrences ATTACH PARTITION {one.name} FOR VALUES FROM ({one.begin}) TO ({one.end})"
    )
    return True


def drop(connection: Connection, one: Partition) -> None:
    """Remove a day with all its rows; gives up (StoreBusy) where readers hold it for longer than two seconds."""
    connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
    connection.exec_driver_sql(f"DROP TABLE {one.name}")
