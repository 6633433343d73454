"""Where answers may be posted to, and what becomes of a post."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.chat.contract import Undelivered
from app.chat.poster import Poster, is_public
from tests.app.chat.standin import Standin, vendor

URL = "https://hooks.slack.com/commands/1?a=b"


def poster(standin: Standin, **more: Any) -> Poster:
    return Poster(["hooks.slack.com"], places={"hooks.slack.com": standin.address}, context=standin.context, **more)


def test_a_post_brings_json_to_the_path_and_query_of_its_address(standin: Standin) -> None:
    told = poster(standin).post(URL, {"text": "中文 \ud800"}, {"X-Own": "1"})
    assert (told.status, told.json) == (200, {"ok": True})
    [received] = standin.received
    assert (received.host, received.path) == ("hooks.slack.com", "/commands/1?a=b")
    assert received.json == {"text": "中文 ?"}
    assert received.headers["x-own"] == "1"
    assert received.headers["content-type"] == "application/json; charset=utf-8"


def test_a_redirect_is_not_followed(standin: Standin) -> None:
    standin.answer = lambda _received: (307, {"Location": "https://hooks.slack.com/other"}, b"")
    with pytest.raises(Undelivered, match=r"hooks\.slack\.com answered 307"):
        poster(standin).post(URL, {})
    assert len(standin.received) == 1


@pytest.mark.parametrize("body", [b"", b"ok", b"[]", b"[" * 60_000, b"\xff"])
def test_an_answer_that_is_no_object_is_taken_as_empty(standin: Standin, body: bytes) -> None:
    standin.answer = lambda _received: (200, {}, body)
    assert poster(standin).post(URL, {}).json == {}


def test_no_more_of_an_answer_is_read_than_is_needed(standin: Standin) -> None:
    standin.answer = lambda _received: (200, {}, b'{"ok": true, "x": "' + b"x" * (1 << 20) + b'"}')
    assert poster(standin).post(URL, {}).json == {}


def test_a_certificate_of_another_authority_is_not_accepted(standin: Standin) -> None:
    strict = Poster(["hooks.slack.com"], places={"hooks.slack.com": standin.address})
    with pytest.raises(Undelivered, match=r"certificate of hooks\.slack\.com is not accepted"):
        strict.post(URL, {})
    assert standin.received == []


def test_a_certificate_of_another_host_is_not_accepted(tmp_path: Path) -> None:
    with vendor(tmp_path, ["somewhere.example"]) as other, pytest.raises(Undelivered, match="not accepted"):
        poster(other).post(URL, {})


def test_a_host_that_says_nothing_holds_a_post_up_no_longer_than_its_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        places = {"hooks.slack.com": ("127.0.0.1", silent.getsockname()[1])}
        with pytest.raises(Undelivered, match="gave no answer"):
            Poster(["hooks.slack.com"], places=places, timeout_s=0.2).post(URL, {})


def test_a_host_that_answers_byte_by_byte_holds_a_post_up_no_longer_than_its_time(standin: Standin) -> None:
    ended = threading.Event()

    def drip() -> Iterator[bytes]:
        while not ended.wait(0.05):
            yield b" "

    standin.answer = lambda _received: (200, {}, drip())
    try:
        with pytest.raises(Undelivered, match="gave no answer"):
            poster(standin, timeout_s=0.3).post(URL, {})
    finally:
        ended.set()


def test_a_port_where_nobody_listens_gives_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    places = {"hooks.slack.com": ("127.0.0.1", port)}
    with pytest.raises(Undelivered, match="ConnectionRefusedError"):
        Poster(["hooks.slack.com"], places=places, context=ssl.create_default_context()).post(URL, {})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///path",
        "http://hooks.slack.com/",
        "ftp://hooks.slack.com/",
        "https://hooks.slack.com:80/",
        "https://hooks.slack.com:x/",
        "https://hooks.slack.com@127.0.0.1/",
        "https://127.0.0.1@hooks.slack.com/",
        "https://hooks.slack.com./",
        "https://xhooks.slack.com/",
        "https://hooks.slack.com.example/",
        "https://hooks.slack.com\t/",
        "https://hooks.slack.com/\u200b",
        "https://ｈooks.slack.com/",
        "https://[hooks.slack.com]/",
        "https://hooks.slack.com/" + "x" * 3000,
    ],
)
def test_an_address_that_is_not_quite_allowed_is_refused_unquoted(standin: Standin, url: str) -> None:
    with pytest.raises(Undelivered) as refused:
        poster(standin).post(url, {})
    assert not url or url not in str(refused.value)
    assert standin.received == []


@pytest.mark.parametrize(
    "allowed", ["https://HOOKS.slack.com/", "https://hooks.slack.com:443/", "https://hooks.slack.com"]
)
def test_other_spellings_of_an_allowed_address_are_the_same(standin: Standin, allowed: str) -> None:
    assert poster(standin).post(allowed, {}).status == 200


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fe80::1", "fd00::1", "224.0.0.1"]
)
def test_a_host_whose_name_leads_to_this_network_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
    found = [public, (family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_more: found)
    with pytest.raises(Undelivered, match="not public"):
        Poster(["hooks.slack.com"]).post(URL, {})


@pytest.mark.parametrize("address", ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "0.0.0.0", "100.64.0.1", "::"])
def test_private_addresses_in_other_clothes_are_private(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)
