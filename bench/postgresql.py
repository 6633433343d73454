"""A PostgreSQL server of one's own: in a temporary directory, on a free port, ended by its process id.

Debian's package is enough (`apt-get install postgresql`); the server that it may have started is left alone. PostgreSQL
refuses to run as root, so root lends it to the package's user.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.soak.processes import Failed, eventually

PACKAGE = "postgresql"
_USER = "postgres"
_START_S = 120.0  # it may have to recover first
_TICKS = os.sysconf("SC_CLK_TCK")


def folders() -> list[str]:
    """Where Debian puts the server's programs, the newest version first; they are not on the PATH."""
    return [str(each) for each in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


def find_program(name: str) -> str | None:
    """The path of one of PostgreSQL's programs."""
    return shutil.which(name, path=os.pathsep.join([*folders(), os.environ.get("PATH", "")]))


class Cluster:
    """A server that can be started, ended and killed as often as a run likes; `close` removes it.

    With `is_durable` it keeps what it promised over a crash of the machine, as one in earnest does; without, it is
    quicker, and still keeps everything over `kill -9`.
    """

    def __init__(self, *, is_durable: bool = True, settings: Sequence[str] = ()) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="faultbook-pg-"))
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = [*settings, *(() if is_durable else ("fsync=off", "full_page_writes=off"))]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        if os.getuid() == 0:
            user = pwd.getpwnam(_USER)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._run("initdb", "-D", str(self._data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")

    def url(self, database: str = "postgres") -> str:
        """The URL of one of its databases, for `--db`."""
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers; raises Failed."""
        self._process = self._spawned()
        if not eventually(self._is_up, _START_S):
            raise Failed(f"PostgreSQL does not start; see {self.folder / 'log'}")

    def _spawned(self) -> "subprocess.Popen[bytes]":
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}"]
        options += self._settings
        arguments = [part for option in options for part in ("-c", option)]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                self._command("postgres", "-D", str(self._data), *arguments),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is not for it
            )

    def _is_up(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            self._process = self._spawned()  # it refuses while a process of the one before is still about to die
        return self.answers()

    def answers(self) -> bool:
        """Whether it takes connections."""
        asked = [find_program("pg_isready") or "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0

    @property
    def pid(self) -> int:
        """Of the running server."""
        if self._process is None:
            raise Failed("no PostgreSQL runs")
        return self._process.pid

    def cpu_s(self) -> float:
        """The processor time that it took, that of sessions that ended included."""
        return sum(_cpu_s(each) for each in (self.pid, *self._children()))

    def _children(self) -> list[int]:
        return [int(each) for each in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii").split()]

    def stop(self) -> None:
        """A fast shutdown."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """`kill -9` of the server and, as a crash takes them too, of all its processes."""
        if self._process is not None:
            # Stopped it neither ends its children in order nor makes new ones.
            self._process.send_signal(signal.SIGSTOP)
            eventually(lambda: _state(self.pid) == "T", _START_S, 0.001)
            for child in self._children():
                _kill(child)
            self._end(signal.SIGKILL)

    def close(self) -> None:
        """End it and remove its directory."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(number)
        process.wait(60)

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(self._command(name, *arguments), cwd=self.folder, capture_output=True, check=False)
        if done.returncode:
            raise Failed(f"{name} fails: {done.stderr.decode('utf-8', 'replace').strip()}")

    def _command(self, name: str, *arguments: str) -> list[str]:
        path = find_program(name)
        if path is None:
            raise Failed(f"{name} is missing: apt-get install {PACKAGE}")
        lent = ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"] if os.getuid() == 0 else []
        return [*lent, path, *arguments]


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS  # utime, stime, and both of children that were waited for


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
