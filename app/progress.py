"""How far a long run is, in one line on stderr, only where stderr is a terminal."""

import sys
import time
from types import TracebackType

_EVERY_S = 0.2
_MIB = 1 << 20


class Progress:
    """Counts bytes read; `total` None where it is not known. Draws at most a few times a second."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._read = 0
        self._drawn_at = time.monotonic()
        self._shown = False
        self._on = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def advance(self, count: int) -> None:
        """`count` more bytes of the files were read."""
        self._read += count
        if self._on and time.monotonic() - self._drawn_at >= _EVERY_S:
            self._drawn_at = time.monotonic()
            of = (
                f" of {self._total / _MIB:.0f} MiB ({100 * self._read // max(self._total, 1)} %)"
                if self._total
                else " MiB"
            )
            sys.stderr.write(f"\r\x1b[K{self._read / _MIB:.0f}{of}")
            sys.stderr.flush()
            self._shown = True

    def clear(self) -> None:
        """Remove the line, so that other output does not run into it."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False
