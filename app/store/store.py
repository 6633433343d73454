"""The store behind the server and the commands: one object, safe to use from many threads."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.store import occurrences, schema, sessions, tokens
from app.store.engine import sqlite_engine, writing
from app.store.errors import StoreError, store_errors
from app.store.location import path_of
from app.store.occurrences import NewOccurrence, Page, Query
from app.store.tables import health
from app.store.tables import occurrences as occurrence_rows
from app.store.times import to_micros
from app.store.tokens import Kind, Token, TokenFile

TOKEN_FILE_VARIABLE = "FAULTBOOK_TOKEN_FILE"
_CHECK_EVERY_S = 1.0


def _now() -> datetime:
    return datetime.now(UTC)


class Store:
    """Occurrences, facts and tokens in one SQLite file. Every method raises StoreError."""

    def __init__(
        self, engine: Engine, name: str, token_file: TokenFile | None = None, now: Callable[[], datetime] = _now
    ) -> None:
        self._engine = engine
        self._name = name
        self._token_file = token_file
        self._now = now
        self._tokens_exist = token_file is not None
        # SQLite lets writers of one process wait by sleeping and asking again; a lock lets them in one by one.
        self._write_lock = threading.Lock()
        self._check_lock = threading.Lock()
        self._checked_at = float("-inf")
        self._check_failed: StoreError | None = None

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def record(self, host: str, rows: Sequence[NewOccurrence], facts: Mapping[str, Any] | None = None) -> int:
        """Record what one delivery brings, all of it or nothing; durable when this returns.

        Gives how many rows are new: one whose id is there already is not stored again.
        """
        with self._writing() as connection:
            now = self._now()
            if facts is not None:
                occurrences.keep_facts(connection, host, facts, now)
            return occurrences.record(connection, host, rows, now)

    def page(self, query: Query) -> Page:
        """One page of occurrences."""
        with store_errors(self._name), self._engine.connect() as connection:
            return occurrences.page(connection, query)

    def check(self) -> None:
        """Raise StoreError unless the store can be read and written. Asks the disk once a second at the most."""
        with self._check_lock:
            if time.monotonic() - self._checked_at >= _CHECK_EVERY_S:
                self._check_failed = self._try()
                self._checked_at = time.monotonic()
            if self._check_failed is not None:
                raise self._check_failed

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with store_errors(self._name), self._write_lock, writing(self._engine) as connection:
            yield connection

    def _try(self) -> StoreError | None:
        values = {"checked_at": to_micros(self._now())}
        statement = upsert(health).values(id=1, **values)
        try:
            with self._writing() as connection:
                connection.execute(statement.on_conflict_do_update(index_elements=[health.c.id], set_=values))
                connection.execute(select(occurrence_rows.c.seq).limit(1)).all()
        except StoreError as error:
            return error
        return None

    def add_token(self, kind: Kind, name: str) -> tuple[Token, str]:
        """A new token and its secret; raises TokenError."""
        with self._writing() as connection:
            return tokens.add(connection, kind, name, self._now())

    def revoke_token(self, token_id: str) -> Token:
        """Make a token invalid; raises TokenError."""
        with self._writing() as connection:
            return tokens.revoke(connection, token_id, self._now())

    def list_tokens(self) -> list[Token]:
        """Every token in the store (not those of a token file), oldest first."""
        with store_errors(self._name), self._engine.connect() as connection:
            return tokens.listed(connection)

    def find_token(self, secret: str) -> Token | None:
        """The valid token with this secret, from the token file or the store."""
        return self._find_token(tokens.digest_of(secret))

    def _find_token(self, digest: str) -> Token | None:
        found = self._token_file.find(digest) if self._token_file else None
        if found is not None:
            return found
        with store_errors(self._name), self._engine.connect() as connection:
            return tokens.find(connection, digest)

    def begin_session(self, secret: str) -> str:
        """A session for the token with this secret; gives the session's own secret."""
        with self._writing() as connection:
            return sessions.begin(connection, tokens.digest_of(secret), self._now())

    def find_session(self, session: str) -> Token | None:
        """The token of this session, None where the session is over or its token is not valid any more."""
        with store_errors(self._name), self._engine.connect() as connection:
            digest = sessions.token_digest_of(connection, session, self._now())
        return self._find_token(digest) if digest is not None else None

    def end_session(self, session: str) -> None:
        """End this session; one that is over already is let be."""
        with self._writing() as connection:
            sessions.end(connection, session)

    def has_tokens(self) -> bool:
        """Whether a token exists or ever did; where none does, only peers on this machine are answered."""
        if not self._tokens_exist:
            with store_errors(self._name), self._engine.connect() as connection:
                self._tokens_exist = tokens.exist(connection)
        return self._tokens_exist

    def size_bytes(self) -> int:
        """What its files take on the disk, what is not yet in the main file included."""
        sizes = 0
        for ending in ("", "-wal"):
            with suppress(OSError):
                sizes += Path(self._name + ending).stat().st_size
        return sizes

    @property
    def trouble(self) -> str | None:
        """What is wrong with the token file since it changed; None when all is well."""
        return self._token_file.trouble if self._token_file else None


def open_store(
    url: str,
    *,
    readonly: bool = False,
    environment: Mapping[str, str] = os.environ,
    now: Callable[[], datetime] = _now,
) -> Store:
    """The store at this URL; a new or empty file gets the schema. Raises StoreError and TokenError.

    Tokens of the file in `FAULTBOOK_TOKEN_FILE` count beside those in the store. `readonly` makes nothing and sees no
    token file: for listing.
    """
    path = _path(url)
    if readonly:
        _check_is_there(path)
    token_file = None if readonly else environment.get(TOKEN_FILE_VARIABLE)
    known = TokenFile(Path(token_file)) if token_file else None
    engine = _engine(path, readonly=readonly)
    try:
        with store_errors(str(path)):
            _check_schema(engine, path, readonly=readonly)
    except StoreError:
        engine.dispose()
        raise
    return Store(engine, str(path), known, now)


def upgrade_store(url: str) -> list[str]:
    """Bring the store to the newest schema; gives the names of the steps that were made. Raises StoreError."""
    path = _path(url)
    engine = _engine(path)
    try:
        with store_errors(str(path)), engine.connect() as connection:
            steps = schema.upgrade(_driver(connection))
    except schema.SchemaError as error:
        raise StoreError(f"{path}: {error}") from None
    finally:
        engine.dispose()
    return [f"{step.number:04} {step.name}" for step in steps]


def _path(url: str) -> Path:
    try:
        return path_of(url)
    except ValueError as error:
        raise StoreError(str(error)) from None


def _check_is_there(path: Path) -> None:
    try:
        is_there = path.is_file()
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}; read it as the user that records there") from None
    if not is_there:
        raise StoreError(f"nothing was recorded in {path} yet; check the path, or start faultbook watch")


def _engine(path: Path, *, readonly: bool = False) -> Engine:
    try:
        if not readonly:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return sqlite_engine(path, readonly=readonly)
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror or error}; choose another place") from None


def _driver(connection: Any) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _check_schema(engine: Engine, path: Path, *, readonly: bool) -> None:
    with engine.connect() as connection:
        driver = _driver(connection)
        try:
            if schema.is_empty(driver) and not readonly:
                schema.upgrade(driver)
            elif schema.missing(driver):
                raise schema.OutdatedSchema(
                    f"its schema is an older one; run faultbook db upgrade --db sqlite:///{path}"
                )
        except schema.SchemaError as error:
            raise StoreError(f"{path}: {error}") from None
