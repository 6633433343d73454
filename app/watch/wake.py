"""What ends the loop's sleep: changes in directories, signals, other threads, sockets that can be read, or time.

inotify (by watchdog) is only a hint: it is blind on network file systems and lower layers of overlays, its instances,
watches and queue are bounded. The loop polls whatever happens here; without inotify it is a little later, no more.
Only directories are watched, not recursively, and only for changes of what lies in them: reading a file must not wake
the reader. A followed file whose changes are to be heard lies in one of them, links resolved.
"""

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Lock
from typing import Any, NamedTuple, Protocol

MAX_DIRECTORIES = 64
"""Each costs a thread and memory; files beyond are seen by polling."""


class Readable(Protocol):
    """A descriptor that may have something: a child's output, a listening socket."""

    def fileno(self) -> int:
        """The descriptor."""


class Wake:
    """One place to sleep. `ring` may be called from any thread and from signal handlers."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._theirs.setblocking(False)
        self._selector.register(self._ours, selectors.EVENT_READ)
        self._lock = Lock()
        self._paths: set[str] = set()

    def ring(self, path: str | None = None) -> None:
        """End the sleep; `path` is where something happened."""
        if path is not None:
            with self._lock:
                is_first = not self._paths
                self._paths.add(path)
            if not is_first:
                return
        with suppress(BlockingIOError):  # full: it will wake as it is
            self._theirs.send(b"\0")

    def on_signals(self) -> None:
        """Let signals that have a handler end the sleep (their numbers come as bytes)."""
        signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)

    def add(self, readable: Readable, then: Callable[[int], None], events: int = selectors.EVENT_READ) -> None:
        """From now on end the sleep when this is ready, and call `then` with what it is ready for."""
        self._selector.register(readable, events, then)

    def change(self, readable: Readable, then: Callable[[int], None], events: int) -> None:
        """Wait for other events of what was added."""
        self._selector.modify(readable, events, then)

    def remove(self, readable: Readable) -> None:
        """No longer."""
        with suppress(KeyError, ValueError):
            self._selector.unregister(readable)

    def sleep(self, timeout_s: float) -> set[str]:
        """Sleep until something happens; the paths at which it did."""
        for key, events in self._selector.select(max(0.0, timeout_s)):
            if key.data is not None:
                key.data(events)
            else:
                with suppress(BlockingIOError):
                    while len(self._ours.recv(4096)) == 4096:
                        pass
        with self._lock:
            paths, self._paths = self._paths, set()
        return paths

    def rest(self, seconds: float) -> None:
        """Sleep whatever happens: it is met at once afterwards."""
        time.sleep(seconds)

    def close(self) -> None:
        """Let go of everything."""
        with suppress(ValueError):
            signal.set_wakeup_fd(-1)
        self._selector.close()
        self._ours.close()
        self._theirs.close()


class Hints:
    """watchdog on the directories that matter now; each change ends the sleep and names its path.

    `trouble` says why some changes are only seen by polling; None when all are heard.
    """

    def __init__(self, wake: Wake, new_observer: Callable[[], Any] | None = None) -> None:
        self._wake = wake
        self._new_observer = new_observer or _new_observer
        self._observer: Any = None
        self._heard: dict[str, _Heard] = {}
        self._unheard: dict[str, str] = {}

    @property
    def trouble(self) -> str | None:
        """In one sentence, what to do included."""
        if self._unheard:
            directory, why = next(iter(self._unheard.items()))
            more = f" and {len(self._unheard) - 1} more" if len(self._unheard) > 1 else ""
            return f"changes in {directory}{more} are seen by polling only: {why}"
        return None

    def follow(self, directories: Iterable[str]) -> None:
        """Listen in these directories and in no others. Cheap where nothing changed."""
        wanted = frozenset(directories)
        if wanted == self._heard.keys() | self._unheard.keys():
            return
        for directory in self._heard.keys() - wanted:
            self._forget(directory)
        self._unheard = {directory: why for directory, why in self._unheard.items() if directory in wanted}
        for directory in sorted(wanted - self._heard.keys() - self._unheard.keys()):
            self._listen(directory)

    def refresh(self) -> None:
        """Try again where it did not work, and where a directory was removed and made anew."""
        directories = frozenset(self._heard) | frozenset(self._unheard)
        alive = {emitter.watch for emitter in self._observer.emitters if emitter.is_alive()} if self._heard else set()
        for directory, heard in list(self._heard.items()):
            if heard.watch not in alive or heard.identity != _identity(directory):
                self._forget(directory)
        self._unheard = {}
        self.follow(directories)

    def _listen(self, directory: str) -> None:
        if len(self._heard) >= MAX_DIRECTORIES:
            self._unheard[directory] = _TOO_MANY
            return
        try:
            if self._observer is None:
                self._observer = self._new_observer()
            identity = _identity(directory)
            watch = self._observer.schedule(
                _handler(self._wake), directory, event_filter=_events(), follow_symlink=True
            )
            self._heard[directory] = _Heard(watch, identity)
        except OSError as error:
            self._unheard[directory] = error.strerror or str(error)

    def _forget(self, directory: str) -> None:
        heard = self._heard.pop(directory)
        with suppress(KeyError, OSError):  # it went away by itself
            self._observer.unschedule(heard.watch)

    def close(self) -> None:
        """Listen no more."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None
        self._heard, self._unheard = {}, {}


class _Heard(NamedTuple):
    watch: Any
    identity: tuple[int, int] | None


_TOO_MANY = "inotify listens in so many directories already"


def _identity(directory: str) -> tuple[int, int] | None:
    try:
        status = os.stat(directory)  # noqa: PTH116 - as given, no normalising
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _new_observer() -> Any:
    from watchdog.observers.inotify import InotifyObserver  # noqa: PLC0415 - a watcher of the journal needs none

    observer = InotifyObserver()
    observer.start()
    return observer


def _events() -> list[type]:
    from watchdog import events  # noqa: PLC0415

    # Not opened and closed: reading a file would wake its reader.
    return [
        events.FileModifiedEvent,
        events.FileCreatedEvent,
        events.DirCreatedEvent,
        events.FileMovedEvent,
        events.DirMovedEvent,
        events.FileDeletedEvent,
        events.DirDeletedEvent,
    ]


def _handler(wake: Wake) -> Any:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler  # noqa: PLC0415

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            wake.ring(os.fsdecode(event.src_path))
            if event.dest_path:
                wake.ring(os.fsdecode(event.dest_path))

    return Handler()
