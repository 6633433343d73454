"""Delivery against a real server that misbehaves in each way: nothing lost, nothing twice, order kept."""

import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from app.config_watch import BatchConfig, ServerConfig, SpoolConfig
from app.watch.backoff import Backoff, retry_after_s
from app.watch.deliver import Delivery
from app.watch.news import READ_EVERY_S, News
from app.watch.post import Post
from app.watch.spool import Spool
from tests.deliveries import (
    NOON,
    Behaviour,
    HandClock,
    Server,
    cuts_the_answer,
    hangs,
    loses_the_answer,
    resets,
    row,
    says,
    speaks_no_http,
    takes,
)

ROWS = 40


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path, HandClock(), pytest.fail, SpoolConfig())
    yield opened
    opened.close()


class Bench:
    """A delivery whose waits are written down instead of waited."""

    opened: ClassVar[list["Bench"]] = []

    def __init__(self, spool: Spool, url: str, **more: Any) -> None:
        self.waits: list[float] = []
        self.troubles: list[str | None] = []
        self.said: list[str] = []
        config = {"timeout_s": 5.0, "batch": BatchConfig(max_events=16)} | more
        self.delivery = Delivery(
            spool,
            ServerConfig(url, **config),
            "db-7",
            HandClock(),
            on_trouble=self.troubles.append,
            say=self.said.append,
            randomness=lambda: 0.0,
            sleep=self.waits.append,
        )
        self.spool = spool
        self.opened.append(self)

    def drain(self, attempts: int = 200) -> None:
        for _ in range(attempts):
            if not self.spool.counters()["spool_rows"]:
                return
            self.delivery.attempt()
        pytest.fail(f"rows are left after {attempts} attempts: {self.troubles}")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while Bench.opened:
        Bench.opened.pop().delivery.close()


def fill(spool: Spool, count: int = ROWS) -> None:
    spool.commit([row(number) for number in range(count)], {})


@pytest.mark.parametrize(
    "bad",
    [
        says(500),
        says(502, b"<h1>Bad Gateway</h1>"),
        says(503, Retry_After="1"),
        says(507),
        says(429, Retry_After="1"),
        says(408),
        says(401),
        says(403, b'{"detail": "not for you"}', "application/problem+json"),
        says(404),
        says(302, Location="http://192.0.2.1/login"),
        says(200, b"<html>Welcome to the hotel</html>"),
        says(200, b'{"accepted": 1}'),
        says(200, b'{"accepted": true}'),
        says(200, b"[" * 100_000),
        says(204),
        loses_the_answer,
        resets,
        cuts_the_answer,
        speaks_no_http,
    ],
    ids=[
        *("500", "502", "503", "507", "429", "408", "401", "403", "404", "redirect", "portal", "another-count", "true"),
        *("deep-json", "204", "answer-lost", "reset", "answer-cut", "no-http"),
    ],
)
def test_whatever_the_server_does_rows_arrive_once_and_in_order(server: Server, spool: Spool, bad: Behaviour) -> None:
    server.script.extend([takes, bad, bad, bad, takes, bad])
    fill(spool)
    bench = Bench(spool, server.url)
    bench.drain()
    assert server.numbers == list(range(ROWS))
    assert bench.delivery.counters.delivered == ROWS
    assert bench.delivery.counters.trouble is None
    assert bench.troubles[-1] is None


def test_a_server_that_hangs_is_given_up_after_the_timeout(server: Server, spool: Spool) -> None:
    server.script.append(hangs)
    fill(spool)
    bench = Bench(spool, server.url, timeout_s=0.1)
    bench.drain()
    assert server.numbers == list(range(ROWS))
    assert bench.troubles == [f"{server.url} cannot be reached: no answer within 0.1 s", None]


