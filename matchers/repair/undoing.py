"""What each module of a damage offers."""

from typing import Protocol

__all__ = ["Undoing"]


class Undoing(Protocol):
    """One kind of damage: how to tell that a text may have it, and how to undo it."""

    @property
    def NAME(self) -> str:
        """How `Variant.undone` calls it."""

    def signs(self, text: str) -> bool:
        """Whether the text may be damaged so. Quick: undamaged text pays for this and nothing else. Never raises."""

    def undo(self, text: str) -> str:
        """The text without the damage; text that has none comes back as it was. Linear, never raises."""
