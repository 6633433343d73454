"""Connections whose clients may be slow or hostile: what waitress leaves open is closed here.

waitress parses requests before it gives them to a thread, so a slow client holds no thread. But it counts any byte as
activity, so one byte now and then would keep a connection for ever, and it reads a request that has both a
Content-Length and a Transfer-Encoding, which two servers in a row may understand differently (RFC 9112, 6.1 and 11.2).
"""

import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error

from app.api.problems import CONTENT_TYPE, problem_of
from app.server.clients import IS_FORWARDED, NAMED, PEER, names_forwarding
from app.server.guard import is_delivery
from app.server.headers import SECURITY
from app.server.logs import log

if TYPE_CHECKING:
    from app.config import Limits
    from app.server.metrics import Metrics

_LINGER_S = 2.0
_LINGER_BYTES = 1 << 16
_MUCH_BYTES = 1 << 16
_UNKNOWN = "/api/"  # a request whose first line was not understood may have been one to the API


class Bounds(Adjustments):
    """What waitress is told of limits; `deliveries` are those of a watcher's delivery.

    `admits` says by the Authorization header and the peer's address whether somebody may deliver anything at all.
    """

    deliveries: Adjustments | None = None
    admits: Callable[[str, str], bool] | None = None


class NotAdmitted(Error):
    """A large delivery without a token that this server knows."""

    code = 401
    reason = "Unauthorized"