def test_a_server_that_sends_a_byte_now_and_then_holds_nobody_up(server: Server, spool: Spool) -> None:
    def drips(exchange: Any) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not exchange.server.own.released.wait(0.05):
            exchange.wfile.write(b"x")
            exchange.wfile.flush()

    server.script.append(drips)
    fill(spool)
    Bench(spool, server.url, timeout_s=0.1).drain()
    assert server.numbers == list(range(ROWS))


def test_a_server_that_is_not_there_is_tried_until_it_comes(spool: Spool) -> None:
    gone = Server()
    port = gone.port
    gone.close()
    fill(spool)
    bench = Bench(spool, f"http://127.0.0.1:{port}")
    for _ in range(5):
        bench.delivery.attempt()
    assert bench.troubles == [f"http://127.0.0.1:{port} cannot be reached: Connection refused"]
    assert bench.waits == [0.5, 1.0, 2.0, 4.0, 8.0]
    back = Server(port)
    try:
        bench.drain()
        assert back.numbers == list(range(ROWS))
    finally:
        back.close()


def test_a_server_that_was_started_again_is_reached_at_once(spool: Spool) -> None:
    first = Server()
    fill(spool, 1)
    bench = Bench(spool, first.url)
    first.script.append(loses_the_answer)  # closes the connection that was kept open
    bench.delivery.attempt()
    fill(spool, 2)
    bench.drain()
    first.close()
    assert first.numbers == [0, 1]


def test_connections_are_kept_open(server: Server, spool: Spool) -> None:
    fill(spool)
    ports = []
    server.otherwise = lambda exchange: (ports.append(exchange.client_address[1]), takes(exchange))[1]
    Bench(spool, server.url).drain()
    assert len(ports) == 3
    assert len(set(ports)) == 1


def test_413_halves_the_batch_until_it_fits_and_nothing_is_lost(server: Server, spool: Spool) -> None:
    server.otherwise = lambda exchange: (takes if len(exchange.rows) <= 3 else says(413))(exchange)
    fill(spool)
    bench = Bench(spool, server.url)
    bench.drain()
    assert server.numbers == list(range(ROWS))
    assert spool.counters()["rows_set_aside_total"] == 0
    assert [each["rows"] for each in server.requests][:4] == ["16", "8", "4", "2"]


def test_a_server_that_calls_everything_too_large_for_a_while_loses_nothing(server: Server, spool: Spool) -> None:
    server.script.extend([says(413)] * 20)
    fill(spool)
    Bench(spool, server.url).drain()
    assert server.numbers == list(range(ROWS))


def test_a_single_large_row_that_is_too_large_is_set_aside_after_some_tries(server: Server, spool: Spool) -> None:
    def refuses_the_large(exchange: Any) -> None:
        (says(413) if any(len(each["text"]) > 100_000 for each in exchange.rows) else takes)(exchange)

    server.otherwise = refuses_the_large
    spool.commit([row(0), row(1, text="x" * 200_000), row(2)], {})
    bench = Bench(spool, server.url)
    bench.drain()
    assert server.numbers == [0, 2]
    assert spool.counters()["rows_set_aside_total"] == 1
    assert bench.said == ["1 rows set aside that the server does not take; the last: 413: too large"]


@pytest.mark.parametrize(
    "bad",
    [[0], [39], [7, 8, 9], [0, 15, 16, 31, 39], list(range(ROWS))],
    ids=["first", "last", "neighbours", "some", "all"],
)
@pytest.mark.parametrize("status", [400, 422, 409])
def test_a_row_that_is_not_taken_is_set_aside_and_takes_no_other_with_it(
    server: Server, spool: Spool, bad: list[int], status: int
) -> None:
    def refuses_bad(exchange: Any) -> None:
        is_bad = any(each["fields"]["n"] in bad for each in exchange.rows)
        (says(status, b'{"detail": "no such entry"}', "application/problem+json") if is_bad else takes)(exchange)

    server.otherwise = refuses_bad
    fill(spool)
    bench = Bench(spool, server.url)
    bench.drain(400)
    assert server.numbers == [number for number in range(ROWS) if number not in bad]
    assert spool.counters()["rows_set_aside_total"] == len(bad)
    assert bench.said[0] == f"1 rows set aside that the server does not take; the last: {status}: no such entry"
    refused = [each for each in server.deliveries if any(row["fields"]["n"] in bad for row in each["occurrences"])]
    assert len(bench.waits) == len(refused) <= 6 * len(bad), "each refused request is followed by a pause"


