"""The lists: tab-separated tables of message formats, and the families they are grouped in.

families.tsv has the columns family and list. NAME.tsv (NAME is a list) has id, family, prefix, format and args; class,
subsystem, level, file, function and versions are used where it has them. A format's escapes are those of C.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FAMILIES = "families.tsv"
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"'}


class ListsError(Exception):
    """The lists cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Format:
    """One message format of a source.

    `prefix` is who puts what before it (`netdev`, `pr`, `birdcfg`), `args` the kind of each of its values, `versions`
    the releases that have it, oldest first.
    """

    id: str
    family: str
    list: str
    category: str
    subsystem: str
    level: str
    prefix: str
    text: str
    args: tuple[str, ...]
    file: str
    function: str
    versions: tuple[str, ...]

    @property
    def is_configuration(self) -> bool:
        """Whether it is about what somebody wrote into a configuration."""
        return self.category == "config"


def read_lists(folder: Path) -> list[Format]:
    """The formats of all lists that families.tsv names and the folder holds; raises ListsError."""
    families = list(_table(folder / FAMILIES, ("family", "list")))
    names = sorted({row["list"] for row in families})
    known = {(row["list"], row["family"]) for row in families}
    found = [each for name in names if (folder / f"{name}.tsv").is_file() for each in _read_list(folder, name)]
    if not found:
        raise ListsError(f"{folder} holds none of the lists that {FAMILIES} names: {', '.join(names) or 'it is empty'}")
    for each in found:
        if (each.list, each.family) not in known:
            raise ListsError(
                f'{folder / (each.list + ".tsv")}: family "{each.family}" of {each.id} is not in {FAMILIES}'
            )
    return found


def _read_list(folder: Path, name: str) -> Iterator[Format]:
    for row in _table(folder / f"{name}.tsv", ("id", "family", "prefix", "format", "args")):
        yield Format(
            id=row["id"],
            family=row["family"],
            list=name,
            category=row.get("class", ""),
            subsystem=row.get("subsystem", ""),
            level=row.get("level", ""),
            prefix=row["prefix"],
            text=re.sub(r"\\([nt\\\"])", lambda m: _ESCAPES[m[1]], row["format"]),
            args=tuple(row["args"].split(",")) if row["args"] else (),
            file=row.get("file", ""),
            function=row.get("function", ""),
            versions=tuple(row.get("versions", "").split()),
        )


def _table(path: Path, needed: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise ListsError(f"{path} cannot be read: {error.strerror}; name the folder that holds the lists") from None
    except UnicodeDecodeError:
        raise ListsError(f"{path} is not UTF-8 text; save it as such") from None
    head = lines[0].split("\t") if lines else []
    missing = [column for column in needed if column not in head]
    if missing:
        raise ListsError(f'{path}:1: there is no column "{missing[0]}"; a list needs {", ".join(needed)}')
    return _rows(path, head, lines[1:])


def _rows(path: Path, head: list[str], lines: list[str]) -> Iterator[Mapping[str, str]]:
    for number, line in enumerate(lines, start=2):
        cells = line.split("\t")
        if len(cells) != len(head):
            raise ListsError(f"{path}:{number}: {len(cells)} columns, the first line has {len(head)}")
        yield dict(zip(head, cells, strict=True))
