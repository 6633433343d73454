"""What the start page and articles tell of the fleet: to those who may see it, to others nothing at all."""

from collections.abc import Sequence
from typing import Final

from app.api.access import may_view, store
from app.incidents.values import EntryCount, IncidentQuery
from app.server.logs import log
from app.store.errors import StoreError

_HOSTS: Final = 5
_LOOKED_AT: Final = 50


def counts_for_reader(entry: str | None = None) -> Sequence[EntryCount]:
    """Counts by entry (or of one), those with most incidents on first; empty for who may not see them.

    A store that does not answer takes nothing away from an article but this.
    """
    try:
        return store().incidents.entry_counts(entry) if may_view() else ()
    except StoreError as error:
        log("store fails", level=40, trouble=str(error))
        return ()


def hosts_now(count: EntryCount | None) -> Sequence[str]:
    """A few of the hosts on which the entry is on, those that saw it last first; for who was given its count."""
    if count is None or not count.on:
        return ()
    try:
        page = store().incidents.page(IncidentQuery(entry=count.entry, state="on", limit=_LOOKED_AT))
    except StoreError:
        return ()
    return list(dict.fromkeys(each.host for each in page.incidents))[:_HOSTS]
