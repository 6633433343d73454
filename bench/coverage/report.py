"""The result as tables, or as one JSON object."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from bench.coverage.lists import Format
from bench.coverage.measure import Answer
from bench.table import lined_up

_HEAD = ["recognised", "formats", "share", "in part"]


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """How many formats of a group are recognised, and how many in part; the entries that answered, most first."""

    name: str
    recognised: int
    formats: int
    in_part: int
    entries: tuple[str, ...]

    @property
    def percent(self) -> float:
        """Of a hundred formats those that are recognised."""
        return 100 * self.recognised / self.formats


def share_of(name: str, answers: Sequence[Answer]) -> Share:
    """The share of these answers; at least one."""
    counts = Counter(entry for answer in answers for entry in answer.entries)
    ranked = sorted(counts, key=lambda entry: (-counts[entry], entry))
    recognised = sum(answer.is_recognised for answer in answers)
    return Share(name, recognised, len(answers), sum(answer.is_in_part for answer in answers), tuple(ranked))


def list_shares(answers: Sequence[Answer]) -> list[Share]:
    """One for each list, and where a list has formats about configuration one without and one of them alone."""
    shares = []
    for name, group in _groups(answers, lambda answer: answer.format.list):
        shares.append(share_of(name, group))
        about = [answer for answer in group if answer.format.is_configuration]
        rest = [answer for answer in group if not answer.format.is_configuration]
        if about and rest:
            shares += [share_of(f"{name}, without configuration", rest), share_of(f"{name}, configuration", about)]
    return shares


def class_shares(answers: Sequence[Answer]) -> list[Share]:
    """One for each class of each list that has classes, by list and name."""
    classed = [answer for answer in answers if answer.format.category]
    return [share_of(name, group) for name, group in _groups(classed, lambda answer: _class_name(answer.format))]


def _class_name(format_: Format) -> str:
    return f"{format_.list}: {format_.category}"


def family_shares(answers: Sequence[Answer]) -> list[Share]:
    """One for each family, by list and name."""
    return [share_of(name, group) for name, group in _groups(answers, lambda answer: answer.format.family)]


def _groups(answers: Sequence[Answer], key: Callable[[Answer], str]) -> Iterator[tuple[str, list[Answer]]]:
    ordered = sorted(answers, key=lambda answer: (answer.format.list, key(answer)))
    for name, group in groupby(ordered, key=key):
        yield name, list(group)


def as_text(answers: Sequence[Answer], warned: Sequence[str]) -> str:
    """The tables, the formats that nobody or only some recognised, the warnings."""
    lists = [["list", *_HEAD, "entries"]]
    lists += [[*_cells(share), str(len(share.entries))] for share in list_shares(answers)]
    classes = [["class", *_HEAD, "entries"]]
    classes += [[*_cells(share), str(len(share.entries))] for share in class_shares(answers)]
    families = [["family", *_HEAD, "entries that answered, for most formats first"]]
    families += [[*_cells(share), " ".join(share.entries) or "-"] for share in family_shares(answers)]
    blocks = [lined_up(lists), lined_up(classes), lined_up(families)]
    blocks += _listed("not recognised", [answer for answer in answers if len(answer.missed) == answer.shown])
    blocks += _listed("recognised in part", [answer for answer in answers if answer.is_in_part])
    if warned:
        blocks.append("\n".join(["warnings", *(f"  {line}" for line in warned)]))
    return "\n\n".join(blocks) + "\n"


def _cells(share: Share) -> list[str]:
    return [share.name, f"{share.recognised}", f"{share.formats}", f"{share.percent:.1f} %", f"{share.in_part}"]


def _listed(title: str, answers: Sequence[Answer]) -> list[str]:
    if not answers:
        return []
    lines = [f"{title}: {len(answers)}"]
    for answer in answers:
        first = answer.missed[0]
        shown = " ".join(first.text.split())
        lines.append(f"  {answer.format.family}  {answer.format.id}  {first.envelope}: {shown}")
    return ["\n".join(lines)]


def as_markdown(answers: Sequence[Answer]) -> str:
    """The shares of lists, classes and families as the tables of docs/coverage.md."""
    tables = [
        _table("List", list_shares(answers), lambda share: str(len(share.entries))),
        _table("Class", class_shares(answers), lambda share: str(len(share.entries))),
        _table("Family", family_shares(answers), lambda share: " ".join(f"`{entry}`" for entry in share.entries)),
    ]
    return "\n\n".join(tables) + "\n"


def _table(title: str, shares: Sequence[Share], entries: Callable[[Share], str]) -> str:
    rows = [[*_cells(share), entries(share) or "-"] for share in shares]
    head = [[title, *_HEAD, "entries"], ["---"] * (len(_HEAD) + 2)]
    return "\n".join(f"| {' | '.join(row)} |" for row in head + rows)


def as_json(answers: Sequence[Answer], warned: Sequence[str]) -> dict[str, Any]:
    """The same as one object."""
    return {
        "lists": [_share_row(share) for share in list_shares(answers)],
        "classes": [_share_row(share) for share in class_shares(answers)],
        "families": [_share_row(share) for share in family_shares(answers)],
        "missed": [_missed_row(answer) for answer in answers if answer.missed],
        "warnings": list(warned),
    }


def _share_row(share: Share) -> dict[str, Any]:
    return dataclasses.asdict(share) | {"percent": round(share.percent, 1)}


def _missed_row(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.format.id,
        "list": answer.format.list,
        "family": answer.format.family,
        "format": answer.format.text,
        "shown": answer.shown,
        "missed": [dataclasses.asdict(each) for each in answer.missed],
        "entries": dict(answer.entries),
    }
