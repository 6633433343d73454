"""What a search gives, as values. Nothing of it is HTML: who shows it escapes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and whether the query is found in it."""

    text: str
    highlighted: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage of an article: which part of it (`title`, `summary`, `symptoms`, `cause`, ...), and its pieces."""

    field: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The passage as plain text."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry that was found. `score` (0 to 1): how much of what the query says is found in it, and how well."""

    entry: str
    score: float
    excerpts: tuple[Excerpt, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what was found, best first.

    `total` counts all pages; `facets` gives, for each facet, how many of them have each value (with the other facets'
    choices in force). `did_you_mean` is a query that finds something; it stands only where this one found nothing.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    did_you_mean: str | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """An entry for what has been typed so far, with its title."""

    entry: str
    title: tuple[Piece, ...]
