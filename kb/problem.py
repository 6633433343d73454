"""A problem that lint found in an entry."""

from dataclasses import dataclass
from typing import Literal

UNREADABLE = ("unreadable", "not-a-file")
"""The rules that say that a file could not be read at all."""
Level = Literal["error", "advice"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding: where (`line` and `column` from 1), how bad, what and what to do about it, and the rule's id."""

    path: str
    line: int
    column: int
    level: Level
    message: str
    rule: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.level}: {self.message} [{self.rule}]"
