"""A simulated host: its log file, what follows it, and what goes to the server."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from app.watch.contract import Clock, FileSource
from app.watch.follow.files import FileInput
from app.watch.post import Post
from app.watch.stream import Recogniser
from kb.book import Book

_BUDGET: Final = 1 << 22
_ROWS: Final = 1_000
_TIMEOUT_S: Final = 30.0
_MAX_LINE: Final = 1 << 16
_QUIET_S: Final = 10.0
"""After so long without a line the input decides what it has; the host's own time makes it pass at once."""


class DemoError(Exception):
    """The demo cannot go on; str() says why."""


class Host:
    """One host; everything it does happens when it is asked to. Raises DemoError where the server takes nothing."""

    def __init__(self, name: str, directory: Path, book: Book, clock: Clock, url: str) -> None:
        self.name = name
        self._path = directory / name / "syslog"
        self._path.parent.mkdir()
        source = FileSource(
            name=name,
            paths=(str(self._path),),
            exclude=(),
            source="auto",
            from_end=False,
            rotated=False,
            poll_s=0.0,
            max_line_bytes=_MAX_LINE,
        )
        self._log = self._path.open("a", encoding="utf-8")
        self._input = FileInput(source, Recogniser.of_book(book, name, clock), {})
        self._post = Post(url, _TIMEOUT_S)
        self._seconds = 0.0

    def write(self, lines: Iterable[tuple[datetime, str]]) -> None:
        """Write to the log as rsyslog does, with the time to the microsecond and its zone."""
        for at, line in lines:
            self._log.write(f"{at.isoformat(timespec='microseconds')} {self.name} {line}\n")
        self._log.flush()

    def deliver(self, facts: Mapping[str, object]) -> int:
        """Read what is new in the log and post what was recognised; gives how many rows that were."""
        rows = self._read()
        for start in range(0, max(1, len(rows)), _ROWS):
            part = rows[start : start + _ROWS]
            head = json.dumps({"host": self.name, "facts": facts})[:-1]
            body = f'{head}, "occurrences": [{", ".join(part)}]}}'
            answer = self._post.send(body.encode(), None)
            if answer.accepted() != len(part):
                raise DemoError(f"the server does not take rows ({answer.status}): {answer.detail()}")
        return len(rows)

    def close(self) -> None:
        """Close the log and the connection."""
        self._input.close()
        self._post.close()
        self._log.close()

    def _read(self) -> list[str]:
        """What was recognised in what is new, that which waits for more lines included: none will follow soon."""
        rows: list[str] = []
        for _look in range(2):
            more = True
            while more:
                turn = self._input.read(_BUDGET, self._seconds)
                self._input.committed(turn.positions)
                rows += [row.json for row in turn.rows]
                more = turn.more
            self._seconds += _QUIET_S
        return rows