class StrictParser(HTTPRequestParser):
    """Refuses what two servers may understand differently, and a request that names no host or several.

    How large the body may be depends on the address: what is too large is refused before it is sent, and so is a large
    delivery of somebody who may not deliver.
    """

    adj: Adjustments

    def __init__(self, adj: Adjustments, peer: str = "") -> None:
        super().__init__(adj)
        self._peer = peer
        self._refusal: Error | None = None

    def received(self, data: bytes) -> int:
        """Take the next bytes of the stream; how many belong to this request."""
        taken: int = super().received(data)
        if self.error is None and self._refusal is not None:
            self.error, self.completed = self._refusal, True
        if self.error is not None:
            self.expect_continue = False  # else waitress would ask for the body of what it refuses
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request; raises ParsingError, which becomes 400."""
        super().parse_header(header_plus)
        coded = self.chunked or "TRANSFER_ENCODING" in self.headers
        if coded and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding in one request")
        if coded and self.version != "1.1":
            raise ParsingError("Transfer-Encoding needs HTTP/1.1")
        hosts = self.headers.get("HOST")
        if (hosts is None and self.version == "1.1") or "," in (hosts or ""):
            raise ParsingError("one Host header is needed")
        asked: Any = self  # the stubs know no path
        if is_delivery(asked.command, asked.path):
            admits = getattr(self.adj, "admits", None)
            self.adj = getattr(self.adj, "deliveries", None) or self.adj
            is_much = coded or self.content_length > _MUCH_BYTES
            if is_much and admits is not None and not admits(self.headers.get("AUTHORIZATION", ""), self._peer):
                self._refusal = NotAdmitted("no valid token")


class PeerTask(WSGITask):
    """Tells the application who is at the connection's other end, and by what name it was asked under names of our own.

    Forwarded headers do not change that. Nothing may be made from what a client says this server is called, and some
    names are errors to those who try, so the usual variable always holds the same name.
    """

    def get_environment(self) -> dict[str, Any]:
        """The WSGI environment."""
        environ: dict[str, Any] = super().get_environment()
        request: Any = self.request  # the stubs take the request for its error
        environ[PEER] = self.channel.addr[0]
        environ[NAMED] = request.headers.get("HOST", "")
        environ[IS_FORWARDED] = names_forwarding(request.headers)
        environ["HTTP_HOST"] = "localhost"
        return environ


class RefusalTask(ErrorTask):
    """Answers a request that never reaches the application: a problem for the API, a line of text for others."""

    def execute(self) -> None:
        """Write the answer and close the connection."""
        request: Any = self.request  # as above
        error: Error = request.error
        path = getattr(request, "path", _UNKNOWN)
        told = problem_of(error.code, _reason(error, is_delivery(getattr(request, "command", ""), path)))
        reference = str(told["instance"])
        is_api = path.startswith(_UNKNOWN)
        body = json.dumps(told) if is_api else f"{error.code} {told['title']}: {told['detail']} ({reference})\n"
        self.status = f"{error.code} {told['title']}"
        self.response_headers = [
            ("Content-Type", CONTENT_TYPE if is_api else "text/plain; charset=utf-8"),
            ("Cache-Control", "no-store"),
            *SECURITY.items(),
        ]
        if error.code == NotAdmitted.code:
            self.response_headers.append(("WWW-Authenticate", "Bearer"))
        self.set_close_on_finish()
        self.content_length = len(body.encode())
        self.write(b"" if getattr(request, "command", "") == "HEAD" else body.encode())
        channel: Any = self.channel
        channel.is_refused = True
        server: Any = channel.server
        server.metrics.refused(error.code)
        log("refused", client=self.channel.addr[0], status=error.code, reason=str(error.body), ref=reference)


_REASONS = {
    401: "send a valid token of a host: Authorization: Bearer TOKEN",
    413: "the body is too large; send a shorter piece, or use faultbook scan for whole logs",
    431: "the request line and headers are too large; pasted text travels by POST, in the body",
    500: "the server failed; its log tells more",
    501: "only the chunked transfer coding is read",
}


def _reason(error: Error, is_of_watcher: bool) -> str:
    if error.code == 413 and is_of_watcher:
        return "the delivery is too large; send fewer rows"
    return _REASONS.get(error.code, "the request is not valid HTTP/1.1")


class BoundedChannel(HTTPChannel):
    """A connection that knows since when its client keeps it waiting."""

    parser_class = StrictParser
    task_class = PeerTask
    error_task_class = RefusalTask

    def __init__(self, *arguments: Any, **more: Any) -> None:
        self._partial_since: float | None = time.time()  # at first the head of the first request is waited for
        self._sending_since: float | None = None
        self._lingers_until: float | None = None
        self.is_refused = False
        super().__init__(*arguments, **more)
        peer = self.addr[0] if isinstance(self.addr, tuple) else ""
        self.parser_class = partial(StrictParser, peer=peer)  # type: ignore[assignment]  # it is only called

    def received(self, data: bytes) -> bool:
        """Take what the client sent."""
        before = self.request
        taken: bool = super().received(data)
        if self.request is None:
            self._partial_since = None
        elif self.request is not before:
            self._partial_since = time.time()
        return taken

    def readable(self) -> bool:
        """Whether to read from the client."""
        return self._lingers_until is not None or super().readable()

    def handle_read(self) -> None:
        """Read what is there; of a client whose request was refused nothing is kept."""
        if self._lingers_until is None:
            super().handle_read()
        else:
            self.recv(_LINGER_BYTES)  # closes the channel where the client is done

    def handle_close(self) -> None:
        """Close; a client that is still sending what was refused is heard out first, or it would not see the answer."""
        if self.is_refused and self._lingers_until is None and self.connected and self.socket is not None:
            self._lingers_until = time.time() + _LINGER_S
            self.will_close = False
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
            return
        super().handle_close()

    def is_overdue(self, now: float, limits: "Limits") -> bool:
        """Whether the client took longer than it may to send a request, or to take an answer."""
        if self._lingers_until is not None:
            return now > self._lingers_until
        if not self.total_outbufs_len:
            self._sending_since = None
        elif self._sending_since is None:
            self._sending_since = now
        if self._sending_since is not None and now - self._sending_since > limits.body_time_s:
            return True
        if self._partial_since is None or self.requests:
            return False
        in_body = self.request is not None and self.request.headers_finished
        return now - self._partial_since > (limits.body_time_s if in_body else limits.header_time_s)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way: no request in part or whole, no answer."""
        return not (self.requests or self.total_outbufs_len or self.request is not None)


class BoundedServer(TcpWSGIServer):
    """The listening socket and its connections."""

    channel_class = BoundedChannel
    active_channels: dict[int, BoundedChannel]  # type: ignore[assignment]  # the stubs say: one channel
    limits: "Limits"
    metrics: "Metrics"

    def maintenance(self, now: float) -> None:
        """Close connections that rest too long or whose client is too slow; waitress calls it every second."""
        super().maintenance(int(now))
        for channel in list(self.active_channels.values()):
            if channel.is_overdue(now, self.limits):
                log("slow", client=channel.addr[0])
                channel.will_close = True

    def stop_listening(self) -> None:
        """Take no more connections; those that are open go on."""
        self.accepting = False
        self.del_channel()
        if self.socket is not None:
            self.socket.close()
