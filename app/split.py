"""The scan of one large file on several cores: processes search it piece by piece, one goes through what they found.

Python lets only one thread of a process work at a time, so that threads share little more than the search itself. Here
each process reads its own pieces of the file, searches them and counts their lines; what comes back is where candidates
stand. The `Scanner` of this process takes them in the order of the file and reads again only what stands around them,
so that the matches are those of a scan with one core.

    file     |-- piece 0 --|-- piece 1 --|-- piece 2 --|-- piece 3 --| what was added meanwhile
    child 0       search                      search
    child 1                     search                      search
    parent                   take 0       take 1        take 2     take 3, and read the rest

A piece that holds a line longer than a block, or whose child is gone, is read and searched here.
"""

import marshal
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

from matchers.blocks import Block, Candidate
from matchers.engine import MAX_LINE_BYTES, Scanner
from matchers.match import Match
from matchers.records import MAX_BYTES

PIECE_BYTES = 4 << 20
BLOCK_BYTES = 1 << 17
LEAST_BYTES = 4 * PIECE_BYTES
"""A smaller file is not worth the processes."""

_CONTEXT_BYTES = 2 * MAX_BYTES


@dataclass(frozen=True, slots=True)
class _Searched:
    """A block of whole lines, `begin` to `end` in the file, its number of lines, and its candidates (from `begin`)."""

    begin: int
    end: int
    lines: int
    found: list[Candidate]


def scan_split(
    scanner: Scanner, file: int, size: int, jobs: int, on_read: Callable[[int], None] | None = None
) -> Iterator[Match]:
    """Every match in the first `size` bytes of the open, plain file, searched by `jobs` processes.

    Leaves the file's position at the first byte that was not taken: the caller feeds the rest and finishes the scanner.
    """
    pieces = size // PIECE_BYTES
    with _children(scanner, file, pieces, jobs) as answers:
        at, number = 0, 1
        for piece in range(pieces):
            blocks = _received(answers[piece % jobs])
            reader = _Taker(scanner, file, at, number)
            yield from reader.take(blocks) if blocks is not None else reader.read_to(_line_after(file, piece + 1))
            if on_read is not None:
                on_read(reader.at - at)
            at, number = reader.at, reader.number
        yield from _Taker(scanner, file, at, number).arrive()
    os.lseek(file, at, os.SEEK_SET)


class _Taker:
    """Gives the scanner what was searched, and reads what it needs of the file for that."""

    def __init__(self, scanner: Scanner, file: int, at: int, number: int) -> None:
        self._scanner = scanner
        self._file = file
        self.at = at
        self.number = number

    def take(self, blocks: list[_Searched]) -> Iterator[Match]:
        """Take the blocks of a piece; those in which nothing was found are passed over."""
        for each in blocks:
            if each.found or self._scanner.is_waiting:
                yield from self.arrive()
                data = _read(self._file, each.begin, each.end)
                for block in self._scanner.split(data):
                    yield from self._scanner.take(block, each.found)
            self.at, self.number = each.end, self.number + each.lines

    def arrive(self) -> Iterator[Match]:
        """Bring the scanner to where the file is read, if it is not there."""
        if self._scanner.offset == self.at:
            return
        begin = max(0, self.at - _CONTEXT_BYTES)
        context = _read(self._file, begin, self.at)
        if begin:
            context = context[context.find(b"\n") + 1 :]
        yield from self._scanner.jump(context, self.at, self.number)

    def read_to(self, end: int) -> Iterator[Match]:
        """Search here what stands before `end`, where a line begins."""
        yield from self.arrive()
        while self.at < end:
            data = _read(self._file, self.at, min(self.at + MAX_LINE_BYTES, end))
            if not data:
                return
            yield from self._scanner.feed(data)
            self.at += len(data)
            self.number += data.count(b"\n")


@contextmanager
def _children(scanner: Scanner, file: int, pieces: int, jobs: int) -> Iterator[list[BinaryIO]]:
    """The answers of `jobs` children, each of which searches every `jobs`-th piece."""
    answers: list[BinaryIO] = []
    children: list[int] = []
    try:
        for number in range(jobs):
            theirs, ours = os.pipe()
            child = os.fork()
            if child == 0:
                _search_pieces(scanner, file, range(number, pieces, jobs), ours)
            os.close(ours)
            children.append(child)
            answers.append(os.fdopen(theirs, "rb"))
        yield answers
    finally:
        for answer in answers:
            answer.close()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)  # it has nothing to put in order
            with suppress(ChildProcessError):
                os.waitpid(child, 0)


def _search_pieces(scanner: Scanner, file: int, pieces: range, answers: int) -> None:
    """The life of a child. It ends without a word, whatever happens: the parent then does its work."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        buffer = bytearray(MAX_LINE_BYTES)
        with os.fdopen(answers, "wb") as out:
            for piece in pieces:
                marshal.dump(_search_piece(scanner, file, piece, buffer), out)
                out.flush()
    finally:
        os._exit(0)


_Sent = tuple[int, int, int, list[Candidate]]


def _search_piece(scanner: Scanner, file: int, piece: int, buffer: bytearray) -> list[_Sent] | None:
    """The blocks of a piece as they are sent; None where a line is longer than the buffer."""
    at, end = _line_after(file, piece), _line_after(file, piece + 1)
    sent: list[_Sent] = []
    while at < end:
        size = min(os.preadv(file, [buffer], at), end - at)
        taken = 0
        for block in _blocks(buffer, size):
            found, lines = scanner.find(block), buffer.count(b"\n", block.begin, block.end)
            if sent and not (found or sent[-1][3]):
                sent[-1] = sent[-1][0], at + block.end, sent[-1][2] + lines, []
            else:
                sent.append((at + block.begin, at + block.end, lines, [(c[0] - block.begin, *c[1:]) for c in found]))
            taken = block.end
        if not taken:
            return None
        at += taken
    return sent


def _blocks(buffer: bytearray, size: int) -> Iterator[Block]:
    """The whole lines in the first `size` bytes, in blocks so small that the parent has little to read again."""
    begin = 0
    while begin < size:
        end = buffer.rfind(b"\n", begin, min(begin + BLOCK_BYTES, size)) + 1 or buffer.find(b"\n", begin, size) + 1
        if not end:
            return
        yield Block(buffer, begin, end)
        begin = end


def _received(answer: BinaryIO) -> list[_Searched] | None:
    """The next piece's blocks; None where the parent has to search it."""
    try:
        blocks = marshal.load(answer)
    except (EOFError, ValueError, TypeError):
        return None
    return None if blocks is None else [_Searched(*block) for block in blocks]


def _line_after(file: int, piece: int) -> int:
    """Where the first line of a piece begins: the first one at or behind its place, or the end of the file."""
    at = piece * PIECE_BYTES - 1
    while at >= 0 and (data := os.pread(file, 1 << 16, at)):
        newline = data.find(b"\n")
        if newline >= 0:
            return at + newline + 1
        at += len(data)
    return max(0, at)


def _read(file: int, begin: int, end: int) -> bytes:
    """The bytes from `begin` to `end`, fewer where the file ends before."""
    data = os.pread(file, end - begin, begin)
    while 0 < len(data) < end - begin and (more := os.pread(file, end - begin - len(data), begin + len(data))):
        data += more
    return data
