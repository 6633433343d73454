"""The run loop: bind, load, serve, and end without losing an answer.

The socket is bound before anything is loaded, so that an address in use is known at once, and listens only when
requests can be answered. SIGTERM and SIGINT end it: no new connections, requests under way are answered, exit 0.
"""

import errno
import os
import signal
import socket
import sys
import time
from functools import partial
from types import FrameType
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from app.api.access import EXTENSION as STORE
from app.api.access import may_send
from app.config import ConfigError, ServeConfig
from app.notify import Notifier
from app.server.channel import BoundedChannel, BoundedServer, Bounds
from app.server.logs import log
from app.server.metrics import EXTENSION
from app.server.reload import Reloader

_LOOP_S = 1.0
_NOT_CONNECTIONS = 2  # of what waitress counts: the listening socket, and the pipe that wakes the loop
_DRAIN_LOOP_S = 0.05
_RECV_BYTES = 1 << 16
_ADVICE = {
    errno.EADDRINUSE: "another program listens there; stop it, or choose another port with --bind",
    errno.EADDRNOTAVAIL: "this machine has no such address; choose one that it has with --bind",
    errno.EACCES: "ports below 1024 need a privilege; choose a higher one with --bind",
}


def bind(config: ServeConfig) -> socket.socket:
    """A socket on the configured address that does not listen yet; raises ConfigError with what to do."""
    host, port = config.bind_host, config.bind_port
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ConfigError(f'the host of "{where}" is not known; write an address, as in 127.0.0.1:8080') from None
    family, kind, protocol, _name, address = found[0]
    own = socket.socket(family, kind, protocol)
    try:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            own.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        own.bind(address)
    except OSError as error:
        own.close()
        advice = _ADVICE.get(error.errno or 0, "choose another address with --bind")
        raise ConfigError(f"cannot listen on {where} ({error.strerror or error}): {advice}") from None
    return own


def url_of(listening: socket.socket) -> str:
    """The URL under which this machine reaches a bound socket."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class Server:
    """One application on one socket, from `run` until a signal."""

    def __init__(self, application: Flask, config: ServeConfig, listening: socket.socket, reloader: Reloader) -> None:
        self._limits = config.limits
        self._reloader = reloader
        self._notifier = Notifier()
        self._ending = False
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(config.threads)
        self._map: dict[int, Any] = {}
        name = listening.getsockname()
        bounds = _adjustments(config)
        store = application.extensions.get(STORE)
        bounds.admits = None if store is None else partial(may_send, store)
        self._server = BoundedServer(
            application.wsgi_app,
            self._map,
            _sock=listening,
            dispatcher=self._dispatcher,
            adj=bounds,
            sockinfo=(listening.family, listening.type, listening.proto, name),
            bind_socket=False,
        )
        self._server.limits = config.limits
        self._server.metrics = application.extensions[EXTENSION]

    def obey_signals(self) -> None:
        """End on SIGTERM and SIGINT (a second SIGINT: at once), reload on SIGHUP; for the main thread only."""
        signal.signal(signal.SIGTERM, self._on_end)
        signal.signal(signal.SIGINT, self._on_end)
        signal.signal(signal.SIGHUP, self._on_reload)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._server.active_channels)

    def end(self) -> None:
        """Let `run` drain and return; from any thread."""
        self._ending = True
        self._server.pull_trigger()

    def run(self) -> None:
        """Serve until it is told to end; systemd is told when it is up, and that it lives."""
        self._reloader.start()
        self._notifier.ready("serving")
        loop_s = min(_LOOP_S, self._notifier.watchdog_s or _LOOP_S)
        try:
            while not self._ending:
                self._notifier.alive(time.monotonic())
                wasyncore.loop(timeout=loop_s, use_poll=True, map=self._map, count=1)
            self._drain()
        finally:
            self._reloader.stop()
            self._dispatcher.shutdown(timeout=1)
            wasyncore.close_all(self._map)

    def _on_end(self, number: int, _frame: FrameType | None) -> None:
        if self._ending and number == signal.SIGINT:
            os._exit(130)
        self.end()

    def _on_reload(self, _number: int, _frame: FrameType | None) -> None:
        self._reloader.ask("SIGHUP")

    def _drain(self) -> None:
        """Answer what is under way, as long as it may take.

        A connection is idle when it was before a look at the sockets and is still after it: what has arrived by now is
        under way, too.
        """
        log("ending", connections=self.connections)
        self._notifier.stopping()
        self._server.stop_listening()
        deadline = time.monotonic() + self._limits.drain_time_s
        while self._server.active_channels and time.monotonic() < deadline:
            idle = self._idle()
            wasyncore.loop(timeout=_DRAIN_LOOP_S, use_poll=True, map=self._map, count=1)
            for channel in idle & self._idle():
                channel.will_close = True
        log("ended", unanswered=self.connections)

    def _idle(self) -> set[BoundedChannel]:
        return {channel for channel in list(self._server.active_channels.values()) if channel.is_idle}


def _adjustments(config: ServeConfig) -> Bounds:
    bounds = _bounds(config, config.limits.max_body_bytes)
    bounds.deliveries = _bounds(config, config.limits.max_delivery_bytes)
    return bounds


def _bounds(config: ServeConfig, max_body_bytes: int) -> Bounds:
    limits = config.limits
    proxy = {}
    if config.trusted_proxy is not None:
        proxy = {
            "trusted_proxy": config.trusted_proxy,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        }
    return Bounds(
        ident=None,
        recv_bytes=_RECV_BYTES,
        max_request_body_size=max_body_bytes + 1,  # it refuses what is as large as that
        max_request_header_size=limits.max_header_bytes,
        connection_limit=limits.max_connections + _NOT_CONNECTIONS,
        channel_timeout=limits.idle_time_s,
        cleanup_interval=1,
        asyncore_use_poll=True,
        log_socket_errors=False,
        clear_untrusted_proxy_headers=True,
        **proxy,
    )


def announce(url: str, entries: int) -> None:
    """Say on stderr where the site is."""
    print(f"faultbook: {entries} entries on {url} (Ctrl-C ends it)", file=sys.stderr, flush=True)
