"""What the store needs while the server runs and nobody asks: old rows removed, ends told of, days made ahead.

Everything is done in short steps, each a transaction that waits for its turn as a delivery does.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from app.server.logs import log
from app.store.errors import StoreError
from app.store.retention import Retention
from app.store.store import Store

COUNT_EVERY_S: Final = 2.0
SETTLE_EVERY_S: Final = 10.0
REMOVE_EVERY_S: Final = 60.0
_PAUSE_S = 0.02


class Upkeep:
    """A thread that keeps the store in order; `stop` ends it between two steps."""

    def __init__(self, store: Store, retention: Retention) -> None:
        self._store = store
        self._retention = retention
        self._stopping = threading.Event()
        self._trouble: str | None = None
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, within_s: float = 5.0) -> None:
        """End, and wait for the step under way."""
        self._stopping.set()
        self._thread.join(within_s)

    def _run(self) -> None:
        due = {self.settle: 0.0, self.remove: 0.0}
        every = {self.settle: SETTLE_EVERY_S, self.remove: REMOVE_EVERY_S}
        while not self._stopping.is_set():
            self._tried(self.count)
            for work, at in due.items():
                if time.monotonic() >= at:
                    self._tried(work)
                    due[work] = time.monotonic() + every[work]
            self._stopping.wait(COUNT_EVERY_S)

    def count(self) -> None:
        """Count into incidents what was recorded before, or by a watcher of its own."""
        self._repeat(self._store.count_waiting)

    def settle(self) -> None:
        """Tell of the incidents that silence has ended."""
        self._repeat(self._store.settle)

    def remove(self) -> None:
        """Make days ahead, and remove what is kept no longer."""
        self._store.prepare()
        self._repeat(lambda: self._store.remove_old(self._retention))

    def _repeat(self, step: Callable[[], int]) -> None:
        while not self._stopping.is_set() and step():
            self._stopping.wait(_PAUSE_S)  # deliveries come in between

    def _tried(self, work: Callable[[], None]) -> None:
        try:
            work()
        except StoreError as error:
            if str(error) != self._trouble:
                log("store fails", level=40, trouble=str(error))
            self._trouble = str(error)
        else:
            self._trouble = None
