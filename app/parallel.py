"""The scan on several cores: threads search blocks ahead, one goes through what they found, in order.

Hyperscan lets go of the interpreter while it searches, so threads are enough; the matches are those of a `Scanner`, in
the same order, because it is a `Scanner` that takes the blocks.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import local

from matchers.blocks import Backend, Block, Candidate
from matchers.engine import MatcherSet, Scanner
from matchers.match import Match


def scan_parallel(scanner: Scanner, matchers: MatcherSet, pieces: Iterable[bytes], jobs: int) -> Iterator[Match]:
    """Every match in a stream that comes in pieces, searched by `jobs` threads; the caller finishes the scanner.

    At most two blocks for each thread are under way, so that memory is bounded.
    """
    own = local()

    def find(block: Block) -> list[Candidate]:
        backend: Backend | None = getattr(own, "backend", None)
        if backend is None:
            backend = own.backend = matchers.new_backend()
        return scanner.find(block, backend)

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
                under_way.append((block, pool.submit(find, block)))
                while len(under_way) > 2 * jobs:
                    done, found = under_way.popleft()
                    yield from scanner.take(done, found.result())
        while under_way:
            done, found = under_way.popleft()
            yield from scanner.take(done, found.result())
        if error is not None:
            raise error
