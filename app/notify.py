"""Tell systemd how a service stands: sd_notify(3) over its socket, in a few lines.

Outside a unit with `Type=notify` everything here does nothing.
"""

import os
import socket
import time
from collections.abc import Mapping


class Notifier:
    """Speaks for this process. A message that cannot be sent is left out: nothing depends on it."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self._watchdog_s = _watchdog_s(environment) if self._address is not None else None
        self._alive_at = float("-inf")

    @property
    def is_wanted(self) -> bool:
        """Whether anybody listens."""
        return self._address is not None

    @property
    def watchdog_s(self) -> float | None:
        """How often `alive` has to be said at the least: half of what the unit allows; None: never."""
        return self._watchdog_s

    def ready(self, status: str = "") -> None:
        """The service is up, for the first time or again after `reloading`."""
        self._send("READY=1", f"STATUS={_one_line(status)}")

    def reloading(self) -> None:
        """The configuration is being read again; `ready` ends it."""
        now_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={now_us}")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={_one_line(text)}")

    def stopping(self) -> None:
        """The service is on its way down."""
        self._send("STOPPING=1")

    def alive(self, now: float) -> None:
        """The main loop turns; `now` is monotonic. Cheap enough to be said at every turn."""
        if self._watchdog_s is not None and now - self._alive_at >= self._watchdog_s:
            self._alive_at = now
            self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(
                socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
            ) as sender:
                sender.sendto("\n".join(lines).encode("utf-8", "replace"), self._address)
        except OSError:
            return


def _address(name: str) -> str | None:
    """A path, or a name in the abstract name space, which is written with a leading @."""
    if name.startswith("@"):
        return "\0" + name[1:]
    return name if name.startswith("/") else None


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    allowed_us = environment.get("WATCHDOG_USEC", "")
    return int(allowed_us) / 2e6 if allowed_us.isascii() and allowed_us.isdigit() and int(allowed_us) > 0 else None


def _one_line(text: str) -> str:
    return " ".join(text.split())
