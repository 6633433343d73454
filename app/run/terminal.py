"""A terminal for the command where ours is one: a pty that behaves as the real one, which only passes bytes on.

While the command runs, our terminal does nothing of its own: keys go to the command's terminal, which echoes them and
makes signals of ^C and ^\\; newlines become carriage return and newline there, once.
"""

import fcntl
import os
import termios
from contextlib import suppress

_INPUT, _OUTPUT, _LOCAL, _CONTROLS = 0, 1, 3, 6  # of what tcgetattr gives


class Pty:
    """A pseudo-terminal that looks like the terminal `like`: same settings, same size."""

    def __init__(self, like: int) -> None:
        self._like = like
        self.master, self._slave = os.openpty()
        self.name = os.ttyname(self._slave)
        with suppress(termios.error):
            termios.tcsetattr(self._slave, termios.TCSANOW, termios.tcgetattr(like))
        self.fit()

    def fit(self) -> None:
        """Give it the size that the real terminal has now."""
        with suppress(OSError):
            size = fcntl.ioctl(self._like, termios.TIOCGWINSZ, b"\0" * 8)
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def started(self) -> None:
        """The command has opened its side; ours of it is closed, so that its end can be seen."""
        os.close(self._slave)

    def close(self) -> None:
        """Hang up."""
        os.close(self.master)


class Passive:
    """Our terminal while it only passes bytes on; the context restores it.

    With `keys` its input is passed on, too: nothing is echoed, no key makes a signal.
    """

    def __init__(self, terminal: int, *, keys: bool) -> None:
        self._terminal = terminal
        self._keys = keys
        self._before: list[object] | None = None

    def __enter__(self) -> None:
        with suppress(termios.error):
            before = termios.tcgetattr(self._terminal)
            now = list(before)
            now[_OUTPUT] &= ~termios.OPOST
            if self._keys:
                now[_INPUT] &= ~(
                    termios.BRKINT | termios.ICRNL | termios.INLCR | termios.IGNCR | termios.ISTRIP | termios.IXON
                )
                now[_LOCAL] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.IEXTEN | termios.ISIG)
                controls = list(before[_CONTROLS])
                controls[termios.VMIN], controls[termios.VTIME] = 1, 0
                now[_CONTROLS] = controls
            termios.tcsetattr(self._terminal, termios.TCSADRAIN, now)
            self._before = before

    def __exit__(self, *_error: object) -> None:
        if self._before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]


def is_same_terminal(one: int, other: int) -> bool:
    """Whether two descriptors are one terminal."""
    try:
        return os.isatty(one) and os.isatty(other) and os.ttyname(one) == os.ttyname(other)
    except OSError:
        return False
