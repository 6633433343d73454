"""Lines joined and cut again around messages that stand in no single line.

What a wrap broke, or a lost newline put together, is told only by knowing the messages. The scan looks at the lines
joined, a few at a time; where it hits nothing, nothing is done. Around hits the lines are cut where further messages
begin, then joined: first those that look wrapped, then, if a matcher could find more in them, all that may belong
together.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import Final, NamedTuple, Protocol

from matchers.blocks import Backend, Block, candidates
from matchers.confirm import LoadedMatcher
from matchers.forms import squeeze
from matchers.repair import Trust, Variant, starts, wraps
from matchers.repair.marks import has_sure_marks
from matchers.repair.starts import Starts, split_messages, split_stamps

__all__ = ["Matchers", "reflowed"]

_CHUNK: Final = 16  # lines that are joined for the scan; every second half chunk begins one, so that they overlap
_AROUND: Final = 16  # lines before and behind a chunk that are joined and cut with it
_MAX_LINE: Final = 16_384
_MAX_WINDOWS: Final = 65_536  # characters of all windows of a text together
_SHORTEST_DUMP: Final = 60  # characters: a shorter line holds no two messages
_MAX_ASKED: Final = 40  # matchers whose wordings are looked for in lines


class Matchers(Protocol):
    """What has to be known of the matchers and of what they found before."""

    @property
    def rules(self) -> Sequence[tuple[int, int]]:
        """(matcher, step) of each rule of the scan."""

    def __getitem__(self, index: int) -> LoadedMatcher:
        """A matcher."""

    def starts_of(self, index: int) -> Starts:
        """The first words of a matcher's messages."""

    def said_all(self, matcher: LoadedMatcher) -> bool:
        """Whether a match of it was found in which no field is missing."""


class _Hits(NamedTuple):
    """Hits in joined lines: (first line of the chunk, rule)."""

    places: set[tuple[int, int]]

    def matchers(self, rules: Sequence[tuple[int, int]]) -> list[int]:
        """The matchers that were hit."""
        return sorted({rules[rule][0] for _, rule in self.places})


def reflowed(base: Variant, matchers: Matchers, backend: Backend, *, only_wraps: bool = False) -> Iterator[Variant]:
    """The windows around hits, in up to five other forms; none where nothing is hit.

    `only_wraps`: only what looks wrapped is joined.
    """
    lines = list(_bounded(base.text))
    hits = _flat_hits(lines, backend, len(matchers.rules))
    if not hits.places:
        return
    lines = _windows(lines, hits)
    text = "\n".join(lines)
    seen = {base.text, text}
    if not only_wraps:
        cut = _cut_at_hits(lines, matchers, backend)
        if cut not in seen:
            seen.add(cut)
            yield Variant(cut, (*base.undone, starts.NAME))
    asked = [matchers.starts_of(index) for index in hits.matchers(matchers.rules)[:_MAX_ASKED]]
    for joined, trust in _joined(lines, asked, seen, lambda: not only_wraps and _is_worth_it(lines, matchers, backend)):
        yield Variant(joined, (*base.undone, wraps.NAME), trust)


def _joined(
    lines: Sequence[str], first_words: Sequence[Starts], seen: set[str], is_worth_it: Callable[[], bool]
) -> Iterator[tuple[str, Trust]]:
    """The lines joined in each way that makes a text not `seen`; joined lines are cut where messages begin in them."""
    text, known = "\n".join(lines), frozenset(lines)
    for join, trust in _ways(text, is_worth_it):
        joined = join(text)
        if joined not in seen:
            pieces = (line if line in known else split_messages(line, first_words) for line in joined.split("\n"))
            cut = "\n".join(pieces)
            if cut not in seen:
                yield cut, trust
            seen |= {joined, cut}


def _ways(text: str, is_worth_it: Callable[[], bool]) -> Iterator[tuple[Callable[[str], str], Trust]]:
    """(join, trust): first what looks like wraps, then, where that may be worth it, every line that could belong
    together.
    """
    if "\n" not in text:
        return
    if wraps.is_surely_cut(text):
        yield wraps.join_cut, Trust.BETTER
        yield wraps.join_wrapped, Trust.EQUAL
    else:
        yield wraps.join_wrapped, Trust.EQUAL
        yield wraps.join_cut, Trust.EQUAL
    if is_worth_it():
        yield partial(wraps.joined_paragraphs, glue=" "), Trust.GUESS
        yield partial(wraps.joined_paragraphs, glue=""), Trust.GUESS


