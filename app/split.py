"""The scan of one large file on several cores: processes search it piece by piece, one goes through what they found.

Python lets only one thread of a process work at a time, so that threads share little more than the search itself. Here
children, made with the first large file and used for all, read pieces of the file, search them and count their lines;
what comes back is where candidates stand. The `Scanner` of this process takes them in the order of the file and reads
again only what stands around them, so that the matches are those of a scan with one core.

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
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

from matchers.blocks import Block, Candidate
from matchers.engine import MAX_LINE_BYTES, MatcherSet, Scanner
from matchers.match import Match
from matchers.records import MAX_BYTES

PIECE_BYTES = 4 << 20
_CLOSE_BYTES = 1 << 14
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


class Searchers:
    """Children that search pieces of large files for this process; close them when they are not needed any more."""

    def __init__(self, matchers: MatcherSet, jobs: int) -> None:
        self._matchers = matchers
        self._jobs = jobs
        self._children: list[_Child] = []

    def scan(self, scanner: Scanner, file: int, size: int, on_read: Callable[[int], None] | None) -> Iterator[Match]:
        """Every match in the first `size` bytes of the open, plain file.

        Leaves the file's position at the first byte that was not taken: the caller feeds the rest and finishes the
        scanner. To be run to its end, or the searchers closed.
        """
        if not self._children:
            self._children = [_Child.fork(self._matchers) for _ in range(self._jobs)]
        pieces = size // PIECE_BYTES
        for number, child in enumerate(self._children):
            child.ask(file, range(number, pieces, self._jobs))
        taker = _Taker(scanner, file)
        for piece in range(pieces):
            begin = taker.at
            blocks = self._children[piece % self._jobs].answer()
            yield from taker.take(blocks) if blocks is not None else taker.read_to(_line_after(file, piece + 1))
            if on_read is not None:
                on_read(taker.at - begin)
        yield from taker.arrive()
        os.lseek(file, taker.at, os.SEEK_SET)

    def close(self) -> None:
        """End the children."""
        for child in self._children:
            child.end()
        self._children = []


class _Taker:
    """Gives the scanner what was searched, and reads what it needs of the file for that."""

    def __init__(self, scanner: Scanner, file: int) -> None:
        self._scanner = scanner
        self._file = file
        self.at = 0
        self._number = 1

    def take(self, blocks: list[_Searched]) -> Iterator[Match]:
        """Take the blocks of a piece; those in which nothing was found are passed over."""
        for each in blocks:
            if each.found or self._scanner.is_waiting:
                yield from self.arrive()
                data = _read(self._file, each.begin, each.end)
                for block in self._scanner.split(data):
                    yield from self._scanner.take(block, each.found)
            self.at, self._number = each.end, self._number + each.lines

    def arrive(self) -> Iterator[Match]:
        """Bring the scanner to where the file is read, if it is not there."""
        if self._scanner.offset == self.at:
            return
        begin = max(0, self.at - _CONTEXT_BYTES)
        context = _read(self._file, begin, self.at)
        if begin:
            context = context[context.find(b"\n") + 1 :]
        yield from self._scanner.jump(context, self.at, self._number)

    def read_to(self, end: int) -> Iterator[Match]:
        """Search here what stands before `end`, where a line begins."""
        yield from self.arrive()
        while self.at < end:
            data = _read(self._file, self.at, min(self.at + MAX_LINE_BYTES, end))
            if not data:
                return
            yield from self._scanner.feed(data)
            self.at += len(data)
            self._number += data.count(b"\n")


_Request = tuple[str, int, int, int, int, int]
"""(path, device and inode of the file, and the pieces of it as a range)."""


class _Child:
    """A process that answers requests, one piece after the other, until it is ended."""

    def __init__(self, pid: int, requests: BinaryIO, answers: BinaryIO) -> None:
        self._pid = pid
        self._requests = requests
        self._answers = answers

    @classmethod
    def fork(cls, matchers: MatcherSet) -> "_Child":
        """A new one; it shares what is loaded."""
        their_requests, requests = os.pipe()
        answers, their_answers = os.pipe()
        pid = os.fork()
        if pid == 0:
            _answer_requests(Scanner(matchers), their_requests, their_answers)
        os.close(their_requests)
        os.close(their_answers)
        return cls(pid, os.fdopen(requests, "wb"), os.fdopen(answers, "rb"))

    def ask(self, file: int, pieces: range) -> None:
        """Have it search these pieces of an open file. A child that is gone is noticed by its answers."""
        status = os.fstat(file)
        request: _Request = (
            *(f"/proc/{os.getpid()}/fd/{file}", status.st_dev, status.st_ino),
            *(pieces.start, pieces.stop, pieces.step),
        )
        with suppress(BrokenPipeError):
            marshal.dump(request, self._requests)
            self._requests.flush()

    def answer(self) -> list[_Searched] | None:
        """The next piece's blocks; None where the parent has to search it."""
        try:
            blocks = marshal.load(self._answers)
        except (EOFError, ValueError, TypeError):
            return None
        return None if blocks is None else [_Searched(*block) for block in blocks]

    def end(self) -> None:
        """Kill it, as it has nothing to put in order, and wait for its end."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
        self._answers.close()
        with suppress(BrokenPipeError):
            self._requests.close()


def _answer_requests(scanner: Scanner, requests: int, answers: int) -> NoReturn:
    """The life of a child. It ends without a word, whatever happens: the parent then does its work."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        buffer = bytearray(MAX_LINE_BYTES)
        with os.fdopen(requests, "rb") as asked, os.fdopen(answers, "wb") as out:
            while True:
                path, device, inode, *pieces = marshal.load(asked)
                file = _opened(path, device, inode)
                for piece in range(*pieces):
                    marshal.dump(None if file is None else _search_piece(scanner, file, piece, buffer), out)
                    out.flush()
                if file is not None:
                    os.close(file)
    finally:
        os._exit(0)


