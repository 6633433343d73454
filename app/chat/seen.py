"""What was delivered before: a vendor repeats what it believes lost, and others may repeat what they overheard.

Ids of deliveries and signatures are kept as digests, for as long as any vendor repeats (Feishu: 15 s, 5 min, 1 h and
6 h after the first try), and only so many: the oldest is forgotten first. A restart forgets all of them; what is
repeated then is answered once more, to the same place.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Final

WINDOW_S: Final = 8 * 3600.0
MOST: Final = 50_000


class Seen:
    """The deliveries of the last hours. Thread-safe."""

    def __init__(
        self, window_s: float = WINDOW_S, most: int = MOST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._window_s = window_s
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def is_new(self, names: Iterable[str]) -> bool:
        """Whether none of these names was given before; from now on all of them were. No name at all is always new."""
        digests = _digests(names)
        now = self._clock()
        with self._lock:
            self._drop(now)
            if any(each in self._until for each in digests):
                return False
            self._until.update(dict.fromkeys(digests, now + self._window_s))
            self._drop(now)
            return True

    def forget(self, names: Iterable[str]) -> None:
        """Take them back: what could not be worked on may be delivered again."""
        with self._lock:
            for each in _digests(names):
                self._until.pop(each, None)

    def _drop(self, now: float) -> None:
        while self._until and (len(self._until) > self._most or next(iter(self._until.values())) <= now):
            self._until.popitem(last=False)

    def __len__(self) -> int:
        return len(self._until)


def _digests(names: Iterable[str]) -> list[bytes]:
    return [hashlib.blake2b(each.encode("utf-8", "surrogateescape"), digest_size=16).digest() for each in names if each]
