"""`python -m bench store`: how many rows a second the store takes, and how quick lists are when it holds millions.

rows      `Store.record` in batches, incidents kept up to date in the same transactions, every commit on the disk; the
          database and this program share the machine's two cores, as they would
lists     p99 of what pages and API ask, at the number of rows asked for: the first page and one further on

Rows are those of a fleet: each of 500 hosts has 20 of 200 entries on four ports, some far more often than others, which
makes 40,000 incidents; every fiftieth row says that one is over. Without `--db` both databases are measured, PostgreSQL
in a server of its own.
"""

import argparse
import dataclasses
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from app.incidents.rules import Rules
from app.incidents.values import IncidentQuery
from app.store.errors import StoreError
from app.store.location import url_of
from app.store.occurrences import NewOccurrence, Query
from app.store.store import Store, open_store
from bench.answers import high
from bench.floors import Floor
from bench.postgresql import Cluster
from bench.soak.processes import Failed

HOSTS: Final = 500
ENTRIES: Final = 200
TROUBLES: Final = 20
FACES: Final = 4
_ASKED = 40
_DAYS = 30
_ENTRY = "bench-fault-{}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0: measured, 1: `--check` and a promise is missed, 2: a database does not do what it should."""
    options = _parser().parse_args(arguments)
    floors: list[Floor] = []
    try:
        for name, made in _databases(options):
            with made as where:
                floors += _measured(name, where, options)
    except (Failed, StoreError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([dataclasses.asdict(each) | {"verdict": each.verdict} for each in floors]))
    else:
        for each in floors:
            print(f"{each.what:56} {each.value or 0:>12,.1f} {each.unit:8} {each.verdict:7} (promised {each.least:,g})")
    return int(options.check and any(each.verdict == "MISSED" for each in floors))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench store", description="What the store takes and gives.")
    parser.add_argument("--db", metavar="URL", help="this empty store (default: both databases, made for it)")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="without --db: only this one")
    parser.add_argument("--rows", type=int, default=5_000_000, metavar="N", help="rows in all (default 5,000,000)")
    parser.add_argument("--batch", type=int, default=1_000, metavar="N", help="rows of one delivery (default 1,000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the rows")
    parser.add_argument("--dir", type=Path, help="work here: a real disk")
    parser.add_argument("--json", action="store_true", help="one JSON array")
    parser.add_argument("--check", action="store_true", help="exit 1 when less than the least is reached")
    return parser


@dataclasses.dataclass(frozen=True, slots=True)
class _Where:
    """A store, and the processor time that its database took in other processes."""

    url: str
    cpu_s: Callable[[], float] = lambda: 0.0


def _databases(options: argparse.Namespace) -> Iterator[tuple[str, AbstractContextManager[_Where]]]:
    if options.db:
        yield "given", nullcontext(_Where(str(options.db)))
        return
    if options.only != "postgresql":
        yield "SQLite", _file(options.dir)
    if options.only != "sqlite":
        yield "PostgreSQL", _cluster()


@contextmanager
def _file(folder: Path | None) -> Iterator[_Where]:
    with tempfile.TemporaryDirectory(prefix="faultbook-bench-", dir=folder) as made:
        yield _Where(url_of(Path(made, "faultbook.db")))


@contextmanager
def _cluster() -> Iterator[_Where]:
    cluster = Cluster(settings=["shared_buffers=512MB", "max_wal_size=2GB"])
    try:
        cluster.start()
        yield _Where(cluster.url(), cluster.cpu_s)
    finally:
        cluster.close()


