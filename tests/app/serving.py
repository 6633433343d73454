"""A real server for tests, polled until it answers: the command as a child, or the run loop in a thread."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.api.access import EXTENSION as STORE
from app.chat.contract import Kind, Posts
from app.config import ServeConfig
from app.server.reload import Reloader
from app.server.run import Server, bind
from app.shelf import Outcome, Shelf
from app.store.store import Store

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 60.0
_URL = re.compile(r"http://127\.0\.0\.1:(\d+)/")


@dataclass(frozen=True)
class Answer:
    """What a server answered; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Asks the server on a port of this machine."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(
        self, method: str, path: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            data = body.encode() if isinstance(body, str) else body
            connection.request(method, path, data, dict(headers or {}))
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, body: bytes | str, content_type: str = "text/plain", **headers: str) -> Answer:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, body, {"Content-Type": content_type, **more})

    def connect(self) -> socket.socket:
        """A connection of its own; close it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_S)

    def raw(self, data: bytes) -> bytes:
        """What the server sends for these bytes until it closes the connection."""
        with self.connect() as connection:
            connection.sendall(data)
            with contextlib.suppress(OSError):  # it may have closed already
                connection.shutdown(socket.SHUT_WR)
            return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Everything until the other end closes."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def until(holds: Callable[[], Any], what: str) -> Any:
    """The first true value; fails after a while."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if value := holds():
            return value
        time.sleep(0.02)
    raise AssertionError(f"it did not happen: {what}")


class Child(Client):
    """`faultbook serve` as a child; `log` is what it wrote to stderr so far."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        found = until(lambda: _URL.search(self.log) or process.poll() is not None, "the server says its URL")
        assert found is not True, self.log
        super().__init__(int(found[1]))
        until(self.answers, "the server answers")

    @property
    def log(self) -> str:
        return "".join(self._lines)

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self.get("/healthz").status == 200
        return False

    def logged(self, text: str) -> str:
        """The first line of the log with this text, as soon as it is there."""
        found: str = until(lambda: next((line for line in self._lines if text in line), None), f"a log line: {text}")
        return found

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(DEADLINE_S)
        self._reader.join(DEADLINE_S)
        return code

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            for line in stream:
                self._lines.append(line.decode("utf-8"))


@contextlib.contextmanager
def child(cache: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Child]:
    """The real command on a free port."""
    state = tempfile.TemporaryDirectory()
    own = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TZ", "VIRTUAL_ENV")}
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--bind", "127.0.0.1:0", *arguments],
        cwd=ROOT,
        env={
            **own,
            "FAULTBOOK_CACHE": str(cache),
            "XDG_STATE_HOME": state.name,
            "LC_ALL": "C.UTF-8",
            **(environment or {}),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    served = None
    try:
        served = Child(process)
        yield served
    finally:
        if served is not None:
            served.end(signal.SIGKILL)
        elif process.poll() is None:
            process.kill()
            process.wait(DEADLINE_S)
        state.cleanup()


@contextlib.contextmanager
def in_thread(
    config: ServeConfig,
    shelf: Shelf,
    prepare: Callable[[Flask], object] | None = None,
    posts: Callable[[Kind], Posts] | None = None,
) -> Iterator[tuple[Client, Server]]:
    """The run loop in a thread of this process, for limits and failures that no option gives."""
    free = replace(config, bind_port=0)
    application = create_app(free, shelf, posts=posts)
    if prepare is not None:
        prepare(application)
    outcomes: list[Outcome] = []
    listening = bind(free)
    server = Server(application, free, listening, Reloader(shelf, outcomes.append))
    thread = threading.Thread(target=server.run, daemon=True)
    port = listening.getsockname()[1]
    thread.start()
    try:
        yield Client(port), server
    finally:
        server.end()
        thread.join(DEADLINE_S)
        store: Store | None = application.extensions[STORE]
        if store is not None:
            store.close()
        assert not thread.is_alive()


def request_of(*lines: str, body: bytes = b"") -> bytes:
    """The bytes of a request: its lines joined as HTTP asks, and the body."""
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def responses(data: bytes) -> Sequence[int]:
    """The status codes of the responses in these bytes."""
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) ", data)]


@pytest.fixture(scope="session")
def cache(shared_cache: Path) -> Path:
    """Where servers keep compiled entries."""
    return shared_cache


@pytest.fixture(scope="module")
def server(cache: Path, entries: Path) -> Iterator[Child]:
    """A running server with two entries; tests leave it as it is."""
    with child(cache, "--entries", str(entries)) as running:
        yield running


@pytest.fixture(scope="module")
def shelf(cache: Path, entries: Path) -> Shelf:
    """The same two entries in this process."""
    return Shelf([str(entries)], cache)
