"""The demo itself: a real server as a child, hosts beside it, and a clock; whatever it wrote is gone at its end."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

from app.demo.fleet import PAST, UPGRADED_AGO, Plan, fleet_of, lines_of
from app.demo.host import DemoError, Host
from app.watch.post import NoAnswer
from app.watch.service import SystemClock
from kb.book import open_book
from kb.catalog import SHIPPED, entry_dirs

TURN_S: Final = 1.0
_START_S: Final = 120.0
_END_S: Final = 15.0
_URL = re.compile(r" on (http://\S+?)/? ")
_LEFT_OUT: Final = ("FAULTBOOK_TOKEN_FILE", "FAULTBOOK_ENTRIES")
Say = Callable[[str], None]


def run(count: int, seed: int, port: int, say: Say, stop: threading.Event) -> None:
    """Run until `stop` is set; raises DemoError. `say` is called with what a person should know."""
    with tempfile.TemporaryDirectory(prefix="faultbook-demo-") as name, _server(Path(name), port) as (url, server):
        say(f"faultbook demo: {count} simulated hosts (seed {seed}) deliver to {url}/incidents")
        with contextlib.ExitStack() as open_hosts:
            now = datetime.now(UTC)
            book = open_book(entry_dirs((SHIPPED,)))
            clock = SystemClock()
            hosts = []
            for plan in fleet_of(count, seed, now):
                host = Host(plan.name, Path(name), book, clock, url)
                open_hosts.callback(host.close)
                hosts.append((plan, host, Random(f"{seed} {plan.name}")))
            try:
                _tell_the_past(hosts, now, stop)
                if not stop.is_set():
                    say("their logs of the last days are in; now they go on by the second. Ctrl-C ends it all.")
                _go_on(hosts, now, server, stop)
            except NoAnswer as error:
                if not stop.is_set():
                    raise DemoError(f"the server does not answer: {error}") from None


_Hosts = list[tuple[Plan, Host, Random]]


def _tell_the_past(hosts: _Hosts, now: datetime, stop: threading.Event) -> None:
    """Deliver what the logs hold of the last days; a host that was upgraded tells so when it is so far."""
    upgraded = now - UPGRADED_AGO
    for plan, host, random in hosts:
        if stop.is_set():
            return
        host.write(lines_of(plan, random, now - PAST, upgraded))
        host.deliver(plan.before.facts)
        host.write(lines_of(plan, random, upgraded, now))
        host.deliver(plan.now.facts)


def _go_on(hosts: _Hosts, since: datetime, server: "subprocess.Popen[bytes]", stop: threading.Event) -> None:
    while not stop.wait(TURN_S):
        if server.poll() is not None:
            raise DemoError("the server ended by itself; run faultbook serve to see why")
        until = datetime.now(UTC)
        for plan, host, random in hosts:
            lines = lines_of(plan, random, since, until)
            if lines:
                host.write(lines)
                host.deliver(plan.now.facts)
        since = until


@contextlib.contextmanager
def _server(directory: Path, port: int) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """`faultbook serve` on this machine's loopback address with a database in the directory: (URL, process)."""
    environment = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "app", "serve", "--entries", SHIPPED),
            *("--bind", f"127.0.0.1:{port}", "--db", f"sqlite:///{directory / 'faultbook.db'}"),
        ],
        cwd=Path(__file__).resolve().parents[2],
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the demo, which ends the server after its hosts
    )
    try:
        yield _url_of(process), process
    finally:
        _end(process)


def _url_of(process: "subprocess.Popen[bytes]") -> str:
    """What the server says of itself; the rest of its log is read and forgotten, so that it never waits."""
    assert process.stderr is not None
    late = threading.Timer(_START_S, process.kill)
    late.start()
    said = []
    try:
        for line in process.stderr:
            said.append(line.decode("utf-8", "replace").strip())
            if found := _URL.search(said[-1]):
                threading.Thread(target=process.stderr.read, daemon=True).start()
                return found[1]
    finally:
        late.cancel()
    raise DemoError(_as_of_demo(said[-1]) if said else "the server did not start")


def _as_of_demo(complaint: str) -> str:
    """What the server complains of, with the demo's own option in it."""
    return complaint.removeprefix("faultbook: ").partition("; try '")[0].replace("--bind", "--port")


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
