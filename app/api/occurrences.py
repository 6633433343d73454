"""`POST` and `GET /api/v1/occurrences`: watchers deliver here, and what was recorded is listed."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from flask import Response, request
from werkzeug.exceptions import BadRequest, HTTPException

from app.api.access import check_may_deliver, check_may_view, check_token, store, store_answers
from app.api.delivery import Delivery, read_delivery
from app.api.json_response import json_response
from app.api.models import Accepted, OccurrencePage, Problem
from app.api.operations import JSON, Parameter, operation
from app.api.paging import cursor_of, limit_of, paging, position_of
from app.api.since import since_of
from app.server.guard import guard
from app.server.logs import log
from app.server.metrics import metrics
from app.store.errors import StoreFull
from app.store.occurrences import NewOccurrence, Order, Query

_DEFAULT = 100
_FULL_RETRY_S = 30
ENTRY = Parameter("entry", "Only occurrences of this entry.")
HOST = Parameter("host", "Only those that this host's watcher recorded.")
SINCE = Parameter("since", "Only those recorded at this time or later: ISO 8601, UTC where it names no zone.")
ORDER = Parameter(
    "order", "That of recording, or the newest first.", {"type": "string", "enum": ["asc", "desc"], "default": "asc"}
)


class InsufficientStorage(HTTPException):
    """The disk is full (RFC 4918, 11.5): nothing of the request was kept, it may be repeated."""

    code = 507

    @property
    def name(self) -> str:
        """The phrase of the status."""
        return "Insufficient Storage"

    def get_headers(self, *arguments: object, **more: object) -> list[tuple[str, str]]:
        """With when to come again."""
        return [*super().get_headers(), ("Retry-After", str(_FULL_RETRY_S))]


@operation(
    "POST",
    "/occurrences",
    "Deliver what a watcher recorded",
    answers={200: Accepted, 422: Problem, 507: Problem},
    bodies={JSON: Delivery},
    needs="host",
)
def deliver() -> Response:
    """Answered with 200 when all rows are on the disk, else nothing of them is kept. The body may be gzip."""
    with _refusals_counted(), store_answers():
        check_token()
        delivery, size = read_delivery()
        token = check_may_deliver(delivery.host)
        guard().check_amount(token, len(delivery.occurrences), size)
        rows = [row.to_record() for row in delivery.occurrences]
        stored = _recorded(delivery, rows)
    return json_response({"accepted": len(rows), "stored": stored})


@operation(
    "GET",
    "/occurrences",
    "List what was recorded",
    answers={200: OccurrencePage},
    parameters=(ENTRY, HOST, SINCE, ORDER, *paging(_DEFAULT)),
    needs="viewer",
)
def list_occurrences() -> Response:
    """A page of what was recorded, in the order of recording; `next` is the cursor of the page behind it."""
    with store_answers():
        check_may_view()
        query = _query()
        found = store().page(query)
    cursor = None if found.next is None else cursor_of(f"{query.order}:{found.next}")
    return json_response({"occurrences": found.rows, "next": cursor})


def _recorded(delivery: Delivery, rows: Sequence[NewOccurrence]) -> int:
    try:
        stored = store().record(delivery.host, rows, delivery.facts)
    except StoreFull as error:
        log("store full", level=40, trouble=str(error))
        raise InsufficientStorage("the server's disk is full; nothing of this was kept, send it again later") from None
    metrics().delivered([row.entry for row in rows], stored)
    return stored


@contextmanager
def _refusals_counted() -> Iterator[None]:
    try:
        yield
    except HTTPException as error:
        metrics().delivery_refused(error.code or 500)
        raise


def _query() -> Query:
    order = request.args.get("order", "asc")
    if order not in ("asc", "desc"):
        raise BadRequest("order is asc or desc")
    return Query(
        entry=request.args.get("entry") or None,
        host=request.args.get("host") or None,
        since=since_of(),
        limit=limit_of(_DEFAULT),
        order=cast(Order, order),
        after=_after(order),
    )


def _after(order: str) -> int | None:
    position = position_of()
    if position is None:
        return None
    found = re.fullmatch(r"(asc|desc):([0-9]{1,18})", position)
    if found is None or found[1] != order:
        raise BadRequest("the cursor is not one that this server gave for this order; begin without one")
    return int(found[2])
