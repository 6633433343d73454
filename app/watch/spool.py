"""The spool: rows that wait for the server, in the order in which they were recorded.

A row goes in with the positions of what was read, in one durable transaction, and leaves when the server has said that
it has it. The sync of the disk is paid when a row goes in; that one left may be forgotten in a power cut: it is sent
again then, and the server knows its id.

`max_bytes` bounds what waits. When there is no room, `block` raises RecorderFull, so that reading waits and the log
itself is the buffer; `drop_oldest` drops and counts. Rows that are in one transaction are kept together: into an empty
spool they go whatever their size.

What the server does not take at all is set aside in the same file, where `MAX_ASIDE` rows are kept to be looked at.
"""

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from app.config_watch import SpoolConfig, StormConfig
from app.watch.contract import Clock, RecorderError, RecorderFull, Row
from app.watch.database import Say
from app.watch.recorder import FileRecorder

MAX_ASIDE = 100
MAX_ASIDE_BYTES = 1 << 20
_OVERHEAD = 160
"""What SQLite adds to a row: its id, the index of ids, headers (measured: 130 to 150 bytes)."""


@dataclass(frozen=True, slots=True)
class SpooledRow:
    """A row that waits; `seq` tells its place."""

    seq: int
    json: str

    @property
    def size(self) -> int:
        """What it takes in the file, in bytes, about."""
        return _size_of(self.json)