def _opened(path: str, device: int, inode: int) -> int | None:
    """The parent's open file, opened anew; None where it cannot be had, or is not the one."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    status = os.fstat(file)
    if (status.st_dev, status.st_ino) == (device, inode):
        return file
    os.close(file)
    return None


_Sent = tuple[int, int, int, list[Candidate]]


def _search_piece(scanner: Scanner, file: int, piece: int, buffer: bytearray) -> list[_Sent] | None:
    """The blocks of a piece as they are sent; None where a line is longer than the buffer."""
    at, end = _line_after(file, piece), _line_after(file, piece + 1)
    sent: list[_Sent] = []
    while at < end:
        size = min(os.preadv(file, [buffer], at), end - at)
        behind = buffer.rfind(b"\n", 0, size) + 1
        if not behind:
            return None
        for begin, stop, found in _clusters(buffer, behind, scanner.find(Block(buffer, 0, behind))):
            lines = buffer.count(b"\n", begin, stop)
            if sent and not (found or sent[-1][3]):
                sent[-1] = sent[-1][0], at + stop, sent[-1][2] + lines, []
            else:
                sent.append(
                    (at + begin, at + stop, lines, [(start - begin, matcher, step) for start, matcher, step in found])
                )
        at += behind
    return sent


def _clusters(buffer: bytearray, size: int, found: list[Candidate]) -> Iterator[tuple[int, int, list[Candidate]]]:
    """The whole lines in the first `size` bytes as (begin, end, candidates): those that hold some, and what is between.

    The parent reads again what holds candidates, so the less the better; those that are close stay together.
    """
    at = 0
    while found:
        begin, count = found[0][0], 1
        while count < len(found) and found[count][0] - found[count - 1][0] < _CLOSE_BYTES:
            count += 1
        end = buffer.find(b"\n", found[count - 1][0], size) + 1
        if begin > at:
            yield at, begin, []
        yield begin, end, found[:count]
        at, found = end, found[count:]
    if at < size:
        yield at, size, []


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
