"""The HTTP API under /api/v1.

operations   the route table: what stands in it is served, checked and documented
models       bodies of requests and answers      openapi       the document made from both
problems     errors                              negotiation   types and languages
paging       pages and cursors                   parameters    those that several operations share
lookup  search  entries  entry_hosts  occurrences  incidents  fleet    one module per group of operations
delivery     what a watcher sends: bounded, checked  access    who may deliver and view
"""

from app.api import entries, entry_hosts, fleet, incidents, lookup, occurrences, openapi, search
from app.api.operations import blueprint

__all__ = ["blueprint", "entries", "entry_hosts", "fleet", "incidents", "lookup", "occurrences", "openapi", "search"]