def test_something_that_refuses_every_row_is_not_believed_for_ever(server: Server, spool: Spool) -> None:
    server.script.extend([says(400, b"<h1>plain HTTP on an HTTPS port</h1>")] * 60)
    fill(spool)
    bench = Bench(spool, server.url)
    bench.drain()
    assert server.numbers == list(range(20, ROWS))
    assert spool.counters()["rows_set_aside_total"] == 20
    assert "takes no row at all" in str(bench.troubles[0])


def test_a_refused_token_drops_nothing_and_is_read_again(server: Server, spool: Spool, tmp_path: Path) -> None:
    def wants_the_new(exchange: Any) -> None:
        (takes if exchange.headers["Authorization"] == "Bearer new" else says(401))(exchange)

    server.otherwise = wants_the_new
    token = tmp_path / "token"
    token.write_text("old\n")
    fill(spool)
    bench = Bench(spool, server.url, token_file=token)
    for _ in range(3):
        bench.delivery.attempt()
    assert server.numbers == []
    assert "token" in str(bench.troubles[0])
    assert "old" not in str(bench.troubles)
    token.write_text("new\n")
    bench.drain()
    assert server.numbers == list(range(ROWS))


def test_a_token_file_that_is_gone_is_a_trouble_and_no_crash(server: Server, spool: Spool, tmp_path: Path) -> None:
    fill(spool, 1)
    bench = Bench(spool, server.url, token_file=tmp_path / "none")
    bench.delivery.attempt()
    assert bench.troubles == [
        f"{tmp_path / 'none'}: No such file or directory; it should hold the token and nothing else"
    ]
    (tmp_path / "none").write_text("t")
    bench.drain()
    assert server.numbers == [0]