class Spool(FileRecorder):
    """A `Recorder` for the loop's thread and a queue for delivery's."""

    def __init__(
        self, state_dir: Path, clock: Clock, say: Say, config: SpoolConfig, storm: StormConfig | None = None
    ) -> None:
        super().__init__(state_dir, clock, say, storm)
        self._config = config
        self._changed = threading.Condition(self._lock)
        self._done = 0
        self._wakes = 0
        self._in_flight = 0
        with self._database.reading() as connection:
            self._rows, self._bytes = _counted(connection)
            self._totals: dict[str, int] = dict(connection.execute("SELECT name, value FROM totals"))
        self._outcome = _Outcome()

    # For the loop

    def _keep(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        self._delete_done(connection)
        outcome = self._make_room(connection, sum(_size_of(row.json) for row in rows)) if rows else _Outcome()
        if outcome.dropped:
            _add_total(connection, "dropped", outcome.dropped)
        kept = [_size_of(row.json) for row in rows if self._inserted(connection, row)]
        self._outcome = replace(outcome, rows=outcome.rows + len(kept), bytes=outcome.bytes + sum(kept))

    def _kept(self) -> None:
        outcome, self._outcome = self._outcome, _Outcome()
        self._rows += outcome.rows
        self._bytes += outcome.bytes
        self._totals["dropped"] = self._totals.get("dropped", 0) + outcome.dropped
        self._changed.notify_all()

    def _inserted(self, connection: sqlite3.Connection, row: Row) -> bool:
        return (
            connection.execute("INSERT OR IGNORE INTO spool (id, json) VALUES (?, ?)", (row.id, row.json)).rowcount > 0
        )

    def _make_room(self, connection: sqlite3.Connection, size: int) -> "_Outcome":
        """Drop what is oldest so that `size` bytes fit; raises RecorderFull where nothing may be dropped."""
        excess = self._bytes + size - self._config.max_bytes
        if excess <= 0 or self._rows == 0:
            return _Outcome()
        if self._config.when_full == "block":
            raise RecorderFull(
                f"the spool holds {self._rows} rows ({self._bytes} bytes of {self._config.max_bytes}) that the server "
                "has not taken; reading waits"
            )
        last, sizes = 0, []
        waiting = connection.execute("SELECT seq, json FROM spool WHERE seq > ? ORDER BY seq", (self._in_flight,))
        for seq, json in waiting:
            if excess <= 0:
                break
            last = seq
            sizes.append(_size_of(json))
            excess -= sizes[-1]
        waiting.close()
        connection.execute("DELETE FROM spool WHERE seq > ? AND seq <= ?", (self._in_flight, last))
        return _Outcome(-len(sizes), -sum(sizes), len(sizes))

    # For delivery

    def batch(self, max_rows: int, max_bytes: int) -> list[SpooledRow]:
        """The oldest rows that wait, in order: as many as fit, one at the least where there is one.

        They are in flight until `delivered`, `set_aside` or the next `batch`. Raises RecorderError.
        """
        with self._lock:
            with suppress(RecorderFull):  # rows of storms wait for room like others
                self.settle()
            rows: list[SpooledRow] = []
            with self._database.reading() as connection:
                waiting = connection.execute(
                    "SELECT seq, json FROM spool WHERE seq > ? ORDER BY seq LIMIT ?", (self._done, max_rows)
                )
                size = 0
                for seq, json in waiting:
                    size += len(json)
                    if rows and size > max_bytes:
                        break
                    rows.append(SpooledRow(seq, json))
            self._in_flight = rows[-1].seq if rows else 0
            return rows

    def wait_for(self, rows: int, timeout_s: float) -> None:
        """Until so many rows wait, `wake` is called, or the time is over."""
        with self._changed:
            wakes = self._wakes
            self._changed.wait_for(lambda: self._rows >= rows or self._wakes != wakes, timeout_s)

    def wake(self) -> None:
        """Let whoever waits go on."""
        with self._changed:
            self._wakes += 1
            self._changed.notify_all()

    def delivered(self, rows: Sequence[SpooledRow]) -> None:
        """The server has these rows, the first that wait. Never raises: where the disk fails they go later."""
        with self._lock:
            self._leave(rows)
            with suppress(RecorderError), self._database.transaction(durable=False) as connection:
                self._delete_done(connection)

    def set_aside(self, row: SpooledRow, reason: str) -> None:
        """The server does not take this row, the first that waits; raises RecorderError."""
        with self._lock:
            with self._database.transaction() as connection:
                connection.execute("INSERT INTO aside (json, reason) VALUES (?, ?)", (row.json, reason))
                _trim_aside(connection)
                connection.execute("DELETE FROM spool WHERE seq <= ?", (row.seq,))
                _add_total(connection, "set_aside", 1)
            self._totals["set_aside"] = self._totals.get("set_aside", 0) + 1
            self._leave([row])

    def _leave(self, rows: Sequence[SpooledRow]) -> None:
        self._done, self._in_flight = rows[-1].seq, 0
        self._rows -= len(rows)
        self._bytes -= sum(row.size for row in rows)

    def counters(self) -> dict[str, int]:
        """What waits, and over the life of the state what was dropped and set aside."""
        with self._lock:
            return {
                "spool_rows": self._rows,
                "spool_bytes": self._bytes,
                "spool_max_bytes": self._config.max_bytes,
                "rows_dropped_total": self._totals.get("dropped", 0),
                "rows_set_aside_total": self._totals.get("set_aside", 0),
            }

    def _delete_done(self, connection: sqlite3.Connection) -> None:
        if self._done:
            connection.execute("DELETE FROM spool WHERE seq <= ?", (self._done,))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one transaction changed."""

    rows: int = 0
    bytes: int = 0
    dropped: int = 0


def _counted(connection: sqlite3.Connection) -> tuple[int, int]:
    query = "SELECT count(*), coalesce(sum(length(CAST(json AS BLOB)) + ?), 0) FROM spool"
    rows, size = connection.execute(query, (_OVERHEAD,)).fetchone()
    return rows, size


def _trim_aside(connection: sqlite3.Connection) -> None:
    """Keep the newest rows only, by number and size; one at the least."""
    size = 0
    newest = connection.execute("SELECT seq, length(CAST(json AS BLOB)) FROM aside ORDER BY seq DESC").fetchall()
    for place, (seq, length) in enumerate(newest):
        size += length
        if place and (place >= MAX_ASIDE or size > MAX_ASIDE_BYTES):
            connection.execute("DELETE FROM aside WHERE seq <= ?", (seq,))
            return


def _size_of(json: str) -> int:
    return len(json.encode("utf-8", "surrogatepass")) + _OVERHEAD


def _add_total(connection: sqlite3.Connection, name: str, count: int) -> None:
    upsert = "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"
    connection.execute(f"INSERT INTO totals (name, value) VALUES (?, ?) {upsert}", (name, count))
