"""How often a client may ask, and how much at once."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import Limits, ServeConfig
from app.server.clients import TokenBuckets, bucket_of, is_loopback
from app.shelf import Shelf
from tests.app.serving import in_thread

PROXIED = ServeConfig(trusted_proxy="127.0.0.1", limits=Limits(per_second=0.001, burst=3))


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@given(st.lists(st.floats(0, 10), max_size=60), st.floats(0.1, 50), st.integers(1, 20))
def test_no_client_gets_more_than_its_bucket_and_what_flows_into_it(
    pauses: list[float], per_second: float, burst: int
) -> None:
    clock = Clock()
    buckets, got = TokenBuckets(per_second, burst, clock=clock), 0
    for pause in pauses:
        clock.now_s += pause
        got += buckets.take("192.0.2.1") == 0
    assert got <= burst + clock.now_s * per_second + 1e-6


def test_a_client_may_ask_again_after_the_time_it_was_told() -> None:
    clock = Clock()
    buckets = TokenBuckets(2, 1, clock=clock)
    assert buckets.take("192.0.2.1") == 0
    wait_s = buckets.take("192.0.2.1")
    assert wait_s == pytest.approx(0.5)
    clock.now_s += wait_s + 1e-6
    assert buckets.take("192.0.2.1") == 0


def test_clients_do_not_take_from_each_other() -> None:
    buckets = TokenBuckets(1, 1, clock=Clock())
    assert [buckets.take(client) for client in ("192.0.2.1", "192.0.2.2")] == [0, 0]
    assert buckets.take("192.0.2.1") > 0


def test_only_so_many_clients_are_remembered() -> None:
    buckets = TokenBuckets(1, 1, max_clients=10, clock=Clock())
    for number in range(1000):
        buckets.take(f"192.0.2.{number}")
    assert len(buckets) == 10


@pytest.mark.parametrize(
    ("client", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_the_addresses_of_one_subscriber_share_a_bucket(client: str, key: str) -> None:
    assert bucket_of(client) == key


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1"])
def test_addresses_of_this_machine_are_loopback(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["192.0.2.1", "::2", "localhost", "", "127.0.0.1.example"])
def test_other_addresses_are_not_loopback(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/v1/lookup"), ("POST", "/lookup"), ("GET", "/api/v1/search?q=x"), ("GET", "/search?q=x")],
)
def test_who_asks_too_often_is_told_when_to_come_back(shelf: Shelf, method: str, path: str) -> None:
    with in_thread(PROXIED, shelf) as (client, _server):
        headers = {"X-Forwarded-For": "192.0.2.9", "Content-Type": "text/plain"}
        answers = [client.ask(method, path, b"demo" if method == "POST" else None, headers) for _ in range(4)]
        assert [answer.status for answer in answers[:3]].count(429) == 0
        assert answers[3].status == 429
        assert int(answers[3].headers["retry-after"]) >= 1
        other = client.ask(
            method, path, b"demo" if method == "POST" else None, headers | {"X-Forwarded-For": "192.0.2.8"}
        )
        assert other.status != 429
        assert client.ask("GET", "/entries/demo-fault", headers=headers).status == 200


def test_a_forwarded_address_counts_only_from_the_trusted_proxy(shelf: Shelf) -> None:
    with in_thread(ServeConfig(limits=PROXIED.limits), shelf) as (client, _server):
        for _ in range(5):
            assert client.get("/api/v1/search?q=x", X_Forwarded_For="192.0.2.9").status == 200


def test_one_client_cannot_take_another_ones_place_by_adding_addresses(shelf: Shelf) -> None:
    with in_thread(PROXIED, shelf) as (client, _server):
        asked = [
            client.get("/api/v1/search?q=x", X_Forwarded_For=f"198.51.100.{number}, 192.0.2.9").status
            for number in range(4)
        ]
        assert asked == [200, 200, 200, 429]


def test_a_malformed_forwarded_header_does_not_reach_the_application(shelf: Shelf) -> None:
    with in_thread(PROXIED, shelf) as (client, _server):
        assert client.get("/healthz", X_Forwarded_Proto="https, http, gopher").status == 400


def test_a_text_longer_than_what_is_read_is_refused(shelf: Shelf) -> None:
    with in_thread(ServeConfig(), shelf) as (client, _server):
        assert client.post("/api/v1/lookup", b"x" * (1 << 20)).status == 200
        answer = client.post("/api/v1/lookup", b"x" * ((1 << 20) + 1))
        assert answer.status == 413
        assert "faultbook scan" in answer.json["detail"]


def test_pages_are_answered_while_lookups_wait(shelf: Shelf) -> None:
    limits = Limits(max_lookups=0, lookup_wait_s=1.0)
    with in_thread(ServeConfig(limits=limits), shelf) as (client, _server):
        statuses: list[int] = []
        waiting = threading.Thread(target=lambda: statuses.append(client.post("/api/v1/lookup", b"demo").status))
        waiting.start()
        assert client.get("/entries/demo-fault").status == 200
        assert not statuses
        waiting.join()
        assert statuses == [503]
