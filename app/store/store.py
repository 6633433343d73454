"""The store behind the server and the commands: one object, safe to use from many threads."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from app.incidents import catchup, facts, settle
from app.incidents.desk import Incidents
from app.incidents.rules import Rules
from app.store import occurrences, sessions, tokens
from app.store.backend import backend_of
from app.store.engine import writing
from app.store.errors import StoreError, store_errors
from app.store.occurrences import NewOccurrence, Page, Query
from app.store.opening import open_engine, upgrade_engine
from app.store.places import Place, place_now, take_place
from app.store.retention import Retention, remove_some
from app.store.sql import upsert
from app.store.tables import health
from app.store.tables import occurrences as occurrence_rows
from app.store.times import to_micros
from app.store.tokens import Kind, Token, TokenFile
from app.telling.desk import Notices

TOKEN_FILE_VARIABLE = "FAULTBOOK_TOKEN_FILE"
_CHECK_EVERY_S = 1.0


def _now() -> datetime:
    return datetime.now(UTC)


class Store:
    """Occurrences, incidents, facts and tokens in one database. Every method raises StoreError.

    `incidents` are asked and changed through their own object, so are `notices`, what is to be told of them. What the
    entries say of incidents comes by `use`.
    """

    def __init__(
        self, engine: Engine, name: str, token_file: TokenFile | None = None, now: Callable[[], datetime] = _now
    ) -> None:
        self._engine = engine
        self._backend = backend_of(engine)
        self._name = name
        self._token_file = token_file
        self._now = now
        self._tokens_exist = token_file is not None
        # SQLite lets writers of one process wait by sleeping and asking again; a lock lets them in one by one.
        self._write_lock = threading.Lock()
        self._check_lock = threading.Lock()
        self._checked_at = float("-inf")
        self._check_failed: StoreError | None = None
        self._rules: Callable[[], Rules] = Rules
        self.incidents = Incidents(self._reading, self._turn, now)
        self.notices = Notices(self._reading, self._turn, now)

    def use(self, rules: Callable[[], Rules]) -> None:
        """Ask here what the entries say of incidents, whenever rows are counted into them."""
        self._rules = rules

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def record(self, host: str, rows: Sequence[NewOccurrence], told: Mapping[str, Any] | None = None) -> int:
        """Record what one delivery brings, all of it or nothing; durable when this returns.

        Gives how many rows are new: one whose id is there already is not stored again. `told` are the host's facts.
        """
        with self._turn() as connection:
            now = self._now()
            if told is not None:
                occurrences.keep_facts(connection, host, told, now)
                facts.keep(connection, host, told, to_micros(now))
            return occurrences.record(connection, self._backend, host, rows, rules=self._rules(), now=now)

    def page(self, query: Query) -> Page:
        """One page of occurrences."""
        with self._reading() as connection:
            return occurrences.page(connection, query)

    def count_waiting(self) -> int:
        """Count some of the rows that no incident has counted yet; gives how many, 0 where none waits."""
        with self._reading() as connection:
            if place_now(connection).waiting == 0:
                return 0
        with self._turn() as connection:
            return catchup.step(connection, take_place(connection), self._rules(), to_micros(self._now()))

    def place(self) -> Place:
        """How far recording and counting are."""
        with self._reading() as connection:
            return place_now(connection)

    def waiting(self) -> int:
        """How many recorded rows no incident has counted yet."""
        with self._reading() as connection:
            return place_now(connection).waiting

    def settle(self) -> int:
        """Write the events of incidents that silence has ended; gives how many."""
        with self._turn() as connection:
            return settle.settle(connection, to_micros(self._now()))

    def prepare(self) -> None:
        """Make room for the days to come."""
        with self._turn() as connection:
            self._backend.prepare_ahead(connection, max(to_micros(self._now()), place_now(connection).recorded_at))

    def remove_old(self, retention: Retention) -> int:
        """Remove a step's worth of what is kept no longer; gives 0 where nothing is left to remove."""
        with self._turn() as connection:
            return remove_some(connection, self._backend, retention, to_micros(self._now()))

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

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with store_errors(self._name), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[Connection]:
        """A transaction that has the turn to record."""
        with self._writing() as connection:
            take_place(connection)
            yield connection

    def _try(self) -> StoreError | None:
        values = {"checked_at": to_micros(self._now())}
        try:
            with self._writing() as connection:
                statement = upsert(connection, health).values(id=1, **values)
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
        with self._reading() as connection:
            return tokens.listed(connection)

    def find_token(self, secret: str) -> Token | None:
        """The valid token with this secret, from the token file or the store."""
        return self._find_token(tokens.digest_of(secret))

    def _find_token(self, digest: str) -> Token | None:
        found = self._token_file.find(digest) if self._token_file else None
        if found is not None:
            return found
        with self._reading() as connection:
            return tokens.find(connection, digest)

    def begin_session(self, secret: str) -> str:
        """A session for the token with this secret; gives the session's own secret."""
        with self._writing() as connection:
            return sessions.begin(connection, tokens.digest_of(secret), self._now())

    def find_session(self, session: str) -> Token | None:
        """The token of this session, None where the session is over or its token is not valid any more."""
        with self._reading() as connection:
            digest = sessions.token_digest_of(connection, session, self._now())
        return self._find_token(digest) if digest is not None else None

    def end_session(self, session: str) -> None:
        """End this session; one that is over already is let be."""
        with self._writing() as connection:
            sessions.end(connection, session)

    def has_tokens(self) -> bool:
        """Whether a token exists or ever did; where none does, only peers on this machine are answered."""
        if not self._tokens_exist:
            with self._reading() as connection:
                self._tokens_exist = tokens.exist(connection)
        return self._tokens_exist

    def size_bytes(self) -> int:
        """What everything in it takes; space that was freed and is used again does not count."""
        with self._reading() as connection:
            return self._backend.size_bytes(connection)

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
    token_file = None if readonly else environment.get(TOKEN_FILE_VARIABLE)
    known = TokenFile(Path(token_file)) if token_file else None
    engine, name = open_engine(url, readonly=readonly)
    return Store(engine, name, known, now)


def upgrade_store(url: str) -> list[str]:
    """Bring the store to the newest schema; gives the names of the steps that were made. Raises StoreError."""
    return [f"{step.number:04} {step.name}" for step in upgrade_engine(url)]
