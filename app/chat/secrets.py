"""Secrets of chat services: files that environment variables name, one secret a line, several of them valid at once.

To replace a secret add the new line, change it at the vendor's, remove the old line; nothing has to be restarted.
"""

import hmac
import re
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from app.config import ConfigError
from app.secret_file import SecretFileError, values_in
from app.server.logs import log

# A line for Feishu's application is its id, its secret and perhaps its host.
_FEW_WORDS: Final = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+){0,2}")


class SecretFile:
    """The secrets of one file, read again when it changes; one that cannot be used then leaves those read before."""

    def __init__(self, path: Path) -> None:
        """Read it; raises ConfigError with what to do."""
        self._path = path
        self._lock = threading.Lock()
        self._state = self._seen()
        self._values = _read(path)

    def values(self) -> tuple[str, ...]:
        """The secrets, as they stand in the file; at least one."""
        with self._lock:
            state = self._seen()
            if state != self._state:
                self._state = state
                self._refresh()
            return self._values

    def _refresh(self) -> None:
        try:
            self._values = _read(self._path)
        except ConfigError as error:
            log("chat secret refused", level=40, trouble=f"{error}; the secrets read before stay valid")

    def _seen(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns


def secret_paths(variables: Iterable[str], environment: Mapping[str, str]) -> dict[str, Path]:
    """The files that these variables name; a variable that is empty or not set names none."""
    return {name: Path(environment[name]) for name in variables if environment.get(name)}


def is_one_of(given: str, secrets: Iterable[str]) -> bool:
    """Whether it equals one of them; how long that takes says nothing of where they differ."""
    shown = given.encode("utf-8", "surrogateescape")
    found = [hmac.compare_digest(shown, each.encode("utf-8")) for each in secrets]
    return any(found)


def _read(path: Path) -> tuple[str, ...]:
    try:
        return values_in(path, "secret", _FEW_WORDS)
    except SecretFileError as error:
        raise ConfigError(str(error)) from None
