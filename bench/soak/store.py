"""The store under `kill -9`: hosts deliver without pause while the server and its database are killed, or go away.

Every row has an id that is known here. A delivery is repeated until it is answered with 200, and now and then once
more, as after a lost answer. A reader follows what is recorded by `since`, as another program would. Afterwards each
row must be there once, the reader must have met each, and the counts of incidents must be those of the rows.
"""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.postgresql import Cluster
from bench.soak.lines import ENTRY, Verdict, write_entry
from bench.soak.processes import Server, eventually
from bench.soak.runs import Settings

HOSTS = 4
FACES = 5
_AWAY_S = (0.3, 2.0)
_BETWEEN_S = (0.5, 2.5)
_DRAINED_S = 60.0
_PAUSE_S = 0.05
_AGAIN = 0.1


@dataclass(slots=True)
class _Tally:
    """What was delivered: ids that were given, and how often something was killed."""

    given: set[str] = field(default_factory=set)
    deliveries: int = 0
    refused: int = 0
    blows: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


def store_in_file(folder: Path, settings: Settings) -> Verdict:
    """With SQLite: the server is killed."""
    server = _server(folder, None)
    return _run(server, {"server killed": lambda: _restart(server)}, settings)


def store_in_postgresql(folder: Path, settings: Settings) -> Verdict:
    """With PostgreSQL, durable as in earnest: server and database are killed, and the database goes away."""
    cluster = Cluster()
    try:
        cluster.start()
        server = _server(folder, cluster.url())
        blows: dict[str, Callable[[], None]] = {
            "server killed": lambda: _restart(server),
            "database killed": lambda: _again(cluster, cluster.kill, 0.0),
            "database away": lambda: _again(cluster, cluster.stop, _away(settings.seed)),
        }
        return _run(server, blows, settings)
    finally:
        cluster.close()


def _server(folder: Path, db: str | None) -> Server:
    write_entry(folder / "entries")
    return Server(folder, url=db, entries=folder / "entries")


def _restart(server: Server) -> None:
    server.kill()
    server.start()


def _again(cluster: Cluster, end: Callable[[], None], away_s: float) -> None:
    end()
    time.sleep(away_s)
    cluster.start()


def _away(seed: int) -> float:
    return random.Random(seed).uniform(*_AWAY_S)


def _run(server: Server, blows: dict[str, Callable[[], None]], settings: Settings) -> Verdict:
    server.start()
    tally, over, met = _Tally(), threading.Event(), _Reader(server.port)
    hosts = [_Host(f"soak-{number}", server.port, settings, tally, over) for number in range(HOSTS)]
    delivering = [threading.Thread(target=each, daemon=True) for each in hosts]
    reading = threading.Thread(target=met, daemon=True)
    for thread in (*delivering, reading):
        thread.start()
    try:
        _strike(blows, tally, settings)
        over.set()
        for thread in delivering:
            thread.join(_DRAINED_S)
        stuck = sum(thread.is_alive() for thread in delivering)
        eventually(lambda: len(met.ids) >= len(tally.given), 20.0, 0.2)
        return _judged(server, tally, met, stuck)
    finally:
        over.set()
        met.over.set()
        reading.join(_DRAINED_S)
        server.kill()


def _strike(blows: dict[str, Callable[[], None]], tally: _Tally, settings: Settings) -> None:
    """One blow after the other, for as long as the run is to last."""
    rng = random.Random(f"store {settings.seed}")
    until = time.monotonic() + settings.seconds
    while time.monotonic() < until:
        time.sleep(rng.uniform(*_BETWEEN_S))
        name = rng.choice(sorted(blows))
        blows[name]()
        tally.blows[name] += 1


