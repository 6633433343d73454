"""Whole processes, timed: what a program used from its start to its end, measured by the launcher."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent


class ProcessFailed(Exception):
    """A program that has to run for the measurement did not; the message says which and why."""


@dataclass(frozen=True)
class Run:
    """One run of a program. `code` is its exit code, negative for a signal."""

    cpu_s: float
    wall_s: float
    peak_kib: int
    code: int
    timed_out: bool
    stdout: Path
    stderr: Path

    def complaint(self) -> str:
        """The last line on stderr, cut, for a row's note."""
        lines = self.stderr.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1][:120] if lines else f"exit code {self.code}"


class Launcher:
    """Starts programs one after the other, in the checkout's directory, with the caches below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.environment = _environment(folder)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )

    def __enter__(self) -> "Launcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def run(
        self, argv: Sequence[str], *, timeout_s: float, stdin: Path | None = None, env: Mapping[str, str] | None = None
    ) -> Run:
        """Run a program; its output is in files that the next run overwrites."""
        stdout, stderr = self._folder / "stdout", self._folder / "stderr"
        job = {
            "argv": list(argv),
            "env": self.environment | dict(env or {}),
            "stdin": os.fspath(stdin or os.devnull),
            "stdout": os.fspath(stdout),
            "stderr": os.fspath(stderr),
            "timeout_s": timeout_s,
        }
        if self._process.stdin is None or self._process.stdout is None:
            raise ProcessFailed("the launcher has no pipes")
        print(json.dumps(job), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise ProcessFailed(f"the launcher ended while it ran {argv[0]}; is the program there?")
        return Run(**json.loads(answer), stdout=stdout, stderr=stderr)


def faultbook_command() -> list[str]:
    """How to start faultbook: the console script beside this Python, else the package of the checkout."""
    script = Path(sys.executable).with_name("faultbook")
    return [str(script)] if script.exists() else [sys.executable, "-m", "app"]


def _environment(folder: Path) -> dict[str, str]:
    """A bare environment: what a user configured must change neither the speed nor the answers."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "dumb",
        "FAULTBOOK_CACHE": str(folder / "cache"),
    }
