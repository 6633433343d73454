"""The scan: a stream of bytes in, matches out, in the order of the stream and however the bytes are cut.

    feed(bytes) -> blocks of whole lines -> candidate lines (one pass for all matchers) -> records around them
                -> confirmed matches -> of one record, the one that wins

Only lines that an expression of the scan hits are decoded and opened. A block reaches up to `MAX_BYTES` from its
candidate and the record of its last line as far again, so a candidate waits until twice that much of the stream is
there (or the stream ends), and twice that much is kept behind it. A match waits until no later candidate can reach back
to its lines: only then is its place in the order certain, and that no other entry wins over it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from matchers.confirm import Found, LoadedMatcher
from matchers.correlate import Correlator
from matchers.cutter import LineCutter, undo_escapes
from matchers.envelopes import Message
from matchers.match import Match
from matchers.records import MAX_BYTES, Page, line_index, line_starts
from matchers.referee import Referee

MAX_LINE_BYTES = 1 << 20
"""What is looked at of a line; the rest of a longer one is skipped and counted."""

_MIN_BLOCK = MAX_BYTES  # less is not worth a pass: no candidate is certain before twice that much follows it


class Backend(Protocol):
    """Names candidate positions in a block: every hit as (end, rule)."""

    def scan(self, data: bytes) -> list[tuple[int, int]]:
        """All hits, in any order; one line may be hit many times."""


class MatcherSet:
    """The matchers of all entries, each made ready when it is first hit. Reading from several threads is safe."""

    def __init__(
        self,
        row_of: Callable[[int], str],
        count: int,
        rules: Sequence[tuple[int, int]],
        beats: Mapping[str, Sequence[str]],
        new_backend: Callable[[], Backend],
    ) -> None:
        self._row_of = row_of
        self._loaded: dict[int, LoadedMatcher] = {}
        self.count = count
        self.rules = rules
        self.beats = beats
        self.new_backend = new_backend

    def __getitem__(self, index: int) -> LoadedMatcher:
        loaded = self._loaded.get(index)
        if loaded is None:
            loaded = self._loaded[index] = LoadedMatcher(self._row_of(index))
        return loaded

    def wins(self, one: str, other: str) -> bool:
        """Whether entry `one` beats entry `other`, directly or through others."""
        seen, waiting = set[str](), [one]
        while waiting:
            for beaten in self.beats.get(waiting.pop(), ()):
                if beaten == other:
                    return True
                if beaten not in seen:
                    seen.add(beaten)
                    waiting.append(beaten)
        return False


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line (by its position in the page) that a rule of the scan hit."""

    start: int
    matcher: int
    step: int

    @property
    def order(self) -> tuple[int, int, int]:
        """The order in which they are tried: a line ends one sequence before it begins the next."""
        return self.start, self.matcher, -self.step


