"""The programs under test, as children: a watcher, and a server that keeps what it is sent."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0


class Failed(Exception):
    """A program under test did not do what a run needs; the message says what."""


def eventually(what: Callable[[], bool], within_s: float, pause_s: float = 0.05) -> bool:
    """Whether it is so within the time."""
    until = time.monotonic() + within_s
    while not what():
        if time.monotonic() >= until:
            return False
        time.sleep(pause_s)
    return True


class Watcher:
    """`faultbook watch` on a configuration, started and ended as often as a run likes."""

    def __init__(self, folder: Path, config: Mapping[str, Any], *, entries: Path) -> None:
        self.folder = folder
        self.state = Path(config["state_dir"])
        self.log = folder / "watcher.log"
        self.slowest_start_s = 0.0
        self.exits: list[int] = []
        self._config = folder / "watch.yaml"
        self._config.write_text(json.dumps({"version": 1, "entries": [str(entries)], **config}), "utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = os.environ | {"FAULTBOOK_CACHE": str(folder / "cache")}

    def start(self) -> None:
        """Start it and wait until it says that it is ready (sd_notify)."""
        address = str(self.folder / "notify.sock")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, self.log.open("ab") as log:
            Path(address).unlink(missing_ok=True)
            ready.bind(address)
            ready.settimeout(START_S)
            begun = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app", "watch", "--config", str(self._config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self._environment | {"NOTIFY_SOCKET": address},
            )
            try:
                while b"READY=1" not in ready.recv(4096):
                    pass
            except TimeoutError:
                raise Failed(f"the watcher does not start: {self.complaint()}") from None
            self.slowest_start_s = max(self.slowest_start_s, time.monotonic() - begun)

    @property
    def pid(self) -> int:
        """Of the running one."""
        if self._process is None:
            raise Failed("no watcher runs")
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """`kill -9`."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; its exit code, which is remembered."""
        code = self._end(signal.SIGTERM)
        self.exits.append(code)
        return code

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        if process.poll() is None:
            process.send_signal(number)
        try:
            return process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return -1

    def complaint(self) -> str:
        """The last line of its log."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return lines[-1] if lines else "it says nothing"

    def status(self) -> dict[str, Any]:
        """What it says of itself."""
        done = self._faultbook("watch", "--status", "--json", "--config", str(self._config))
        plain: dict[str, Any] = json.loads(done)
        return plain

    def rows(self, server: str | None = None) -> list[dict[str, Any]]:
        """What was recorded, by the command line."""
        where = ["--server", server] if server else ["--state-dir", str(self.state)]
        return [json.loads(line) for line in self._faultbook("occurrences", "--json", *where).splitlines()]

    def _faultbook(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            capture_output=True,
            cwd=ROOT,
            env=self._environment,
            timeout=300,
            check=False,
        )
        if done.returncode != 0:
            raise Failed(f"faultbook {arguments[0]}: {done.stderr.decode('utf-8', 'replace').strip()}")
        return done.stdout.decode("utf-8")


def peak_mib(pid: int) -> float:
    """The most memory that the process held (VmHWM of proc(5))."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def descriptors(pid: int) -> int:
    """How many files it has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208


class Server:
    """The server under test on a port of its own."""

    def __init__(
        self, folder: Path, db: Path | None = None, *, url: str | None = None, entries: Path | None = None
    ) -> None:
        self.folder = folder
        self.db = db or folder / "server.db"
        self._options = ["--db", url or f"sqlite:///{self.db}"]
        self._options += ["--entries", str(entries)] if entries else []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        serve = ["serve", "--bind", f"127.0.0.1:{self.port}", *self._options]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app", *serve],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        if not eventually(self._answers, START_S):
            raise Failed("the server does not start")

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """`kill -9`."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.send_signal(number)
        return process.wait(30)
