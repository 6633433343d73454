"""One reader of the load test, a process of its own: asks one thing after the other and times the answers.

`python -m bench.reader PORT ENTRIES SEED SECONDS NUMBER` prints one JSON object. It speaks HTTP itself, over one
connection: a library's client would take as much of the processor as the server does.
"""

import json
import socket
import sys
import time
from collections.abc import Iterator

from bench.rules import make_rules
from bench.site import Ask, asks

_STEP = 1 << 16
_TIMEOUT_S = 30.0


class Connection:
    """A connection that stays open, and is opened again where the server closes it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, each: Ask) -> tuple[int, int]:
        """(status, bytes of the body) of the answer; status 0 where there is none."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), _TIMEOUT_S)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(_bytes_of(each))
            return self._answer(self._socket)
        except (OSError, ValueError, IndexError):
            self.close()
            return 0, 0

    def close(self) -> None:
        """Close it; the next `ask` opens it again."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _answer(self, connection: socket.socket) -> tuple[int, int]:
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += _received(connection)
        head = data[:end].lower()
        length = int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        left = length - (len(data) - end - 4)
        while left > 0:
            left -= len(_received(connection))
        if b"connection: close" in head:
            self.close()
        return int(head[9:12]), length


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(_STEP)
    if not data:
        raise ConnectionError
    return data


def _bytes_of(each: Ask) -> bytes:
    if each.body is None:
        return f"GET {each.path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode("ascii")
    head = f"POST {each.path} HTTP/1.1\r\nHost: bench\r\nContent-Type: {each.content_type}\r\n"
    return f"{head}Content-Length: {len(each.body)}\r\n\r\n".encode("ascii") + each.body


def timed(connection: Connection, wanted: Iterator[Ask], seconds: float) -> Iterator[tuple[str, float, int]]:
    """(kind, milliseconds, status) of each answer, until the time is over."""
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        each = next(wanted)
        status, _size = connection.ask(each)
        yield each.kind, (time.perf_counter() - began) * 1000, status


def main() -> None:
    """Ask for so many seconds."""
    port, entries, seed, seconds, number = sys.argv[1:]
    connection = Connection(int(port))
    wanted = asks(make_rules(int(entries), int(seed)), f"{seed} {number}")
    try:
        rows = list(timed(connection, wanted, float(seconds)))
    finally:
        connection.close()
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
