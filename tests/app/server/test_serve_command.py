"""The command: it starts with no configuration, says what is wrong in one line, and ends without losing an answer."""

import contextlib
import signal
import socket
from pathlib import Path

import pytest

from app.config import ConfigError, ServeConfig, read_bind, read_proxy, read_url
from tests.app.conftest import Run
from tests.app.serving import Child, child, read_all, request_of, responses


def test_without_configuration_the_site_is_on_the_loopback_address() -> None:
    config = ServeConfig()
    assert (config.bind_host, config.bind_port) == ("127.0.0.1", 8080)
    assert config.entries == ()


def test_the_shipped_entries_are_served_without_options(cache: Path) -> None:
    with child(cache) as running:
        assert running.get("/").status == 200
        assert running.get("/entries/bird-ospf-mtu-mismatch").status == 200
        assert running.get("/healthz").json["entries"] > 40
        assert "entries on http://127.0.0.1:" in running.log.splitlines()[0]


def test_systemd_is_told_that_the_server_is_up_that_it_lives_and_that_it_ends(
    cache: Path, entries: Path, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}
        with child(cache, "--entries", str(entries), environment=environment) as running:
            assert systemd.recv(4096) == b"READY=1\nSTATUS=serving"
            assert [systemd.recv(4096) for _ in range(3)] == [b"WATCHDOG=1"] * 3
            assert running.end(signal.SIGTERM) == 0
            systemd.setblocking(False)
            told = set()
            with contextlib.suppress(BlockingIOError):
                while True:
                    told.add(systemd.recv(4096))
            assert told >= {b"STOPPING=1"}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("localhost:0", ("localhost", 0)),
        (":80", ("0.0.0.0", 80)),
        ("[::1]:443", ("::1", 443)),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, address: tuple[str, int]) -> None:
    assert read_bind(text) == address


@pytest.mark.parametrize(
    "text", ["", "8080", "host", "host:", "host:65536", "::1:80", "a b:80", "host:80/x", "[::1:80"]
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="write HOST:PORT"):
        read_bind(text)


@pytest.mark.parametrize("text", ["example.net", "ftp://x", "https://", "https://u:p@x", "https://x?y", "https://x/#y"])
def test_what_is_no_site_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="like https://"):
        read_url(text)


def test_the_url_of_a_site_loses_its_last_slash() -> None:
    assert read_url("https://faults.example.net/kb/") == "https://faults.example.net/kb"


def test_a_proxy_is_named_by_its_address() -> None:
    assert read_proxy("::0001") == "::1"
    with pytest.raises(ConfigError, match="write an IP address"):
        read_proxy("*")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--bind", "nonsense"], "write HOST:PORT"),
        (["--bind", "no-such-host.invalid:0"], "write an address"),
        (["--bind", "192.0.2.1:0"], "has no such address"),
        (["--entries", "/nonexistent"], "is not a directory of entries"),
        (["--public-url", "faults"], "write it like https://"),
        (["--repository-url", "ftp://x"], "write it like https://"),
        (["--trusted-proxy", "proxy"], "write an IP address"),
    ],
    ids=str,
)
def test_wrong_use_is_told_in_one_line(child: Run, arguments: list[str], told: str) -> None:
    result = child("serve", *(["--bind", "127.0.0.1:0"] if "--bind" not in arguments else []), *arguments)
    assert (result.code, result.out) == (2, "")
    assert len(result.err.splitlines()) == 1
    assert told in result.err


def test_a_port_in_use_is_told_in_one_line(child: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = child("serve", "--bind", f"127.0.0.1:{taken.getsockname()[1]}")
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert "another program listens there" in result.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_it_with_exit_code_0(cache: Path, entries: Path, number: int) -> None:
    with child(cache, "--entries", str(entries)) as running:
        assert running.end(number) == 0
        assert "Traceback" not in running.log


def test_a_request_under_way_is_answered_before_the_end(cache: Path, entries: Path) -> None:
    with child(cache, "--entries", str(entries)) as running, running.connect() as connection:
        connection.sendall(request_of("GET /healthz HTTP/1.1", "Host: x"))
        assert responses(connection.recv(65536)) == [200]
        connection.sendall(b"POST /api/v1/lookup HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Le")
        running.process.send_signal(signal.SIGTERM)
        running.logged("ending")
        with pytest.raises(OSError):  # refused or reset
            running.get("/healthz")
        connection.sendall(b"ngth: 4\r\n\r\ndemo")
        assert responses(read_all(connection)) == [200]
        assert running.end() == 0


def test_idle_connections_do_not_hold_up_the_end(cache: Path, entries: Path) -> None:
    with child(cache, "--entries", str(entries)) as running, running.connect() as connection:
        connection.sendall(request_of("GET /healthz HTTP/1.1", "Host: x"))
        assert responses(connection.recv(65536)) == [200]
        assert running.end() == 0
        assert "unanswered=0" in running.logged("ended")


def test_nothing_is_written_to_stdout_and_no_banner_says_what_serves(server: Child) -> None:
    for path in ("/", "/api/v1/entries", "/nothing", "/healthz"):
        answer = server.get(path)
        assert "server" not in answer.headers
        assert not any(name in str(answer.headers).lower() for name in ("waitress", "werkzeug", "flask", "python"))
