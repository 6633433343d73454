"""The room of one application: its services, what was seen, who may ask how often, and the desk that answers."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, current_app
from werkzeug.exceptions import HTTPException

from app.chat.answer import language_of
from app.chat.answering import Library, answer_to
from app.chat.contract import Ask, Kind, Payload, Posts, Service, Undelivered
from app.chat.desk import Desk, Full, Ticket
from app.chat.limits import AskLimits
from app.chat.metrics import ChatMetrics
from app.chat.notices import Notice, notice
from app.chat.seen import Seen
from app.config import ServeConfig
from app.lookups import recognised_in
from app.server.logs import log
from app.server.metrics import EXTENSION as METRICS
from app.shelf import shelf
from kb.entry import Language

EXTENSION = "faultbook-chat"


@dataclass(frozen=True, slots=True)
class Seat:
    """One service in the room, and what its answers are posted by."""

    kind: Kind
    service: Service
    posts: Posts


class Room:
    """Everything that chat has of its own."""

    def __init__(self, application: Flask, config: ServeConfig, seats: Sequence[Seat]) -> None:
        self._seats = {seat.kind.name: seat for seat in seats}
        self.config = config.chat
        self.seen = Seen()
        self.limits = AskLimits(config.chat.limits)
        self.desk = Desk(config.chat.limits)
        registry = application.extensions[METRICS].registry
        self.metrics = ChatMetrics(registry, lambda: len(self.desk.answers) + len(self.desk.posts))
        self._application = application
        self._public_url = config.public_url

    def service(self, name: str) -> Service | None:
        """The service of this name, None where none is answered."""
        seat = self._seats.get(name)
        return seat.service if seat is not None else None

    def language_of(self, name: str, ask: Ask) -> Language | None:
        """The language that is set for the channel of a question."""
        return self.config.language_of(name, ask.channel)

    def notice(self, name: str, ask: Ask, which: Notice) -> Payload:
        """A sentence of our own, in the asker's language."""
        return self._seats[name].service.notice(notice(which, ask, self.language_of(name, ask)), ask)

    def take(self, name: str, ask: Ask, began: float) -> Ticket:
        """Put a question on the desk; raises Full. `began` is when it arrived, by the performance counter."""
        ticket = Ticket(is_waited_for=ask.in_response)
        self.desk.answers.add(lambda: self._work(name, ask, ticket, began))
        return ticket

    def close(self) -> None:
        """Work off what waits, as long as that is soon done; for the end of the server."""
        self.desk.close()

    def _work(self, name: str, ask: Ask, ticket: Ticket, began: float) -> None:
        with self._application.app_context():
            payload = self._payload(name, ask)
        self.metrics.answered(name, time.perf_counter() - began)
        if ticket.hand_over(payload):
            return
        if ask.in_response and not ask.reply_to:
            self._lost(name, "it came too late for the response, and there is no other way")
            return
        try:
            self.desk.posts.add(lambda: self._post(name, ask, payload))
        except Full:
            self._lost(name, "too many answers wait to be posted")

    def _payload(self, name: str, ask: Ask) -> Payload:
        """The answer; what nobody foresaw goes to the log, and the asker is told that it failed."""
        seat = self._seats[name]
        try:
            library = Library(shelf().current, self._public_url, recognised_in, seat.kind.call)
            answer = answer_to(ask, language_of(ask, self.language_of(name, ask)), library)
            return seat.service.render(answer, ask)
        except HTTPException:
            return self.notice(name, ask, "busy")  # too many lookups run
        except Exception as error:
            log("failed", level=40, failure=error, service=name)
            return self.notice(name, ask, "failed")

    def _post(self, name: str, ask: Ask, payload: Payload) -> None:
        try:
            self._seats[name].service.deliver(payload, ask, self._seats[name].posts)
        except Undelivered as error:
            self._lost(name, str(error))
        except Exception as error:
            log("failed", level=40, failure=error, service=name)
            self._lost(name, "it failed here")
        else:
            self.metrics.posted(name, True)

    def _lost(self, name: str, why: str) -> None:
        log("chat answer lost", level=30, service=name, why=why)
        self.metrics.posted(name, False)


def room() -> Room:
    """The room of the running application."""
    found: Room = current_app.extensions[EXTENSION]
    return found
