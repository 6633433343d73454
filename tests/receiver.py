"""A real server that takes what is posted to it, and answers as a test says."""

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request; names of headers are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b"ok"
    headers: Mapping[str, str] = field(default_factory=dict)


class Receiver:
    """Answers with what `script` holds, one after the other, and `otherwise` behind its end."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.script: deque[Reply] = deque()
        self.otherwise = Reply()
        self.arrived = threading.Condition()
        self._listener = _Listener(("127.0.0.1", 0), _Exchange)
        self._listener.own = self
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    def wait_for(self, holds: Callable[[list[Received]], Any], what: str, within_s: float = 20.0) -> None:
        """Until this holds of what was received."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: holds(self.received), within_s), f"did not happen: {what}"

    def close(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join(10)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    own: Receiver

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that are gone


class _Exchange(BaseHTTPRequestHandler):
    server: _Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        own = self.server.own
        headers = {name.lower(): value for name, value in self.headers.items()}
        with own.arrived:
            own.received.append(Received(self.path, headers, body))
            reply = own.script.popleft() if own.script else own.otherwise
            own.arrived.notify_all()
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def do_GET(self) -> None:
        with self.server.own.arrived:
            self.server.own.received.append(Received(self.path, {}, b""))
        self.send_error(405)

    def log_message(self, format: str, *arguments: object) -> None:
        pass
