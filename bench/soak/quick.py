"""Two more runs: descriptors over a thousand rotations, and the time from the write of a line to its being stored."""

import json
import random
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.soak.lines import Verdict
from bench.soak.logs import CopyTruncate, DeleteCreate, Log, RenameCreate, RenameGzip, SameHead
from bench.soak.processes import Server, descriptors, eventually
from bench.soak.runs import Field, Settings, check_exits, judged

ROTATIONS = 1_000
MORE_DESCRIPTORS = 20
BUSY_P99_S = 2.0
IDLE_P99_S = 0.05
_QUIET_S = 20.0
_LOOK_S = 0.001
IDLE_LINES = 100


def many_rotations(folder: Path, settings: Settings) -> Verdict:
    """A thousand rotations, one after the other; then no more files are open than are followed, and 20."""
    ways: Sequence[type[Log]] = (RenameCreate, SameHead, RenameGzip, CopyTruncate)
    field = Field(folder, ways, settings)
    watcher = field.watcher()
    watcher.start()
    most = 0
    for number in range(ROTATIONS):
        log = field.logs[number % len(field.logs)]
        log.write(settings.every)
        log.rotate()
        time.sleep(settings.seconds / ROTATIONS)
        if number % 50 == 0:
            most = max(most, descriptors(watcher.pid))
    field.finish()
    verdict = judged(field, watcher.rows)
    allowed = len(field.logs) + MORE_DESCRIPTORS
    if not eventually(lambda: descriptors(watcher.pid) <= allowed, _QUIET_S):
        verdict.note(f"{descriptors(watcher.pid)} descriptors are open, {allowed} may be")
    print(f"  {ROTATIONS} rotations: {most} descriptors at the most, {descriptors(watcher.pid)} at the end", flush=True)
    watcher.stop()
    check_exits(watcher, verdict)
    return verdict


def delay(folder: Path, settings: Settings, idle_lines: int = IDLE_LINES) -> Verdict:
    """From the write of a line to its row being readable in the server's file: under load, then idle, line by line."""
    field = Field(folder, (RenameCreate, SameHead, DeleteCreate), settings)
    server = Server(folder)
    watcher = field.watcher(server={"url": server.url})
    server.start()
    watcher.start()
    with _observed(server.db) as stored:
        field.write(settings.seconds, rotate=lambda log: log.is_safe_while_down)
        eventually(lambda: len(stored) >= field.truth.total, _QUIET_S)
        busy = _delays(field, stored)
        known = field.truth.total
        rng = random.Random(settings.seed)
        for number in range(idle_lines):
            time.sleep(rng.uniform(0.05, 0.3))
            log = field.logs[number % len(field.logs)]
            log.finish_line()
            log.write_whole(settings.every)
        eventually(lambda: len(stored) >= field.truth.total, _QUIET_S)
        idle = _delays(field, stored, after=known)
    field.finish()
    verdict = judged(field, lambda: watcher.rows(server.url))
    for name, delays, most in (("under load", busy, BUSY_P99_S), ("idle", idle, IDLE_P99_S)):
        middle, late = delays[len(delays) // 2], delays[int(len(delays) * 0.99)]
        print(f"  written to stored {name}: median {middle * 1e3:.1f} ms, p99 {late * 1e3:.1f} ms", flush=True)
        if late > most:
            verdict.note(f"p99 {late * 1e3:.0f} ms {name}, {most * 1e3:.0f} are promised")
    watcher.stop()
    server.kill()
    check_exits(watcher, verdict)
    return verdict


@contextmanager
def _observed(db: Path) -> Iterator[dict[str, float]]:
    """When each text was first seen in the store, while this lasts."""
    seen: dict[str, float] = {}
    is_over = threading.Event()

    def look() -> None:
        store = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
        last = 0
        while not is_over.wait(_LOOK_S):
            with suppress(sqlite3.OperationalError):
                for seq, row in store.execute('SELECT seq, "row" FROM occurrences WHERE seq > ? ORDER BY seq', (last,)):
                    last = seq
                    seen.setdefault(json.loads(row)["text"], time.monotonic())
        store.close()

    observer = threading.Thread(target=look)
    observer.start()
    try:
        yield seen
    finally:
        is_over.set()
        observer.join()


def _delays(field: Field, stored: dict[str, float], after: int = 0) -> list[float]:
    """Seconds, sorted, of the lines given behind the first `after`."""
    given = list(field.truth.given_at.items())[after:]
    return sorted(stored[text] - at for text, at in given if text in stored)
