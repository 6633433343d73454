"""What can go wrong with a store, as those who use it tell it apart.

StoreError          the store cannot be used; str() says why and what to do
├── StoreBusy       for now: another program holds it; the same call may be repeated
└── StoreFull       the disk is full: nothing of the call was kept, it may be repeated when there is space
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError


class StoreError(Exception):
    """The store cannot be used."""


class StoreBusy(StoreError):
    """Another program holds the store."""


class StoreFull(StoreError):
    """There is no space for more."""


@contextmanager
def store_errors(name: str) -> Iterator[None]:
    """What the database says becomes a StoreError that names the store."""
    try:
        yield
    except DBAPIError as error:
        raise _translated(name, error.orig) from error
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _translated(name, error) from error
    except Exception as error:
        if not hasattr(error, "sqlstate"):  # of psycopg itself, which is asked directly for COPY, and may be missing
            raise
        raise _translated(name, error) from error


def _translated(name: str, error: BaseException | None) -> StoreError:
    # The low byte of an extended code is the code (https://www.sqlite.org/rescode.html).
    if error is not None and hasattr(error, "sqlstate"):
        return _of_postgresql(name, error, error.sqlstate or "")
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"{name} is held by another program; try again in a moment")
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return StoreFull(f"{name} cannot be written ({error}): the disk is full or failing; make space")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreError(f"{name} is damaged ({error}): restore it from a copy, or move it away to begin anew")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreError(f"{name} cannot be opened ({error}): check that the directory exists and who may write there")
    return StoreError(f"{name} does not work: {error}")


def _of_postgresql(name: str, error: BaseException, sqlstate: str) -> StoreError:
    """By the class of its code (PostgreSQL manual, appendix A); without one the server was not reached."""
    said = str(error).partition("\n")[0][:300]  # the lines behind it repeat rows
    if sqlstate == "53100":
        return StoreFull(f"{name} cannot be written ({said}): the disk is full; make space")
    if sqlstate.startswith(("28", "3D", "3F", "42501")):
        return StoreError(f"{name} cannot be opened ({said}): check user, password file and database")
    if not sqlstate or sqlstate.startswith(("08", "25P03", "40", "53", "55", "57")):
        return StoreBusy(f"{name} does not answer ({said}); try again in a moment")
    return StoreError(f"{name} does not work: {said}")
