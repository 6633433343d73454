"""The state directory: the watcher's own, nobody else's, and one watcher's at a time.

It is made 0700. A directory of another user, one that others may write, or a link to one is refused: whoever can put
files there could make the watcher write elsewhere, or forget. The lock is a lock of the kernel on the directory's lock
file: it ends with the process, however that ends, and no stale file keeps a watcher from starting.
"""

import fcntl
import os
import stat
from pathlib import Path
from types import TracebackType

LOCK_NAME = "lock"


class StateError(Exception):
    """The state directory cannot be used; str() says why and what to do, in one line."""


class StateLocked(StateError):
    """Another watcher uses it."""


class StateDir:
    """A state directory that this process holds until `close`; raises StateError and StateLocked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = _locked(path)

    def close(self) -> None:
        """Give it back."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> "StateDir":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _locked(path: Path) -> int:
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        _check(path)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        lock = os.open(path / LOCK_NAME, flags, 0o600)
    except OSError as error:
        raise StateError(f"{path} cannot be used: {error.strerror or error}; check it, or set state_dir") from None
    try:
        if not stat.S_ISREG(os.fstat(lock).st_mode):
            raise StateError(f"{path / LOCK_NAME} is no regular file; remove it")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise StateLocked(f"another watcher uses {path}; stop it, or give this one a state_dir of its own") from None
    except BaseException:
        os.close(lock)
        raise
    return lock


def _check(path: Path) -> None:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise StateError(f"{path} is a link; name the directory itself as state_dir")
    if not stat.S_ISDIR(status.st_mode):
        raise StateError(f"{path} is no directory; name one as state_dir")
    if status.st_uid != os.geteuid():
        raise StateError(f"{path} belongs to another user; run as that user, or choose another state_dir")
    if status.st_mode & 0o022:
        raise StateError(f"{path} can be written by others; chmod 700 it, or choose another state_dir")
    if status.st_mode & 0o077:
        path.chmod(0o700)
