"""Which file of a log is what: the one at its path, those rotated away that are not read yet, and their order.

The lineup is looked at anew whenever something at the path changed: another file is there, none, or the same file does
not hold any more what was read of it. Files are told by their key, and where that fails by their bytes.

While it is looked at, files may be copied, truncated and renamed. So those that are open are looked at first, then the
files beside them: a file that is truncated in between passes for what it was, its next read tells (`Changed`), and by
then its copy is there. The other way round the file would be found truncated and its copy not be found.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from app.watch.follow.beside import Sibling, Siblings, siblings_of
from app.watch.follow.contents import Contents, PlainContents
from app.watch.follow.copies import Copies
from app.watch.follow.generation import Generation, Record
from app.watch.follow.identity import FileKey
from app.watch.follow.likeness import (
    copies_of_head,
    is_copy,
    is_copy_of_head,
    is_renamed,
    is_whole,
    line_start,
)
from app.watch.follow.packed import note_compressed, note_queued
from app.watch.follow.past import MarkMemory, Past, holds, unless_reused

_LOOKS = 5


class Lineup:
    """The files of one log.

    `queue` are the generations to be read, oldest first; `current` is the last of them while its file is at the path.
    `copies` are files of which it is not known yet what they are. `truncations` and `given_up_bytes` count what
    happened since this object was made.
    """

    def __init__(self, path: str, past: Past, memory: MarkMemory, *, rotated: bool) -> None:
        self.path = path
        self.queue: list[Generation] = []
        self.current: Generation | None = None
        self.past = past
        self.truncations = 0
        self.given_up_bytes = 0
        self._memory = memory
        self._rotated = rotated
        self.copies = Copies(past)

    def begin(self, head: PlainContents | None, now: float, *, at_end: bool, after_loss: bool) -> None:
        """The first look at a log of which nothing is known. See `Log`."""
        with siblings_of(self._beside, self.past) as siblings:
            for each in siblings.all:
                if after_loss and is_renamed(each.contents, head):
                    self.queue.append(self._new(each.take(), now, left=True))
                elif isinstance(each.contents, PlainContents):
                    self.past.add(Record.of_whole(each.contents))
                else:
                    self.past.pass_over(each.key)
            self.past.note_present(siblings.paths(), ())
        if head is not None:
            self.current = self._new(head, now)
            self.current.start = line_start(head) if at_end else 0
            self.queue.append(self.current)

    def resume(
        self, records: Sequence[Record], read_from: int, open_head: Callable[[], PlainContents | None], now: float
    ) -> bool:
        """The first look at a log that was followed before; whether its stream can go on where it was.

        `read_from` is the place in the stream from which it is to be fed again. What was found out while the file at
        the path was cut is half of one time and half of another, so it is found out again.
        """
        before, truncations, given_up_bytes = self.past.copy(), self.truncations, self.given_up_bytes
        for _ in range(_LOOKS):
            goes_on = self._resume(records, read_from, open_head(), now)
            if self.current is None or self.current.fits():
                break
            self.close()
            self.past.restore(before)
            self.truncations, self.given_up_bytes = truncations, given_up_bytes
        else:
            goes_on = self._resume(records, read_from, open_head(), now)
        return goes_on

    def _resume(self, records: Sequence[Record], read_from: int, head: PlainContents | None, now: float) -> bool:
        goes_on = False
        dropped: list[Generation] = []
        fresh = None if head is None else self._new(head, now)
        kept = [each for each in records if head is not None and each.place == head.key and holds(head, each)]
        with siblings_of(self._beside, self.past, records) as siblings:
            packed = note_compressed(
                siblings, self.queue, self.past, [each for each in records if not each.over and each not in kept]
            )
            places = {record.place: key for key, record in packed.items()}
            records = [replace(each, place=places.get(each.place, each.place)) for each in records]
            beside = {each.key: each.contents for each in siblings.all}
            records = [
                unless_reused(each, beside[each.place]) if each.over and each.place in beside else each
                for each in records
            ]
            for record in records:
                contents = self._find(record, records, siblings, head, fresh, is_kept=record in kept)
                if head is not None and head.key == record.place and contents is not head and not record.over:
                    self.truncations += 1
                if contents is None:
                    if not record.over:
                        self.given_up_bytes += max(0, record.size - record.offset)
                    if record.base is not None:  # a gap: what came before it is no context any more
                        context = [each for each in self.queue if each.limit is not None and each is not self.current]
                        self.queue = [each for each in self.queue if each not in context]
                        dropped += context
                        goes_on = False
                    continue
                self.past.move(record.place, contents.key)
                goes_on = goes_on or (not self.queue and record.base is not None)
                self.queue.append(self._resumed(record, contents, read_from, now))
                if contents is head:
                    self.current, head, fresh = self.queue[-1], None, None
                    self.current.left_at = None
            self._append(siblings, packed, fresh, now)
        for each in dropped:
            each.contents.close()
        return goes_on

    def look(self, head: PlainContents | None, now: float) -> None:
        """Something changed at the path, where `head` is now."""
        lost = [each for each in self.queue if not each.fits()]
        for each in lost:
            each.is_suspect = True
        fresh = None if head is None else self._new(head, now)
        with siblings_of(self._beside, self.past, [each.record() for each in self.queue]) as siblings:
            packed = note_compressed(siblings, self.queue, self.past)
            for each in lost:
                self._replace_lost(each, siblings, fresh)
            if self.current is not None and head is not None and self.current.is_at(head.key):
                head.close()
                if not self.current.is_read:  # it may have been truncated before anything was known of it
                    self._append(siblings, packed, None, now)
                return
            if self.current is not None:
                self.current.left_at = now
                self.current = None
            self._append(siblings, packed, fresh, now)

    def check_copies(self, current: Generation) -> bool:
        """Whether a copy beside the log tells that its file was truncated, although it looks the same."""
        if not isinstance(current.contents, PlainContents):
            return False
        with siblings_of(self._beside, self.past, [each.record() for each in self.queue]) as siblings:
            note_queued(siblings, self.queue, self.past)
            current.is_suspect = self.copies.tell_of_truncation(
                current.record(), current.contents, siblings, self.queue
            )
            self.copies.note(siblings, self.queue)
        return current.is_suspect

    def close(self) -> None:
        """Let go of all files."""
        for each in self.queue:
            each.contents.close()
        self.queue, self.current = [], None

    @property
    def _beside(self) -> str | None:
        return self.path if self._rotated else None

    def _new(self, contents: Contents, now: float, *, left: bool = False) -> Generation:
        generation = Generation(contents, contents.key, self._memory.times, now)
        generation.fits()
        generation.left_at = now if left else None
        generation.is_final = contents.packed
        return generation

    def _find(
        self,
        record: Record,
        records: Iterable[Record],
        siblings: Siblings,
        head: PlainContents | None,
        fresh: Generation | None,
        *,
        is_kept: bool,
    ) -> Contents | None:
        if head is not None and record.place == head.key:
            is_same = is_kept and not self.copies.tell_of_truncation(record, head, siblings, self.queue)
            if is_same or not record.is_known:
                return head
        truncated = record.place in siblings.keys or (head is not None and head.key == record.place)
        taken = self.past.places() | {each.place for each in records} | copies_of_head(siblings, fresh)
        sibling = siblings.holding(record, taken, truncated=truncated)
        return None if sibling is None else sibling.take()

    def _resumed(self, record: Record, contents: Contents, read_from: int, now: float) -> Generation:
        at = record.offset
        if record.base is not None:
            at = min(max(record.start, read_from - record.base), record.offset)
        generation = Generation.resumed(contents, record, at, self._memory.times, now)
        generation.left_at = now
        generation.limit = record.offset if record.over else None
        generation.is_final = contents.packed or contents.key != record.place
        return generation

    def _replace_lost(self, generation: Generation, siblings: Siblings, fresh: Generation | None) -> None:
        """The file of a generation was truncated: what is left of it is in a copy, or lost."""
        self.truncations += 1
        taken = self.past.places() | {each.place for each in self.queue} | copies_of_head(siblings, fresh)
        sibling = siblings.holding(generation.record(), taken, truncated=True)
        if sibling is None or not generation.goes_on_in(sibling.contents):
            self.given_up_bytes += generation.give_up()
        else:
            generation.move_to(sibling.take())

    def _append(
        self, siblings: Siblings, packed: Mapping[FileKey, Record], fresh: Generation | None, now: float
    ) -> None:
        """Queue what came since the last look: files that were rotated away unseen, then the one at the path."""
        head = self.current or fresh
        self.queue += self._longer(siblings, packed, now)
        self.queue += self._unseen(siblings, head, now)
        live = [each for each in [*self.queue, head] if each is not None and not each.contents.is_gone()]
        self.past.note_present(
            siblings.paths(), [each.contents.key for each in live], [each.place for each in self.queue]
        )
        self.queue.sort(key=lambda each: each is self.current)
        self.copies.note(siblings, self.queue)
        if fresh is None:
            return
        contents, key = fresh.contents, fresh.place
        known = next((each for each in self.past.records if each.place == key and holds(contents, each)), None)
        again = next((each for each in self.queue if each.is_at(key)), None)
        if again is not None:
            contents.close()
            self.current = again
            self.queue.sort(key=lambda each: each is again)
        else:
            self.current = fresh if known is None else self._read_on(known, contents, now)
            self.queue.append(self.current)
        self.current.left_at = None

    def _longer(self, siblings: Siblings, packed: Mapping[FileKey, Record], now: float) -> list[Generation]:
        """The files of generations that were over and were written to since, perhaps compressed meanwhile."""
        more = [
            self._read_on(record, sibling.take(), now)
            for sibling in siblings.all
            if not sibling.is_taken and (record := self._grown(sibling)) is not None
        ]
        for key in [each for each in packed if each in self.past.places()]:
            record = replace(packed[key], place=key)
            contents = siblings.again(key)
            if contents is not None and contents.read_at(record.offset, 1):
                more.append(self._read_on(record, contents, now))
            elif contents is not None:
                contents.close()
        return more

    def _grown(self, sibling: Sibling) -> Record | None:
        """The generation in a plain file that was over, and has more."""
        if sibling.name.packed or sibling.key in {each.place for each in self.queue}:
            return None
        record = next((each for each in self.past.records if each.place == sibling.key and each.marks), None)
        if record is None or sibling.contents.size() <= record.size or not holds(sibling.contents, record):
            return None
        return record

    def _unseen(self, siblings: Siblings, head: Generation | None, now: float) -> list[Generation]:
        """The files beside the log that nobody looked at yet and that are newer than those that are known."""
        known = self.past.keys() | {each.place for each in self.queue}
        newest = max((siblings.place_of(key) for key in known - self.past.passed), default=-1)
        reading = self.current if self.current is not None and self.current.is_read else None
        unseen: list[Generation] = []
        for place, sibling in enumerate(siblings.all):
            if sibling.is_taken or sibling.key in known or (head is not None and sibling.key == head.place):
                continue
            if self._is_of_open(sibling, siblings, head) or (head is not None and is_copy_of_head(sibling, head)):
                continue
            if reading is None and (place > newest or not is_copy(sibling, siblings, self.past)):
                unseen.append(self._new(sibling.take(), now, left=True))
            elif reading is not None and not sibling.name.packed and holds(sibling.contents, reading.record()):
                reading.is_suspect = True  # copied and cut since that was compared
            else:
                self.past.pass_over(sibling.key)
        return unseen

    def _is_of_open(self, sibling: Sibling, siblings: Siblings, head: Generation | None) -> bool:
        """Whether it holds what is being read of a file that is gone, or was at the path a moment ago."""
        for each in self.queue if head is None else [*self.queue, head]:
            if each.place not in siblings.keys and is_whole(sibling.contents, each):
                each.place = sibling.key
                return True
        return False

    def _read_on(self, record: Record, contents: Contents, now: float) -> Generation:
        """A generation that was over has more."""
        self.past.remove(record)
        generation = Generation.resumed(contents, record, record.offset, self._memory.times, now)
        generation.left_at = now
        return generation
