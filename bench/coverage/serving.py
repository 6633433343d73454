"""One article for several families: tests/families.yaml says which entry serves which, and why that is one article.

It maps an entry's id to `{families: [FAMILY, ...], why: One sentence.}`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.coverage.measure import Answer

FAMILIES_FILE = Path(__file__).resolve().parents[2] / "tests" / "families.yaml"


class ServingError(Exception):
    """The file cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The families that one entry serves, and the sentence that says why."""

    families: frozenset[str]
    why: str


def read_serving(path: Path) -> Mapping[str, Serving]:
    """What the file says, by entry; raises ServingError."""
    import yaml  # noqa: PLC0415 - the other measures read none

    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ServingError(f"{path} cannot be read: {error}") from None
    if not isinstance(data, dict):
        raise ServingError(f"{path}: write ENTRY: {{families: [...], why: ...}}")
    return {str(entry): _serving(path, str(entry), value) for entry, value in data.items()}


def _serving(path: Path, entry: str, value: object) -> Serving:
    match value:
        case {"families": [*families], "why": str(why), **rest} if not rest and all(
            isinstance(each, str) for each in families
        ):
            if len(families) != len(set(families)):
                raise ServingError(f"{path}: {entry} names a family twice")
            return Serving(frozenset(families), why)
    raise ServingError(f"{path}: {entry} needs `families` (a list of names) and `why` (one sentence), nothing else")


def answered_families(answers: Iterable[Answer]) -> dict[str, set[str]]:
    """The families that each entry answered for."""
    found: dict[str, set[str]] = {}
    for answer in answers:
        for entry in answer.entries:
            found.setdefault(entry, set()).add(answer.format.family)
    return found


def warnings(answers: Iterable[Answer], served: Mapping[str, Serving]) -> Iterator[str]:
    """One line for each entry that answers for several families and does not say of all why one article serves them."""
    for entry, families in sorted(answered_families(answers).items()):
        told = served[entry].families if entry in served else frozenset()
        unsaid = sorted(families - told)
        if unsaid and len(families | told) > 1:
            names = ", ".join(unsaid)
            yield f"{entry} answers for {len(families)} families; tests/families.yaml does not say why for {names}"
