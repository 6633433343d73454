"""The scan of a paste: as it is, then whatever its damages hide.

    paste -> as it is -> cleaned -> unescaped                     where there are signs
          -> lines cut and joined around hits                     where a message stands in no single line
          -> each of these again, marks taken for values          where values are blacked out

A text that shows no sign and in which no message stands costs its signs and two more passes of the scan.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from matchers.blocks import Backend
from matchers.confirm import LoadedMatcher
from matchers.engine import MatcherSet, Scanner
from matchers.match import Match
from matchers.repair import MAX_REPAIRED, Trust, Variant, encoding, escapes, marks, repairs
from matchers.repair.reflow import reflowed
from matchers.repair.starts import Starts
from matchers.repair.tolerant import TolerantSet, needs_absence

__all__ = ["MAX_READINGS", "Finding", "Reading", "scan_paste"]

MAX_READINGS: Final = 20
"""Ten texts at most, each of them perhaps once more with marks taken for values."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A match in one reading of a paste. `place` is where it stands in the text, from 0 (the begin) to 1 (the end).

    `blacked_out` are fields whose value the text hides; they are not among the match's fields. `needs_absence`: the
    matcher also asks that something is not there, which a reading that finds fewer lines cannot tell.
    """

    match: Match
    place: float
    blacked_out: frozenset[str] = frozenset()
    needs_absence: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What one scan of the paste found, what had been undone before, and what it is worth beside earlier readings."""

    findings: tuple[Finding, ...]
    undone: tuple[str, ...]
    trust: Trust


def scan_paste(matchers: MatcherSet, paste: bytes) -> Iterator[Reading]:
    """The paste as it is, then its repaired variants, `MAX_READINGS` at most; most matches are found in several.

    The match of a repaired variant has the repaired text as evidence and says that it is `assembled`.
    """
    ready = _Ready(matchers, matchers.own_backend())
    data = encoding.to_utf8(paste)
    recoded = () if data is paste else (encoding.NAME,)
    yield _read(ready, data, recoded, Trust.EQUAL)
    variants = [Variant(data.decode("utf-8", "replace")[:MAX_REPAIRED], recoded)]
    for variant in repairs(variants[0]):
        variants.append(variant)
        yield _read(ready, variant.text.encode(), variant.undone, variant.trust)
    tolerating = TolerantSet(ready, ready.backend) if any(marks.signs(each.text) for each in variants) else None
    for variant in _reflowed(variants, ready, tolerating):
        variants.append(variant)
        yield _read(ready, variant.text.encode(), variant.undone, variant.trust)
    if tolerating is not None:
        for variant in variants:
            yield _read(tolerating, variant.text.encode(), (*variant.undone, marks.NAME), _worth(variant))


def _reflowed(variants: Sequence[Variant], ready: "_Ready", tolerating: TolerantSet | None) -> Iterator[Variant]:
    """The last of the variants with its lines joined and cut.

    Whether wraps were put into escapes or escapes around wraps is not known: where escapes were undone, wraps are also
    undone in the text before that.
    """
    base, before = variants[-1], variants[-2:-1]
    sure = tolerating is not None and marks.has_sure_marks(base.text)
    backend = tolerating.own_backend() if tolerating is not None and sure else ready.backend
    yield from reflowed(base, ready, backend)
    if escapes.NAME in base.undone:
        for variant in before:
            yield from reflowed(variant, ready, backend, only_wraps=True)


def _worth(variant: Variant) -> Trust:
    """What a reading of the variant is worth that takes marks for values: three points may also end a sentence."""
    doubtful = marks.has_marks(variant.text) and not marks.has_sure_marks(variant.text)
    return Trust.EQUAL if doubtful and variant.trust is Trust.BETTER else variant.trust


def _read(matchers: "_Ready | TolerantSet", data: bytes, undone: tuple[str, ...], trust: Trust) -> Reading:
    scanner = Scanner(matchers, paste=True)
    matches = [*scanner.feed(data), *scanner.finish()]
    marked = bool(matches) and marks.has_sure_marks(data.decode("utf-8", "replace"))
    findings = []
    for match in matches:
        hidden, absence = matchers.notes_on(match)
        shown = _without_marks(match) if marked else match
        if undone and not shown.assembled:
            shown = replace(shown, assembled=True)
        place = match.offset / (len(data) + 1)
        findings.append(Finding(shown, place, hidden | (match.fields.keys() - shown.fields.keys()), absence))
    return Reading(tuple(findings), undone, trust)


def _without_marks(match: Match) -> Match:
    """The match without values that are nothing but a mark: `xxx` may be an interface's name, but is not."""
    hidden = {name for name, value in match.fields.items() if isinstance(value, str) and marks.is_mark(value)}
    return replace(match, fields={name: match.fields[name] for name in match.fields if name not in hidden})


class _Ready(MatcherSet):
    """A set of matchers with one backend for all scans of a paste, and what they found so far."""

    def __init__(self, matchers: MatcherSet, backend: Backend) -> None:
        super().__init__(matchers._row_of, matchers.count, matchers.rules, matchers.beats, lambda: backend)
        self.backend = backend
        self._shared = matchers
        self._tried: dict[int, LoadedMatcher] = {}
        self._starts: dict[int, Starts] = {}
        self._said_all: set[tuple[str, str]] = set()

    def __getitem__(self, index: int) -> LoadedMatcher:
        matcher = self._tried[index] = self._shared[index]
        return matcher

    def notes_on(self, match: Match) -> tuple[frozenset[str], bool]:
        """`Finding.blacked_out` and `needs_absence` of a match of this set."""
        own = [each for each in self._tried.values() if (each.entry, each.name) == (match.entry, match.matcher)]
        if any(match.fields.keys() >= {name for name in each.types if "." not in name} for each in own):
            self._said_all.add((match.entry, match.matcher))
        return frozenset(), any(map(needs_absence, own))

    def said_all(self, matcher: LoadedMatcher) -> bool:
        """Whether a match of it was found in which no field is missing."""
        return (matcher.entry, matcher.name) in self._said_all

    def starts_of(self, index: int) -> Starts:
        """The first words of a matcher's messages."""
        found = self._starts.get(index)
        if found is None:
            found = self._starts[index] = Starts(self._row_of(index))
        return found
