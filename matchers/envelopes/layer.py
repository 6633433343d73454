"""What one envelope says when it is taken off."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

from matchers.times import Stamp

__all__ = ["MAX_LAYERS", "NO_PAIRS", "Envelope", "Layer", "no_pairs"]

MAX_LAYERS: Final = 6
NO_PAIRS: Final[Mapping[str, str]] = MappingProxyType({})


def no_pairs() -> Mapping[str, str]:
    """The empty, read-only mapping (a default factory: dataclasses refuse mappings as plain defaults)."""
    return NO_PAIRS


@dataclass(frozen=True, slots=True)
class Layer:
    """One envelope taken off: `text` is what stood in it, the rest is what it says about it.

    `text` may have several lines (joined by newlines) where escapes were undone. `escaped` says that `text` is not
    simply the end of the line; `whole` that only something was read and `text` is the line as it stood: nothing
    more is taken off.
    """

    text: str
    time: Stamp | None = None
    uptime: float | None = None
    host: str | None = None
    program: str | None = None
    pid: str | None = None
    caller: str | None = None
    cursor: str | None = None
    repeated: int = 1
    escaped: bool = False
    whole: bool = False
    pairs: Mapping[str, str] = field(default_factory=no_pairs)


class Envelope(Protocol):
    """What each module of an envelope offers."""

    @property
    def NAME(self) -> str:
        """How `Message.layers` calls it."""

    @property
    def STARTS(self) -> str:
        """The characters a line in this envelope can begin with: others are not tried."""

    def strip(self, text: str) -> Layer | None:
        """The layer, or None where `text` is not in this envelope. Never raises; linear in the length of `text`."""
