"""What a tool found, against what is there."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.corpora import Hit


@dataclass(frozen=True)
class Finds:
    """True hits that were found, true hits that there are, and what was found where nothing is."""

    found: int
    true: int
    wrong: int

    def __add__(self, other: "Finds") -> "Finds":
        return Finds(self.found + other.found, self.true + other.true, self.wrong + other.wrong)

    @property
    def complete(self) -> bool:
        """Everything that is there and nothing else."""
        return self.found == self.true and not self.wrong


def of_rows(rows: Iterable[tuple[int, str]], hits: Sequence[Hit]) -> Finds:
    """Rows (line, rule): right is one that begins at a line of a hit of its rule; a second one of a hit is wrong."""
    place = {(line, hit.rule): at for at, hit in enumerate(hits) for line in range(hit.line, hit.line + hit.lines)}
    told = [place.get(row) for row in rows]
    found = set(told) - {None}
    return Finds(len(found), len(hits), len(told) - len(found))


def of_lines(lines: Iterable[int], hits: Sequence[Hit]) -> Finds:
    """Numbers of lines, for tools that do not say which rule it was."""
    told = set(lines)
    true = {hit.line for hit in hits}
    return Finds(len(told & true), len(true), len(told - true))


def of_counts(counts: Mapping[str, int], hits: Sequence[Hit]) -> Finds:
    """How often each rule was hit, for tools that do not say where."""
    true = Counter(hit.rule for hit in hits)
    found = sum(min(count, true[rule]) for rule, count in counts.items())
    return Finds(found, len(hits), sum(counts.values()) - found)


def of_total(count: int, hits: Sequence[Hit]) -> Finds:
    """How many lines were hit, for tools that say no more."""
    return Finds(min(count, len(hits)), len(hits), max(0, count - len(hits)))
