"""Values blacked out before a text was shown: `xxx`, `x.x.x.x`, `<redacted>`, `***`, `...`; PCI addresses cut short.

What the marks look like, and which values may have stood in their place.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise, repeat
from typing import Final

from matchers.forms import squeeze

__all__ = [
    "MARK",
    "NAME",
    "SHORT_PCI",
    "SHORT_PCI_ALONE",
    "guesses",
    "has_marks",
    "has_sure_marks",
    "is_mark",
    "marked_lines",
    "signs",
]

NAME: Final = "blacked out"

_SAID = (
    r"(?:redacted|removed|hidden|masked|censored|secret|private|anonymi[sz]ed|omitted|obfuscated|sanitized|scrubbed"
    r"|blacked out|snip)"
)
_MEANT = (
    r"(?:ip|ipv4|ipv6|ip[ _-]?addr(?:ess)?|addr(?:ess)?|host|hostname|mac|pci|iface|ifname|interface|dev|device|nic"
    r"|name|port|id|pid|mtu|value|number|user|domain|router|neighbou?r|peer|server|prefix|path)"
)
_MORE = r"(?:[ _.:-][a-z0-9]{1,16}){0,3}"
# Unmistakable: no program prints these as a value.
_SURE = (
    rf"(?i:<(?:{_SAID}|{_MEANT}){_MORE}>|\[{_SAID}{_MORE}\]|-{{0,2}}redacted-{{0,2}}"
    r"|x{1,4}(?:[.:/-]x{1,4}){1,8}|x{3,20})|\*{2,20}|\*(?:[.:]\*){1,8}|[█▇▆■▓▒░]{1,40}"
)
# Marks only where a strict type stands: three points, underscores, and values of which a part is left.
_POINTS_OR_LINES = r"[Xx]{2}|\.{3}|…|_{3,20}|#{3,20}|\?{2,20}"
_PARTS = (
    rf"{_POINTS_OR_LINES}|"
    r"[0-9A-Za-z_.-]{1,15}(?:\*{1,20}|█{1,20}|[xX]{2,20})"
    r"|(?:[0-9A-Fa-f]{1,8}[.:-]){0,7}(?:[xX]{1,8}|\*{1,8})(?:[.:-](?:[0-9A-Fa-f]{1,8}|[xX]{1,8}|\*{1,8})){1,8}"
)
MARK: Final = rf"(?:{_SURE}|{_PARTS})"
"""An expression for any mark, for Python's `re` and for RE2."""

_NO_MORE = r"(?![0-9A-Za-z]|[:.][0-9A-Za-z])"
SHORT_PCI_ALONE: Final = r"[0-9A-Fa-f]{4}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}"
"""An expression for a PCI address without its function, for Python's `re` and for RE2; more may follow."""
SHORT_PCI: Final = SHORT_PCI_ALONE + _NO_MORE
"""An expression for a PCI address without its function, for Python's `re`."""

_WHOLE = re.compile(_SURE)
_IN_LINE = re.compile(
    rf"(?<![\w.]){SHORT_PCI}|{_SURE}|(?<![\w.:/-])(?:{_PARTS})(?!\w)|(?<=[:/-])(?:{_POINTS_OR_LINES})(?!\w)"
)
# Quick to look for: as plain text, or by a first character that is rare.
_HINTS: Final = ("xx", "XX", ".x.", ".X.", "edacted", "EDACTED")
_IN_ANGLES = re.compile(rf"<(?=[A-Za-z])(?i:{_SAID}|{_MEANT})")
_IN_BRACKETS = re.compile(rf"\[(?i:{_SAID})")
_STARS = re.compile(r"\*(?:\*|[.:]\*)")
_BLOCKS = re.compile("[█▇▆■▓▒░]")
_POINTS = re.compile(r"\.\.\.(?<=[ \n(\[<{'\"`=:#+\->/]\.\.\.)|\A\.\.\.")
_MOSTLY_ZERO = re.compile(rf"000[0-9A-Fa-f]:[0-9A-Fa-f]{{2}}:[0-9A-Fa-f]{{2}}{_NO_MORE}")
_HINT_IN_LINE = re.compile(
    (
        rf"[xX][xX]|[.:][xX][.:]|\*[*.:]|<(?i:{_SAID}|{_MEANT})|\[(?i:{_SAID})|(?i:redacted)"
        r"|\.\.\.|___|##|\?\?|000[0-9A-Fa-f]:"
    ).encode()
    + rb"|\xe2"  # the first byte of "…" and of the blocks
)
_MAX_LINE_BYTES: Final = 2048
_MAX_MARKS: Final = 50  # of a line
_PCI: Final = "0000:00:00.0"
_VALUES: Final = (
    *(("0",), (_PCI,), (_PCI, "0"), ("0", _PCI), ("0", _PCI, "0")),
    *(("00:00:00:00:00:00", "0"), ("/0", "0"), ("0.0.0.0/0", "0"), ("::1",)),
)  # for the first mark of a line, the second, ...; the last one also for all further marks


def signs(text: str) -> bool:
    """Whether a value may be blacked out, or a PCI address lack its function."""
    return has_marks(text) or ("000" in text and _MOSTLY_ZERO.search(text) is not None)


def has_marks(text: str) -> bool:
    """Whether a value may be blacked out."""
    if has_sure_marks(text) or ("..." in text and _POINTS.search(text) is not None):
        return True
    if "___" in text or ("#" in text and "##" in text) or ("?" in text and "??" in text):
        return True
    return not text.isascii() and "…" in text


def has_sure_marks(text: str) -> bool:
    """Whether there may be marks that no program prints as a value."""
    return (
        any(hint in text for hint in _HINTS)
        or ("*" in text and _STARS.search(text) is not None)
        or ("<" in text and _IN_ANGLES.search(text) is not None)
        or ("[" in text and _IN_BRACKETS.search(text) is not None)
        or (not text.isascii() and _BLOCKS.search(text) is not None)
    )


def is_mark(value: str) -> bool:
    """Whether a captured text is nothing but a mark that no program prints as a value."""
    return _WHOLE.fullmatch(value) is not None


def marked_lines(data: bytes) -> Iterator[tuple[int, str]]:
    """(end, text) of each line that may have a mark and is not too long."""
    at = 0
    for raw in data.split(b"\n"):
        end = at + len(raw)
        if 0 < len(raw) <= _MAX_LINE_BYTES and _HINT_IN_LINE.search(raw):
            yield end, raw.decode("utf-8", "replace")
        at = end + 1


def guesses(line: str) -> Iterator[bytes]:
    """The line with likely values in place of its marks, runs of blanks as one; none where it has no mark."""
    marks = [mark.span() for mark in islice(_IN_LINE.finditer(line), _MAX_MARKS)]
    if not marks:
        return
    places = [0, *(place for mark in marks for place in mark), len(line)]
    kept = [line[start:end] for start, end in pairwise(places)][::2]
    # "<redacted>" stands for the value, or for the value within the angle brackets of the message.
    brackets = [(line[start], line[end - 1]) if line[start] in "<[" else ("", "") for start, end in marks]
    for values in _VALUES:
        filled = list(islice(chain(values, repeat(values[-1])), len(marks)))
        yield _filled(kept, filled)
        if any(left for left, _ in brackets):
            within = zip(brackets, filled, strict=True)
            yield _filled(kept, [f"{left}{value}{right}" for (left, right), value in within])


def _filled(kept: Sequence[str], values: Sequence[str]) -> bytes:
    text = "".join(map("".join, zip(kept, [*values, ""], strict=True)))
    return squeeze(text.encode("utf-8", "replace"))
