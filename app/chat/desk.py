"""Where questions wait and are worked on: two bounded queues, one for answers, one for posts.

A vendor that is slow to take answers holds up only the posts. Either the HTTP request that brought a question takes its
answer, or, when it could not wait any longer, a post does; never both.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from app.chat.contract import Payload
from app.config import ChatLimits

_ANSWERERS: Final = 2
_POSTERS: Final = 4
_DRAIN_S: Final = 3.0


class Full(Exception):
    """As much waits as may wait."""


class Queue:
    """So many threads, and at most `most` tasks that wait or are worked on."""

    def __init__(self, threads: int, most: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = most
        self._taken = 0
        self._changed = threading.Condition()

    def add(self, task: Callable[[], None]) -> None:
        """Do it soon, in another thread; raises Full. A task tells of its own failures."""
        with self._changed:
            if self._taken >= self._most:
                raise Full
            try:
                self._threads.submit(self._run, task)
            except RuntimeError:  # the server is ending
                raise Full from None
            self._taken += 1

    def __len__(self) -> int:
        return self._taken

    def close(self, most_s: float) -> None:
        """Work off what waits, for so long; then finish only what was begun."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken, most_s)
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _run(self, task: Callable[[], None]) -> None:
        try:
            task()
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify_all()


class Ticket:
    """One question at the desk: whoever asked waits a while, then it is posted to them."""

    def __init__(self, *, is_waited_for: bool) -> None:
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._is_waited_for = is_waited_for
        self._payload: Payload | None = None

    def wait(self, most_s: float) -> Payload | None:
        """The answer, if it is ready by then; else None, and nobody waits for it any more."""
        self._ready.wait(most_s)
        with self._lock:
            self._is_waited_for = False
            return self._payload

    def hand_over(self, payload: Payload) -> bool:
        """Give the answer to whoever waits; False where nobody does."""
        with self._lock:
            if not self._is_waited_for:
                return False
            self._payload = payload
        self._ready.set()
        return True


class Desk:
    """The two queues."""

    def __init__(self, limits: ChatLimits) -> None:
        self.answers = Queue(_ANSWERERS, limits.max_waiting, "chat-answer")
        self.posts = Queue(_POSTERS, limits.max_waiting, "chat-post")

    def close(self) -> None:
        """Work off what waits, as long as that is soon done; for the end of the server."""
        self.answers.close(_DRAIN_S)
        self.posts.close(_DRAIN_S)
