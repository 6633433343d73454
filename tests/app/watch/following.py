"""A follower under test: real files, time and turns in the test's hand, and a recorder that a crash may interrupt."""

import gzip
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.watch.contract import FileSource, Row
from app.watch.follow.files import FileInput
from app.watch.stream import Recogniser
from matchers.engine import MatcherSet
from tests.support import block, matcher_set, pattern

BUDGET = 1 << 20


def demo_matchers() -> MatcherSet:
    """`demo: 7 failed` is a line of its own; `demo: hang 7` is followed by `  code 3`."""
    return matcher_set(
        ("fail", [pattern("demo: {n:int} failed")]),
        ("hang", [block("demo: hang {n:int}", "code {code:int}")]),
        backend="re",
    )


MATCHERS = demo_matchers()


class TestClock:
    """A clock that stands still until it is told to go on."""

    __test__ = False

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Followed:
    """A source of files that is followed, and what was recorded of it."""

    def __init__(self, *paths: str | Path, matchers: MatcherSet = MATCHERS, **more: Any) -> None:
        self.source = FileSource("logs", tuple(map(str, paths)), **more)
        self.clock = TestClock()
        self.recogniser = Recogniser(matchers, lambda entry: ("n",), "h", self.clock)
        self.positions: dict[str, str] = {}
        self.rows: dict[str, Row] = {}
        self.given = 0
        self._uncommitted: list[tuple[list[Row], dict[str, str | None]]] = []
        self.input = self._open()

    def _open(self, *, after_loss: bool = False) -> FileInput:
        return FileInput(self.source, self.recogniser, dict(self.positions), after_loss=after_loss)

    def turn(self, budget: int = BUDGET, *, after_s: float = 0.25, commit: bool = True) -> bool:
        """One turn; whether there is more."""
        self.clock.seconds += after_s
        turn = self.input.read(budget, self.clock.seconds)
        self._uncommitted.append((list(turn.rows), dict(turn.positions)))
        if commit:
            self.commit()
        return turn.more

    def commit(self) -> None:
        for rows, positions in self._uncommitted:
            self.given += len(rows)
            for row in rows:
                self.rows.setdefault(row.id, row)
            for key, text in positions.items():
                if text is None:
                    self.positions.pop(key, None)
                else:
                    self.positions[key] = text
            self.input.committed(positions)
        self._uncommitted = []

    def drain(self, *, after_s: float = 0.25) -> "Followed":
        """Turns until there is nothing more to read at once."""
        while self.turn(after_s=after_s):
            pass
        return self

    def wait(self) -> "Followed":
        """Read all there is, and let every time of waiting pass."""
        for _ in range(3):
            self.drain().drain(after_s=self.source.grace_s + self.source.settle_s + 1)
        return self

    def restart(self, *, after_loss: bool = False, **more: Any) -> "Followed":
        """A new follower on what was committed: after a clean end all of it, else (`crash`) not the last turns."""
        self.input.close()
        self._uncommitted = []
        self.source = replace(self.source, **more)
        if after_loss:
            self.positions = {}
        self.input = self._open(after_loss=after_loss)
        return self

    def objects(self) -> list[Mapping[str, Any]]:
        """The rows as they are delivered, in the order in which they came."""
        return [json.loads(row.json) for row in self.rows.values()]

    def numbers(self) -> list[int]:
        """The number in each row."""
        return [each["fields"]["n"] for each in self.objects()]

    def close(self) -> None:
        self.input.close()


def line(number: int) -> bytes:
    return b"demo: %d failed\n" % number


def lines(*numbers: int) -> bytes:
    return b"".join(map(line, numbers))


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def compress(path: Path) -> Path:
    """What `gzip` does."""
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    return packed


def shift(path: Path) -> None:
    """Make room for PATH.1: what logrotate does before it renames the log."""
    beside = {each.name: each for each in path.parent.iterdir()}
    for number in range(40, 0, -1):
        for suffix in ("", ".gz"):
            old = beside.get(f"{path.name}.{number}{suffix}")
            if old is not None:
                old.rename(path.with_name(f"{path.name}.{number + 1}{suffix}"))


def rotated(path: Path, number: int = 1) -> Path:
    return path.with_name(f"{path.name}.{number}")


def rotate(path: Path) -> Path:
    """Rename and create; gives the renamed file."""
    shift(path)
    path.rename(rotated(path))
    path.touch()
    return rotated(path)


def copytruncate(path: Path) -> Path:
    shift(path)
    rotated(path).write_bytes(path.read_bytes())
    os.truncate(path, 0)
    return rotated(path)
