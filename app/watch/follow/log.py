"""One log that is followed: the bytes of its files, in their order, into its stream.

When the oldest generation in the queue was read to its end and a later one has bytes, it is over. Its descriptor is
held for a grace time in case somebody still writes to it; what comes then is read beside the stream.
"""

import errno
import os

from app.watch.contract import FileSource, Row
from app.watch.follow.contents import PlainContents
from app.watch.follow.generation import Changed, Generation, Record
from app.watch.follow.identity import NotAFile
from app.watch.follow.late import Held, Tally, begin_in
from app.watch.follow.lineup import Lineup
from app.watch.follow.past import MarkMemory
from app.watch.follow.place import directories_of, directory_stamp, would_tell
from app.watch.follow.position import LogPosition, Saved
from app.watch.stream import Recogniser, Stream, StreamPoint

_ABSENT = (errno.ENOENT, errno.ENOTDIR)
_PATIENCE = 5  # a stream that never falls silent is settled after so many times `settle_s`, in a pause a tenth as long


class Log:
    """One log. Not thread-safe."""

    def __init__(
        self, path: str, source: FileSource, recogniser: Recogniser, saved: Saved, *, memory: MarkMemory, tally: Tally
    ) -> None:
        self.path = path
        self.trouble: str | None = None
        self.files = Lineup(path, saved.past, memory, rotated=source.rotated)
        self.directories = directories_of(path)
        self._source = source
        self._recogniser = recogniser
        self._memory = memory
        self._tally = tally
        self._saved: Saved | None = saved
        self._stream = self._new_stream(saved.position.stream if saved.position else None)
        self._inode: tuple[int, int] | None = None
        self._stamp: tuple[int, int] | None = None
        self._directory_stamp: int | None = None
        self._over: list[tuple[int, Record]] = []  # (where it ends in the stream, a generation that is over)
        self._held = Held(self.files.past, source.grace_s, tally, lambda: self._new_stream(None))
        self._has_more = False
        self._is_dirty = False
        self._fed_at = 0.0
        self._unsettled_since: float | None = None

    def _new_stream(self, start: StreamPoint | None) -> Stream:
        return Stream(
            self._recogniser,
            self.path,
            source=self._source.source,
            max_line_bytes=self._source.max_line_bytes,
            start=start,
        )

    # How it stands.

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do until something changes at its path."""
        leaving = bool(self.files.queue) and self.files.queue[0] is not self.files.current
        return not (self._has_more or leaving or len(self._held) or self._unsettled_since is not None)

    @property
    def has_more(self) -> bool:
        """Whether there is more to read at once."""
        return self._has_more

    @property
    def is_gone(self) -> bool:
        """Whether there is no file at the path, and nothing left of those that were."""
        return self.is_idle and not self.files.queue and self.trouble is None

    @property
    def descriptors(self) -> int:
        """How many files it holds open."""
        return len(self.files.queue) + len(self._held)

    @property
    def descriptor(self) -> int | None:
        """Of the file that was at the path when it was polled last; None where there was none."""
        return None if self.files.current is None else self.files.current.contents.descriptor

    @property
    def held(self) -> int:
        """How many of them were read to their end, after they were rotated away."""
        return len(self._held)

    def lag_bytes(self) -> int:
        """How much was there at the last look that is not read yet."""
        return sum(max(0, each.size - each.offset) for each in self.files.queue)

    def changes(self) -> dict[str, str | None]:
        """Its positions, those that changed since they were last asked for."""
        changed: dict[str, str | None] = {}
        if self._is_dirty:
            changed[f"file:{self.path}"] = self._position().text()
        if self.files.past.is_dirty:
            changed[f"file-past:{self.path}"] = self.files.past.text()
        self._is_dirty = self.files.past.is_dirty = False
        return changed

    def _position(self) -> LogPosition:
        point = self._stream.point()
        read_from = point.scan.read_from
        self._over = [each for each in self._over if each[0] > read_from]
        records = [record for _end, record in self._over]
        for each in self.files.queue:
            back_to = None if each.base is None else max(each.start, read_from - each.base)
            records.append(each.record(read_from=back_to))
        return LogPosition(point, tuple(records))

    def close(self) -> None:
        """Let go of all files."""
        self.files.close()
        while self._held:
            self.release()

    def release(self) -> None:
        """Let go of the file that is held longest although it was read to its end."""
        self._held.release()

    def use(self, recogniser: Recogniser, rows: list[Row]) -> None:
        """From here on recognise with other entries; adds the rows that were still waiting."""
        self._add(self._stream.settle(), rows)
        unfinished = self._stream.unfinished
        self._recogniser = recogniser
        self._stream = self._stream.renewed(recogniser)
        if unfinished and self.files.queue:
            self.files.queue[0].step_back(unfinished)
        self._has_more = self._is_dirty = True

    # Which files there are.

    def poll(self, now: float) -> None:
        """Look at the path; one stat when nothing changed."""
        try:
            status = os.stat(self.path)  # noqa: PTH116
        except OSError as error:
            if error.errno not in _ABSENT:
                self.trouble = self._unreadable(error)
                self._inode = None  # it is looked at anew when it can be
            elif self.files.current is not None or self._saved is not None or self.trouble or self._came_and_went():
                self._look(now)
            return
        if self._inode == (status.st_ino, status.st_dev):
            stamp = (status.st_size, status.st_mtime_ns)
            if stamp == self._stamp:
                return
            self._stamp = stamp if would_tell(status.st_mtime_ns) else None
            if self.files.current is not None and not self._is_another(self.files.current):
                self._has_more = True
                return
        self._look(now)

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to find out at its path until something changes there."""
        return self._inode is not None and self._stamp is not None

    def _is_another(self, current: Generation) -> bool:
        """Whether the file at the path, which was changed, may hold another generation now."""
        was_blank = current.is_blank
        if not was_blank and self._came_and_went() and self.files.check_copies(current):
            return True
        return not current.fits() or was_blank

    def _came_and_went(self) -> bool:
        """Whether files may have come or gone since the last look, or one that is being copied has grown."""
        stamp = directory_stamp(self.path)
        is_same = stamp is not None and stamp == self._directory_stamp
        self._directory_stamp = stamp
        return not is_same or self.files.copies.are_written_to()

    def _unreadable(self, error: OSError) -> str:
        return f"{self.path} cannot be read: {error.strerror}; check its permissions and those of its directory"

    def _look(self, now: float) -> None:
        """Find out which file is what."""
        self.trouble = None
        head = self._open()
        if self.trouble is not None and (self._saved is not None or self.files.current is None):
            return
        if self._saved is None:
            self.files.look(head, now)
        elif self._saved.position is None:
            self.files.begin(head, now, at_end=self._saved.at_end, after_loss=self._saved.after_loss)
        else:
            if head is not None:
                head.close()
            self._resume(self._saved.position, now)
        self._saved = None
        opened = {each.contents.key for each in self.files.queue}
        self._held.release_those(opened)
        self._has_more = self._is_dirty = True
        self.directories = directories_of(self.path)
        current = self.files.current
        self._inode = None if current is None else (current.place.inode, current.place.device)
        self._stamp = None
        if current is not None:
            current.fits()

    def _open(self) -> PlainContents | None:
        try:
            return PlainContents(self.path)
        except NotAFile as error:
            self.trouble = f"{error}; name a file, or files by a pattern such as {self.path}/*.log"
        except OSError as error:
            if error.errno not in _ABSENT:
                self.trouble = self._unreadable(error)
        return None

    def _resume(self, position: LogPosition, now: float) -> None:
        point = position.stream
        if self.files.resume(position.generations, point.scan.read_from, self._open, now):
            first = self.files.queue[0]
            assert first.base is not None
            if first.base + first.offset > point.scan.read_from:  # what came before it is gone
                point = point.moved_to(first.base + first.offset, first.base_lines + first.lines)
        else:
            point = point.behind_all()
            for each in self.files.queue:
                each.base = None
        self._stream = self._new_stream(point)

    # Reading.

    def read(self, budget: int, now: float, buffer: bytearray, rows: list[Row]) -> int:
        """Read up to about `budget` bytes and add what they gave to `rows`; how many bytes were read."""
        used = 0
        while self.files.queue and used < budget:
            generation = self.files.queue[0]
            if generation is self.files.current and not self._has_more:
                break
            try:
                count = self._read_one(generation, min(len(buffer), budget - used), now, buffer, rows)
            except Changed:
                generation.is_suspect = True
                self._look(now)
                if generation.is_suspect and not generation.is_lost:
                    self._has_more = False  # the path cannot be opened to find out more: at the next poll
                    break
                continue
            except OSError as error:
                self.trouble = f"{self.path} cannot be read: {error.strerror}; check the disk it is on"
                break
            used += count
            if count == 0:
                if generation is self.files.current or not self._is_over(generation, now):
                    self._has_more = False
                    break
                self._leave(generation, now, rows)
        if not self.files.queue:
            self._has_more = False
        self._held.read(now, buffer, rows)
        self._settle(now, rows)
        return used

    def _read_one(self, generation: Generation, most: int, now: float, buffer: bytearray, rows: list[Row]) -> int:
        if generation.offset < generation.start and generation.base is None:  # `from: end`: passed over
            count = generation.read(buffer, min(most, generation.start - generation.offset), now)
            generation.lines += buffer.count(b"\n", 0, count)
            self._is_dirty = self._is_dirty or count > 0
            return count
        count = generation.read(buffer, most, now)
        if count:
            if not generation.is_begun:
                begin_in(self._stream, generation, generation.offset - count)
            self._tally.bytes += count
            self._feed(buffer, count, now, rows)
        return count

    def _feed(self, buffer: bytearray, count: int, now: float, rows: list[Row]) -> None:
        lines, cut = self._stream.lines, self._stream.lines_cut
        self._add(self._stream.feed(buffer, count), rows)
        self._tally.lines += self._stream.lines - lines
        self._tally.skipped += self._stream.lines_cut - cut
        self._tally.read_any = self._is_dirty = True
        self._fed_at = now
        if self._unsettled_since is None:
            self._unsettled_since = now

    def _add(self, found: list[Row], rows: list[Row]) -> None:
        self._tally.matched += len(found)
        rows += found

    def _is_over(self, generation: Generation, now: float) -> bool:
        """Whether a generation that is not at the path any more, and was read to its end, is done with."""
        if generation.limit is not None or generation.is_lost:
            return True
        quiet_s = now - max(generation.left_at or 0.0, generation.grown_at)
        if quiet_s >= self._source.grace_s:
            return True
        if generation.is_final:
            return not generation.try_again()
        if self._stream.unfinished:
            return False
        return any(each.has_more() for each in self.files.queue[1:])

    def _leave(self, generation: Generation, now: float, rows: list[Row]) -> None:
        """The generation at the head of the queue is over."""
        if self._stream.unfinished:
            generation.chain.close()
            self._feed(bytearray(b"\n"), 1, now, rows)
        del self.files.queue[0]
        if generation.is_begun:
            self._over.append((self._stream.fed, generation.record(over=True)))
        if generation.limit is None:
            current = self.files.current
            if generation.origin.born_ns == 0 or (current is not None and current.origin == generation.origin):
                self._memory.add(generation.origin, generation.chain.marks)
            else:
                self._memory.forget(generation.origin)
        if generation.is_begun:
            generation.end(self._stream.lines - generation.base_lines)
        self.files.past.add(generation.record(over=True))
        if generation.is_final or generation.is_lost:
            generation.contents.close()
        else:
            self._held.hold(generation)
        self._has_more = self._is_dirty = True  # what comes after it waited

    def _settle(self, now: float, rows: list[Row]) -> None:
        """A record is closed by time when nothing follows."""
        if self._unsettled_since is None or self._has_more:
            return
        quiet_s, settle_s = now - self._fed_at, self._source.settle_s
        if quiet_s >= settle_s or (quiet_s >= settle_s / 10 and now - self._unsettled_since >= _PATIENCE * settle_s):
            self._add(self._stream.settle(), rows)
            self._unsettled_since = None
            self._is_dirty = True
