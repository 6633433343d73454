"""Kernel-framed text for the shipped entries: their own examples, amid what healthy kernels print.

The examples are those of matchers of the kernel's log that answer a single record (no threshold, no sequence: how
often those answer depends on what stands around). Records of several lines stay together; runs of the quiet logs stand
between. An example without a frame gets that of dmesg. No two in a row are of the same entry: the first line of a block
and the last line of the next one make one block, which is right and not what is counted here.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bench.corpora import SHIPPED_RATES, Corpus, Hit, remove_heads
from bench.process import ROOT
from kb.entry import Entry

_QUIET = ROOT / "tests" / "quiet"
_MOST_LINES = 400  # of one quiet log in a row
_FRAME = re.compile(r"\[|<|[0-9]|\{|kern|[A-Z][a-z]{2} +[0-9]")  # how dmesg, kmsg, syslog and containers begin


def make_shipped(name: str, entries: Iterable[Entry], *, size: int, seed: int, folder: Path) -> Corpus:
    """Write a log of at least `size` bytes; `name` is a key of `SHIPPED_RATES`."""
    rate = SHIPPED_RATES[name]
    rng = random.Random(f"{name} {seed}")
    examples, quiet = list(kernel_examples(entries)), _quiet_logs()
    path = folder / f"{name}.log"
    hits: list[Hit] = []
    entry, offset, number = "", 0, 1
    with path.open("wb") as file:
        while offset < size:
            entry, text = _other(rng, examples, entry)
            lines = text.split("\n")
            for block in _quiet_run(rng, quiet, round(len(lines) / rate) - len(lines)):
                data = "".join(f"{line}\n" for line in block).encode()
                file.write(data)
                offset, number = offset + len(data), number + len(block)
            data = f"{text}\n".encode()
            hits.append(Hit(number, offset, entry, len(lines)))
            file.write(data)
            offset, number = offset + len(data), number + len(lines)
    remove_heads(path)
    return Corpus(name, path, offset, hits)


def kernel_examples(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """(entry, text) of each example that stands for itself."""
    for entry in entries:
        own = {name.removeprefix(f"{entry.id}/") for name in entry.recovers}
        for matcher in entry.matchers:
            alone = matcher.kind != "sequence" and matcher.threshold is None and matcher.name not in own
            if matcher.source == "kernel" and alone:
                yield from ((entry.id, _framed(example.text.rstrip("\n"))) for example in matcher.match)


def _other(rng: random.Random, examples: Sequence[tuple[str, str]], last: str) -> tuple[str, str]:
    while (drawn := rng.choice(examples))[0] == last:
        pass
    return drawn


def _framed(text: str) -> str:
    lines = text.split("\n")
    if any(_FRAME.match(line) for line in lines):
        return text
    return "\n".join(f"[ 1043.{at:06}] {line}" for at, line in enumerate(lines))


def _quiet_logs() -> Sequence[Sequence[str]]:
    return [path.read_text("utf-8").splitlines() for path in sorted(_QUIET.glob("kernel-*.log"))]


def _quiet_run(rng: random.Random, logs: Sequence[Sequence[str]], count: int) -> Iterator[Sequence[str]]:
    """So many quiet lines, in runs that stand together in their log."""
    while count > 0:
        log = rng.choice(logs)
        length = min(count, _MOST_LINES, len(log))
        start = rng.randrange(len(log) - length + 1)
        yield log[start : start + length]
        count -= length
