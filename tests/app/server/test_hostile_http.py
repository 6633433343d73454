"""Requests as no browser sends them: refused without an answer to what is smuggled behind them."""

import json

import pytest

from tests.app.serving import Child, read_all, request_of, responses

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
HOST = "Host: x"


@pytest.mark.parametrize(
    ("lines", "body", "status"),
    [
        (("POST /api/v1/lookup HTTP/1.1", HOST, "Content-Length: 4", "Content-Length: 4"), b"demo", 400),
        (("POST /api/v1/lookup HTTP/1.1", HOST, "Content-Length: 4, 4"), b"demo", 400),
        (("POST /api/v1/lookup HTTP/1.1", HOST, "Content-Length: 4", "Transfer-Encoding: chunked"), b"0\r\n\r\n", 400),
        (("POST /api/v1/lookup HTTP/1.1", HOST, "Transfer-Encoding: chunked", "Content-Length: 4"), b"0\r\n\r\n", 400),
        (("POST /api/v1/lookup HTTP/1.0", HOST, "Transfer-Encoding: chunked", "Content-Length: 4"), b"0\r\n\r\n", 400),
        (("POST /api/v1/lookup HTTP/1.0", HOST, "Transfer-Encoding: chunked"), b"0\r\n\r\n", 400),
        (("POST /api/v1/lookup HTTP/1.1", HOST, "Transfer-Encoding: gzip, chunked"), b"0\r\n\r\n", 501),
        (("POST /api/v1/lookup HTTP/1.1", HOST, "Transfer-Encoding: xchunked"), b"0\r\n\r\n", 501),
        (("POST /api/v1/lookup HTTP/1.1", HOST, "Transfer-Encoding: chunked"), b"-1\r\n\r\n", 400),
        (("POST /api/v1/lookup HTTP/1.1", HOST, "Transfer-Encoding: chunked"), b"4\r\ndemoX", 400),
        (("POST /api/v1/lookup HTTP/1.1", HOST, "Content-Length: +4"), b"demo", 400),
        (("POST /api/v1/lookup HTTP/1.1", HOST, "Content-Length: -1"), b"demo", 400),
        (("POST /api/v1/lookup HTTP/1.1", HOST, "Content-Length: 0x4"), b"demo", 400),
        (("POST /api/v1/lookup HTTP/1.1", HOST, f"Content-Length: {'9' * 30}"), b"demo", 413),
        (("GET / HTTP/1.1",), b"", 400),
        (("GET / HTTP/1.1", HOST, "Host: y"), b"", 400),
        (("GET / HTTP/1.1", HOST, "Bad Header: 1"), b"", 400),
        (("GET / HTTP/1.1", HOST, "X: a\nContent-Length: 5"), b"", 400),
        (("GET / HTTP/1.1", HOST, "X: a\rb"), b"", 400),
        (("GET / HTTP/1.1", HOST, ": empty"), b"", 400),
        (("GET / HTTP/1.1", " folded: first"), b"", 400),
        (("get / HTTP/1.1", HOST), b"", 400),
        (("GET  / HTTP/1.1", HOST), b"", 400),
        (("\x16\x03\x01\x02\x00\x01",), b"", 400),
        (("GET / HTTP/1.1", HOST, "X: " + "a" * 20_000), b"", 431),
        (("GET /?q=" + "a" * 20_000 + " HTTP/1.1", HOST), b"", 431),
    ],
    ids=lambda value: " | ".join(value)[:90] if isinstance(value, tuple) else "",
)
def test_what_two_servers_may_understand_differently_is_refused(
    server: Child, lines: tuple[str, ...], body: bytes, status: int
) -> None:
    got = server.raw(request_of(*lines, body=body) + SMUGGLED)
    assert responses(got) == [status]
    head, _, told = got.partition(b"\r\n\r\n")
    assert b"Connection: close" in head
    assert b"nosniff" in head
    assert b"waitress" not in got
    assert b"Traceback" not in got
    if b"problem+json" in head:
        assert json.loads(told)["status"] == status


