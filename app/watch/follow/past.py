"""What is known of a log's earlier files: which of those beside it were read, and which nobody wants.

A file beside a log that is not known here was written since the last look. One that was read is known by its key, and
again by its content when it was copied or compressed since. Kept small: the `MAX_RECORDS` generations read last.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.watch.follow.chain import Mark
from app.watch.follow.contents import Contents, PackedContents
from app.watch.follow.generation import Record
from app.watch.follow.identity import FileKey

MAX_RECORDS = 64
MAX_MARKS = 1024
_CHECKED_BYTES = 256 << 20  # of a compressed file, about a second's work


class Past:
    """The generations of one log that are over, oldest first, and the files beside it that are not to be read."""

    def __init__(self, text: str | None = None) -> None:
        self.records: list[Record] = []
        self.passed: set[FileKey] = set()
        self.paths: dict[FileKey, str] = {}
        self._away: set[FileKey] = set()
        self.is_dirty = False
        if text is not None:
            plain = json.loads(text)
            self.records = [Record.from_plain(each) for each in plain["records"]]
            self.passed = {FileKey.from_plain(each) for each in plain["passed"]}
            self._away = {FileKey.from_plain(each) for each in plain["away"]}
            self.paths = {FileKey.from_plain(each): str(path) for each, path in plain["paths"]}

    def text(self) -> str:
        """As a position."""
        plain = {
            "records": [each.plain() for each in self.records],
            "passed": [each.plain() for each in self.passed],
            "away": [each.plain() for each in self._away],
            "paths": [[each.plain(), path] for each, path in self.paths.items()],
        }
        return json.dumps(plain, separators=(",", ":"))

    def copy(self) -> "Past":
        """As it is now."""
        other = Past()
        other.restore(self)
        return other

    def restore(self, other: "Past") -> None:
        """As another is."""
        self.records, self.passed, self.paths = [*other.records], {*other.passed}, dict(other.paths)
        self._away, self.is_dirty = {*other._away}, other.is_dirty

    def keys(self) -> set[FileKey]:
        """The keys of all files that are known."""
        return {each.place for each in self.records} | self.passed

    def places(self) -> set[FileKey]:
        """The keys of the files that were read."""
        return {each.place for each in self.records}

    def add(self, record: Record) -> None:
        """This generation is over; it takes the place of an older record of the same file."""
        for at, each in enumerate(self.records):
            if each.place == record.place:
                self.records[at] = record
                break
        else:
            self.records = [*self.records[-MAX_RECORDS + 1 :], record]
        self.is_dirty = True

    def move(self, old: FileKey, new: FileKey) -> None:
        """The generation in one file is now in another."""
        self.records = [replace(each, place=new) if each.place == old else each for each in self.records]
        self.is_dirty = True

    def remove(self, record: Record) -> None:
        """It is no longer over: it is read on."""
        self.records = [each for each in self.records if each.place != record.place]
        self.is_dirty = True

    def note_reused(self, contents: Contents) -> None:
        """Know a generation by another key whose file has become this one. See `unless_reused`."""
        record = next((each for each in self.records if each.place == contents.key), None)
        if record is not None and (other := unless_reused(record, contents)) is not record:
            self.paths[other.place] = self.paths.pop(record.place, "")
            self.move(record.place, other.place)

    def pass_over(self, key: FileKey) -> None:
        """Never read this file."""
        self.passed.add(key)
        self.is_dirty = True

    def may_be_copied(self, record: Record, present: set[FileKey]) -> bool:
        """Whether its file may have become another one: copied, compressed.

        One that is there under its own key is not meant, nor one whose file was away already at the last look.
        """
        return record.place not in present and record.place not in self._away

    def note_present(
        self, paths: Mapping[FileKey, str], live: Iterable[FileKey], in_work: Iterable[FileKey] = ()
    ) -> None:
        """These files are beside the log now, those that are `live` elsewhere; those `in_work` will be records later.

        What was passed over and is gone is forgotten: its inode may become another file's.
        """
        away = {*(each.place for each in self.records), *in_work} - paths.keys() - set(live)
        if away != self._away or paths != self.paths or not self.passed <= paths.keys():
            self._away, self.paths = away, dict(paths)
            self.passed &= paths.keys()
            self.is_dirty = True


def holds(contents: Contents, record: Record) -> bool:
    """Whether these are the bytes of a generation. Of a very large compressed file only the head is compared."""
    if not record.is_known:
        return False
    try:
        if isinstance(contents, PackedContents) and record.size > _CHECKED_BYTES:
            return record.head.fits(contents.read_at(0, record.head.size))
        return contents.holds(record.head, record.end, record.size)
    except OSError:
        return False


def unless_reused(record: Record, contents: Contents) -> Record:
    """The record; where `contents`, of the same key, are not its bytes, with a key that no file has.

    A copy was written over the last one, or an inode was given to another file. Birth times do not tell that where the
    file system keeps none, or where it happened within one tick of its clock.
    """
    if not record.is_known or _begins_as(contents, record):
        return record
    return replace(record, place=replace(record.place, born_ns=-1 - record.place.born_ns))


def _begins_as(contents: Contents, record: Record) -> bool:
    """Whether these may be the bytes of a generation; a compressed file is not read to its end for that."""
    try:
        if isinstance(contents, PackedContents):
            return record.head.fits(contents.read_at(0, record.head.size))
        return holds(contents, record)
    except OSError:
        return True


class MarkMemory:
    """How often each inode had each mark in generations that are over; the newest `MAX_MARKS` of an inode."""

    def __init__(self) -> None:
        self._times: dict[FileKey, dict[str, int]] = {}
        self._dirty: set[FileKey] = set()

    def load(self, text: str) -> None:
        """Take what `changes` gave; raises TypeError, ValueError or KeyError for anything else."""
        plain = json.loads(text)
        marks = {str(value): int(times) for value, times in plain["marks"].items()}
        self._times[FileKey.from_plain(plain["file"])] = marks

    def times(self, file: FileKey, value: str) -> int:
        """How often generations of this file that are over had a mark of this value."""
        return self._times.get(file, {}).get(value, 0)

    def add(self, file: FileKey, marks: Iterable[Mark]) -> None:
        """A generation of this file with these marks is over, and the file goes on with another."""
        known = self._times.setdefault(file, {})
        for mark in marks:
            known[mark.value] = known.pop(mark.value, 0) + 1
        for value in list(known)[: max(0, len(known) - MAX_MARKS)]:
            del known[value]
        self._dirty.add(file)

    def forget(self, file: FileKey) -> None:
        """The file is gone for good."""
        if file.born_ns and self._times.pop(file, None) is not None:
            self._dirty.add(file)

    def changes(self) -> dict[str, str | None]:
        """Positions that changed since they were last asked for."""
        changed: dict[str, str | None] = {}
        for file in self._dirty:
            marks: Any = self._times.get(file)
            text = None if marks is None else json.dumps({"file": file.plain(), "marks": marks}, separators=(",", ":"))
            changed[f"file-marks:{file.device}:{file.inode}:{file.born_ns}"] = text
        self._dirty.clear()
        return changed