def _is_worth_it(lines: list[str], matchers: Matchers, backend: Backend) -> bool:
    """Whether joining lines can make a matcher find what it did not find yet.

    Those can that are hit, or stand, only where lines are joined, and those that look at more than the line that was
    hit (blocks and records of key=value), unless all they can say was found or a step of the block is nowhere in the
    text.
    """
    whole = _hits_of_lines(squeeze("\n".join(lines).encode()).split(b"\n"), backend)
    flat = " ".join(lines)
    for first, rule in _flat_hits(lines, backend, len(matchers.rules)).places:
        index = matchers.rules[rule][0]
        matcher = matchers[index]
        if matchers.said_all(matcher):
            continue
        is_hit = any((number, rule) in whole for number in range(first, first + _CHUNK))
        words = matchers.starts_of(index)
        if _stands_in_joined(words, lines[first : first + _CHUNK], is_hit=is_hit):
            return True
        if matcher.kind in ("block", "keys") and words.all_stand_in(flat):
            return True
    return False


def _stands_in_joined(words: Starts, lines: Sequence[str], *, is_hit: bool) -> bool:
    """Whether a message stands in the lines joined but in none of them; `is_hit`: one of them has its last words.

    With a mark in place of a value nothing stands anywhere: then it is enough that none of them is hit.
    """
    if any(map(words.any_stands_in, lines)):
        return False
    stripped = [line.strip() for line in lines]
    joined = [glue.join(stripped) for glue in (" ", "")]
    return any(map(words.any_stands_in, joined)) or (not is_hit and has_sure_marks(joined[0]))


def _bounded(text: str) -> Iterator[str]:
    """The lines, those that are too long cut at stamps and at blanks."""
    for line in text.split("\n"):
        if len(line) <= _MAX_LINE:
            yield line
            continue
        for piece in split_stamps(line).split("\n"):
            rest = piece
            while len(rest) > _MAX_LINE:
                at = rest.rfind(" ", _MAX_LINE // 2, _MAX_LINE) + 1 or _MAX_LINE
                yield rest[:at]
                rest = rest[at:]
            yield rest


def _flat_hits(lines: Sequence[str], backend: Backend, known: int) -> _Hits:
    """The hits in the lines joined in chunks, without their indentation, by a blank and by nothing."""
    stripped = [line.strip() for line in squeeze("\n".join(lines).encode()).split(b"\n")]
    firsts = range(0, max(1, len(lines) - _CHUNK // 2), _CHUNK // 2)
    places: set[tuple[int, int]] = set()
    for glue in (b" ", b"") if len(lines) > 1 else (b"",):
        chunks = [glue.join(stripped[first : first + _CHUNK]) for first in firsts]
        places.update((firsts[number], rule) for number, rule in _hits_of_lines(chunks, backend) if rule < known)
    return _Hits(places)


def _hits_of_lines(lines: Sequence[bytes], backend: Backend) -> set[tuple[int, int]]:
    """(number of the line, rule) of every hit, and of signs of other forms."""
    hits = backend.scan(b"\n".join(lines))
    if not hits:
        return set()
    ends = [0, *accumulate(len(line) + 1 for line in lines)]
    return {(bisect_right(ends, place - 1) - 1, rule) for place, rule in hits}


def _windows(lines: list[str], hits: _Hits) -> list[str]:
    """The lines around hits; an empty line stands where some are left out."""
    out: list[str] = []
    total = behind = 0
    for first in sorted({first for first, _ in hits.places}):
        begin, end = max(first - _AROUND, behind), min(first + _CHUNK + _AROUND, len(lines))
        out += [""] * (bool(out) and begin > behind)
        for line in lines[begin:end]:
            total += len(line) + 1
            if total > _MAX_WINDOWS:
                return out
            out.append(line)
        behind = max(behind, end)
    return out


def _cut_at_hits(lines: list[str], matchers: Matchers, backend: Backend) -> str:
    """The lines, those that are hit cut where the messages of the matchers that hit them begin."""
    data = "".join(f"{line}\n" for line in lines).encode()
    numbers = dict(
        zip(accumulate((len(line) + 1 for line in data.split(b"\n")), initial=0), range(len(lines)), strict=False)
    )
    hit: dict[int, set[int]] = {}
    for start, matcher, _step in candidates(Block(data, 0, len(data)), backend, matchers.rules):
        hit.setdefault(numbers[start], set()).add(matcher)
    out = list(lines)
    for number, indexes in hit.items():
        if len(out[number]) >= _SHORTEST_DUMP:
            out[number] = split_messages(
                out[number], [matchers.starts_of(index) for index in sorted(indexes)[:_MAX_ASKED]]
            )
    return "\n".join(out)