class Scanner:
    """Recognises problems in one stream. Not thread-safe; feed it bytes, then finish it.

    With `paste` the text comes from a person: nothing says reliably which program printed a line, so every matcher is
    tried on every line, thresholds that do not `hold` answer at once, and matches that another entry beats are kept
    (`keep_beaten` says otherwise).
    """

    def __init__(
        self,
        matchers: MatcherSet,
        *,
        paste: bool = False,
        keep_beaten: bool | None = None,
        max_line_bytes: int = MAX_LINE_BYTES,
    ) -> None:
        self._matchers = matchers
        self._backend = matchers.new_backend()
        self._paste = paste
        self._cutter = LineCutter(max_line_bytes)
        self._correlator = Correlator()
        self._referee = Referee(matchers.wins, keep_beaten=paste if keep_beaten is None else keep_beaten)
        # The page in work: bytes kept from before, their place in the stream, and the candidates that wait for more.
        self._kept = b""
        self._offset = 0
        self._number = 1
        self._cuts: list[tuple[int, int]] = []
        self._waiting: list[_Candidate] = []
        self._taken: dict[int, set[tuple[int, int]]] = {}

    @property
    def lines_cut(self) -> int:
        """How many lines were longer than what is looked at."""
        return self._cutter.lines_cut

    def feed(self, data: bytes) -> Iterator[Match]:
        """Take more of the stream; yields the matches that are certain by now."""
        for at in range(0, len(data), self._cutter.max_line_bytes):
            self._cutter.take(data[at : at + self._cutter.max_line_bytes])
            if self._cutter.ready_bytes >= _MIN_BLOCK:
                yield from self._take_block(*self._cutter.block(), last=False)

    def finish(self) -> Iterator[Match]:
        """The stream is over (a last line without newline counts); yields what was still waiting."""
        self._cutter.close()
        yield from self._take_block(*self._cutter.block(), last=True)

    def _take_block(self, block: bytes, cuts: list[tuple[int, int]], *, last: bool) -> Iterator[Match]:
        shift = len(self._kept)
        self._cuts += [(at + shift, lost) for at, lost in cuts]
        self._waiting += self._candidates(block, shift)
        page = Page(self._kept + block, self._offset, self._number, self._cuts)
        ready_to = len(page.data) if last else len(page.data) - 2 * MAX_BYTES
        done = 0
        for candidate in self._waiting:
            if candidate.start >= ready_to or page.data.index(b"\n", candidate.start) >= ready_to:
                break
            self._try(candidate, page)
            done += 1
        del self._waiting[:done]
        reached = self._waiting[0].start if self._waiting else len(page.data)
        certain_to = None if last else page.stream_offset(max(0, reached - MAX_BYTES))
        yield from self._referee.release(certain_to)
        self._keep(page, reached - 2 * MAX_BYTES)

    def _candidates(self, block: bytes, shift: int) -> list[_Candidate]:
        """The lines of a block that a rule hits, in order, `shift` added to their positions."""
        lines = {(block.rfind(b"\n", 0, end - 1) + 1, rule) for end, rule in self._backend.scan(block)}
        lines.update(self._escaped_hits(block))
        found = {_Candidate(start + shift, *self._matchers.rules[rule]) for start, rule in lines}
        return sorted(found, key=lambda candidate: candidate.order)

    def _escaped_hits(self, block: bytes) -> Iterator[tuple[int, int]]:
        """(line start, rule) of hits in the block with its escapes undone."""
        undone = undo_escapes(block)
        hits = [] if undone is block else self._backend.scan(undone)
        if not hits:
            return
        newlines, undone_newlines = line_starts(block), line_starts(undone)
        for end, rule in hits:
            index = line_index(undone_newlines, end - 1)
            yield (newlines[index - 1] + 1 if index else 0), rule

    def _try(self, candidate: _Candidate, page: Page) -> None:
        matcher = self._matchers[candidate.matcher]
        taken = self._taken.setdefault(candidate.matcher, set())
        line = page.line_at(candidate.start)
        for part in line.parts():
            found = matcher.confirm(part, page, candidate.step, any_source=self._paste, taken=taken)
            if found is None:
                continue
            if matcher.kind != "sequence":  # there one line may be the last step of one and the first of the next
                taken.update(each.key for each in found.parts)
            match = self._correlated(candidate, matcher, found, page)
            if match is not None:
                self._referee.add(match)
            if matcher.kind == "keys" and line.message.pairs:
                return  # every part of it would show the same pairs

    def _correlated(self, candidate: _Candidate, matcher: LoadedMatcher, found: Found, page: Page) -> Match | None:
        at = page.stamped(found.parts[0], matcher.source)
        match = make_match(matcher, found, page, at)
        if matcher.kind == "sequence":
            return self._correlator.sequence(candidate.matcher, matcher, candidate.step, match, at)
        if matcher.threshold is None or (self._paste and not matcher.threshold.hold):
            return match
        times = found.parts[0].line.message.repeated
        return self._correlator.threshold(candidate.matcher, matcher, match, at, times)

    def _keep(self, page: Page, start: int) -> None:
        """Drop what no record can reach back to any more: everything before the line at `start`."""
        start = page.data.rfind(b"\n", 0, max(0, start)) + 1
        self._number = page.number_at(start)
        self._offset = page.stream_offset(start)
        self._kept = page.data[start:]
        self._cuts = [(at - start, lost) for at, lost in self._cuts if at >= start]
        self._waiting = [_Candidate(each.start - start, each.matcher, each.step) for each in self._waiting]
        shifted = (
            (matcher, {(at - start, index) for at, index in taken if at >= start})
            for matcher, taken in self._taken.items()
        )
        self._taken = {matcher: taken for matcher, taken in shifted if taken}


def make_match(matcher: LoadedMatcher, found: Found, page: Page, at: Message) -> Match:
    """The match that `found` is, with its place in the stream; `at` is the message that tells time and host."""
    lines = list({part.line.start: part.line for part in found.parts}.values())
    start, end = lines[0].start, lines[-1].end
    contiguous = page.data.count(b"\n", start, end) == len(lines) - 1
    plain = contiguous and not any(line.cut or line.message.escaped for line in lines)
    if plain:
        text = page.data[start:end].decode("utf-8", "replace")
    else:
        text = "\n".join(part.text if part.line.message.escaped else part.line.raw for part in found.parts)
    return Match(
        entry=matcher.entry,
        matcher=matcher.name,
        source=matcher.source.name,
        line=lines[0].number,
        offset=page.stream_offset(start),
        end=page.stream_offset(end),
        time=at.time.text if at.time else None,
        host=at.host,
        cursor=lines[0].message.cursor,
        fields=found.fields,
        text=text,
        assembled=not plain,
        record=matcher.record,
        recovery=matcher.recovery,
        weight=found.weight,
        order=matcher.order,
        lines=frozenset(page.stream_offset(line.start) for line in lines),
    )


def scan_text(
    matchers: MatcherSet, text: bytes, *, paste: bool = False, keep_beaten: bool | None = None
) -> list[Match]:
    """Every match in a whole text, in its order."""
    scanner = Scanner(matchers, paste=paste, keep_beaten=keep_beaten)
    return [*scanner.feed(text), *scanner.finish()]
