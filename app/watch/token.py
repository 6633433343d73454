"""The token that a client shows a server: read from a file, never given on a command line."""

import re
from pathlib import Path

_MAX_BYTES = 4096
_TOKEN = re.compile(r"[\x21-\x7e]{1,512}")


class TokenFileError(Exception):
    """The file holds no token; str() names the file and says what to do, and never what stands in it."""


def read_token(path: Path) -> str:
    """The only word of the file; raises TokenFileError."""
    try:
        with path.open("rb") as file:
            words = file.read(_MAX_BYTES).decode("ascii", "replace").split()
    except OSError as error:
        raise TokenFileError(f"{path}: {error.strerror or error}; it should hold the token and nothing else") from None
    if len(words) != 1 or _TOKEN.fullmatch(words[0]) is None:
        raise TokenFileError(f"{path} should hold the token and nothing else; write what faultbook token add printed")
    return words[0]
