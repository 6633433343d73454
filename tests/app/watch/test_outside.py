"""The watcher as a program: started, asked, told by signals, killed, and what it recorded."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.watch.database import Database
from bench.soak.processes import eventually
from tests.deliveries import Server

ROOT = Path(__file__).resolve().parents[3]
LINE = "demo: eth0 failed {} times: no signal\n"
Run = Callable[..., Any]


class Running:
    """A watcher as a child; its own log goes to a file."""

    def __init__(
        self, tmp_path: Path, environment: dict[str, str], arguments: Sequence[str], stdin: int | None
    ) -> None:
        self.log = tmp_path / "own.log"
        self.state = tmp_path / "state"
        self._environment = environment
        address = str(tmp_path / "notify")
        Path(address).unlink(missing_ok=True)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(address)
        self.notify.settimeout(30)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", "watch", *arguments],
                stdin=stdin if stdin is not None else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                env=environment | {"NOTIFY_SOCKET": address},
            )
        self.told = self.until("READY=1")

    def until(self, word: str) -> str:
        """What it tells systemd next that begins with this word."""
        while True:
            message = self.notify.recv(4096).decode()
            if message.startswith(word):
                return message

    def rows(self) -> list[dict[str, Any]]:
        database = Database(self.state / "faultbook.db", str)
        try:
            with database.reading() as connection:
                found = connection.execute('SELECT "row" FROM occurrences ORDER BY seq').fetchall()
        finally:
            database.close()
        return [json.loads(text) for (text,) in found]

    def numbers(self, count: int) -> list[int]:
        eventually(lambda: len(self.rows()) >= count, 20)
        return [row["fields"]["n"] for row in self.rows()]

    def said(self, text: str) -> bool:
        return eventually(lambda: text in self.log.read_text("utf-8"), 20)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.notify.close()
        return code


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


@pytest.fixture
def config(tmp_path: Path, logs: Path, entries: Path) -> Callable[..., Path]:
    def write(**more: Any) -> Path:
        plain = {
            "version": 1,
            "host": "h1",
            "entries": str(entries),
            "state_dir": str(tmp_path / "state"),
            "sources": [{"paths": [str(logs / "*.log")]}],
        } | more
        path = tmp_path / "watch.yaml"
        path.write_text(json.dumps(plain), "utf-8")
        return path

    return write


@pytest.fixture
def watch(tmp_path: Path, environment: dict[str, str], config: Callable[..., Path]) -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def start(*arguments: str, stdin: int | None = None, env: dict[str, str] | None = None, **more: Any) -> Running:
        chosen = list(arguments) or ["--config", str(config(**more))]
        running.append(Running(tmp_path, environment | (env or {}), chosen, stdin))
        return running[-1]

    yield start
    for each in running:
        each.end(signal.SIGKILL)


def append(path: Path, *numbers: int) -> None:
    with path.open("a") as file:
        file.writelines(LINE.format(number) for number in numbers)


def test_a_line_becomes_an_occurrence_and_sigterm_exits_0(watch: Callable[..., Running], logs: Path) -> None:
    watcher = watch()
    append(logs / "a.log", 1)
    assert watcher.numbers(1) == [1]
    [row] = watcher.rows()
    assert (row["path"], row["line"], row["entry"]) == (str(logs / "a.log"), 1, "demo-fault")
    assert watcher.end() == 0
    assert watcher.log.read_text("utf-8").splitlines()[-1].endswith("ended; what was read is recorded")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT], ids=lambda each: each.name)
def test_after_any_end_it_goes_on_where_it_stopped(
    number: signal.Signals, watch: Callable[..., Running], logs: Path
) -> None:
    append(logs / "a.log", 1, 2)
    watcher = watch()
    assert watcher.numbers(2) == [1, 2]
    watcher.end(number)
    append(logs / "a.log", 3)
    assert watch().numbers(3) == [1, 2, 3]


def test_a_second_watcher_on_the_same_state_is_refused(
    watch: Callable[..., Running], child: Run, config: Callable[..., Path]
) -> None:
    watch()
    done = child("watch", "--config", str(config()))
    assert done.code == 2
    assert "another watcher uses" in done.err
    assert done.err.count("\n") == 1


def test_status_tells_how_each_source_stands(
    watch: Callable[..., Running], logs: Path, child: Run, config: Callable[..., Path]
) -> None:
    watcher = watch()
    append(logs / "a.log", 1, 2)
    watcher.numbers(2)
    done = child("watch", "--status", "--config", str(config()))
    assert done.code == 0
    assert f"{logs}/*.log: 2 lines read, 2 matched, last line at 20" in done.out
    told = json.loads(child("watch", "--status", "--json", "--config", str(config())).out)
    assert told["pid"] == watcher.process.pid
    assert told["sources"][f"{logs}/*.log"]["lag_bytes"] == 0


def test_status_shows_what_the_host_tells_the_server_of_itself(
    watch: Callable[..., Running], child: Run, config: Callable[..., Path]
) -> None:
    server = Server()
    try:
        more = {"server": {"url": server.url}, "facts": ["kernel"]}
        watch(**more)
        assert eventually(lambda: server.deliveries, 20)
        release = os.uname().release
        facts = {"kernel": release, "kernel_build": os.uname().version}
        assert server.deliveries == [{"host": "h1", "occurrences": [], "facts": facts}]
        assert (
            f"tells the server: kernel: {release}\n" in child("watch", "--status", "--config", str(config(**more))).out
        )
    finally:
        server.close()


def test_status_without_a_watcher_says_no(child: Run, config: Callable[..., Path]) -> None:
    done = child("watch", "--status", "--config", str(config()))
    assert done.code == 1
    assert "no watcher runs" in done.err


def test_sigusr1_logs_the_status(watch: Callable[..., Running]) -> None:
    watcher = watch()
    watcher.process.send_signal(signal.SIGUSR1)
    assert watcher.said("*.log: 0 lines read, 0 matched, last line at never")


def test_metrics_are_served_where_they_are_asked_for(watch: Callable[..., Running], logs: Path) -> None:
    watcher = watch(metrics={"bind": "127.0.0.1:0"})
    append(logs / "a.log", 1)
    watcher.numbers(1)
    url = next(word for word in watcher.log.read_text("utf-8").split() if word.startswith("http://"))
    with urllib.request.urlopen(url, timeout=10) as answer:
        text = answer.read().decode()
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert f'faultbook_watch_source_matches_total{{source="{logs}/*.log"}} 1\n' in text
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(url.replace("/metrics", "/"), timeout=10)


def test_sighup_takes_new_entries_and_new_sources(
    watch: Callable[..., Running], logs: Path, tmp_path: Path, config: Callable[..., Path], entries: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    watcher = watch(entries=[str(entries), str(mine)])
    other = (entries / "demo-other.yaml").read_text("utf-8")
    (mine / "demo-third.yaml").write_text(
        other.replace("demo-other", "demo-third").replace("demo: failed", "third: failed")
    )
    (logs / "late").mkdir()
    sources = [{"paths": [str(logs / "*.log")]}, {"paths": [str(logs / "late" / "b.log")]}]
    config(entries=[str(entries), str(mine)], sources=sources)
    watcher.process.send_signal(signal.SIGHUP)
    watcher.until("RELOADING=1")
    watcher.until("READY=1")
    append(logs / "late" / "b.log", 4)
    with (logs / "a.log").open("a") as file:
        file.write("third: failed 9 times\n")
    assert sorted(watcher.numbers(2)) == [4, 9]


def test_a_broken_set_is_refused_and_the_old_one_kept(
    watch: Callable[..., Running], logs: Path, tmp_path: Path, entries: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for path in entries.iterdir():
        (mine / path.name).write_bytes(path.read_bytes())
    watcher = watch(entries=[str(mine)])
    (mine / "demo-fault.yaml").write_text("id: [\n")
    watcher.process.send_signal(signal.SIGHUP)
    assert watcher.said("reload refused, what was in use stays: ")
    append(logs / "a.log", 5)
    assert watcher.numbers(1) == [5]


def test_a_broken_configuration_is_refused_and_the_old_one_kept(
    watch: Callable[..., Running], logs: Path, config: Callable[..., Path]
) -> None:
    watcher = watch()
    config(storn="off")
    watcher.process.send_signal(signal.SIGHUP)
    assert watcher.said('there is no key "storn"; did you mean "storm"?')
    append(logs / "a.log", 5)
    assert watcher.numbers(1) == [5]


def test_state_files_of_nuls_are_set_aside_and_everything_is_read_again(
    watch: Callable[..., Running], logs: Path
) -> None:
    append(logs / "a.log", 1, 2)
    watcher = watch()
    assert watcher.numbers(2) == [1, 2]
    before = [row["id"] for row in watcher.rows()]
    watcher.end(signal.SIGKILL)
    for path in watcher.state.iterdir():
        if path.is_file():
            path.write_bytes(b"\0" * path.stat().st_size)
    again = watch()
    assert again.numbers(2) == [1, 2]
    assert [row["id"] for row in again.rows()] == before
    assert again.said("was set aside")


def test_standard_input_is_read_to_its_end_and_then_the_watcher_ends(
    watch: Callable[..., Running], tmp_path: Path, entries: Path
) -> None:
    reader, writer = os.pipe()
    environment = {"FAULTBOOK_ENTRIES": str(entries), "XDG_STATE_HOME": str(tmp_path / "home")}
    watcher = watch("-", stdin=reader, env=environment)
    os.close(reader)
    watcher.state = tmp_path / "home" / "faultbook"
    os.write(writer, (LINE.format(1) + LINE.format(2)).encode())
    assert watcher.numbers(2) == [1, 2]
    os.write(writer, LINE.format(3).encode().rstrip())
    os.close(writer)
    assert watcher.process.wait(20) == 0
    assert watcher.numbers(3) == [1, 2, 3]
    assert {row["path"] for row in watcher.rows()} == {None}


def test_its_own_log_never_feeds_itself(watch: Callable[..., Running], tmp_path: Path, logs: Path) -> None:
    watcher = watch(sources=[{"paths": [str(tmp_path / "own.log"), str(logs / "a.log")]}])
    append(tmp_path / "own.log", 1)
    append(logs / "a.log", 2)
    assert watcher.numbers(1) == [2]


def test_it_tells_systemd_how_it_goes(watch: Callable[..., Running]) -> None:
    watcher = watch(env={"WATCHDOG_USEC": "200000"})
    assert watcher.told.startswith("READY=1\nSTATUS=1 sources, 0 lines read")
    assert watcher.until("WATCHDOG=1")
    watcher.process.send_signal(signal.SIGTERM)
    assert watcher.until("STOPPING=1")
    assert watcher.process.wait(20) == 0


def test_a_blind_source_is_named(
    watch: Callable[..., Running], logs: Path, child: Run, config: Callable[..., Path]
) -> None:
    watch(sources=[{"paths": [str(logs / "none.log")]}])
    told = child("watch", "--status", "--config", str(config()))
    assert f"trouble: {logs}/none.log: " in told.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["/tmp"], "is a directory"),
        (["a.log", "--config", "x"], "not both"),
        (["--json"], "--json goes with --status"),
        (["--config", "/no/such.yaml"], "/no/such.yaml:1:1: cannot be read"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(arguments: list[str], said: str, child: Run) -> None:
    done = child("watch", *arguments)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1


def test_a_watcher_imports_nothing_of_the_server(
    tmp_path: Path, environment: dict[str, str], config: Callable[..., Path]
) -> None:
    program = """
import os, signal, sys, threading, time
def end():
    while "app.watch.follow.files" not in sys.modules:
        time.sleep(0.05)
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=end, daemon=True).start()
from app.cli import main
try:
    main()
finally:
    print(*sorted(sys.modules))
"""
    path = config(server={"url": "http://127.0.0.1:1"}, facts=["kernel", "os", "nic_drivers", "bird"])
    done = subprocess.run(
        [sys.executable, "-c", program, "watch", "--config", str(path)],
        capture_output=True,
        cwd=ROOT,
        env=environment,
        timeout=60,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded & {"flask", "whoosh", "sqlalchemy", "pydantic", "markdown", "werkzeug", "rich", "jinja2"} == set()


def test_a_rotation_is_followed_by_the_real_program(watch: Callable[..., Running], logs: Path) -> None:
    watcher = watch()
    append(logs / "a.log", 1)
    assert watcher.numbers(1) == [1]
    (logs / "a.log").rename(logs / "a.log.1")
    append(logs / "a.log.1", 2)
    append(logs / "a.log", 3)
    assert sorted(watcher.numbers(3)) == [1, 2, 3]
