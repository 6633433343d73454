"""What spool and local store have in common: rows, positions and storms in one durable transaction."""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

from app.config_watch import StormConfig
from app.store.location import FILE_NAME
from app.watch.contract import Clock, Positions, Row
from app.watch.database import Database, Say
from app.watch.storm import Plan, RollUp, Storm


class FileRecorder:
    """A `Recorder` on the SQLite file in the state directory. Safe to use from two threads."""

    def __init__(self, state_dir: Path, clock: Clock, say: Say, storm: StormConfig | None = None) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._database = Database(state_dir / FILE_NAME, say)
        self._storm = self._opened_storm(storm)

    def commit(self, rows: Sequence[Row], positions: Positions) -> None:
        """Keep all of it in one transaction, durable where there are rows; or raise RecorderError and keep nothing."""
        with self._lock:
            plan = self._storm.plan(rows, self._clock.now()) if self._storm else Plan(list(rows))
            # Positions alone only save reading again: they may wait for the next sync, or the system's own.
            with self._database.transaction(durable=bool(rows or plan.rows)) as connection:
                self._keep(connection, plan.rows)
                _keep_rollups(connection, plan)
                _keep_positions(connection, positions)
            if self._storm:
                self._storm.adopt(plan)
            self._kept()

    def settle(self) -> None:
        """Give rows of storms whose window is over; cheap when there are none. Raises RecorderError."""
        with self._lock:
            due = self._storm.due() if self._storm else None
            if due is not None and due <= self._clock.now():
                self.commit((), {})

    def positions(self) -> dict[str, str]:
        """Every position by key, as committed last."""
        with self._lock, self._database.reading() as connection:
            return dict(connection.execute("SELECT key, value FROM positions"))

    def counters(self) -> dict[str, int]:
        """What there is to tell of it, by name; names of counters end in `_total`."""
        return {}

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _keep(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        """Write the rows that are new within the transaction that is open."""
        raise NotImplementedError

    def _kept(self) -> None:
        """The transaction that `_keep` wrote in is durable."""

    def _opened_storm(self, config: StormConfig | None) -> Storm | None:
        """The storms as they were left; where there are to be none any more, what counted ends as rows."""
        with self._database.reading() as connection:
            texts = [text for (text,) in connection.execute("SELECT rollup FROM rollups ORDER BY id")]
        rollups = [RollUp.from_text(text) for text in texts]
        return Storm(config.over, config.per_s, rollups) if config else None if not rollups else Storm(1, 0, rollups)


def _keep_rollups(connection: sqlite3.Connection, plan: Plan) -> None:
    saved = [(identifier, rollup.to_text()) for identifier, rollup in plan.saved.items()]
    connection.executemany("INSERT OR REPLACE INTO rollups (id, rollup) VALUES (?, ?)", saved)
    connection.executemany("DELETE FROM rollups WHERE id = ?", [(each,) for each in plan.ended])


def _keep_positions(connection: sqlite3.Connection, positions: Positions) -> None:
    kept = [(key, value) for key, value in positions.items() if value is not None]
    connection.executemany("INSERT OR REPLACE INTO positions (key, value) VALUES (?, ?)", kept)
    gone = [(key,) for key, value in positions.items() if value is None]
    connection.executemany("DELETE FROM positions WHERE key = ?", gone)