class _Fleet:
    """Rows as watchers deliver them, in batches of one host each; the clock goes on with them over `_DAYS` days."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.now = datetime.now(UTC) - timedelta(days=_DAYS)
        self._rng = random.Random(f"store {options.seed}")
        self._step = timedelta(days=_DAYS) / max(1, options.rows // options.batch)
        self._number = 0
        self._troubles = [self._rng.sample(range(ENTRIES), TROUBLES) for _ in range(HOSTS)]
        self._weights = [1 / (rank + 1) for rank in range(TROUBLES)]

    def batch(self, size: int) -> tuple[str, list[NewOccurrence]]:
        """The next delivery."""
        self.now += self._step
        number = self._rng.randrange(HOSTS)
        host = f"host-{number:03}"
        entries = self._rng.choices(self._troubles[number], self._weights, k=size)
        return host, [self._row(host, entry) for entry in entries]

    def _row(self, host: str, number: int) -> NewOccurrence:
        self._number += 1
        entry, face = _ENTRY.format(number), f"eth{self._rng.randrange(FACES)}"
        is_over = self._number % 50 == 0
        line = f"mlx5_core 0000:3b:00.0 {face}: fault {self._number} of {entry}, port {self._number % 64} reports it"
        sent = {
            "id": f"{self._rng.getrandbits(128):032x}",
            "entry": entry,
            "matcher": "over" if is_over else "fault",
            "source": "kernel",
            "path": "/var/log/kern.log",
            "line": self._number,
            "offset": self._number * 140,
            "end": self._number * 140 + 139,
            "time": None,
            "host": host,
            "fields": {"iface": face, "pci": "0000:3b:00.0", "n": self._number},
            "text": f"2026-11-21T01:02:03.000004+00:00 {host} kernel: [ 1043.0042] {line}",
            "seen_at": self.now.isoformat(),
        }
        if is_over:
            sent["recovery"] = True
        return NewOccurrence(str(sent["id"]), entry, self.now, 1, json.dumps(sent))


def _measured(name: str, where: _Where, options: argparse.Namespace) -> list[Floor]:
    fleet = _Fleet(options)
    store = open_store(where.url, environment={}, now=lambda: fleet.now)
    entries = [_ENTRY.format(number) for number in range(ENTRIES)]
    rules = Rules(dict.fromkeys(entries, ("iface",)))
    store.use(lambda: rules)
    try:
        filled = _filled(name, store, fleet, where, options)
        while store.settle():  # a server does that every ten seconds
            pass
        return [*filled, *_asked(name, store, options)]
    finally:
        store.close()


def _filled(name: str, store: Store, fleet: _Fleet, where: _Where, options: argparse.Namespace) -> list[Floor]:
    """Making the rows is not measured. By CPU time: what a machine that does nothing else would reach at the most."""
    took: list[float] = []
    cpu = 0.0
    others = where.cpu_s()
    for _ in range(options.rows // options.batch):
        host, rows = fleet.batch(options.batch)
        begun, worked = time.perf_counter(), time.process_time()
        stored = store.record(host, rows)
        took.append(time.perf_counter() - begun)
        cpu += time.process_time() - worked
        if stored != len(rows):
            raise Failed(f"{len(rows)} rows were delivered, and {stored} stored")
    cpu += where.cpu_s() - others
    last = took[-max(1, len(took) // 10) :]
    print(f"{name}: {store.size_bytes() / (1 << 20):,.0f} MiB", file=sys.stderr)
    return [
        Floor(f"{name}, rows recorded", options.batch * len(took) / sum(took), 20_000, None, "rows/s"),
        Floor(f"{name}, by CPU time, the database's included", options.batch * len(took) / cpu, 20_000, None, "rows/s"),
        Floor(f"{name}, the last tenth of them", options.batch * len(last) / sum(last), 20_000, None, "rows/s"),
    ]


def _asked(name: str, store: Store, options: argparse.Namespace) -> Iterator[Floor]:
    for what, ask in _questions(store, random.Random(options.seed)).items():
        took = []
        for _ in range(_ASKED):
            begun = time.perf_counter()
            ask()
            took.append((time.perf_counter() - begun) * 1e3)
        yield Floor(f"{name}, {what}, p99", high(took), 50, None, "ms", at_most=True)


def _questions(store: Store, rng: random.Random) -> dict[str, Callable[[], object]]:
    """What is asked of a store, each time a little differently."""
    incidents, now = store.incidents, store._now()
    some = [each.id for each in incidents.page(IncidentQuery(limit=200)).incidents]

    def entry() -> str:
        return _ENTRY.format(rng.randrange(ENTRIES))

    def host() -> str:
        return f"host-{rng.randrange(HOSTS):03}"

    def deep() -> None:
        first = store.page(Query(entry=entry(), limit=100))
        store.page(Query(entry=entry(), limit=100, after=first.next))

    return {
        "occurrences, newest": lambda: store.page(Query(order="desc", limit=100)),
        "occurrences, two pages of an entry": deep,
        "occurrences, newest of a host": lambda: store.page(Query(host=host(), order="desc", limit=100)),
        "occurrences, of an entry on a host": lambda: store.page(Query(entry(), host(), limit=100, order="desc")),
        "occurrences, since a day": lambda: store.page(Query(since=now - timedelta(days=rng.randrange(1, _DAYS)))),
        "incidents, seen last": lambda: incidents.page(IncidentQuery()),
        "incidents, on": lambda: incidents.page(IncidentQuery(state="on")),
        "incidents, new": lambda: incidents.page(IncidentQuery(state="new")),
        "incidents, returned": lambda: incidents.page(IncidentQuery(state="returned")),
        "incidents, resolved": lambda: incidents.page(IncidentQuery(state="resolved")),
        "incidents, of an entry": lambda: incidents.page(IncidentQuery(entry=entry())),
        "incidents, of some entries": lambda: incidents.page(IncidentQuery(entries=[entry() for _ in range(40)])),
        "incidents, of a host": lambda: incidents.page(IncidentQuery(host=host())),
        "incident, evidence and history": lambda: _whole(store, rng.choice(some)),
        "incident hours of an entry": lambda: incidents.hours(since=now - timedelta(days=7), entry=entry()),
        "counts of an entry": lambda: incidents.entry_counts(entry()),
        "counts of all entries": incidents.entry_counts,
        "hosts, a page": lambda: incidents.hosts(limit=100),
        "cross table of an entry": lambda: incidents.cross(entry(), "kernel"),
    }


def _whole(store: Store, incident: str) -> None:
    store.incidents.one(incident)
    store.incidents.evidence(incident)
    store.incidents.events(incident=incident, newest_first=True)
    store.incidents.actions(incident)


if __name__ == "__main__":
    sys.exit(main())
