"""Answers for whoever asks how the watcher stands, given by the loop between two turns.

Two listening sockets: `status.sock` in the state directory, which says one JSON object and closes, and the port of
`/metrics`, where a request of HTTP is read first. Nobody can make the loop wait: sockets do not block, a peer gets
`PATIENCE_S` and few bytes, and only so many are served at once.
"""

import json
import os
import selectors
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from app.watch.metrics import CONTENT_TYPE, exposition
from app.watch.status import Snapshot
from app.watch.wake import Wake

SOCKET_NAME: Final = "status.sock"
PATIENCE_S: Final = 5.0
MAX_REQUEST: Final = 8192
MAX_PEERS: Final = 16

Answer = Callable[[bytes], bytes]


class Desk:
    """The sockets of one watcher."""

    def __init__(self, wake: Wake, snapshot: Callable[[], Snapshot], monotonic: Callable[[], float]) -> None:
        self._wake = wake
        self._snapshot = snapshot
        self._monotonic = monotonic
        self._state_dir: Path | None = None
        self._listening: list[socket.socket] = []
        self._peers: dict[socket.socket, _Peer] = {}

    def open_status(self, state_dir: Path) -> None:
        """Listen in the state directory; raises OSError. The state is locked, so a socket that lies there is stale."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _socket_path(state_dir) as path:
            with suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108 - the path goes by a descriptor
            listener.bind(path)
            os.chmod(path, 0o600)  # noqa: PTH101
        self._state_dir = state_dir
        self._listen(listener, None)

    def open_metrics(self, host: str, port: int) -> str:
        """Listen for HTTP; gives the address as HOST:PORT, raises OSError."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
        except OSError:
            listener.close()
            raise
        self._listen(listener, self._http)
        return f"{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"

    def expire(self) -> None:
        """Let go of peers that take too long."""
        now = self._monotonic()
        for connection, peer in list(self._peers.items()):
            if now >= peer.until:
                self._drop(connection)

    def close(self) -> None:
        """Stop listening."""
        for connection in list(self._peers):
            self._drop(connection)
        for listener in self._listening:
            self._wake.remove(listener)
            listener.close()
        self._listening.clear()
        if self._state_dir is not None:
            with suppress(OSError):
                (self._state_dir / SOCKET_NAME).unlink()

    def _listen(self, listener: socket.socket, answer: Answer | None) -> None:
        listener.setblocking(False)
        listener.listen(MAX_PEERS)
        self._listening.append(listener)
        self._wake.add(listener, lambda _events: self._accept(listener, answer))

    def _accept(self, listener: socket.socket, answer: Answer | None) -> None:
        try:
            connection, _address = listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        if len(self._peers) >= MAX_PEERS:
            connection.close()
            return
        peer = self._peers[connection] = _Peer(answer, self._monotonic() + PATIENCE_S)
        if answer is None:
            peer.out = json.dumps(self._snapshot().to_plain()).encode() + b"\n"
        events = selectors.EVENT_WRITE if peer.out else selectors.EVENT_READ
        self._wake.add(connection, lambda _events: self._serve(connection), events)

    def _serve(self, connection: socket.socket) -> None:
        peer = self._peers[connection]
        try:
            if not peer.out:
                self._take(connection, peer)
            if peer.out:
                peer.out = peer.out[connection.send(peer.out) :]
                if not peer.out:
                    self._drop(connection)
        except BlockingIOError:
            return
        except OSError:
            self._drop(connection)

    def _take(self, connection: socket.socket, peer: "_Peer") -> None:
        data = connection.recv(MAX_REQUEST)
        peer.request += data
        if peer.answer is not None and b"\n\r\n" in peer.request.replace(b"\n\n", b"\n\r\n"):
            peer.out = peer.answer(peer.request)
            self._wake.change(connection, lambda _events: self._serve(connection), selectors.EVENT_WRITE)
        elif not data or len(peer.request) > MAX_REQUEST:
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        self._wake.remove(connection)
        self._peers.pop(connection, None)
        connection.close()

    def _http(self, request: bytes) -> bytes:
        words = request.split(b"\n", 1)[0].split()
        if len(words) != 3 or not words[2].startswith(b"HTTP/"):
            return _response("400 Bad Request", "not a request of HTTP\n")
        if words[0] not in (b"GET", b"HEAD"):
            return _response("405 Method Not Allowed", "use GET\n", "Allow: GET, HEAD\r\n")
        if words[1].split(b"?")[0] != b"/metrics":
            return _response("404 Not Found", "there is only /metrics here\n")
        return _response("200 OK", exposition(self._snapshot()), with_body=words[0] == b"GET")


class _Peer:
    """What is known of one connection: what came, and what is left to be sent."""

    def __init__(self, answer: Answer | None, until: float) -> None:
        self.answer = answer
        self.until = until
        self.request = b""
        self.out = b""


def _response(status: str, body: str, more: str = "", *, with_body: bool = True) -> bytes:
    kind = CONTENT_TYPE if status.startswith("200") else "text/plain; charset=utf-8"
    data = body.encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n{more}Connection: close\r\n\r\n"
    )
    return head.encode() + (data if with_body else b"")


@contextmanager
def _socket_path(state_dir: Path) -> Iterator[str]:
    """The socket's path by its directory's descriptor: a unix socket's name holds 107 bytes, a path may be longer."""
    directory = os.open(state_dir, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{SOCKET_NAME}"
    finally:
        os.close(directory)


def ask(state_dir: Path) -> dict[str, Any]:
    """What the watcher on this state directory says of itself; raises OSError where there is none."""
    with _socket_path(state_dir) as path, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        if not stat.S_ISSOCK(os.stat(path).st_mode):  # noqa: PTH116
            raise ConnectionRefusedError(f"{SOCKET_NAME} is not a socket")
        connection.settimeout(PATIENCE_S)
        connection.connect(path)
        chunks = []
        while chunk := connection.recv(65536):
            chunks.append(chunk)
    answer: dict[str, Any] = json.loads(b"".join(chunks))
    return answer
