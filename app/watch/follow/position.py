"""What is kept of a log between two runs of the watcher."""

import json
from dataclasses import dataclass, field
from typing import Any

from app.watch.follow.generation import Record
from app.watch.follow.past import Past
from app.watch.stream import StreamPoint


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where a log was: its stream, and the generations that were in work, oldest first."""

    stream: StreamPoint
    generations: tuple[Record, ...]

    def text(self) -> str:
        """As a position."""
        plain = {"v": 1, "stream": self.stream.plain(), "generations": [each.plain() for each in self.generations]}
        return json.dumps(plain, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> "LogPosition":
        """What `text` gave; raises KeyError, TypeError or ValueError for anything else."""
        plain: Any = json.loads(text)
        if plain["v"] != 1:
            raise ValueError(f"position of version {plain['v']!r}")
        return cls(StreamPoint.from_plain(plain["stream"]), tuple(map(Record.from_plain, plain["generations"])))


@dataclass(slots=True)
class Saved:
    """What is known of a log when it is begun: its position, None when it has none, and its earlier files.

    Without a position it is read from its first byte, `at_end` from where it ends now. Older files beside it are then
    left alone, unless `after_loss`: those that are the log's own renamed files are read, too, as their ids tell what
    was recorded before.
    """

    position: LogPosition | None = None
    past: Past = field(default_factory=Past)
    at_end: bool = False
    after_loss: bool = False