def test_a_request_that_is_not_to_the_api_is_refused_in_plain_text(server: Child) -> None:
    got = server.raw(request_of("POST /lookup HTTP/1.1", HOST, f"Content-Length: {1 << 30}"))
    assert responses(got) == [413]
    assert b"text/plain" in got
    assert b"faultbook scan" in got


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(server: Child) -> None:
    head = request_of(
        "POST /api/v1/lookup HTTP/1.1",
        HOST,
        "Content-Type: text/plain",
        f"Content-Length: {1 << 30}",
        "Expect: 100-continue",
    )
    with server.connect() as connection:
        connection.sendall(head)
        assert responses(connection.recv(65536)) == [413]


def test_a_chunked_body_that_grows_too_large_is_refused(server: Child) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = request_of("POST /api/v1/lookup HTTP/1.1", HOST, "Content-Type: text/plain", "Transfer-Encoding: chunked")
    with server.connect() as connection:
        connection.sendall(head)
        for _ in range(80):
            connection.sendall(chunk)
        assert responses(read_all(connection)) == [413]


@pytest.mark.parametrize("path", ["/api/v1/lookup", "/lookup"])
def test_who_sends_too_much_without_asking_still_sees_the_answer(server: Child, path: str) -> None:
    size = 8 << 20
    with server.connect() as connection:
        connection.sendall(
            request_of(f"POST {path} HTTP/1.1", HOST, "Content-Type: text/plain", f"Content-Length: {size}")
        )
        connection.sendall(b"x" * size)
        assert responses(read_all(connection)) == [413]


def test_who_goes_on_sending_is_cut_off(server: Child) -> None:
    with server.connect() as connection:
        connection.sendall(request_of("POST /lookup HTTP/1.1", HOST, f"Content-Length: {1 << 40}"))
        with pytest.raises(OSError):
            while True:
                connection.sendall(b"x" * 65536)


def test_a_chunked_paste_is_read(server: Child) -> None:
    text = b"demo: eth0 failed 5 times: no signal"
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(text), text)
    lines = (
        "POST /api/v1/lookup HTTP/1.1",
        HOST,
        "Content-Type: text/plain",
        "Transfer-Encoding: chunked",
        "Connection: close",
    )
    got = server.raw(request_of(*lines, body=body))
    assert responses(got) == [200]
    assert b'"demo-fault"' in got


def test_pipelined_requests_are_answered_in_order(server: Child) -> None:
    got = server.raw(
        request_of("GET /api/v1/entries/demo-fault HTTP/1.1", HOST)
        + request_of("GET /api/v1/entries/nothing HTTP/1.1", HOST)
        + request_of("GET /healthz HTTP/1.1", HOST, "Connection: close")
    )
    assert responses(got) == [200, 404, 200]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "identity, gzip"])
@pytest.mark.parametrize("path", ["/api/v1/lookup", "/lookup"])
def test_a_compressed_body_is_not_read(server: Child, path: str, coding: str) -> None:
    answer = server.post(path, b"\x1f\x8b\x08", Content_Encoding=coding)
    assert answer.status == 415


HOSTS = ["evil.example", "evil.example:80", "127.0.0.1", '"><script>', "xn--80ak6aa92e.com", "a" * 300]


@pytest.mark.parametrize("host", HOSTS, ids=range(len(HOSTS)))
@pytest.mark.parametrize(
    "path",
    ["/", "/search?q=demo", "/entries/demo-fault", "/lookup", "/nothing", "/sitemap.xml", "/robots.txt", "/healthz"],
)
def test_nothing_is_made_from_the_host_header(server: Child, host: str, path: str) -> None:
    usual = server.get(path)
    other = server.get(path, Host=host, X_Forwarded_Host=host, X_Forwarded_Proto="gopher", Forwarded=f"host={host}")
    assert other.status == usual.status
    assert len(other.body) == len(usual.body)
    assert "evil.example" not in other.text + str(other.headers)
