"""One connection to the server: rows are posted, answers are told apart.

The connection is kept open between requests. Redirects are not followed, no proxy of the environment is used, and
certificates are checked against the system's. Every step is bounded: `timeout_s` for each wait of the socket,
`DEADLINE_FACTOR` times that for the whole exchange, so that a server that sends a byte now and then holds nobody up,
and `MAX_ANSWER` bytes of the answer.
"""

import gzip
import http.client
import json
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from kb.version import VERSION

ROUTE = "/api/v1/occurrences"
DEADLINE_FACTOR = 3
MAX_ANSWER = 64 * 1024
_WORTH_PACKING = 1024


class NoAnswer(Exception):
    """Nothing came back, or nothing that is HTTP: refused, reset, too late, a bad certificate; str() says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said. `headers` have lower-case names; `body` is at most MAX_ANSWER bytes."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def accepted(self) -> int | None:
        """How many rows our server says it has; None where the answer is not our server's."""
        if not 200 <= self.status < 300:
            return None
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        count = value.get("accepted") if isinstance(value, dict) else None
        return count if type(count) is int else None

    @property
    def is_problem(self) -> bool:
        """Whether it explains itself as our server does (RFC 9457)."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/problem+json"

    def detail(self) -> str:
        """What a problem (RFC 9457) says, or nothing."""
        with suppress(ValueError, RecursionError):
            value = json.loads(self.body)
            if isinstance(value, dict) and isinstance(value.get("detail"), str):
                return str(value["detail"])[:300]
        return ""


class Post:
    """Posts bodies to one server. One thread posts; `abort` may be called by any."""

    def __init__(self, url: str, timeout_s: float, *, route: str = ROUTE) -> None:
        parts = urlsplit(url)
        path = parts.path.rstrip("/") + route if route else parts.path or "/"
        self._path = f"{path}?{parts.query}" if parts.query else path
        self._timeout_s = timeout_s
        host, port = parts.hostname or "", parts.port
        self._connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(host, port, timeout=timeout_s, context=context)
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
        self.packs = True

    def send(self, body: bytes, token: str | None, more: Mapping[str, str] | None = None) -> Answer:
        """Post a body of JSON, with more headers, and give the answer; raises NoAnswer.

        On a connection that was kept open and that the server has closed meanwhile it is tried once more, on a new
        one: rows have ids, so the server may well get them twice.
        """
        headers = {"Content-Type": "application/json", "User-Agent": f"faultbook/{VERSION}", **(more or {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if self.packs and len(body) >= _WORTH_PACKING:
            body = gzip.compress(body, 6, mtime=0)
            headers["Content-Encoding"] = "gzip"
        try:
            if self._connection.sock is not None:
                with suppress(ConnectionError, http.client.HTTPException):
                    return self._exchange(body, headers)
            return self._exchange(body, headers)
        except TimeoutError:
            raise NoAnswer(f"no answer within {self._timeout_s:g} s") from None
        except ssl.SSLCertVerificationError as error:
            raise NoAnswer(f"its certificate is not accepted: {error.verify_message}") from None
        except ConnectionError as error:
            raise NoAnswer(error.strerror or "the connection was closed without an answer") from None
        except http.client.HTTPException as error:
            raise NoAnswer(f"what came back is not HTTP, or not whole ({type(error).__name__})") from None
        except (OSError, UnicodeError) as error:
            raise NoAnswer(getattr(error, "strerror", None) or str(error) or type(error).__name__) from None

    def abort(self) -> None:
        """Break off what is under way."""
        sock = self._connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(2)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _exchange(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        late = threading.Event()
        timer = threading.Timer(self._timeout_s * DEADLINE_FACTOR, self._too_late, (late,))
        timer.daemon = True
        timer.start()
        try:
            return self._answer(body, headers)
        except BaseException:
            self._connection.close()
            if late.is_set():
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()

    def _too_late(self, late: threading.Event) -> None:
        late.set()
        self.abort()

    def _answer(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            self._connection.request("POST", self._path, body, dict(headers))
        except (BrokenPipeError, ConnectionResetError):
            # Whoever refuses a body may answer before it has read it all, and then close.
            response = self._connection.response_class(self._connection.sock, method="POST")
            response.begin()
            is_over = True
        else:
            response = self._connection.getresponse()
            is_over = response.will_close
        with response:
            data = response.read(MAX_ANSWER)
            if is_over or not response.isclosed():
                self._connection.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, data)
