"""The rotated files beside a log, open while it is found out which of them is what."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise

from app.watch.follow.contents import Contents, open_contents
from app.watch.follow.generation import Record
from app.watch.follow.identity import FileKey
from app.watch.follow.names import RotatedName, oldest_first, rotated_beside
from app.watch.follow.past import Past, holds
from app.watch.follow.place import stamp_of

_LOOKS = 5


class Sibling:
    """A rotated file beside a log, open."""

    def __init__(self, name: RotatedName, contents: Contents) -> None:
        self.name = name
        self.contents = contents
        self.stamp = stamp_of(contents.descriptor)
        self.is_taken = False

    @property
    def key(self) -> FileKey:
        """Which file it is."""
        return self.contents.key

    def take(self) -> Contents:
        """Its contents; whoever takes them closes them."""
        self.is_taken = True
        return self.contents


class Siblings:
    """All rotated files beside a log, oldest first.

    `known` are the files of an earlier look and their paths then, "" where they were not beside the log. Those that
    were read come in the order in which they were.
    """

    def __init__(self, found: Iterable[Sibling], known: Mapping[FileKey, str]) -> None:
        by_path = {each.name.path: each for each in found}
        names = [each.name for each in by_path.values()]
        counting_up = _counts_up([each for each in by_path.values() if each.name.is_counted], known)
        self.all = [by_path[name.path] for name in oldest_first(names, counting_up=counting_up)]
        self.keys = {each.key for each in self.all}

    def paths(self) -> dict[FileKey, str]:
        """Where each of them is."""
        return {each.key: each.name.path for each in self.all}

    def place_of(self, key: FileKey) -> int:
        """Where this file stands in the order, -1 when it is not among them."""
        return next((place for place, each in enumerate(self.all) if each.key == key), -1)

    def again(self, key: FileKey) -> Contents | None:
        """The contents of this file, opened once more; whoever is given them closes them. None when it is gone."""
        for each in self.all:
            if each.key == key:
                with suppress(OSError):
                    return open_contents(each.name.path, packed=each.name.packed)
        return None

    def holding(self, record: Record, taken: set[FileKey], *, truncated: bool) -> Sibling | None:
        """The file of a generation, or, where that was truncated, the oldest copy of it that is not `taken`.

        Of a file that was not truncated there is no copy: another one with equal bytes is another file.
        """
        for each in self.all:
            if each.key == record.place and not each.is_taken and (not record.is_known or holds(each.contents, record)):
                return each
        if not truncated:
            return None
        free = (each for each in self.all if each.key not in taken and not each.is_taken)
        return next((each for each in free if holds(each.contents, record)), None)


def _counts_up(counted: Sequence[Sibling], known: Mapping[FileKey, str]) -> bool:
    """Whether newer files have higher numbers: those that are new since the last look, that were read or made later."""
    if any(known.get(each.key) not in (None, "", each.name.path) for each in counted):
        return False
    old = [each.name.numbers[0] for each in counted if each.key in known]
    paths = set(known.values())
    new = [
        each.name.numbers[0]
        for each in counted
        if each.key not in known and not (each.name.packed and each.name.plain_path in paths)
    ]
    if old and new and (max(old) < min(new) or min(old) > max(new)):
        return max(old) < min(new)
    numbers = {each.key: each.name.numbers[0] for each in counted}
    read = [numbers[key] for key in known if key in numbers]
    if len(read) > 1:
        return all(one < other for one, other in pairwise(read))
    for packed in (False, True):  # a compressed file is made later than its neighbour, so the kinds cannot be compared
        alike = sorted((each for each in counted if each.name.packed is packed), key=lambda each: each.name.numbers)
        births = [each.key.born_ns for each in alike]
        if len(births) > 1:
            return births[0] < births[-1] and all(0 < one <= other for one, other in pairwise(births))
    return False


@contextmanager
def siblings_of(path: str | None, past: Past, in_work: Iterable[Record] = ()) -> Iterator[Siblings]:
    """The rotated files beside a log, and beside the file that it is a link to; closed again unless they are taken.

    Known are those of the `past` and those `in_work`. Without a path there are none.
    """
    found = _open(path) if path is not None else []
    real = os.path.realpath(path) if path is not None else None
    if path is not None and real is not None and real != path and os.path.islink(path):  # noqa: PTH114  Path would normalise the name
        found += _open(real)
    for each in found:
        past.note_reused(each.contents)
    known = dict.fromkeys([each.place for each in [*past.records, *in_work]], "") | past.paths
    siblings = Siblings(found, known)
    try:
        yield siblings
    finally:
        for each in found:
            if not each.is_taken:
                each.contents.close()


def _open(path: str) -> list[Sibling]:
    """All that are beside the log at one time: files are renamed and compressed while they are looked for."""
    for look in range(_LOOKS):
        names = rotated_beside(path)
        found = [each for each in map(_opened, names) if each is not None]
        is_as_named = all(each.key.inode == each.name.inode for each in found)
        if look == _LOOKS - 1 or (is_as_named and set(rotated_beside(path)) == set(names)):
            return found
        for each in found:
            each.contents.close()
    raise AssertionError  # not reached


def _opened(name: RotatedName) -> Sibling | None:
    try:
        return Sibling(name, open_contents(name.path, packed=name.packed))
    except OSError:
        return None
