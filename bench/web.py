"""The web knowledge base under a mixed load: the real server, and readers that ask one thing after the other.

Readers and server share the machine, as they would not in earnest. What is new to the server is warmed up first, for
half the time; then its memory is read, and again at the end.
"""

import contextlib
import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.answers import high
from bench.process import ROOT, ProcessFailed, faultbook_command
from bench.site import KINDS, write_site

READERS = 4
ENTRIES = 200
_START_S = 120.0
_URL = re.compile(r"http://127\.0\.0\.1:(\d+)/")
Row = tuple[str, float, int]


@dataclass(frozen=True)
class Asked:
    """The answers of one kind: milliseconds."""

    kind: str
    requests: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class WebLoad:
    """One load test. `errors` are answers whose status is not 200, or none; `grown_mib` is of resident memory."""

    readers: int
    entries: int
    seconds: float
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    errors: int
    rss_mib: float
    grown_mib: float
    kinds: Sequence[Asked]


def measure_web(folder: Path, environment: Mapping[str, str], *, seconds: float, seed: int) -> WebLoad:
    """Serve seeded entries and let readers ask for so long."""
    entries = folder / f"site-{ENTRIES}"
    write_site(entries, ENTRIES, seed)
    with serving(entries, folder / "serve.log", environment) as (process, port):
        _read(port, seconds / 2, seed + 1, environment)
        before = _rss_mib(process)
        rows = _read(port, seconds, seed, environment)
        after = _rss_mib(process)
    times = [ms for _kind, ms, _status in rows]
    return WebLoad(
        readers=READERS,
        entries=ENTRIES,
        seconds=seconds,
        requests_per_s=len(rows) / seconds,
        p50_ms=median(times),
        p99_ms=high(times),
        errors=sum(status != 200 for _kind, _ms, status in rows),
        rss_mib=after,
        grown_mib=after - before,
        kinds=_by_kind(rows),
    )


def _by_kind(rows: Sequence[Row]) -> Sequence[Asked]:
    times: dict[str, list[float]] = defaultdict(list)
    for kind, ms, _status in rows:
        times[kind].append(ms)
    return [Asked(kind, len(times[kind]), median(times[kind]), high(times[kind])) for kind in KINDS if times[kind]]


@contextlib.contextmanager
def serving(
    entries: Path, log: Path, environment: Mapping[str, str]
) -> "Iterator[tuple[subprocess.Popen[bytes], int]]":
    """The real command on a free port, and which, until it is no longer needed; its store lies beside its log."""
    store = f"sqlite:///{log.with_name('faultbook.db').absolute()}"  # not the user's own
    command = [*faultbook_command(), "serve", "--bind", "127.0.0.1:0", "--entries", str(entries), "--db", store]
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stderr=stderr)
    try:
        yield process, _port(process, log)
    finally:
        process.terminate()
        process.wait(60)


def _port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        found = _URL.search(log.read_text("utf-8", "replace"))
        if found:
            return int(found[1])
        time.sleep(0.05)
    told = log.read_text("utf-8", "replace").strip().splitlines()
    raise ProcessFailed(f"faultbook serve did not start: {told[-1] if told else 'it said nothing'}")


def _read(port: int, seconds: float, seed: int, environment: Mapping[str, str]) -> list[Row]:
    """What all readers saw."""
    readers = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.reader", str(port), str(ENTRIES), str(seed), str(seconds), str(number)],
            cwd=ROOT,
            env=dict(environment),
            stdout=subprocess.PIPE,
        )
        for number in range(READERS)
    ]
    rows: list[Row] = []
    for reader in readers:
        out, _err = reader.communicate(timeout=seconds + 60)
        if reader.returncode:
            raise ProcessFailed("a reader of the load test failed")
        rows += [(kind, ms, status) for kind, ms, status in json.loads(out)]
    return rows


def _rss_mib(process: "subprocess.Popen[bytes]") -> float:
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
