"""The load test: its entries are sound, its readers ask for all there is, and it sees what goes wrong."""

import itertools
import socket
import threading
from collections import Counter
from pathlib import Path

import pytest

from bench.floors import floors_of
from bench.reader import Connection, timed
from bench.results import Results, machine
from bench.site import KINDS, Ask, asks, write_site
from bench.web import Asked, WebLoad
from kb.book import compile_content, load_dirs
from kb.entry import Entry

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_the_entries_of_the_load_test_can_all_be_used(tmp_path: Path) -> None:
    write_site(tmp_path, 20, 1)
    loaded = load_dirs([tmp_path])
    assert len(loaded) == 20
    content = compile_content({name: each for name, each in loaded.items() if isinstance(each, Entry)}, strict=True)
    assert (len(content.articles), content.complaints) == (20, [])


def test_a_seed_always_gives_the_same_site_and_the_same_questions(tmp_path: Path) -> None:
    rules = write_site(tmp_path / "one", 5, 1)
    assert write_site(tmp_path / "two", 5, 1) == rules
    one, two = ([path.read_text() for path in sorted((tmp_path / name).iterdir())] for name in ("one", "two"))
    assert one == two
    assert list(itertools.islice(asks(rules, "a"), 50)) == list(itertools.islice(asks(rules, "a"), 50))
    assert list(itertools.islice(asks(rules, "a"), 50)) != list(itertools.islice(asks(rules, "b"), 50))


def test_readers_ask_for_everything_and_paste_by_post_only(tmp_path: Path) -> None:
    asked = list(itertools.islice(asks(write_site(tmp_path, 5, 1), "a"), 600))
    assert set(Counter(each.kind for each in asked)) == set(KINDS)
    assert {each.kind for each in asked if each.body is not None} == {"lookup", "API lookup"}
    assert all(each.path.startswith("/") and each.path.isascii() for each in asked)


@pytest.mark.parametrize(
    ("answer", "status"),
    [(GOOD, 200), (GOOD.replace(b"200", b"500"), 500), (GOOD[:-1], 0), (b"", 0), (b"HTTP/1.1 200 OK\r\n\r\n", 0)],
)
def test_a_reader_knows_an_answer_from_none(answer: bytes, status: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        connection = Connection(server.getsockname()[1])
        [(kind, ms, seen)] = itertools.islice(timed(connection, iter([Ask("home", "/")]), 60), 1)
        connection.close()
        thread.join()
    assert (kind, seen) == ("home", status)
    assert ms > 0


def test_errors_and_slowness_miss_what_is_promised() -> None:
    slow = WebLoad(4, 200, 10, 299, 10, 251, 1, 150, 33, [Asked("home", 1, 1, 1)])
    told = {
        each.what: each.verdict for each in floors_of(Results(machine(), web=[slow])) if each.what.startswith("web")
    }
    assert set(told.values()) == {"MISSED"}
    good = WebLoad(4, 200, 10, 600, 10, 100, 0, 150, 10, [])
    told = {
        each.what: each.verdict for each in floors_of(Results(machine(), web=[good])) if each.what.startswith("web")
    }
    assert set(told.values()) <= {"aim", "ok"}
