"""What reaches a terminal: control characters visible, colour only where it is wanted, one line for an error."""

import io
import json
import os
import sys
from collections.abc import Mapping
from typing import Any, TextIO

_STYLES = {"bold": "1", "dim": "2", "red": "31", "yellow": "33", "green": "32", "cyan": "36"}


def wants_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Colour only on a terminal that can show it, and never when NO_COLOR is set (no-color.org)."""
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def prepare_streams() -> None:
    """Make stdout and stderr take everything: what the locale cannot show is escaped, what is closed goes nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # started with >&-
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - open until the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def has_stdin() -> bool:
    """Whether something can be read from standard input without a person who types it."""
    return sys.stdin is not None and not sys.stdin.isatty()


def has_utf8(stream: TextIO) -> bool:
    """Whether the stream takes every character."""
    return (stream.encoding or "").lower().replace("-", "") == "utf8"


def print_json(value: Any) -> None:
    """One line of JSON on stdout: what a terminal would act on is escaped, halves of surrogate pairs are replaced."""
    from kb.template import visible_json  # noqa: PLC0415

    print(visible_json(json.dumps(value, ensure_ascii=not has_utf8(sys.stdout))))


def visible_lines(text: str) -> list[str]:
    """The lines of a text with every other control character visible."""
    from kb.template import visible  # noqa: PLC0415

    return [visible(line.expandtabs(8)) for line in text.split("\n")]


class Painter:
    """Puts style around text, or not."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, *styles: str) -> str:
        """The text in these styles: bold, dim, red, yellow, green, cyan."""
        if not self._colour or not styles:
            return text
        return f"\x1b[{';'.join(_STYLES[each] for each in styles)}m{text}\x1b[0m"


def write_error(message: str) -> None:
    """One clear line on stderr."""
    from kb.template import visible  # noqa: PLC0415

    print(f"faultbook: {visible(message)}", file=sys.stderr, flush=True)
