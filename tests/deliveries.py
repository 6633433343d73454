"""What tests of recording and delivery share: a clock, rows, a disk that fills up, and servers that misbehave."""

import json
import resource
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zlib import decompress

from app.watch.contract import Row

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class HandClock:
    """A clock that only tests move."""

    def __init__(self, now: datetime = NOON) -> None:
        self.at = now
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


def sent_row(number: int, entry: str = "demo-fault", at: datetime = NOON, **more: Any) -> dict[str, Any]:
    """A row as it is delivered."""
    return {
        "entry": entry,
        "matcher": "fault",
        "source": "kernel",
        "path": "/var/log/messages",
        "line": number + 1,
        "offset": number * 100,
        "end": number * 100 + 99,
        "time": None,
        "host": None,
        "fields": {"iface": "eth0", "n": number},
        "text": f"demo: eth0 failed {number} times",
        "id": f"id-{number:08}",
        "seen_at": at.isoformat(),
    } | more


def row(number: int, entry: str = "demo-fault", at: datetime = NOON, **more: Any) -> Row:
    """A row as an input gives it."""
    sent = sent_row(number, entry, at, **more)
    return Row(sent["id"], entry, (str(more.get("key", "")),), json.dumps(sent), at)


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size`, as though the disk were full there; needs no root."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class Exchange(BaseHTTPRequestHandler):
    """One connection to a `Server`; `rows` are those of the request at hand."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Listener"
    rows: list[dict[str, Any]]
    host: str

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = decompress(body, wbits=31)
        delivery = json.loads(body)
        self.rows, self.host = delivery["occurrences"], delivery["host"]
        own = self.server.own
        own.requests.append(dict(self.headers) | {"path": self.path, "rows": str(len(self.rows))})
        own.deliveries.append(delivery)
        (own.script.popleft() if own.script else own.otherwise)(self)

    def record(self) -> None:
        own = self.server.own
        own.stored += [each for each in self.rows if each["id"] not in own.ids]
        own.ids |= {each["id"] for each in self.rows}

    def answer(
        self, status: int, body: bytes = b"", content_type: str = "application/json", headers: Mapping[str, str] = {}
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


Behaviour = Callable[[Exchange], None]


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    own: "Server"

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that are gone


class Server:
    """A real server on a free port that does with each request what its script says, and `otherwise` behind its end."""

    def __init__(self, port: int = 0) -> None:
        self.script: deque[Behaviour] = deque()
        self.otherwise: Behaviour = takes
        self.requests: list[dict[str, str]] = []
        self.deliveries: list[dict[str, Any]] = []
        self.stored: list[dict[str, Any]] = []
        self.ids: set[str] = set()
        self.released = threading.Event()
        self._listener = _Listener(("127.0.0.1", port), Exchange)
        self._listener.own = self
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def numbers(self) -> list[int]:
        """The rows that it has, by number, in the order in which they came."""
        return [each["fields"]["n"] for each in self.stored]

    def close(self) -> None:
        self.released.set()
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()


def takes(exchange: Exchange) -> None:
    """As it should be."""
    exchange.record()
    exchange.answer(200, json.dumps({"accepted": len(exchange.rows), "stored": len(exchange.rows)}).encode())


def says(status: int, body: bytes = b"", content_type: str = "text/html", **headers: str) -> Behaviour:
    """Refuses with this answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.answer(status, body, content_type, named)


def loses_the_answer(exchange: Exchange) -> None:
    """Stores the rows and closes the connection."""
    exchange.record()
    exchange.close_connection = True


def resets(exchange: Exchange) -> None:
    """Breaks the connection off with a reset."""
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.close_connection = True


def hangs(exchange: Exchange) -> None:
    """Says nothing until the test is over."""
    exchange.server.own.released.wait(30)
    exchange.close_connection = True


def cuts_the_answer(exchange: Exchange) -> None:
    """Stores the rows and answers half."""
    exchange.record()
    exchange.send_response(200)
    exchange.send_header("Content-Length", "1000")
    exchange.end_headers()
    exchange.wfile.write(b'{"accepted"')
    exchange.close_connection = True


def speaks_no_http(exchange: Exchange) -> None:
    exchange.wfile.write(b"220 mail.example.net ESMTP\r\n")
    exchange.close_connection = True
