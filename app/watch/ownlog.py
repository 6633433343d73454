"""The watcher's own log: one line per event on stderr, escaped, and few of them.

Under systemd a line begins with its priority (sd-daemon(3)) and the journal adds the time; elsewhere it begins with the
time. A trouble is told once when it begins and once when it is over, however often it is met in between.
"""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal, TextIO

from app.watch.contract import Clock

Level = Literal["error", "warning", "notice", "info"]
_PRIORITIES: Mapping[Level, int] = {"error": 3, "warning": 4, "notice": 5, "info": 6}
_MOST = 1000


class OwnLog:
    """Writes the lines. Safe to call from several threads; what cannot be written is left out."""

    def __init__(self, clock: Clock, stream: TextIO, environment: Mapping[str, str] = os.environ) -> None:
        self._clock = clock
        self._stream = stream
        self._is_journal = _is_journal(stream, environment)
        self._troubles: dict[str, str] = {}

    def say(self, level: Level, message: str) -> None:
        """One event."""
        from kb.template import visible  # noqa: PLC0415 - most watchers have little to say

        text = visible(message)[:_MOST]
        if self._is_journal:
            line = f"<{_PRIORITIES[level]}>{text}\n"
        else:
            line = f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ} faultbook: {level}: {text}\n"
        with suppress(OSError, ValueError):  # the disk under it is full, or it is closed
            self._stream.write(line)
            self._stream.flush()

    def trouble(self, about: str, message: str | None, level: Level = "warning") -> None:
        """How `about` stands: a message tells the trouble it is in, None that all is well (again)."""
        known = self._troubles.get(about)
        if message is None:
            if known is not None:
                del self._troubles[about]
                self.say("notice", f"{about}: all is well again")
        elif message != known:
            self._troubles[about] = message
            self.say(level, f"{about}: {message}")

    @property
    def troubles(self) -> Mapping[str, str]:
        """What is not well now, by what it is about."""
        return self._troubles


def _is_journal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """systemd names device and inode of the stream it connected to the journal (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def own_log_path(stream: TextIO) -> str | None:
    """The file that the own log goes to, links resolved; None where it is none."""
    try:
        descriptor = stream.fileno()
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return os.path.realpath(f"/proc/self/fd/{descriptor}")
    except (OSError, ValueError):
        return None
