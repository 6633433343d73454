"""What stands around the loop: wake-ups, systemd, the own log, status and metrics, memory."""

import io
import json
import os
import selectors
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.notify import Notifier
from app.watch import wake
from app.watch.contract import Counters
from app.watch.desk import MAX_PEERS, PATIENCE_S, SOCKET_NAME, Desk, ask
from app.watch.memory import QUIET_BYTES, Memory
from app.watch.metrics import exposition
from app.watch.ownlog import OwnLog, own_log_path
from app.watch.status import Snapshot, report, summary
from app.watch.wake import Hints, Wake

AT = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


class Clock:
    at = 0.0

    def now(self) -> datetime:
        return AT

    def monotonic(self) -> float:
        return self.at


def snapshot(**more: Any) -> Snapshot:
    counters = Counters(lines=7, bytes=700, matched=2, lag_bytes=5, files=1, last_line_at=AT)
    values: dict[str, Any] = {
        "at": AT,
        "started_at": AT,
        "pid": 12,
        "version": "1",
        "host": "h",
        "entries": 3,
        "records_to": "/state",
        "sources": {'a"b\\': counters},
        "recording": {"spool_rows": 4, "rows_dropped_total": 1},
    }
    return Snapshot(**values | more)


# Wake and hints


@pytest.fixture
def woken() -> Iterator[Wake]:
    made = Wake()
    yield made
    made.close()


@pytest.fixture
def hints(woken: Wake) -> Iterator[Hints]:
    made = Hints(woken)
    yield made
    made.close()


def heard(woken: Wake, path: str) -> bool:
    """Whether a change at this path is heard of within a while."""
    return any(path in woken.sleep(1.0) for _ in range(10))


def test_a_ring_from_another_thread_ends_the_sleep(woken: Wake) -> None:
    threading.Thread(target=woken.ring, args=("/a",)).start()
    assert woken.sleep(20) == {"/a"}
    assert woken.sleep(0) == set()


def test_thousands_of_rings_are_one_wake_up(woken: Wake) -> None:
    for number in range(100_000):
        woken.ring(f"/{number % 3}")
    woken.ring()
    assert woken.sleep(20) == {"/0", "/1", "/2"}


def test_a_ring_while_a_wake_up_is_taken_is_not_lost(woken: Wake, monkeypatch: pytest.MonkeyPatch) -> None:
    class Meddled:
        """Somebody rings before and after each time that a wake-up is taken."""

        def __init__(self, real: socket.socket) -> None:
            self.real = real

        def recv(self, size: int) -> bytes:
            woken.ring("/before")
            taken = self.real.recv(size)
            woken.ring("/after")
            return taken

    woken.ring("/first")
    with monkeypatch.context() as patched:
        patched.setattr(woken, "_ours", Meddled(woken._ours))
        heard = woken.sleep(20)
        woken.ring("/later")
        heard |= woken.sleep(20)
    assert heard == {"/first", "/before", "/after", "/later"}


def test_a_signal_ends_the_sleep(woken: Wake) -> None:
    before = signal.signal(signal.SIGUSR2, lambda _number, _frame: None)
    try:
        woken.on_signals()
        os.kill(os.getpid(), signal.SIGUSR2)
        woken.sleep(20)
    finally:
        signal.signal(signal.SIGUSR2, before)


def test_writing_creating_renaming_and_deleting_are_heard(tmp_path: Path, woken: Wake, hints: Hints) -> None:
    hints.follow([str(tmp_path)])
    file = tmp_path / "a.log"
    file.write_text("x")
    assert heard(woken, str(file))
    file.rename(tmp_path / "a.log.1")
    assert heard(woken, str(tmp_path / "a.log.1"))
    (tmp_path / "a.log.1").unlink()
    assert heard(woken, str(tmp_path / "a.log.1"))


def test_reading_a_file_does_not_wake_its_reader(tmp_path: Path, woken: Wake, hints: Hints) -> None:
    file = tmp_path / "a.log"
    file.write_text("x")
    hints.follow([str(tmp_path)])
    file.read_text()
    (tmp_path / "marker").write_text("x")  # what was heard before it would have come by then
    seen = set[str]()
    while str(tmp_path / "marker") not in seen:
        seen |= woken.sleep(1.0)
    assert str(file) not in seen


