"""The scan: a stream of bytes in, matches out, in the order of the stream and however the bytes are cut.

    feed(bytes) -> blocks of whole lines -> candidate lines (one pass for all matchers) -> records around them
                -> confirmed matches -> of one record, the one that wins

Only lines that an expression of the scan hits are decoded and opened. A block reaches up to `MAX_BYTES` from its
candidate and the record of its last line as far again, so a candidate waits until twice that much of the stream is
there (or the stream ends), and twice that much is kept behind it. A match waits until no later candidate can reach back
to its lines: only then is its place in the order certain, and that no other entry wins over it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from matchers.blocks import Backend, Block, BlockLines, Bytes, Candidate, LineCutter, candidates
from matchers.confirm import Found, LoadedMatcher, entry_of
from matchers.correlate import Correlator
from matchers.envelopes import Message
from matchers.match import Match
from matchers.records import MAX_BYTES, Page
from matchers.referee import Referee

MAX_LINE_BYTES = 1 << 20
"""What is looked at of a line; the rest of a longer one is skipped and counted."""


class MatcherSet:
    """The matchers of all entries, each made ready when it is first hit. Reading from several threads is safe."""

    def __init__(
        self,
        row_of: Callable[[int], str],
        count: int,
        rules: Sequence[tuple[int, int]],
        beats: Mapping[str, Sequence[str]],
        own_backend: Callable[[], Backend],
    ) -> None:
        self._row_of = row_of
        self._loaded: dict[int, LoadedMatcher] = {}
        self.count = count
        self.rules = rules
        self.beats = beats
        self.own_backend = own_backend
        """The backend of the thread that asks: it serves no other, and costs more to make than ten scans of a paste."""

    def of_entry(self, entry: str) -> range:
        """The indices of an entry's matchers."""
        return self._ranges.get(entry, range(0))

    @cached_property
    def _ranges(self) -> Mapping[str, range]:
        ranges: dict[str, range] = {}
        for index in range(self.count):
            entry = entry_of(self._row_of(index))
            ranges[entry] = range(ranges[entry].start if entry in ranges else index, index + 1)
        return ranges

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
        self._paste = paste
        self._cutter = LineCutter(max_line_bytes)
        self._correlator = Correlator()
        self._referee = Referee(matchers.wins, keep_beaten=paste if keep_beaten is None else keep_beaten)
        # The page in work: bytes kept from before, their place in the stream, and the candidates that wait for more.
        self._kept = b""
        self._offset = 0
        self._number = 1
        self._cuts: list[tuple[int, int]] = []
        self._kept_lines = 0
        self._waiting: list[Candidate] = []
        self._taken: dict[int, set[tuple[int, int]]] = {}

    @property
    def lines_cut(self) -> int:
        """How many lines were longer than what is looked at."""
        return self._cutter.lines_cut

    def feed(self, data: Bytes, size: int | None = None) -> Iterator[Match]:
        """Take more of the stream, the first `size` bytes of `data`; yields the matches that are certain by now.

        Consume what it yields before `data` is changed: nothing of it is kept afterwards.
        """
        for block in self.split(data, size):
            yield from self.take(block, self.find(block))

    def finish(self) -> Iterator[Match]:
        """The stream is over (a last line without newline counts); yields what was still waiting."""
        block = self._cutter.close() if self._cutter.is_open else Block(b"", 0, 0)
        yield from self.take(block, self.find(block), last=True)

    def split(self, data: Bytes, size: int | None = None) -> Iterator[Block]:
        """The blocks of whole lines that the next piece of the stream completes; the rest is kept for the next."""
        size = len(data) if size is None else size
        for at in range(0, size, self._cutter.max_line_bytes):
            yield from self._cutter.take(data, at, min(at + self._cutter.max_line_bytes, size))

    def find(self, block: Block) -> list[Candidate]:
        """The candidates of a block, in order. It changes nothing: any thread may."""
        return candidates(block, self._matchers.own_backend(), self._matchers.rules)

    def take(self, block: Block, found: Sequence[Candidate], *, last: bool = False) -> Iterator[Match]:
        """Take the next block with its candidates. Positions in the page count from what is kept of before."""
        shift = len(self._kept) - block.begin
        self._cuts += [(at + shift, lost) for at, lost in block.cuts]
        lines = BlockLines(block, self._number + self._kept_lines, self._stream_offset(block.begin + shift))
        for start, index, step in found:
            matcher = self._matchers[index]
            if not (matcher.is_single and self._try_alone(matcher, start, lines)):
                self._waiting.append((start + shift, index, step))
        reached = block.end + shift
        if self._waiting:
            page = Page(self._kept + block.data[block.begin : block.end], self._offset, self._number, self._cuts)
            reached = self._try_waiting(page, last=last)
        yield from self._release(None if last else self._stream_offset(max(0, reached - MAX_BYTES)))
        self._keep(lines, shift, reached - 2 * MAX_BYTES)

    @property
    def offset(self) -> int:
        """How many bytes of the stream it was given."""
        return self._stream_offset(len(self._kept)) + self._cutter.open_bytes

    @property
    def is_waiting(self) -> bool:
        """Whether candidates wait for what follows: then nothing may be left out."""
        return bool(self._waiting)

    def jump(self, context: bytes, offset: int, number: int) -> Iterator[Match]:
        """Go on at the line `number`, which begins at the stream's `offset`; what was left out holds no candidates.

        `context` is the whole lines before it, as far back as a record can reach (2 * `MAX_BYTES`) or to the stream's
        beginning. Only while nothing is waiting, and with no line begun.
        """
        lines = context.count(b"\n")
        yield from self._release(max(0, offset - MAX_BYTES))
        self._kept, self._kept_lines = context, lines
        self._offset, self._number = offset - len(context), number - lines
        self._cuts = []
        self._taken = {}

    def _release(self, certain_to: int | None) -> Iterator[Match]:
        """The matches that are certain now: those that end before a place in the stream, or all."""
        return self._referee.release(certain_to)

    def _stream_offset(self, position: int) -> int:
        return self._offset + position + sum(lost for at, lost in self._cuts if at <= position)

    def _try_alone(self, matcher: LoadedMatcher, start: int, lines: BlockLines) -> bool:
        """Try a matcher that needs nothing but the line itself; False where more has to be known."""
        message, raw = lines.open(start)
        if message.escaped or lines.is_cut:
            return False
        text = message.lines[0]
        if not message.layers and matcher.source.is_continuation(text):
            return False  # the line that it continues tells its time
        if self._paste or matcher.source.accepts(message.program):
            hit = matcher.fit(text)
            if hit is not None:
                self._referee.add(lines.match(matcher, message, raw, *hit))
        return True

    def _try_waiting(self, page: Page, *, last: bool) -> int:
        """Try the candidates around which enough of the stream is known; the position in the page that was reached."""
        ready_to = len(page.data) if last else len(page.data) - 2 * MAX_BYTES
        done = 0
        for start, matcher, step in self._waiting:
            if start >= ready_to or page.data.index(b"\n", start) >= ready_to:
                break
            self._try(matcher, -step, start, page)
            done += 1
        del self._waiting[:done]
        return self._waiting[0][0] if self._waiting else len(page.data)

    def _try(self, index: int, step: int, start: int, page: Page) -> None:
        matcher = self._matchers[index]
        taken = self._taken.setdefault(index, set())
        line = page.line_at(start)
        for part in line.parts():
            found = matcher.confirm(part, page, step, any_source=self._paste, taken=taken)
            if found is None:
                continue
            if matcher.kind != "sequence":  # there one line may be the last step of one and the first of the next
                taken.update(each.key for each in found.parts)
            match = self._correlated(index, step, matcher, found, page)
            if match is not None:
                self._referee.add(match)
            if matcher.kind == "keys" and line.message.pairs:
                return  # every part of it would show the same pairs

    def _correlated(self, index: int, step: int, matcher: LoadedMatcher, found: Found, page: Page) -> Match | None:
        at = page.stamped(found.parts[0], matcher.source)
        match = make_match(matcher, found, page, at)
        if matcher.kind == "sequence":
            return self._correlator.sequence(matcher, step, match, at)
        if matcher.threshold is None or (self._paste and not matcher.threshold.hold):
            return match
        times = found.parts[0].line.message.repeated
        return self._correlator.threshold(matcher, match, at, times)

    def _keep(self, lines: BlockLines, shift: int, start: int) -> None:
        """Drop what no record can reach back to any more: everything before the line at `start` of the page."""
        block, kept = lines.block, len(self._kept)
        total = lines.number_at(block.end)
        if start >= kept:
            cut = max(block.data.rfind(b"\n", block.begin, max(start - shift, block.begin)) + 1, block.begin)
            number = lines.number_at(cut)
            rest, cut = bytes(block.data[cut : block.end]), cut + shift
        else:
            cut = self._kept.rfind(b"\n", 0, max(0, start)) + 1
            number = self._number + self._kept.count(b"\n", 0, cut)
            rest = self._kept[cut:] + block.data[block.begin : block.end]
        self._move(rest, cut, number, total)

    def _drop(self, cut: int) -> None:
        """Drop what is kept before the line at `cut` of the page."""
        number = self._number + self._kept.count(b"\n", 0, cut)
        self._move(self._kept[cut:], cut, number, self._number + self._kept_lines)

    def _move(self, rest: bytes, cut: int, number: int, total: int) -> None:
        """The page begins at its position `cut`, with line `number` of `total`, from now on, and holds `rest`."""
        self._offset = self._stream_offset(cut)
        self._kept, self._number, self._kept_lines = rest, number, total - number
        self._cuts = [(at - cut, lost) for at, lost in self._cuts if at >= cut]
        self._waiting = [(at - cut, matcher, step) for at, matcher, step in self._waiting]
        if self._taken:
            shifted = (
                (matcher, {(at - cut, index) for at, index in taken if at >= cut})
                for matcher, taken in self._taken.items()
            )
            self._taken = {matcher: taken for matcher, taken in shifted if taken}


def make_match(matcher: LoadedMatcher, found: Found, page: Page, at: Message) -> Match:
    """The match that `found` is, with its place in the stream; `at` is the message that tells time and host."""
    lines = list({part.line.start: part.line for part in found.parts}.values())
    start, end = lines[0].start, lines[-1].end
    contiguous = lines[-1].number - lines[0].number == len(lines) - 1
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
        lines=tuple(page.stream_offset(line.start) for line in lines),
    )


def scan_text(
    matchers: MatcherSet, text: bytes, *, paste: bool = False, keep_beaten: bool | None = None
) -> list[Match]:
    """Every match in a whole text, in its order."""
    scanner = Scanner(matchers, paste=paste, keep_beaten=keep_beaten)
    return [*scanner.feed(text), *scanner.finish()]
