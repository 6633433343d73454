"""A watcher and a real server that takes but few rows a minute from one token."""

import signal
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from app.api.access import EXTENSION as STORE
from app.config import Limits, ServeConfig
from app.shelf import Shelf
from app.store.location import url_of
from app.store.occurrences import Query
from app.store.store import Store
from bench.soak.processes import eventually
from tests.app.serving import cache, in_thread, shelf
from tests.app.watch.test_outside import Running, append, config, logs, watch

__all__ = ["cache", "config", "logs", "shelf", "watch"]
A_MINUTE = 240


def test_what_is_more_than_a_server_takes_in_a_minute_arrives_later_and_once(
    watch: Callable[..., Running], logs: Path, tmp_path: Path, shelf: Shelf
) -> None:
    stores: list[Store] = []

    def keep(application: Flask) -> None:
        stores.append(application.extensions[STORE])
        (tmp_path / "token").write_text(stores[0].add_token("host", "h1")[1], "utf-8")
        (tmp_path / "token").chmod(0o600)

    limits = Limits(rows_per_minute=A_MINUTE)
    with in_thread(ServeConfig(db=url_of(tmp_path / "server.db"), limits=limits), shelf, keep) as (client, _server):
        numbers = list(range(A_MINUTE + 6))
        append(logs / "a.log", *numbers[:-4])
        server = {"url": f"http://127.0.0.1:{client.port}", "token_file": str(tmp_path / "token")}
        watcher = watch(server=server | {"batch": {"max_events": 40}})

        def arrived() -> list[int]:
            return sorted(int(row["fields"]["n"]) for row in stores[0].page(Query(limit=1000)).rows)

        assert eventually(lambda: len(arrived()) >= A_MINUTE, 20)
        append(logs / "a.log", *numbers[-4:])
        assert eventually(lambda: len(arrived()) >= len(numbers), 60)
        assert arrived() == numbers
        assert watcher.said("(429: ")
        assert watcher.end(signal.SIGTERM) == 0
        assert arrived() == numbers