def test_a_directory_that_is_made_anew_is_heard_again(tmp_path: Path, woken: Wake, hints: Hints) -> None:
    directory = tmp_path / "logs"
    directory.mkdir()
    hints.follow([str(directory)])
    directory.rmdir()
    directory.mkdir()

    def is_heard() -> bool:
        hints.refresh()
        (directory / "a.log").write_text("x")
        return str(directory / "a.log") in woken.sleep(0.2)

    assert any(is_heard() for _ in range(50))


def test_where_inotify_is_exhausted_polling_goes_on_and_it_is_told(tmp_path: Path, woken: Wake) -> None:
    def exhausted() -> Any:
        raise OSError(24, "Too many open files")

    made = Hints(woken, exhausted)
    made.follow([str(tmp_path)])
    assert made.trouble == f"changes in {tmp_path} are seen by polling only: Too many open files"
    made.refresh()
    made.follow([])
    assert made.trouble is None


def test_only_so_many_directories_are_listened_in(
    tmp_path: Path, woken: Wake, hints: Hints, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "MAX_DIRECTORIES", 1)
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    hints.follow([str(tmp_path / name) for name in ("a", "b", "c")])
    assert f"changes in {tmp_path / 'b'} and 1 more are seen by polling only" in str(hints.trouble)


# systemd


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "notify"))
        made.settimeout(20)
        yield made


def test_systemd_is_told_what_happens(systemd: socket.socket, tmp_path: Path) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"})
    notifier.ready("one\ntwo")
    assert systemd.recv(4096) == b"READY=1\nSTATUS=one two"
    notifier.reloading()
    assert systemd.recv(4096).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
    notifier.stopping()
    assert systemd.recv(4096) == b"STOPPING=1"
    assert notifier.watchdog_s == 2.0


def test_the_watchdog_hears_of_it_twice_in_its_time(systemd: socket.socket, tmp_path: Path) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"})
    for now in (0.0, 0.5, 1.9, 2.0, 3.9, 4.1):
        notifier.alive(now)
    systemd.setblocking(False)
    assert [systemd.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    with pytest.raises(BlockingIOError):
        systemd.recv(100)


@pytest.mark.parametrize("address", [None, "", "/no/such", "x"])
def test_without_systemd_nothing_is_told(address: str | None) -> None:
    notifier = Notifier({} if address is None else {"NOTIFY_SOCKET": address})
    notifier.ready()
    notifier.alive(1.0)
    notifier.stopping()


def test_the_watchdog_of_another_process_is_not_ours(tmp_path: Path) -> None:
    environment = {"NOTIFY_SOCKET": str(tmp_path / "n"), "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}
    assert Notifier(environment).watchdog_s is None


# The own log


def test_a_line_of_the_own_log_is_one_line_and_harmless() -> None:
    stream = io.StringIO()
    OwnLog(Clock(), stream, {}).say("warning", "a\nb \x1b[31m" + "x" * 5000)
    assert stream.getvalue().startswith("2024-05-06T07:08:09Z faultbook: warning: a\\x0ab \\x1b[31mxxx")
    assert stream.getvalue().count("\n") == 1
    assert len(stream.getvalue()) < 1200


def test_in_the_journal_a_line_has_its_priority_and_no_time(tmp_path: Path) -> None:
    with (tmp_path / "stream").open("w") as stream:
        status = os.fstat(stream.fileno())
        OwnLog(Clock(), stream, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}).say("error", "no")
    assert (tmp_path / "stream").read_text() == "<3>no\n"


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    stream = io.StringIO()
    stream.close()
    OwnLog(Clock(), stream, {}).say("error", "no")


def test_the_own_log_knows_its_file(tmp_path: Path) -> None:
    with (tmp_path / "own.log").open("w") as stream:
        assert own_log_path(stream) == os.path.realpath(tmp_path / "own.log")
    with open(os.devnull, "w") as stream:  # noqa: PTH123
        assert own_log_path(stream) is None
    assert own_log_path(io.StringIO()) is None


# Status and metrics


def test_the_report_tells_what_matters() -> None:
    told = "\n".join(report(json.loads(json.dumps(snapshot(troubles={"x": "is blind"}).to_plain()))))
    assert "7 lines read, 2 matched, last line at 2024-05-06T07:08:09Z, 1 files, lag 5 bytes" in told
    assert "spool rows 4" in told
    assert "trouble: x: is blind" in told
    assert summary(snapshot()) == "1 sources, 7 lines read, 2 matched"


def test_metrics_are_in_prometheus_format() -> None:
    text = exposition(snapshot())
    assert 'faultbook_watch_source_lines_total{source="a\\"b\\\\"} 7\n' in text
    assert "# TYPE faultbook_watch_rows_dropped_total counter\n" in text
    assert "faultbook_watch_spool_rows 4\n" in text
    names = [line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")]
    told = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert set(names) == set(told)
    assert len(told) == len(set(told))


@pytest.fixture
def desk(woken: Wake) -> Iterator[Desk]:
    made = Desk(woken, snapshot, Clock().monotonic)
    yield made
    made.close()


@pytest.fixture
def serving(woken: Wake) -> Iterator[Callable[[], None]]:
    """Turn the loop's sleep in a thread while a test asks."""
    is_over = threading.Event()

    def turn() -> None:
        while not is_over.is_set():
            woken.sleep(0.1)

    thread = threading.Thread(target=turn)
    yield thread.start
    is_over.set()
    thread.join()


def request(address: str, data: bytes) -> bytes:
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), 20) as connection:
        connection.sendall(data)
        chunks = []
        while chunk := connection.recv(65536):
            chunks.append(chunk)
    return b"".join(chunks)


