"""What a host told of itself at some time, and what changed in between: from the facts of now and the changes since."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from app.incidents.values import DatedChange
from app.store.tables import fact_changes, facts
from app.store.times import from_micros

MOST = 1_000


def facts_at(connection: Connection, host: str, at: int) -> Mapping[str, str]:
    """What the host had told by then; of a time before it told anything, what it told first."""
    told = connection.execute(select(facts).where(facts.c.host == host))
    values: dict[str, str] = {row.name: row.value for row in told}
    later = select(fact_changes).where(fact_changes.c.host == host, fact_changes.c.at > at)
    for row in connection.execute(later.order_by(fact_changes.c.seq.desc())):  # back in time, one after the other
        if row.before is None:
            values.pop(row.name, None)
        else:
            values[row.name] = row.before
    return dict(sorted(values.items()))


def changes(connection: Connection, host: str, since: int, until: int) -> Sequence[DatedChange]:
    """What changed on the host after `since` up to `until`, oldest first; what it told first is no change."""
    wanted = select(fact_changes).where(fact_changes.c.host == host, fact_changes.c.at > since)
    found = connection.execute(wanted.where(fact_changes.c.at <= until).order_by(fact_changes.c.seq).limit(MOST))
    return [DatedChange(from_micros(row.at), row.name, row.before, row.after) for row in found]