def _judged(server: Server, tally: _Tally, met: "_Reader", stuck: int) -> Verdict:
    rows = _pages(server.port, "/api/v1/occurrences", "occurrences")
    recorded = Counter(row["id"] for row in rows)
    verdict = Verdict(given=len(tally.given), recorded=len(rows))
    verdict.lost = sum(each not in recorded for each in tally.given)
    verdict.twice = sum(times - 1 for times in recorded.values())
    verdict.spliced = sum(each not in tally.given for each in recorded)
    verdict.wrong = sum(one["recorded_at"] > other["recorded_at"] for one, other in pairwise(rows))
    counted = sum(each["count"] for each in _pages(server.port, "/api/v1/incidents", "incidents"))
    if counted != len(rows):
        verdict.note(f"incidents count {counted}")
    if missed := len(recorded.keys() - met.ids):
        verdict.note(f"a reader missed {missed}")
    if stuck:
        verdict.note(f"{stuck} hosts still wait")
    blows = ", ".join(f"{name} {times} times" for name, times in sorted(tally.blows.items()))
    print(f"  {blows}; {tally.deliveries} deliveries, {tally.refused} repeated", flush=True)
    return verdict


class _Host:
    """Delivers batches until it is over, each until it is taken."""

    def __init__(self, name: str, port: int, settings: Settings, tally: _Tally, over: threading.Event) -> None:
        self._name = name
        self._port = port
        self._rate = settings.rate / HOSTS
        self._rng = random.Random(f"{settings.seed} {name}")
        self._tally = tally
        self._over = over
        self._number = 0

    def __call__(self) -> None:
        begun, given = time.monotonic(), 0
        while not self._over.is_set():
            rows = [self._row() for _ in range(self._rng.randint(1, 200))]
            given += len(rows)
            with self._tally.lock:
                self._tally.given.update(row["id"] for row in rows)
            self._deliver(rows)
            if self._rng.random() < _AGAIN:
                self._deliver(rows)
            time.sleep(max(0.0, begun + given / self._rate - time.monotonic()))

    def _row(self) -> dict[str, Any]:
        self._number += 1
        return {
            "id": f"{self._name}-{self._number:09}",
            "entry": ENTRY,
            "matcher": "record",
            "source": "kernel",
            "fields": {"log": f"l{self._number % FACES}", "n": self._number},
            "text": f"soak: record {self._number} of {self._name}",
            "seen_at": datetime.now(UTC).isoformat(),
        }

    def _deliver(self, rows: Sequence[dict[str, Any]]) -> None:
        body = json.dumps({"host": self._name, "occurrences": rows})
        until = time.monotonic() + _DRAINED_S
        while time.monotonic() < until:
            with self._tally.lock:
                self._tally.deliveries += 1
            if _asked(self._port, "POST", "/api/v1/occurrences", body) is not None:
                return
            with self._tally.lock:
                self._tally.refused += 1
            time.sleep(_PAUSE_S)


class _Reader:
    """Follows what is recorded: asks again from the time of the last row that it met."""

    def __init__(self, port: int) -> None:
        self.ids: set[str] = set()
        self.over = threading.Event()
        self._port = port

    def __call__(self) -> None:
        since = "2000-01-01T00:00:00Z"
        while not self.over.is_set():
            query = {"limit": "1000", "since": since}
            while True:
                answer = _asked(self._port, "GET", f"/api/v1/occurrences?{urlencode(query)}")
                rows = answer["occurrences"] if answer else []
                self.ids.update(row["id"] for row in rows)
                since = rows[-1]["recorded_at"] if rows else since
                if not answer or not answer["next"]:
                    break
                query["cursor"] = answer["next"]
            time.sleep(_PAUSE_S)


def _pages(port: int, path: str, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        query = urlencode({"limit": "500"} | ({"cursor": cursor} if cursor else {}))
        answer = _asked(port, "GET", f"{path}?{query}")
        if answer is None:
            time.sleep(_PAUSE_S)
            continue
        found += answer[name]
        cursor = answer["next"]
        if cursor is None:
            return found


def _asked(port: int, method: str, path: str, body: str | None = None) -> Any:
    """The JSON of a 200, None for everything else."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        data = response.read()
        return json.loads(data) if response.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