def test_large_batches_are_sent_packed_and_a_server_that_does_not_unpack_gets_them_plain(
    server: Server, spool: Spool
) -> None:
    server.otherwise = lambda exchange: (says(415) if exchange.headers.get("Content-Encoding") == "gzip" else takes)(
        exchange
    )
    fill(spool)
    Bench(spool, server.url).drain()
    assert server.numbers == list(range(ROWS))
    assert server.requests[0]["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in server.requests[1]


def test_a_delivery_says_whose_it_is_and_what_the_host_tells_of_itself(server: Server, spool: Spool) -> None:
    fill(spool, 2)
    config = ServerConfig(server.url + "/faults/")
    clock = HandClock()
    delivery = Delivery(spool, config, "db-7", clock, news=News(lambda: {"kernel": "6.1.0"}, clock))
    delivery.attempt()
    delivery.close()
    assert [each["path"] for each in server.requests] == ["/faults/api/v1/occurrences"] * 2
    facts, rows = server.deliveries
    assert facts == {"host": "db-7", "occurrences": [], "facts": {"kernel": "6.1.0"}}
    assert (rows["host"], len(rows["occurrences"])) == ("db-7", 2)
    assert "facts" not in rows


def test_a_host_tells_of_itself_at_the_start_when_something_changed_and_once_a_day(
    server: Server, spool: Spool
) -> None:
    clock, told = HandClock(), {"kernel": "6.1.0"}
    delivery = Delivery(spool, ServerConfig(server.url), "db-7", clock, news=News(lambda: dict(told), clock))
    for pause_s in (0, 300, 600, 86_400):
        clock.pass_s(pause_s)
        delivery.attempt()
    told["kernel"] = "6.6.0"
    clock.pass_s(600)
    delivery.attempt()
    delivery.close()
    assert [each["facts"]["kernel"] for each in server.deliveries] == ["6.1.0", "6.1.0", "6.6.0"]


def test_a_host_without_news_posts_nothing(server: Server, spool: Spool) -> None:
    clock = HandClock()
    delivery = Delivery(spool, ServerConfig(server.url), "db-7", clock, news=News(dict, clock))
    delivery.attempt()
    delivery.close()
    assert server.deliveries == []


def test_facts_that_the_server_does_not_take_hold_no_row_up(server: Server, spool: Spool) -> None:
    fill(spool, 2)
    clock, said = HandClock(), list[str]()
    news = News(lambda: {"kernel": "6.1.0"}, clock)
    delivery = Delivery(spool, ServerConfig(server.url), "db-7", clock, news=news, say=said.append)
    server.script.append(lambda exchange: exchange.answer(422, b'{"detail": "no facts here"}'))
    assert delivery.attempt() == 2
    delivery.attempt()
    delivery.close()
    assert said == ["the server does not take this host's facts (422: no facts here)"]
    assert len(server.deliveries) == 2


def test_facts_wait_as_rows_do_while_the_server_cannot_take_them(server: Server, spool: Spool) -> None:
    fill(spool, 1)
    clock = HandClock()
    news = News(lambda: {"kernel": "6.1.0"}, clock)
    delivery = Delivery(spool, ServerConfig(server.url), "db-7", clock, news=news, sleep=lambda _seconds: None)
    server.script.append(lambda exchange: exchange.answer(503))
    assert [delivery.attempt(), delivery.attempt()] == [0, 1]
    delivery.close()
    assert [len(each["occurrences"]) for each in server.deliveries] == [0, 0, 1]


def test_rows_of_a_batch_are_bounded_by_bytes_too(server: Server, spool: Spool) -> None:
    spool.commit([row(number, text="x" * 400_000) for number in range(8)], {})
    Bench(spool, server.url).drain()
    assert [each["rows"] for each in server.requests] == ["2", "2", "2", "2"]


def test_a_connection_that_always_breaks_off_long_requests_gets_shorter_ones(server: Server, spool: Spool) -> None:
    server.otherwise = lambda exchange: (takes if len(exchange.rows) <= 4 else resets)(exchange)
    fill(spool)
    Bench(spool, server.url).drain()
    assert server.numbers == list(range(ROWS))


def test_a_refusal_that_comes_before_the_body_was_read_is_understood(spool: Spool) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse_large() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                head = connection.recv(65536)
                if int(re.search(rb"Content-Length: (\d+)", head)[1]) > 4 << 20:  # type: ignore[index]
                    connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
                    connection.shutdown(socket.SHUT_WR)
                while connection.recv(1 << 20):
                    pass

    thread = threading.Thread(target=refuse_large)
    thread.start()
    post = Post(f"http://127.0.0.1:{listener.getsockname()[1]}", 5.0)
    post.packs = False
    try:
        assert post.send(bytes(20 << 20), None).status == 413
    finally:
        post.close()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_an_error_that_nobody_foresaw_is_told_and_ends_nothing(server: Server, spool: Spool) -> None:
    fill(spool, 1)
    facts: list[dict[str, object]] = [{"kernel": object()}, {}]
    troubles: list[str | None] = []
    clock = HandClock()
    delivery = Delivery(
        spool,
        ServerConfig(server.url),
        "db-7",
        clock,
        on_trouble=troubles.append,
        news=News(lambda: facts.pop(0), clock),
        sleep=lambda _seconds: None,
    )
    assert delivery.attempt() == 0
    clock.pass_s(READ_EVERY_S)
    assert delivery.attempt() == 1
    delivery.close()
    assert str(troubles[0]).startswith("delivery failed: TypeError(")
    assert troubles[1:] == [None]


def test_the_thread_delivers_what_comes_and_ends_when_told(server: Server, spool: Spool) -> None:
    arrived = threading.Event()
    server.otherwise = lambda exchange: (takes(exchange), arrived.set())[0]
    delivery = Delivery(spool, ServerConfig(server.url), "db-7", HandClock())
    delivery.start()
    for number in range(3):
        arrived.clear()
        spool.commit([row(number)], {})
        assert arrived.wait(10)
    delivery.stop(5)
    assert server.numbers == [0, 1, 2]
    assert spool.counters()["spool_rows"] == 0


def test_what_waits_is_sent_before_the_thread_ends(server: Server, spool: Spool) -> None:
    fill(spool)
    delivery = Delivery(spool, ServerConfig(server.url, batch=BatchConfig(max_events=3)), "db-7", HandClock())
    delivery.start()
    delivery.stop(10)
    assert server.numbers == list(range(ROWS))


def test_the_thread_ends_in_time_when_the_server_hangs(server: Server, spool: Spool) -> None:
    reached = threading.Event()

    def hangs_and_tells(exchange: Any) -> None:
        reached.set()
        hangs(exchange)

    server.otherwise = hangs_and_tells
    fill(spool)
    delivery = Delivery(spool, ServerConfig(server.url, timeout_s=60), "db-7", HandClock())
    delivery.start()
    assert reached.wait(10)
    delivery.stop(0.05)
    assert not delivery._thread.is_alive()
    assert spool.counters()["spool_rows"] == ROWS


def test_a_certificate_that_nobody_signed_is_refused(
    server: Server, spool: Spool, tmp_path: Path, system_program: Callable[[str, str], str]
) -> None:
    openssl = system_program("openssl", "openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"),
            *("-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server._listener.socket = context.wrap_socket(server._listener.socket, server_side=True)
    fill(spool, 1)
    bench = Bench(spool, f"https://localhost:{server.port}")
    bench.delivery.attempt()
    assert "its certificate is not accepted: self-signed certificate" in str(bench.troubles[0])
    assert server.numbers == []


def test_no_proxy_of_the_environment_gets_the_rows(
    server: Server, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    fill(spool, 1)
    Bench(spool, server.url).drain()
    assert server.numbers == [0]


# Waiting


def test_waits_double_up_to_the_longest_and_begin_anew_after_a_success() -> None:
    backoff = Backoff(30.0, lambda: 0.0)
    assert [backoff.failed() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    backoff.succeeded()
    assert backoff.failed() == 0.5


def test_waits_are_cut_at_random_by_half_at_the_most() -> None:
    assert Backoff(30.0, lambda: 1.0).failed() == 0.25


@pytest.mark.parametrize("randomness", [0.0, 0.5, 1.0])
def test_nobody_comes_before_retry_after(randomness: float) -> None:
    assert Backoff(1.0, lambda: randomness).failed(20.0) >= 20.0


def http_date(seconds: float) -> str:
    return format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "17"}, 17.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "99999999999999999999"}, 3600.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "١٧"}, None),
        ({"retry-after": http_date(90)}, 90.0),
        ({"retry-after": http_date(90), "date": http_date(60)}, 30.0),
        ({"retry-after": http_date(-90)}, 0.0),
        ({"retry-after": "Sat, 99 Nov 2026 99:99:99 GMT"}, None),
    ],
    ids=str,
)
def test_retry_after_is_read_as_seconds_or_as_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, NOON) == seconds


def test_retry_after_of_the_server_is_what_is_waited(server: Server, spool: Spool) -> None:
    server.script.append(says(503, Retry_After="7"))
    fill(spool, 1)
    bench = Bench(spool, server.url)
    bench.drain()
    assert bench.waits == [7.0]


def test_an_aborted_post_does_nothing_when_nothing_is_under_way() -> None:
    post = Post("http://127.0.0.1:9", 1.0)
    post.abort()
    post.close()
