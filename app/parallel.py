"""The scan on several cores: the matches of one, in the same order, for it is a `Scanner` that takes the blocks.

A large plain file is shared among processes (`app.split`). What comes as a stream, archives and pipes, can only be read
by one: threads then search blocks ahead, as Hyperscan lets go of the interpreter while it searches.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from app.inputs import BLOCK_BYTES, blocks, plain_file
from app.split import LEAST_BYTES, Searchers
from matchers.blocks import Block, Candidate
from matchers.engine import MatcherSet, Scanner
from matchers.match import Match


class ParallelScan:
    """Scans files with `jobs` cores each; a context, as it has processes to end."""

    def __init__(self, matchers: MatcherSet, jobs: int) -> None:
        self._jobs = jobs
        self._searchers = Searchers(matchers, jobs)

    def __enter__(self) -> "ParallelScan":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._searchers.close()

    def scan(self, scanner: Scanner, path: str, on_read: Callable[[int], None] | None = None) -> Iterator[Match]:
        """Every match in a file, `-` for stdin; the caller finishes the scanner.

        Raises `InputError` as `app.inputs.blocks` does, after everything that could be read was searched.
        """
        with plain_file(path, LEAST_BYTES, on_read) as file:
            if file is None:
                yield from scan_parallel(scanner, blocks(path, on_read=on_read), self._jobs)
                return
            yield from self._searchers.scan(scanner, file.descriptor, file.size, on_read)
            while data := file.read(BLOCK_BYTES):
                yield from scanner.feed(data)


def scan_parallel(scanner: Scanner, pieces: Iterable[bytes], jobs: int) -> Iterator[Match]:
    """Every match in a stream that comes in pieces, searched by `jobs` threads; the caller finishes the scanner.

    At most two blocks for each thread are under way, so that memory is bounded.
    """
    with ThreadPoolExecutor(jobs, thread_name_prefix="scan") as pool:
        under_way: deque[tuple[Block, Future[list[Candidate]]]] = deque()
        error: Exception | None = None
        more = iter(pieces)
        while True:
            try:
                piece = next(more, None)
            except Exception as failure:  # what came before it counts: it is told when that was looked at
                error, piece = failure, None
            if piece is None:
                break
            for block in scanner.split(piece):
                under_way.append((block, pool.submit(scanner.find, block)))
                while len(under_way) > 2 * jobs:
                    done, found = under_way.popleft()
                    yield from scanner.take(done, found.result())
        while under_way:
            done, found = under_way.popleft()
            yield from scanner.take(done, found.result())
        if error is not None:
            raise error
