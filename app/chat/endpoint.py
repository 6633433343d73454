"""`POST /chat/NAME`: from the raw bytes of a request to an answer, or to a promise of one.

Nothing is read of a request before its bytes have proved their sender. What was delivered before is acknowledged and
not answered again.
"""

import time
from dataclasses import dataclass

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from app.api.json_response import json_response
from app.api.problems import problem
from app.chat.contract import Ask, Challenge, Ignore, Malformed, Payload, Refused, Request
from app.chat.desk import Full, Ticket
from app.chat.metrics import Outcome
from app.chat.notices import Notice
from app.chat.room import Room, room
from app.server.clients import client_address
from app.server.guard import guard
from app.server.logs import log

blueprint = Blueprint("chat", __name__)
_SIGN_YOURSELF = {"WWW-Authenticate": "Signature"}


@blueprint.post("/chat/<name>")
def receive(name: str) -> Response:
    """What a chat service sends: 404 where it has no secret here, 401 where it proves none."""
    began, own = time.perf_counter(), room()
    service = own.service(name)
    if service is None:
        return problem(404, "no chat service is answered here; docs/chat.md says how to set one up")
    try:
        given = _given(own.config.limits.max_body_bytes)
        signature = service.verify(given)
        asked = service.parse(given)
    except Refused as error:
        log("chat refused", level=30, service=name, client=client_address(), why=str(error))
        own.metrics.requested(name, "refused")
        guard().check_rate()
        return problem(401, f"the request does not prove that it comes from {name}", _SIGN_YOURSELF)
    except Malformed as error:
        own.metrics.requested(name, "malformed")
        return problem(400, str(error))
    received = _received(service.acknowledgement())
    if isinstance(asked, Challenge):
        own.metrics.requested(name, "challenge")
        return json_response(asked.payload)
    if isinstance(asked, Ignore):
        own.metrics.requested(name, "ignored")
        return received
    outcome, response = _Asking(own, name, asked, began).answered(signature, received)
    own.metrics.requested(name, outcome)
    return response


def _given(most: int) -> Request:
    """The request as its service reads it; raises 413."""
    request.max_content_length = most
    if (request.content_length or 0) > most:
        raise RequestEntityTooLarge(f"at most {most} bytes are read; ask with a shorter piece")
    headers = {key.lower(): value for key, value in request.headers.items()}
    return Request(request.get_data(cache=False), headers, time.time())


@dataclass(frozen=True, slots=True)
class _Asking:
    """A question that has just arrived; `began` is when, by the performance counter."""

    room: Room
    name: str
    ask: Ask
    began: float

    def answered(self, signature: str, received: Response) -> tuple[Outcome, Response]:
        """What becomes of it; `received` is the response that says only that it is here."""
        asked = self.ask
        ids = (("id", asked.delivery_id), ("sign", signature))
        names = [f"{self.name} {kind} {value}" for kind, value in ids if value]
        if not self.room.seen.is_new(names):
            return "repeated", received
        if self.room.limits.wait_s(self.name, asked.sender, asked.channel):
            return "limited", self._notice("limited") if asked.in_response else received
        try:
            ticket = self.room.take(self.name, asked, self.began)
        except Full:
            self.room.seen.forget(names)
            # Whoever does not wait for the answer gets the question delivered again by the vendor.
            again = problem(503, headers={"Retry-After": "5"})
            return "busy", self._notice("busy") if asked.in_response else again
        return self._waited(ticket, received) if asked.in_response else ("accepted", received)

    def _waited(self, ticket: Ticket, received: Response) -> tuple[Outcome, Response]:
        payload = ticket.wait(self.room.config.limits.wait_s)
        if payload is not None:
            return "answered", json_response(payload)
        return ("accepted", received) if self.ask.reply_to else ("busy", self._notice("busy"))

    def _notice(self, which: Notice) -> Response:
        return json_response(self.room.notice(self.name, self.ask, which))


def _received(payload: Payload | None) -> Response:
    return Response(status=200) if payload is None else json_response(payload)