def test_the_status_is_answered_however_long_the_path_is(
    tmp_path: Path, desk: Desk, serving: Callable[[], None]
) -> None:
    state = tmp_path / ("long-" * 30)
    state.mkdir()
    desk.open_status(state)
    serving()
    assert ask(state) == json.loads(json.dumps(snapshot().to_plain()))
    assert (state / SOCKET_NAME).stat().st_mode & 0o777 == 0o600


def test_where_nobody_answers_asking_fails(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        ask(tmp_path)


def test_a_stale_socket_is_replaced_and_removed_at_the_end(tmp_path: Path, desk: Desk) -> None:
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / SOCKET_NAME))
    desk.open_status(tmp_path)
    desk.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", b"200 OK"),
        (b"GET /metrics?x=1 HTTP/1.0\n\n", b"200 OK"),
        (b"GET / HTTP/1.1\r\n\r\n", b"404 Not Found"),
        (b"POST /metrics HTTP/1.1\r\n\r\n", b"405 Method Not Allowed"),
        (b"nonsense\r\n\r\n", b"400 Bad Request"),
    ],
)
def test_the_port_answers_metrics_and_nothing_else(
    sent: bytes, status: bytes, desk: Desk, serving: Callable[[], None]
) -> None:
    address = desk.open_metrics("127.0.0.1", 0)
    serving()
    answer = request(address, sent)
    assert answer.startswith(b"HTTP/1.1 " + status + b"\r\n")
    assert (b"faultbook_watch_entries 3" in answer) == (status == b"200 OK")


def test_a_request_without_end_is_dropped(desk: Desk, serving: Callable[[], None]) -> None:
    address = desk.open_metrics("127.0.0.1", 0)
    serving()
    with suppress(ConnectionError):  # it may be told by a reset
        assert request(address, b"GET /metrics HTTP/1.1\r\n" + b"x: y\r\n" * 5000) == b""


def test_peers_that_wait_are_few_and_let_go_of(woken: Wake) -> None:
    clock = Clock()
    made = Desk(woken, snapshot, clock.monotonic)
    host, _, port = made.open_metrics("127.0.0.1", 0).rpartition(":")
    peers = []
    for _ in range(MAX_PEERS + 3):
        peers.append(socket.create_connection((host, int(port)), 20))
        woken.sleep(20)
    assert len(made._peers) == MAX_PEERS
    clock.at = PATIENCE_S
    made.expire()
    assert len(made._peers) == 0
    for peer in peers:
        assert peer.recv(1) == b""
        peer.close()
    made.close()


# Memory


def test_memory_is_given_back_once_after_much_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[int] = []
    monkeypatch.setattr("app.watch.memory.gc.collect", lambda: times.append(1))
    memory = Memory()
    for total in (0, 0, 5 * QUIET_BYTES, 9 * QUIET_BYTES, 9 * QUIET_BYTES, 9 * QUIET_BYTES + 100):
        memory.tidy(total)
    assert len(times) == 2


def test_the_selector_tells_only_what_was_added(woken: Wake) -> None:
    one, other = socket.socketpair()
    seen: list[int] = []
    with one, other:
        woken.add(one, seen.append)
        other.send(b"x")
        woken.sleep(20)
        assert seen == [selectors.EVENT_READ]
        woken.remove(one)
        woken.sleep(0)
        assert len(seen) == 1
