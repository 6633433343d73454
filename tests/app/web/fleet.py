"""A small fleet for the tests of its pages: an entry that is on, came back and is over, and hosts with odd names."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.incidents.values import Incident, IncidentQuery
from app.store.store import Store
from tests.troubles import new

DAY: Final = 86_400
OLD, NEW = {"kernel": "5.8.0", "bird": "2.0.3"}, {"kernel": "6.1.0", "bird": "2.0.12"}
ENTRY: Final = "demo-fault"


def fill(store: Store, now: datetime, entry: str = ENTRY, **fields: object) -> None:
    """`db-1` has it for an hour, on `db-2` it came back after an upgrade, on `db-3` it is over, `db-4` is well."""
    text = "demo: eth0 failed 5 times in /var/lib/x: no signal"
    store.record("db-1", [new(entry, now, ago_s=ago, text=text, **fields) for ago in (3_600, 1_800, 60)], OLD)
    store.record("db-2", [new(entry, now, ago_s=4 * DAY, text=text, **fields)], OLD)
    store.record("db-2", [new(entry, now, ago_s=120, text=text, **fields)], OLD | {"bird": "2.0.12"})
    store.record("db-3", [new(entry, now, ago_s=3 * DAY, text=text, **fields)], OLD)
    store.record("db-4", [], NEW)
    while store.count_waiting() or store.settle():
        pass


def on_host(store: Store, host: str) -> Incident:
    """The only incident of a host."""
    [found] = incidents(store, host)
    return found


def incidents(store: Store, host: str | None = None) -> Sequence[Incident]:
    """Every incident, or a host's."""
    return store.incidents.page(IncidentQuery(host=host)).incidents
