"""Entries read again while the server runs: on SIGHUP, and when their files change.

Files change in bursts (an editor, `git pull`, a configuration map that is swapped), so a reload waits until nothing
has happened for a moment. Some file systems tell nothing, and a directory that is replaced as a whole takes its watch
with it, so the files' fingerprint is compared now and then as well.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from app.server.logs import log
from app.shelf import Outcome, Shelf
from kb.catalog import EntriesError, Fingerprint

_QUIET_S = 0.3
_LONGEST_WAIT_S = 5.0
_COMPARE_EVERY_S = 30.0
_CHANGES = frozenset({"created", "modified", "moved", "deleted"})


class Reloader:
    """A thread that reloads the shelf when it is asked to or when files change; `told` hears of every reload."""

    def __init__(
        self, shelf: Shelf, told: Callable[[Outcome], None], compare_every_s: float = _COMPARE_EVERY_S
    ) -> None:
        self._shelf = shelf
        self._told = told
        self._compare_every_s = compare_every_s
        self._wake = threading.Event()
        self._asked: str | None = None
        self._last_change = 0.0
        self._stopping = False
        self._seen = self._fingerprint()
        self._observer: BaseObserver | None = None
        self._thread = threading.Thread(target=self._run, name="reloader", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._watch()
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a reload under way is not waited for."""
        self._stopping = True
        self._wake.set()
        self._unwatch()

    def ask(self, why: str) -> None:
        """Reload as soon as possible, changed or not. Safe in a signal handler."""
        self._asked = why
        self._wake.set()

    def changed(self) -> None:
        """A file below the directories changed."""
        self._last_change = time.monotonic()
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(self._compare_every_s)
            self._wake.clear()
            self._settle()
            asked, self._asked = self._asked, None
            if not self._stopping:
                self._compare(asked)

    def _settle(self) -> None:
        """Wait until nothing happens any more; not for ever, and not when somebody asked."""
        deadline = time.monotonic() + _LONGEST_WAIT_S
        while self._asked is None and time.monotonic() < min(deadline, self._last_change + _QUIET_S):
            self._wake.wait(_QUIET_S)
            self._wake.clear()

    def _compare(self, asked: str | None) -> None:
        found = self._fingerprint()
        if found == self._seen and asked is None:
            return
        self._watch()  # first, so that what changes while the set is read is noticed
        self._seen = self._fingerprint()
        self._report(self._shelf.reload(), asked or "files changed")

    def _report(self, outcome: Outcome, why: str) -> None:
        if outcome.trouble is not None:
            log("entries refused", level=30, why=why, entries=outcome.entries, trouble=outcome.trouble)
        else:
            log("entries loaded", why=why, entries=outcome.entries, changed=outcome.taken)
        self._told(outcome)

    def _fingerprint(self) -> str:
        try:
            return Fingerprint.of(self._shelf.directories).digest
        except EntriesError as error:
            return str(error)

    def _watch(self) -> None:
        """Watch the directories as they are now."""
        self._unwatch()
        observer = Observer()
        try:
            for directory in self._shelf.directories:
                observer.schedule(_Changes(self), str(Path(directory).resolve()), recursive=True)
            observer.start()
        except (EntriesError, OSError) as error:
            log("not watching", level=30, reason=str(error), compared_every_s=self._compare_every_s)
            return
        self._observer = observer

    def _unwatch(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer = None


class _Changes(FileSystemEventHandler):
    """Passes changes on; reading a file is none."""

    def __init__(self, reloader: Reloader) -> None:
        self._reloader = reloader

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _CHANGES:
            self._reloader.changed()
