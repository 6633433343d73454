"""What each matcher costs the scan: how fast text is searched for it alone, and how often it has to look closer."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.entry import Entry
from matchers import backends
from matchers.compile import compile_set
from matchers.errors import MatcherError

_SAMPLE_BYTES = 4 << 20
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one matcher alone: MB of text per second of CPU, and candidate lines per MB that are opened and confirmed."""

    entry: str
    matcher: str
    mb_per_s: float
    candidates_per_mb: float
    literal: str


def costs(entries: Sequence[Entry], sample: bytes) -> Iterator[Cost]:
    """The cost of each matcher of these entries on the sample text, which is repeated to a few MB."""
    text = (sample * (_SAMPLE_BYTES // max(len(sample), 1) + 1))[:_SAMPLE_BYTES]
    for entry in entries:
        for matcher in entry.matchers:
            try:
                compiled = compile_set([(entry.id, (), (matcher,))])
            except MatcherError:
                continue  # lint says why
            backend = backends.best().load(backends.best().build(compiled.supersets))()
            hits = backend.scan(text)
            began = time.process_time()
            for _ in range(_ROUNDS):
                backend.scan(text)
            spent = max(time.process_time() - began, 1e-9) / _ROUNDS
            lines = {text.rfind(b"\n", 0, end - 1) for end, _ in hits}
            literal = min((each.literal for each in compiled.supersets), key=len, default=b"")
            yield Cost(
                entry.id,
                matcher.name,
                len(text) / spent / 1e6,
                len(lines) / (len(text) / 1e6),
                literal.decode("utf-8", "replace"),
            )
