"""Run a command with its output passed on untouched and live, and remember the end of it.

Where our stdout is a terminal the command gets a terminal, too (a pty), else pipes; stderr stays apart, but for the
case that both are one terminal: there one pty keeps their order. Its standard input is ours. It is started directly,
without a shell, with our environment, working directory and open files 0 to 2 only.

Signals that we are sent are passed on; those of the keyboard reach it by its terminal, or because it belongs to our
process group.
"""

import os
import selectors
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

from app.run.tail import Tail
from app.run.terminal import Passive, Pty, is_same_terminal

PASSED_ON = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
QUIET_S = 0.2
"""What background processes of the command print so long after its end is no longer waited for."""
REST_BYTES = 1 << 20
"""As much as a pipe can hold, and no more of them is passed on after the end."""
_BLOCK = 65536
_SI_KERNEL = 0x80  # of siginfo_t.si_code: sent by the kernel, as for ^C (asm-generic/siginfo.h)


class CannotRun(Exception):
    """The command could not be started; `code` is what a shell would exit with: 127 not found, 126 not executable."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Ended:
    """How the command ended: its exit status (128 + n for signal n), and the end of each of its streams."""

    code: int
    tails: Sequence[bytes]


def run(command: Sequence[str]) -> Ended:
    """Run it to its end; raises CannotRun. Only from the main thread: it takes the signals meanwhile."""
    ignored = {number for number in PASSED_ON if signal.getsignal(number) == signal.SIG_IGN}  # as under nohup
    with ExitStack() as stack:
        before = stack.enter_context(_taken({signal.SIGCHLD, signal.SIGWINCH, *PASSED_ON} - ignored))
        relay = _Relay(stack)
        pid = _spawn(command, relay.actions, before.old, has_terminal=relay.pty is not None)
        relay.started()
        waiter = _Waiter(pid, before.taken, relay.on_resize, relay.ring)
        waiter.start()
        relay.run()
        waiter.join()
        return Ended(waiter.code, [tail.text() for tail in relay.tails])


class _Masks(NamedTuple):
    old: set[signal.Signals]
    taken: set[signal.Signals]


@contextmanager
def _taken(numbers: set[signal.Signals]) -> Iterator[_Masks]:
    """Block these signals, so that a thread can wait for them; what came for the command is not ours afterwards."""
    before = {signal.Signals(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, numbers)}
    try:
        yield _Masks(before, numbers)
    finally:
        while signal.sigtimedwait(numbers, 0) is not None:
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _spawn(
    command: Sequence[str], actions: Sequence[tuple[int, ...]], mask: set[signal.Signals], *, has_terminal: bool
) -> int:
    try:
        return os.posix_spawnp(
            command[0],
            list(command),
            os.environ,
            file_actions=list(actions),
            setsid=has_terminal,  # the pty that it opens then becomes its terminal
            setsigmask=mask,
            setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],  # Python ignores them
        )
    except FileNotFoundError:
        raise CannotRun(f"{command[0]}: there is no such command; check its name", 127) from None
    except OSError as error:
        raise CannotRun(f"{command[0]}: cannot be run ({error.strerror}); check the file", 126) from None


class _Waiter(threading.Thread):
    """Takes the signals: passes them on, fits the terminal, and reaps the command."""

    def __init__(
        self,
        pid: int,
        watched: set[signal.Signals],
        on_resize: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        super().__init__(daemon=True)
        self.code = 0
        self._pid = pid
        self._watched = watched
        self._on_resize = on_resize
        self._on_end = on_end

    def run(self) -> None:
        while True:
            told = signal.sigwaitinfo(self._watched)
            number = signal.Signals(told.si_signo)
            if number == signal.SIGWINCH:
                self._on_resize()
            elif number != signal.SIGCHLD:
                if told.si_code != _SI_KERNEL:
                    os.kill(self._pid, number)
            elif self._reap():
                return

    def _reap(self) -> bool:
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if pid == 0:
            return False  # it was stopped or goes on
        code = os.waitstatus_to_exitcode(status)
        self.code = code if code >= 0 else 128 - code
        self._on_end()
        return True


class _Stream:
    """One of the command's outputs: where it is read, where it goes, what is remembered of it."""

    def __init__(self, source: int, target: int) -> None:
        self.source = source
        self.target = target
        self.tail = Tail()

    def pass_on(self) -> int:
        """Pass on what is there: how many bytes, 0 when that was the end, or when nobody reads ours any more."""
        try:
            data = os.read(self.source, _BLOCK)
        except OSError:  # EIO: nobody has the pty open any more
            return 0
        self.tail.add(data)
        return len(data) if _write_all(self.target, data) else 0


