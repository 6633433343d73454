r"""Names of rotated files: which files beside a log are its older parts, and in which order they were written.

logrotate: `PATH.1`, `PATH-20240131`, with `extension` also `app-20240131.log`; savelog `PATH.0`; Python and Log4j
`PATH.2024-01-31_12-00`; editors of the old school `PATH.old`; each perhaps compressed.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

_PACKED = re.compile(r"\.(?:gz|xz|zst|bz2)\Z")
_TURN = re.compile(r"(?:[-._]\d[\dTZ:_.+-]*|[-._](?:old|bak|prev|save|orig)|~)\Z")
_DATE = re.compile(r"(?:19|20)\d\d\Z|\d{6,}\Z")  # a year, a date or a time, which grow; other numbers count rotations


@dataclass(frozen=True, slots=True)
class RotatedName:
    """One rotated file's name. `path` is where it is; `turn` is what was put to the log's name, without `.gz`.

    `inode` is what the directory says is there.
    """

    path: str
    turn: str
    packed: bool
    inode: int = 0

    @property
    def plain_path(self) -> str:
        """Its path without the suffix of a compressed file."""
        return _PACKED.sub("", self.path)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers in its turn."""
        return tuple(int(digits) for digits in re.findall(r"\d+", self.turn))

    @property
    def is_counted(self) -> bool:
        """Whether its turn counts rotations, `.1`, rather than naming a date or nothing at all."""
        digits = re.findall(r"\d+", self.turn)
        return len(digits) == 1 and _DATE.match(digits[0]) is None


def rotated_name(log: str, name: str) -> str | None:
    """What was put to the base name `log` to make `name`, without `.gz`; None where `name` is no rotated file of it."""
    name = _PACKED.sub("", name)
    stem, extension = os.path.splitext(log)  # noqa: PTH122  names are data, not paths
    turn = None
    if name.startswith(log):
        turn = name[len(log) :]
    elif extension and name.startswith(stem) and name.endswith(extension) and len(name) > len(log):
        turn = name[len(stem) : -len(extension)]
    return turn if turn and _TURN.fullmatch(turn) else None


def rotated_beside(path: str) -> list[RotatedName]:
    """The rotated files of a log in its directory, in no order; empty where the directory cannot be read."""
    directory, log = os.path.split(path)
    found = []
    try:
        with os.scandir(directory or ".") as entries:
            for entry in entries:
                turn = rotated_name(log, entry.name)
                if turn is not None and entry.is_file():
                    place = os.path.join(directory, entry.name)  # noqa: PTH118
                    found.append(RotatedName(place, turn, _is_packed(entry.name), entry.inode()))
    except OSError:
        return []
    plain = {each.path for each in found if not each.packed}
    # While a file is being compressed both are there, and the compressed one is not whole.
    return [each for each in found if not each.packed or each.plain_path not in plain]


def _is_packed(name: str) -> bool:
    return _PACKED.search(name) is not None


def oldest_first(names: Iterable[RotatedName], *, counting_up: bool = False) -> list[RotatedName]:
    """In the order in which they were written. Dates grow; counts fall, as logrotate moves `.1` to `.2`.

    With `counting_up` they grow, too: the program names each file it leaves by the next number.
    """

    def place(name: RotatedName) -> tuple[int, tuple[int, ...], str]:
        if name.is_counted:
            return 1, (name.numbers[0] if counting_up else -name.numbers[0],), name.path
        return (0 if name.numbers else 2), name.numbers, name.path

    return sorted(names, key=place)
