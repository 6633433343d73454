"""The store of a watcher without a server: the same tables as the server's, written with `sqlite3`."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from app.config_watch import StormConfig
from app.store.times import parse_time, to_micros
from app.watch.contract import Clock, Row
from app.watch.database import Say
from app.watch.recorder import FileRecorder

_INSERT_ID = "INSERT OR IGNORE INTO occurrence_ids (id, recorded_at) VALUES (?, ?)"
_INSERT = """\
INSERT INTO occurrences (id, entry, host, recorded_at, seen_at, count, "row", recovery)
VALUES (?, ?, ?, max(?, coalesce((SELECT recorded_at FROM occurrences ORDER BY seq DESC LIMIT 1), 0)), ?, ?, ?, ?)"""


class LocalStore(FileRecorder):
    """Records occurrences in the state directory; each id once.

    Rows that an earlier run left in the spool, when there was a server, are recorded at the start.
    """

    def __init__(self, state_dir: Path, host: str, clock: Clock, say: Say, storm: StormConfig | None = None) -> None:
        super().__init__(state_dir, clock, say, storm)
        self._host = host
        self._take_spooled()

    def _keep(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        for row in rows:
            self._insert(connection, row.id, row.json)

    def _insert(self, connection: sqlite3.Connection, identifier: str, row: str) -> None:
        now = to_micros(self._clock.now())
        if connection.execute(_INSERT_ID, (identifier, now)).rowcount:
            sent = json.loads(row)
            seen_at = to_micros(parse_time(sent["seen_at"]))
            recovery = int(sent.get("recovery") is True)
            values = (identifier, sent["entry"], self._host, now, seen_at, sent.get("count", 1), row, recovery)
            connection.execute(_INSERT, values)

    def _take_spooled(self) -> None:
        with self._lock, self._database.transaction() as connection:
            for identifier, row in connection.execute("SELECT id, json FROM spool ORDER BY seq").fetchall():
                self._insert(connection, identifier, row)
            connection.execute("DELETE FROM spool")
