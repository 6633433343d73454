"""Clients that keep the server waiting: closed after a while, whatever they send now and then."""

import contextlib
import threading
from collections.abc import Iterator

import pytest

from app.config import Limits, ServeConfig
from app.shelf import Shelf
from tests.app.serving import Client, in_thread, read_all, request_of, responses, until

LIMITS = Limits(header_time_s=0.5, body_time_s=1.0, idle_time_s=1.0, drain_time_s=2.0)


@pytest.fixture(scope="module")
def quick(shelf: Shelf) -> Iterator[Client]:
    """A server with little patience."""
    with in_thread(ServeConfig(limits=LIMITS), shelf) as (client, _server):
        yield client


def drip(client: Client, at_once: bytes, slowly: bytes, pause_s: float = 0.05) -> bytes:
    """Send the first part, then the other one byte by byte until the server closes; what it sent."""
    closed = threading.Event()
    with client.connect() as connection:
        connection.sendall(at_once)

        def send() -> None:
            with contextlib.suppress(OSError):
                for at in range(len(slowly)):
                    connection.sendall(slowly[at : at + 1])
                    if closed.wait(pause_s):
                        return

        sender = threading.Thread(target=send)
        sender.start()
        got = read_all(connection)
        closed.set()
        sender.join()
    return got


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(quick: Client) -> None:
    assert drip(quick, b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"a" * 2000) == b""


def test_a_body_that_comes_byte_by_byte_is_not_waited_for(quick: Client) -> None:
    head = request_of("POST /api/v1/lookup HTTP/1.1", "Host: x", "Content-Type: text/plain", "Content-Length: 5000")
    assert drip(quick, head, b"a" * 4000) == b""


def test_a_connection_that_says_nothing_is_closed(quick: Client) -> None:
    with quick.connect() as connection:
        assert read_all(connection) == b""


def test_a_connection_that_rests_after_an_answer_is_closed(quick: Client) -> None:
    with quick.connect() as connection:
        connection.sendall(request_of("GET /healthz HTTP/1.1", "Host: x"))
        assert responses(read_all(connection)) == [200]


def test_others_are_answered_while_many_are_slow(quick: Client) -> None:
    slow = [quick.connect() for _ in range(50)]
    try:
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nHost")
        assert quick.get("/healthz").status == 200
    finally:
        for connection in slow:
            connection.close()


def test_no_more_connections_are_open_than_allowed(shelf: Shelf) -> None:
    with in_thread(ServeConfig(limits=Limits(max_connections=10, header_time_s=0.5)), shelf) as (client, server):
        held = [client.connect() for _ in range(30)]
        try:
            assert until(lambda: client.get("/healthz").status == 200, "room again once slow ones were closed")
            assert server.connections <= 10
        finally:
            for connection in held:
                connection.close()
