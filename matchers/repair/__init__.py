"""Damaged pastes: what mail, chat, browsers and terminals did to a text is undone before it is scanned again.

One module per kind of damage, each with `NAME`, `signs` and `undo`; `UNDOINGS` below is the order in which they are
tried. Damages stand in one another (escapes in HTML in a quoted mail), so the undoings are repeated until nothing
changes. `repairs` gives the texts that come of this; `matchers.repair.pasted` scans them, and what is told only by
knowing the messages (lines wrapped, newlines lost, values blacked out) is undone there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from matchers.repair import (
    blanks,
    escapes,
    html_text,
    line_ends,
    markdown,
    numbering,
    objects,
    prompts,
    prose,
    quoted_printable,
    quoting,
    tables,
    terminal,
    typography,
    unseen,
)
from matchers.repair.undoing import Undoing

__all__ = ["MAX_REPAIRED", "UNDOINGS", "Trust", "Variant", "repairs"]

UNDOINGS: Final[tuple[Undoing, ...]] = (
    line_ends,
    unseen,
    terminal,  # before all that looks at the begins of lines
    tables,  # before quoting, which may be a bar
    quoting,
    numbering,
    prompts,
    blanks,
    quoted_printable,  # behind all that stands before lines: it joins some
    html_text,
    prose,  # before typography, which takes full-width punctuation for ASCII
    typography,
    markdown,
    objects,
)

MAX_REPAIRED: Final = 1 << 18
"""How many characters of a paste are repaired; all of a longer one is scanned as it is."""

_MAX_ROUNDS: Final = 4


class Trust(Enum):
    """What a reading of a variant is worth beside earlier ones of the same paste."""

    BETTER = "better"
    """It says better what they say: only what stands around lines and characters was undone."""

    EQUAL = "equal"
    """It counts where it says more: lines that look broken were joined."""

    GUESS = "guess"
    """It counts where they say nothing or recognised less of the message: all that may belong together was joined."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A text worth another scan: the paste with the damages named in `undone` undone, in that order."""

    text: str
    undone: tuple[str, ...] = ()
    trust: Trust = Trust.BETTER


def repairs(paste: Variant) -> Iterator[Variant]:
    """The paste without what stands around lines and characters, then also without escapes: at most two, often none.

    Pure, linear, never raises; no more than `MAX_REPAIRED` characters are looked at. An undamaged text costs its signs
    and gives nothing.
    """
    cleaned = _cleaned(replace(paste, text=paste.text[:MAX_REPAIRED]))
    if cleaned.undone != paste.undone:
        yield cleaned
    if escapes.signs(cleaned.text):
        unescaped = escapes.undo(cleaned.text)
        if unescaped != cleaned.text:
            yield _cleaned(Variant(unescaped, (*cleaned.undone, escapes.NAME)))


def _cleaned(variant: Variant) -> Variant:
    """All undoings of lines and characters together, until a round changes nothing."""
    text, undone = variant.text, dict.fromkeys(variant.undone)
    for _ in range(_MAX_ROUNDS):
        before = text
        for undoing in UNDOINGS:
            if undoing.signs(text):
                after = undoing.undo(text)
                if after != text:
                    undone[undoing.NAME] = None
                    text = after
        if text == before:
            break
    return Variant(text, tuple(undone))
