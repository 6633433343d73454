"""Memory given back to the system after a burst: the allocator keeps what was freed, and a watcher runs for years."""

import ctypes
import gc
from contextlib import suppress
from typing import Final

QUIET_BYTES: Final = 1 << 20


class Memory:
    """Gives memory back once when the reading of much is followed by the reading of little."""

    def __init__(self) -> None:
        self._bytes = 0
        self._is_due = True

    def tidy(self, bytes_read: int) -> None:
        """Called every few seconds with what was read altogether."""
        read, self._bytes = bytes_read - self._bytes, bytes_read
        if read > QUIET_BYTES:
            self._is_due = True
        elif self._is_due:
            self._is_due = False
            gc.collect()
            with suppress(AttributeError, OSError):  # a C library other than glibc: it has its own ways
                ctypes.CDLL(None).malloc_trim(0)
