"""journalctl: how it is asked, the child that prints, and what a message in its JSON may be.

Message forms: a text, an array of byte values (not UTF-8), an array of texts (a field that was sent several times), or
null (too large): systemd, "Journal JSON Format" of JOURNAL_EXPORT_FORMATS.
"""

import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from app.config_watch import Journal

_BLOCK: Final = 65536


class Child:
    """A running journalctl; both of its outputs are read without waiting."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [*command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            os.set_blocking(stream.fileno(), False)
        self._said = b""

    def fileno(self) -> int:
        """Of its standard output."""
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def read(self, budget: int) -> tuple[bytes, bool]:
        """(what it printed, whether that was the end)."""
        chunks: list[bytes] = []
        size = 0
        while size < budget:
            try:
                chunk = os.read(self.fileno(), _BLOCK)
            except BlockingIOError:
                return b"".join(chunks), False
            if not chunk:
                return b"".join(chunks), True
            chunks.append(chunk)
            size += len(chunk)
        return b"".join(chunks), False

    def complaint(self) -> str | None:
        """The first line on its stderr: why it sees little, or nothing."""
        assert self._process.stderr is not None
        with suppress(BlockingIOError, ValueError):
            self._said = (self._said + (self._process.stderr.read(4096) or b""))[:4096]
        return self._said.decode("utf-8", "replace").strip().partition("\n")[0][:300] or None

    def end(self) -> int:
        """End it; its exit code."""
        with suppress(OSError):
            self._process.terminate()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.complaint()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        return self._process.returncode


def options_of(source: Journal, machine: str | None) -> list[str]:
    """What journalctl is asked for.

    `--follow` alone shows the present boot only (journalctl.c, parse_argv()), and what was not read before the last
    reboot would be lost; `--merge` shows all boots, but also other machines' journals that were received here, which
    the match of the machine leaves out.
    """
    words = ["--output=json", "--follow", "--merge", "--all", "--no-pager"]
    alternatives = [_matches_of(unit) for unit in source.units]
    if source.units and source.kernel:
        alternatives.append([["_TRANSPORT=kernel"]])
    elif not source.units:
        alternatives = [[[]]] if source.kernel else [[[f"_TRANSPORT={name}" for name in _NOT_THE_KERNEL]]]
    only = [f"_MACHINE_ID={machine}"] if machine else []
    groups = [[*group, *only] for groups in alternatives for group in groups]
    for number, group in enumerate(groups):
        words += ["+", *group] if number else group
    return words


_NOT_THE_KERNEL = ("audit", "driver", "syslog", "journal", "stdout")


def _matches_of(unit: str) -> list[list[str]]:
    """What `journalctl --unit` matches: what the unit says, and what systemd says of it."""
    name = unit if "." in unit else f"{unit}.service"
    return [[f"_SYSTEMD_UNIT={name}"], ["_PID=1", f"UNIT={name}"]]


def machine_id() -> str | None:
    """This machine's id, None where it has none (a container)."""
    try:
        with open("/etc/machine-id", encoding="ascii") as file:  # noqa: PTH123
            text = file.read(64).strip()
    except (OSError, ValueError):
        return None
    return text if len(text) == 32 and text.isalnum() else None


def text_of(value: Any) -> str | None:
    """The message as a text; None where there is none."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(item, int) and 0 <= item < 256 for item in value):
        return bytes(value).decode("utf-8", "replace")
    parts = [part for item in value if (part := text_of(item)) is not None]
    return "\n".join(parts) if parts else None
