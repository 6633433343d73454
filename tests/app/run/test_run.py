"""`faultbook run`: the command as it is, and what was recognised at its end."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.run.tail import Tail

ROOT = Path(__file__).resolve().parents[3]
LINE = "demo: eth0 failed 5 times: no signal"
TITLE = "The demo port fails"
Run = Callable[..., Any]


@pytest.fixture
def env(environment: dict[str, str], entries: Path) -> dict[str, str]:
    return environment | {"FAULTBOOK_ENTRIES": str(entries)}


def sh(script: str) -> list[str]:
    return ["run", "--", "sh", "-c", script]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app", *arguments]


def test_output_and_errors_stay_apart_and_untouched(child: Run) -> None:
    done = child(*sh(r"printf 'a\000b\033[1m\r\n'; printf 'e\377' >&2"))
    assert (done.code, done.out) == (0, "a\0b\x1b[1m\r\n")
    assert done.err == "e\udcff"


def test_what_was_recognised_is_explained_on_stderr_at_the_end(child: Run) -> None:
    done = child(*sh(f"echo '{LINE}'; echo after"))
    assert done.out == f"{LINE}\nafter\n"
    assert TITLE in done.err
    assert "ip -s link show dev eth0" in done.err


def test_what_is_printed_on_stderr_is_recognised_too(child: Run) -> None:
    assert TITLE in child(*sh(f"echo '{LINE}' >&2")).err


def test_where_nothing_is_recognised_nothing_is_said(child: Run) -> None:
    assert child(*sh("echo hello")).err == ""


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 1", 1), ("exit 42", 42), ("kill -TERM $$", 143), ("kill -KILL $$", 137)]
)
def test_the_exit_status_is_the_commands(script: str, code: int, child: Run) -> None:
    assert child(*sh(script)).code == code


def test_a_command_that_is_not_there_is_127(child: Run) -> None:
    done = child("run", "--", "no-such-command-here")
    assert (done.code, done.out) == (127, "")
    assert done.err == "faultbook: no-such-command-here: there is no such command; check its name\n"


def test_a_command_that_cannot_be_run_is_126(child: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("echo no\n")
    file.chmod(0o644)
    assert child("run", "--", str(file)).code == 126
    assert child("run", "--", str(tmp_path)).code == 126
    file.chmod(0o755)  # without #! only a shell could run it
    assert child("run", "--", str(file)).code == 126


def test_no_shell_looks_at_the_arguments(child: Run) -> None:
    assert child("run", "--", "echo", "$HOME", "*", "a;b", "--json").out == "$HOME * a;b --json\n"


def test_standard_input_is_the_commands(child: Run) -> None:
    assert child("run", "--", "cat", stdin=b"one\ntwo").out == "one\ntwo"


def test_no_command_is_wrong_use(child: Run) -> None:
    assert child("run").code == 2


def test_entries_that_cannot_be_used_do_not_change_how_the_command_ended(child: Run) -> None:
    done = child("run", "--entries", "/no/such", "--", "sh", "-c", "echo x; exit 3")
    assert (done.code, done.out) == (3, "x\n")
    assert "is not a directory of entries" in done.err


def test_output_is_live(env: dict[str, str]) -> None:
    script = "echo first; read answer; echo second"
    with subprocess.Popen(
        command(*sh(script)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=env
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"first\n"
        process.stdin.write(b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"second\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1], ids=lambda s: s.name)
def test_signals_are_passed_on(number: signal.Signals, env: dict[str, str]) -> None:
    name = number.name.removeprefix("SIG")
    script = f"trap 'echo got {name}; exit 9' {name}; echo ready; while :; do sleep 0.05; done"
    with subprocess.Popen(command(*sh(script)), stdout=subprocess.PIPE, cwd=ROOT, env=env) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == f"got {name}\n".encode()
        assert process.wait(20) == 9


def test_a_reader_that_leaves_ends_the_command_as_a_pipe_would(env: dict[str, str]) -> None:
    with subprocess.Popen(command("run", "--", "yes"), stdout=subprocess.PIPE, cwd=ROOT, env=env) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"y\n"
        process.stdout.close()
        assert process.wait(20) == 128 + signal.SIGPIPE


def test_background_processes_do_not_keep_it(child: Run) -> None:
    began = time.monotonic()
    done = child(*sh("sleep 30 & echo $!; exit 4"))
    assert done.code == 4
    assert time.monotonic() - began < 15
    os.kill(int(done.out), signal.SIGKILL)


class Terminal:
    """A terminal with the command in it."""

    def __init__(self, env: dict[str, str], script: str) -> None:
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execve(sys.executable, command(*sh(script)), env | {"TERM": "xterm"})
        self.seen = b""

    def until(self, text: bytes) -> bytes:
        end = time.monotonic() + 20
        while text not in self.seen and time.monotonic() < end:
            if select.select([self.descriptor], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.descriptor, 4096)
                except OSError:
                    break
        return self.seen

    def end(self) -> int:
        _pid, status = os.waitpid(self.pid, 0)
        os.close(self.descriptor)
        return os.waitstatus_to_exitcode(status)


def test_in_a_terminal_the_command_has_a_terminal_of_the_same_size(env: dict[str, str]) -> None:
    terminal = Terminal(env, "read go; test -t 0 && test -t 1 && test -t 2 && stty size")
    termios.tcsetwinsize(terminal.descriptor, (33, 99))
    os.write(terminal.descriptor, b"\n")
    assert b"33 99\r\n" in terminal.until(b"33 99\r\n")
    assert terminal.end() == 0


def test_in_a_terminal_ctrl_c_reaches_the_command_once(env: dict[str, str]) -> None:
    terminal = Terminal(env, "trap 'echo caught' INT; echo ready; read x; read x; echo over; exit 5")
    terminal.until(b"ready\r\n")
    os.write(terminal.descriptor, b"\x03")
    terminal.until(b"caught\r\n")
    os.write(terminal.descriptor, b"\n\n")
    seen = terminal.until(b"over\r\n")
    assert seen.count(b"caught") == 1
    assert terminal.end() == 5


def test_in_a_terminal_newlines_and_the_explanation_are_as_without_it(env: dict[str, str]) -> None:
    terminal = Terminal(env, f"echo '{LINE}'")
    seen = terminal.until(b"faultbook show demo-fault")
    assert seen.startswith(f"{LINE}\r\n".encode())
    assert b"\r\r\n" not in seen
    assert b"faultbook show demo-fault" in seen
    assert terminal.end() == 0


@pytest.mark.parametrize(
    ("chunks", "kept"),
    [
        ([b"one\n", b"two\n"], b"one\ntwo\n"),
        ([b"0123456789\n"], b""),
        ([b"one\n", b"two\n", b"three\n"], b"three\n"),
        ([b"", b"one\n", b""], b"one\n"),
        ([], b""),
    ],
)
def test_a_tail_keeps_whole_lines_of_the_end(chunks: list[bytes], kept: bytes) -> None:
    tail = Tail(max_bytes=8)
    for chunk in chunks:
        tail.add(chunk)
    assert tail.text() == kept
