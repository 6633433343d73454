"""A version, a stream of versions, and how a version stands to a bound of a range."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Relation = Literal["before", "reached", "unclear"]


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version of one stream: `text` as it was written, `key` by which versions of the same stream compare.

    Two ways of writing the same version (`5.10`, `5.10.0`) are equal.
    """

    key: tuple[Any, ...]
    text: str = field(compare=False)


def plain_relation(version: Version, bound: Version) -> Relation:
    """How a version stands to a bound in a stream without branches."""
    return "before" if version < bound else "reached"


@dataclass(frozen=True, slots=True)
class Stream:
    """Versions that follow each other: `parse` gives None for what is no version of this stream.

    `relation` says whether a version has what came with a bound (`reached`), comes before it, or may have it or not
    because it left the line before (`unclear`).
    """

    name: str
    parse: Callable[[str], Version | None]
    relation: Callable[[Version, Version], Relation] = plain_relation


@dataclass(frozen=True, slots=True)
class Running:
    """The stream that a kernel release is of, and its version there, None where the release does not tell it."""

    stream: str
    version: str | None


@dataclass(frozen=True, slots=True)
class Family:
    """One way of numbering kernels.

    `named` gives the stream of a name (`stable 5.10`), `running` reads a release (`uname -r`) and what follows it in
    a banner or in `uname -a` (`#1 SMP Debian 5.10.46-4`); each gives None for what is not its own.
    """

    named: Callable[[str], Stream | None]
    running: Callable[[str, str], Running | None]
