"""The measure: every listed format, with several sets of values, in every envelope, through the scan.

Each list makes one log for each envelope, which is scanned whole, as `faultbook scan` does. Other lines stand between
texts, so that no block reaches from one into the next. A match counts for the format on whose lines it lies. A format
is recognised when all its texts are, in part when only some are.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.coverage.envelopes import Shown, show
from bench.coverage.lists import Format
from bench.coverage.values import fill
from matchers.engine import MatcherSet, scan_text

_BETWEEN = tuple(f"backend {number} answered within 2 ms" for number in range(1, 10))
"""One more than the lines that may stand within a block."""


@dataclass(frozen=True, slots=True)
class Missed:
    """One text of a format that nothing recognised."""

    envelope: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the scan said of a format: those of its `shown` texts that were missed, how many each entry answered for."""

    format: Format
    shown: int
    missed: tuple[Missed, ...]
    entries: Mapping[str, int]

    @property
    def is_recognised(self) -> bool:
        """Whether every text of it was."""
        return not self.missed

    @property
    def is_in_part(self) -> bool:
        """Whether some of its texts were and others not."""
        return 0 < len(self.missed) < self.shown


@dataclass(frozen=True, slots=True)
class _Case:
    format: Format
    shown: Shown


def measure(matchers: MatcherSet, formats: Sequence[Format], *, seed: int, per_format: int) -> list[Answer]:
    """What the scan says of each format, in their order. The values depend on the seed and the format alone."""
    logs: dict[tuple[str, str], list[_Case]] = {}
    for message in formats:
        rng = random.Random(f"coverage {seed} {message.list} {message.id}")
        for _ in range(per_format):
            for shown in show(message, fill(message, rng), rng):
                logs.setdefault((message.list, shown.envelope), []).append(_Case(message, shown))
    answered = [(case, entries) for log in logs.values() for case, entries in _scan(matchers, log)]
    by_format: dict[Format, list[tuple[Shown, set[str]]]] = {message: [] for message in formats}
    for case, entries in answered:
        by_format[case.format].append((case.shown, entries))
    return [_answer(message, texts) for message, texts in by_format.items()]


def _scan(matchers: MatcherSet, log: Sequence[_Case]) -> Iterable[tuple[_Case, set[str]]]:
    """The cases of one log with the entries that answered on their lines."""
    owners: dict[int, int] = {}
    text = bytearray()
    for number, case in enumerate(log):
        for at, line in enumerate((*case.shown.lines, *_BETWEEN)):
            if case.shown.begin <= at < case.shown.end:
                owners[len(text)] = number
            text += f"{line}\n".encode()
    found: list[set[str]] = [set() for _ in log]
    for match in scan_text(matchers, bytes(text)):
        if not match.recovery:
            for number in {owners[start] for start in match.lines if start in owners}:
                found[number].add(match.entry)
    return zip(log, found, strict=True)


def _answer(message: Format, texts: Sequence[tuple[Shown, set[str]]]) -> Answer:
    counts: dict[str, int] = {}
    for entry in (entry for _, entries in texts for entry in sorted(entries)):
        counts[entry] = counts.get(entry, 0) + 1
    missed = tuple(
        Missed(shown.envelope, "\n".join(shown.lines[shown.begin : shown.end]))
        for shown, entries in texts
        if not entries
    )
    return Answer(message, len(texts), missed, counts)