class _Relay:
    """Passes bytes between us and the command."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._selector = stack.enter_context(selectors.DefaultSelector())
        self._ours, self._theirs = os.pipe()
        stack.callback(os.close, self._ours)
        self.pty: Pty | None = None
        self.actions: list[tuple[int, ...]] = []
        self._streams: list[_Stream] = []
        self._to_close: list[int] = []
        self._selector.register(self._ours, selectors.EVENT_READ)
        self._open()

    @property
    def tails(self) -> list[Tail]:
        """What is remembered of each output."""
        return [stream.tail for stream in self._streams]

    def _open(self) -> None:
        if os.isatty(1):
            self.pty = Pty(like=1)
            self._streams.append(_Stream(self.pty.master, 1))
            keys = is_same_terminal(0, 1)
            # Opened first by a process in a session of its own, it becomes that session's terminal.
            self._act(os.POSIX_SPAWN_OPEN, 1, self.pty.name, os.O_RDWR, 0)
            if keys:
                self._act(os.POSIX_SPAWN_DUP2, 1, 0)
                self._selector.register(0, selectors.EVENT_READ)
            self._stack.enter_context(Passive(1, keys=keys))
        else:
            self._pipe(1)
        if self.pty is not None and is_same_terminal(1, 2):
            self._act(os.POSIX_SPAWN_DUP2, 1, 2)
        else:
            self._pipe(2)

    def _act(self, *action: object) -> None:
        self.actions.append(action)  # type: ignore[arg-type]

    def _pipe(self, target: int) -> None:
        read_end, write_end = os.pipe()
        self._act(os.POSIX_SPAWN_DUP2, write_end, target)
        self._streams.append(_Stream(read_end, target))
        self._to_close.append(write_end)

    def started(self) -> None:
        """The command has its ends now."""
        for descriptor in self._to_close:
            os.close(descriptor)
        if self.pty is not None:
            self.pty.started()
        for stream in self._streams:
            self._selector.register(stream.source, selectors.EVENT_READ, stream)

    def ring(self) -> None:
        """The command has ended. Called from the thread that waits for it."""
        os.close(self._theirs)

    def on_resize(self) -> None:
        """Our terminal has another size."""
        if self.pty is not None:
            self.pty.fit()

    def run(self) -> None:
        """Pass everything on until the command has ended and nothing more comes."""
        rest: int | None = None  # bytes that may still come; None while the command runs
        while rest is None or (rest > 0 and self._is_open):
            ready = self._selector.select(None if rest is None else QUIET_S)
            if rest is not None and not any(key.data for key, _events in ready):
                return
            for key, _events in ready:
                if key.data is not None:
                    taken = self._take(key.data)
                    rest = None if rest is None else rest - taken
                elif key.fd == 0:
                    self._pass_keys()
                else:
                    rest = REST_BYTES
                    self._selector.unregister(self._ours)

    @property
    def _is_open(self) -> bool:
        return any(key.data for key in self._selector.get_map().values())

    def _take(self, stream: _Stream) -> int:
        """How many bytes were passed on."""
        count = stream.pass_on()
        if not count:
            self._selector.unregister(stream.source)
            os.close(stream.source)  # a command that goes on writing learns that nobody reads
        return count

    def _pass_keys(self) -> None:
        data = os.read(0, _BLOCK)
        if self.pty is None or not data or not _write_all(self.pty.master, data):
            self._selector.unregister(0)


def _write_all(target: int, data: bytes) -> bool:
    """Write it all; False where nobody reads it."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(target, view) :]
        except BlockingIOError:  # somebody made it non-blocking; it is a pipe or a terminal that will take more
            with suppress(OSError), selectors.SelectSelector() as selector:
                selector.register(target, selectors.EVENT_WRITE)
                selector.select()
        except OSError:
            return False
    return True
