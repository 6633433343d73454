"""The watcher's SQLite file: opened with care, every transaction durable, what is damaged set aside.

The file holds the store's schema (app/store/migrations) and the watcher's own tables, so that rows and positions are
kept in one transaction, and `faultbook occurrences` and `serve --db` read it as it is. WAL with `synchronous=FULL`: a
commit is on the disk when it returns, and `kill -9` at any moment leaves the last commit.

A file that is not what was written (zeroed, cut, another program's) is renamed to `*.damaged`, over the one before, and
an empty one begun. That is harmless: what is read again makes the same ids. A disk that is full or does not answer is
no damage, and the file is left alone.

    RecorderError            the same call may be repeated
    ├── RecorderFull         the disk is full
    └── RecorderDamaged      the file was set aside: open another recorder; inputs begin from its positions
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.store import schema
from app.watch.contract import RecorderError, RecorderFull

Say = Callable[[str], None]
_BUSY_S = 5.0
_CHECKED_WHOLE = 64 << 20
_WAL_PAGES = 256
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NO_SPACE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_SIDE_FILES = ("", "-wal", "-shm")
# What only the watcher keeps. `spool`: rows that wait for the server, in order; `aside`: rows that it does not take;
# `rollups`: rows of storms that go on; `totals`: what was lost or left, by name.
_TABLES = """\
CREATE TABLE IF NOT EXISTS positions (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spool (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS aside (seq INTEGER PRIMARY KEY, json TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rollups (id TEXT PRIMARY KEY, rollup TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS totals (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""


class RecorderDamaged(RecorderError):
    """The file was not what was written and was set aside; this recorder is over."""


class Database:
    """One connection to the file; whoever uses it from several threads holds a lock meanwhile."""

    def __init__(self, path: Path, say: Say) -> None:
        self.path = path
        self._say = say
        self._connection: sqlite3.Connection | None = None
        self._is_damaged = False
        with self._errors(opening=True):
            self._connection = _opened_or_begun(path, say)

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection; raises RecorderDamaged when the file was set aside, RecorderError when it was closed."""
        if self._is_damaged:
            raise RecorderDamaged(f"{self.path} was damaged and set aside; the state begins anew")
        if self._connection is None:
            raise RecorderError(f"{self.path} is closed")
        return self._connection

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Everything in the block is kept or nothing is; raises RecorderError.

        Not `durable`: on the disk with the next one that is; a power cut before may undo it, a crash may not.
        """
        with self._errors():
            connection = self.connection
            if connection.in_transaction:  # a rollback that failed before
                connection.execute("ROLLBACK")
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A block that only reads; raises RecorderError."""
        with self._errors():
            yield self.connection

    def close(self) -> None:
        """Close the file; SQLite then takes away the files beside it."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    @contextmanager
    def _errors(self, *, opening: bool = False) -> Iterator[None]:
        try:
            yield
        except schema.SchemaError as error:
            raise RecorderError(f"{self.path}: {error}") from None
        except sqlite3.Error as error:
            code = _code(error)
            if code in _DAMAGED and not opening:
                self._is_damaged = True
                self.close()
                _set_aside(self.path, str(error), self._say)
                raise RecorderDamaged(f"{self.path} was damaged ({error}) and set aside") from error
            if code in _NO_SPACE or _no_space_at(self.path.parent):
                raise RecorderFull(f"{self.path} cannot be written ({error}): the disk is full; make space") from error
            raise RecorderError(f"{self.path} cannot be used: {error}") from error
        except OSError as error:
            raise RecorderError(f"{self.path} cannot be used: {error.strerror or error}") from error


def _code(error: sqlite3.Error) -> int:
    # The low byte of an extended code is the code (https://www.sqlite.org/rescode.html).
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _no_space_at(directory: Path) -> bool:
    try:
        found = os.statvfs(directory)
    except OSError:
        return False
    return found.f_bavail == 0 or (found.f_files > 0 and found.f_favail == 0)


def _opened_or_begun(path: Path, say: Say) -> sqlite3.Connection:
    try:
        return _opened(path)
    except schema.ForeignFile as error:
        _set_aside(path, str(error), say)
    except sqlite3.Error as error:
        if _code(error) not in _DAMAGED:
            raise
        _set_aside(path, str(error), say)
    return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    # The files that SQLite puts beside it get the same mode.
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    os.close(os.open(path, flags, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_S, check_same_thread=False)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_PAGES * 4096}")
    connection.execute("PRAGMA cache_size = -2048")
    if path.stat().st_size <= _CHECKED_WHOLE:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            error = sqlite3.DatabaseError(answer.splitlines()[0])
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
    schema.upgrade(connection)
    connection.executescript(_TABLES)


def _set_aside(path: Path, why: str, say: Say) -> None:
    """Rename the file and what SQLite keeps beside it, over those that were set aside before."""
    aside = path.with_name(path.name + ".damaged")
    for suffix in _SIDE_FILES:
        source = Path(f"{path}{suffix}")
        if suffix == "-shm" or not os.path.lexists(source):
            source.unlink(missing_ok=True)
            Path(f"{aside}{suffix}").unlink(missing_ok=True)
        else:
            source.replace(f"{aside}{suffix}")
    say(f"{path} is not what was written ({why}); it was set aside as {aside.name}, and logs are read from their start")
