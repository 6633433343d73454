"""What searches a block for the expressions of all matchers: Hyperscan, or where that is missing Python's `re`.

Each backend is a module with `NAME`, `build(supersets)`, which gives bytes that can be kept, and `load(those bytes)`,
which gives what makes a backend for a thread.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from matchers.blocks import Backend

if TYPE_CHECKING:
    from matchers.superset import Superset


class UnusableDatabase(Exception):
    """Kept bytes that are damaged or come from another version or CPU; build them again."""


class BackendModule(Protocol):
    """What a backend offers."""

    @property
    def NAME(self) -> str:
        """Which backend and version; kept bytes are good for this name only."""

    def build(self, supersets: "Sequence[Superset]") -> bytes:
        """The bytes in which expression N reports as N; raises RegexError with the one it refuses."""

    def load(self, database: bytes) -> Callable[[], Backend]:
        """What makes backends, one for each thread, that share the database; raises UnusableDatabase."""


def best() -> BackendModule:
    """The fastest backend that is installed."""
    try:
        from matchers.backends import hs  # noqa: PLC0415
    except ImportError:
        from matchers.backends import plain  # noqa: PLC0415

        return plain
    return hs
