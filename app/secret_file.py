"""Files of secrets: one value a line; empty lines and those that begin with # say nothing.

Several values are valid at once, so that one can be replaced without a moment in which neither works. What a file holds
is secret: errors name the file and nothing in it.
"""

import re
from pathlib import Path
from typing import Final

MAX_VALUES: Final = 8
_MAX_BYTES: Final = 1 << 14


class SecretFileError(Exception):
    """A file cannot be used; str() names it and says what it should hold."""


def values_in(path: Path, kind: str, form: re.Pattern[str]) -> tuple[str, ...]:
    """The values of the file, in its order, one to eight; raises SecretFileError. `kind`: what each of them is."""
    should = f"it should hold one {kind} a line, at least one and at most {MAX_VALUES}"
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise SecretFileError(f"{path} cannot be read ({error.strerror}); {should}") from None
    except UnicodeDecodeError:
        raise SecretFileError(f"{path} cannot be read (not UTF-8); {should}") from None
    found = tuple(line for each in text.splitlines() if (line := each.strip()) and not line.startswith("#"))
    if not 0 < len(found) <= MAX_VALUES or len(data) > _MAX_BYTES:
        raise SecretFileError(f"{path} cannot be used; {should}")
    if any(form.fullmatch(each) is None for each in found):
        raise SecretFileError(f"{path} cannot be used; {should}, of plain characters")
    return found
