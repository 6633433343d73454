"""The runs: rotation in thirteen ways, kill -9 at random, state turned to NULs, a server that is away, a full disk."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.soak.away import MOODS, Proxy
from bench.soak.lines import HOST, Lines, Truth, Verdict, write_entry
from bench.soak.logs import WAYS, CopyTruncate, EqualFiles, Log, RenameCreate, RenameGzip, SameHead
from bench.soak.processes import Server, Watcher, descriptors, eventually, peak_mib

DRAINED_S = 60.0
PROMISED_DRAINED_S = 15.0
START_S = 3.0
STATE_FILES = 20
_TICK_S = 0.01
_UNREAD_S = 1.5


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how hard: `rate` lines a second over all logs, of which every `every`-th is recognised."""

    seconds: float = 30.0
    rate: int = 8_000
    every: int = 10
    rotate_s: float = 3.0
    seed: int = 1


class Field:
    """A folder with logs that are written at a rate, a watcher on them, and perhaps a server."""

    def __init__(self, folder: Path, ways: Sequence[type[Log]], settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.rng = random.Random(f"{settings.seed} {' '.join(way.name for way in ways)}")
        self.truth = Truth()
        self.logs = [
            way(folder / "logs" / way.name, Lines(way.name, self.truth, settings.every), self.rng) for way in ways
        ]
        write_entry(folder / "entries")
        self._written = 0
        self._begun = time.monotonic()
        self._next_rotation = {log: self._begun + self.rng.uniform(1.5, 1 + settings.rotate_s) for log in self.logs}

    def watcher(self, **config: Any) -> Watcher:
        """A watcher on the logs."""
        sources = [{"source": "auto", "paths": [log.watched for log in self.logs]}]
        plain = {"host": HOST, "state_dir": str(self.folder / "state"), "sources": sources} | config
        return Watcher(self.folder, plain, entries=self.folder / "entries")

    def write(self, seconds: float, *, rotate: Callable[[Log], bool] = lambda _log: True) -> None:
        """Write at the rate for so long; logs that `rotate` allows are rotated when it is their time."""
        until = time.monotonic() + seconds
        self._begun, self._written = time.monotonic(), 0
        while (now := time.monotonic()) < until:
            due = int((now - self._begun) * self.settings.rate) - self._written
            self._written += due
            share, rest = divmod(due, len(self.logs))
            for place, log in enumerate(self.logs):
                if count := share + (place < rest):
                    log.write(count)
                if now >= self._next_rotation[log] and rotate(log):
                    log.rotate()
                    self._next_rotation[log] = now + self.settings.rotate_s * self.rng.uniform(0.7, 1.3)
            time.sleep(_TICK_S)

    def finish(self) -> None:
        """The programs end."""
        for log in self.logs:
            log.close()


Rows = Callable[[], list[dict[str, Any]]]


def judged(field: Field, rows: Rows, verdict_notes: Iterable[str] = (), drained_s: float = DRAINED_S) -> Verdict:
    """The verdict once everything was recorded, or `drained_s` later."""
    last: list[dict[str, Any]] = []

    def is_all() -> bool:
        last[:] = rows()
        return len(last) >= field.truth.total

    begun = time.monotonic()
    if eventually(is_all, drained_s, 0.5):
        time.sleep(1.0)  # what comes twice may come a little later
        last[:] = rows()
    verdict = field.truth.judge(last)
    for note in verdict_notes:
        verdict.note(note)
    if not verdict.is_good:
        verdict.notes += field.truth.missing(last)
        verdict.note(f"drained for {time.monotonic() - begun:.0f} s")
    return verdict


def rotation(folder: Path, settings: Settings, ways: Sequence[type[Log]] = WAYS) -> Verdict:
    """All logs are written and rotated; twice the watcher is down while those that keep their files are rotated."""
    field = Field(folder, ways, settings)
    watcher = field.watcher()
    watcher.start()
    third = settings.seconds / 3
    for down in (watcher.stop, watcher.kill, None):
        field.write(max(0.0, third - _UNREAD_S))
        # A file that is deleted and was not read is gone when the watcher is killed.
        field.write(_UNREAD_S, rotate=lambda log: log.is_safe_while_down)
        if down is not None:
            down()
            field.write(1.0, rotate=lambda log: log.is_safe_while_down)
            watcher.start()
    field.finish()
    notes = _settled(field, watcher)
    verdict = judged(field, watcher.rows, notes)
    watcher.stop()
    check_exits(watcher, verdict)
    return verdict


def _settled(field: Field, watcher: Watcher) -> list[str]:
    """What is wrong with the running watcher at the end: descriptors that stay open."""
    followed = len(field.logs)
    if eventually(lambda: descriptors(watcher.pid) <= followed + 40, 20):
        return []
    return [f"{descriptors(watcher.pid)} descriptors open"]


FEW_WAYS: Sequence[type[Log]] = (RenameCreate, SameHead, CopyTruncate, RenameGzip)
SAFE_WAYS = tuple(way for way in WAYS if way.is_safe_while_down)


def kills(folder: Path, settings: Settings, ways: Sequence[type[Log]] = FEW_WAYS) -> Verdict:
    """`kill -9` of watcher and server at random, again and again, under load and rotation."""
    field = Field(folder, ways, settings)
    server = Server(folder)
    watcher = field.watcher(server={"url": server.url, "retry_max": "2s"})
    server.start()
    watcher.start()
    until = time.monotonic() + settings.seconds
    count = 0
    while time.monotonic() < until:
        field.write(field.rng.uniform(0.05, 1.5))
        victims = field.rng.choice(((watcher,), (watcher,), (server,), (watcher, server)))
        for victim in victims:
            victim.kill()
            count += 1
        field.write(field.rng.uniform(0.0, 0.3))
        for victim in victims:
            victim.start()
    field.finish()
    drained_s = _drained_s(field, server)
    verdict = judged(field, lambda: watcher.rows(server.url))
    if drained_s > PROMISED_DRAINED_S:
        verdict.note(f"drained in {drained_s:.1f} s, {PROMISED_DRAINED_S:.0f} are promised")
    watcher.stop()
    server.kill()
    check_exits(watcher, verdict)
    _check_state(watcher, verdict)
    told = f"slowest start {watcher.slowest_start_s:.1f} s, drained in {drained_s:.1f} s"
    print(f"  kill -9: {count} times, {told}", flush=True)
    return verdict


def _drained_s(field: Field, server: Server) -> float:
    """How long it takes from now on until as many rows are in the server's file as were given."""
    begun = time.monotonic()
    with closing(sqlite3.connect(f"file:{server.db}?mode=ro", uri=True)) as store:

        def is_all() -> bool:
            try:
                (count,) = store.execute("SELECT count(*) FROM occurrences").fetchone()
            except sqlite3.OperationalError:  # not made yet, or busy
                return False
            return int(count) >= field.truth.total

        eventually(is_all, DRAINED_S)
    return time.monotonic() - begun


def zeroed(folder: Path, settings: Settings) -> Verdict:
    """`kill -9`, then every state file turned to NULs: plain files on their own inode are neither lost nor doubled."""
    field = Field(folder, (RenameCreate, SameHead), settings)
    server = Server(folder)
    watcher = field.watcher(server={"url": server.url, "retry_max": "2s"})
    server.start()
    for _ in range(3):
        watcher.start()
        field.write(settings.seconds / 3)
        watcher.kill()
        for path in watcher.state.iterdir():
            with suppress(OSError):
                path.write_bytes(b"\0" * path.stat().st_size)
    watcher.start()
    field.finish()
    verdict = judged(field, lambda: watcher.rows(server.url))
    watcher.stop()
    server.kill()
    check_exits(watcher, verdict)
    _check_state(watcher, verdict)
    return verdict


def server_away(folder: Path, settings: Settings) -> Verdict:
    """The server is away in every way, one after the other, with a spool of 1 MiB; the order is kept."""
    field = Field(folder, (RenameCreate, EqualFiles, CopyTruncate), settings)
    server = Server(folder)
    server.start()
    proxy = Proxy(server.port)
    spool = 1 << 20
    config = {"url": proxy.url, "retry_max": "2s", "timeout": "2s"}
    watcher = field.watcher(server=config, spool={"max_bytes": spool, "when_full": "block"})
    watcher.start()
    peak = 0.0
    largest_state = 0
    for mood in MOODS:
        proxy.mood = mood
        field.write(settings.seconds / len(MOODS))
        largest_state = max(largest_state, _size_of(watcher.state))
        proxy.mood = None
        field.write(0.5)
        peak = max(peak, peak_mib(watcher.pid))
    field.finish()
    verdict = judged(field, lambda: watcher.rows(server.url))
    _check_order(watcher.rows(server.url), verdict)
    if largest_state > 2 * spool + (4 << 20):
        verdict.note(f"state of {largest_state >> 10} KiB")
    if peak > 120:
        verdict.note(f"peak of {peak:.0f} MiB")
    if proxy.most_a_second > 5:
        verdict.note(f"{proxy.most_a_second} requests in a second while away")
    watcher.stop()
    proxy.close()
    server.kill()
    check_exits(watcher, verdict)
    print(f"  peak {peak:.0f} MiB, state {largest_state >> 10} KiB, {proxy.most_a_second} retries/s", flush=True)
    return verdict


def disk_full(folder: Path, settings: Settings, small: Path) -> Verdict:
    """The disk under the state directory fills up and gets free again; `small` is a directory on a disk of its own."""
    field = Field(folder, (RenameCreate, CopyTruncate), settings)
    watcher = field.watcher(state_dir=str(small / folder.name))
    watcher.start()
    lines_while_full = _written_while_full(field, watcher, small)
    field.finish()
    verdict = judged(field, watcher.rows)
    if lines_while_full > 10:
        verdict.note(f"{lines_while_full} lines of own log while the disk was full")
    watcher.stop()
    check_exits(watcher, verdict)
    return verdict


def database_full(folder: Path, settings: Settings, small: Path) -> Verdict:
    """The same under the server's database: what was acknowledged is there, and the rest comes when there is space."""
    field = Field(folder, (RenameCreate, CopyTruncate), settings)
    server = Server(folder, small / f"{folder.name}.db")
    watcher = field.watcher(server={"url": server.url, "retry_max": "2s"})
    server.start()
    watcher.start()
    lines_while_full = _written_while_full(field, watcher, small)
    field.finish()
    verdict = judged(field, lambda: watcher.rows(server.url))
    if lines_while_full > 10:
        verdict.note(f"{lines_while_full} lines of own log while the disk was full")
    watcher.stop()
    code = server.stop()
    if code:
        verdict.note(f"the server ended with {code}")
    check_exits(watcher, verdict)
    return verdict


def _written_while_full(field: Field, watcher: Watcher, small: Path) -> int:
    """Write while the disk fills up and gets free again, three times; the most lines its own log got."""
    lines_while_full = 0
    for _ in range(3):
        field.write(field.settings.seconds / 9)
        said = len(watcher.log.read_bytes().splitlines())
        ballast = small / "ballast"
        _fill(ballast)
        field.write(field.settings.seconds / 9)
        lines_while_full = max(lines_while_full, len(watcher.log.read_bytes().splitlines()) - said)
        ballast.unlink()
        field.write(field.settings.seconds / 9)
    return lines_while_full


def _fill(path: Path) -> None:
    """Write until nothing more fits."""
    with path.open("ab", buffering=0) as file:
        for block in (1 << 20, 1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * block)


def _size_of(folder: Path) -> int:
    total = 0
    for path in folder.iterdir():
        with suppress(OSError):
            total += path.stat().st_size
    return total


def check_exits(watcher: Watcher, verdict: Verdict) -> None:
    """Note what the watcher did wrong as a process."""
    if any(watcher.exits):
        verdict.note(f"exit codes {watcher.exits}: {watcher.complaint()}")
    if b"Traceback" in watcher.log.read_bytes():
        verdict.note("a traceback in the watcher's log")
    if watcher.slowest_start_s > START_S:
        verdict.note(f"a start took {watcher.slowest_start_s:.1f} s")


def _check_state(watcher: Watcher, verdict: Verdict) -> None:
    count = sum(1 for _ in watcher.state.iterdir())
    if count > STATE_FILES:
        verdict.note(f"{count} state files")


def _check_order(rows: Sequence[dict[str, Any]], verdict: Verdict) -> None:
    """Rows of one log come in the order in which they were written."""
    last: dict[str, int] = {}
    for row in rows:
        log, number = row["fields"]["log"], row["fields"]["n"]
        if log != EqualFiles.name and number < last.get(log, 0):
            verdict.note(f"{log}: record {number} came after {last[log]}")
            return
        last[log] = number
