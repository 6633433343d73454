"""Files of a log that were read to their end, and may still be written to by a program that has them open.

They are held for a grace time. What comes then is read beside the stream, line by line.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.watch.contract import Row
from app.watch.follow.generation import Changed, Generation
from app.watch.follow.identity import FileKey
from app.watch.follow.past import Past
from app.watch.stream import Segment, Stream


@dataclass(slots=True)
class Tally:
    """What the logs of an input did."""

    lines: int = 0
    bytes: int = 0
    matched: int = 0
    skipped: int = 0
    read_any: bool = False


class Held:
    """The files of one log that are held; `new_stream` gives a stream for what comes late."""

    def __init__(self, past: Past, grace_s: float, tally: Tally, new_stream: Callable[[], Stream]) -> None:
        self._past = past
        self._grace_s = grace_s
        self._tally = tally
        self._new_stream = new_stream
        self._all: list[Generation] = []

    def __len__(self) -> int:
        return len(self._all)

    def hold(self, generation: Generation) -> None:
        """It was read to its end."""
        self._all.append(generation)

    def release(self) -> None:
        """Let go of the file that is held longest."""
        self._all.pop(0).contents.close()

    def release_those(self, opened: set[FileKey]) -> None:
        """Let go of files that are followed again."""
        for each in [each for each in self._all if each.contents.key in opened]:
            self._all.remove(each)
            each.contents.close()

    def read(self, now: float, buffer: bytearray, rows: list[Row]) -> None:
        """Add to `rows` what somebody still wrote to them; those that were quiet long enough go."""
        for each in list(self._all):
            quiet = now - max(each.left_at or 0.0, each.grown_at) >= self._grace_s
            try:
                if each.has_more():
                    self._read_one(each, now, buffer, rows, whole_lines=not quiet)
                    continue
            except (Changed, OSError):
                quiet = True
            if quiet:
                self._all.remove(each)
                each.contents.close()

    def _read_one(
        self, generation: Generation, now: float, buffer: bytearray, rows: list[Row], *, whole_lines: bool
    ) -> None:
        count = generation.read(buffer, len(buffer), now, whole_lines=whole_lines)
        if count == 0:
            return
        stream = self._new_stream()
        begin_in(stream, generation, generation.offset - count)
        found = stream.feed(buffer, count)
        generation.chain.close()
        found += [*stream.end_line(), *stream.settle()]
        rows += found
        self._tally.bytes += count
        self._tally.read_any = True
        self._tally.matched += len(found)
        self._tally.lines += stream.lines
        generation.end(stream.lines - generation.base_lines)
        self._past.add(generation.record(over=True))


def begin_in(stream: Stream, generation: Generation, offset: int) -> None:
    """From here on the stream is fed with this generation, from `offset` on."""
    if generation.base is None:
        generation.base = stream.fed - offset
        generation.base_lines = stream.lines - generation.lines
    stream.begin(Segment(stream.fed, generation.base, generation.base_lines, generation.origin, generation.chain))
    generation.is_begun = True
