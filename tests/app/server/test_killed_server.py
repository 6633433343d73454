"""The whole way: a watcher's rows reach a server that is killed again and again, and each is stored once."""

import json
import random
import signal
import threading
from pathlib import Path

import pytest

from app.config_watch import BatchConfig, ServerConfig, SpoolConfig
from app.store.location import url_of
from app.watch.deliver import Delivery
from app.watch.spool import Spool
from tests.app.conftest import Run
from tests.app.serving import child
from tests.deliveries import HandClock, row

ROWS = 4_000


def test_what_a_killed_server_acknowledged_is_stored_and_everything_once(
    cache: Path, entries: Path, tmp_path: Path, call: Run
) -> None:
    url = url_of(tmp_path / "a.db")
    for kind, name in (("host", "db-7"), ("viewer", "alice")):
        (tmp_path / name).write_text(call("token", "add", kind, name, "--db", url).out)
    (tmp_path / "state").mkdir()
    spool = Spool(tmp_path / "state", HandClock(), pytest.fail, SpoolConfig())
    spool.commit([row(number) for number in range(ROWS)], {})
    arguments = ["--entries", str(entries), "--db", url]

    def listed(port: int) -> list[str]:
        env = {"FAULTBOOK_TOKEN_FILE": str(tmp_path / "alice")}
        result = call("occurrences", "--json", "--server", f"http://127.0.0.1:{port}", env=env)
        assert (result.code, result.err) == (0, "")
        return [json.loads(line)["id"] for line in result.out.splitlines()]

    with child(cache, *arguments) as running:
        port = running.port
    arguments += ["--bind", f"127.0.0.1:{port}"]  # the last one counts
    config = ServerConfig(f"http://127.0.0.1:{port}", tmp_path / "db-7", batch=BatchConfig(max_events=20))
    delivery = Delivery(spool, config, "db-7", HandClock(), sleep=lambda _seconds: None)
    chance = random.Random(7)
    for _ in range(3):
        with child(cache, *arguments) as running:
            assert delivery.counters.delivered <= len(listed(port)) < ROWS
            timer = threading.Timer(chance.uniform(0.02, 0.15), running.process.send_signal, (signal.SIGKILL,))
            timer.start()
            while timer.is_alive():
                delivery.attempt()
            assert running.process.wait() == -signal.SIGKILL
    assert delivery.counters.retries > 0
    with child(cache, *arguments) as running:
        assert delivery.counters.delivered <= len(listed(port)) < ROWS
        while spool.counters()["spool_rows"]:
            delivery.attempt()
        assert listed(port) == [f"id-{number:08}" for number in range(ROWS)]
    assert delivery.counters.set_aside == 0
    delivery.close()
    spool.close()
