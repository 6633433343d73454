"""A proxy before the server that is away in nine ways."""

import socket
import struct
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

MOODS: Sequence[str] = ("refuse", "hang", "500", "503", "429", "413", "lost-answer", "garbage", "reset")
_ANSWERS = {
    "500": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "503": b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "429": b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "413": b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "garbage": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 18\r\nConnection: close\r\n\r\n"
    b"<html>welcome</html>"[:18],
}
_LARGE = 20_000


class Proxy:
    """Passes requests on; in a `mood` it does what a server that is away does. One connection, one request."""

    def __init__(self, port: int) -> None:
        self.mood: str | None = None
        self.most_a_second = 0
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._times: list[float] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(30)
            if self.mood == "refuse":
                self._count()
                _reset(connection)
                return
            request = _request(connection)
            if request:
                self._answer(connection, request)

    def _answer(self, connection: socket.socket, request: bytes) -> None:
        mood = self.mood
        if mood is None or (mood == "413" and len(request) < _LARGE):
            connection.sendall(self._asked(request))
            return
        self._count()
        if mood == "hang":
            time.sleep(5)
        elif mood == "reset":
            _reset(connection)
        elif mood == "lost-answer":
            self._asked(request)
        else:
            connection.sendall(_ANSWERS[mood])

    def _asked(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        with socket.create_connection(("127.0.0.1", self._target), 10) as server:
            server.sendall(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body)
            chunks = []
            while chunk := server.recv(65536):
                chunks.append(chunk)
        return b"".join(chunks)

    def _count(self) -> None:
        now = time.monotonic()
        self._times = [at for at in self._times if now - at < 1.0] + [now]
        self.most_a_second = max(self.most_a_second, len(self._times))


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        body += chunk
    return head + b"\r\n\r\n" + body


def _reset(connection: socket.socket) -> None:
    """Close with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
