"""From a pasted text to the articles that explain it."""

import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass

from kb.book import Book
from kb.entry import Article
from kb.template import Values, fill, values_of
from matchers.blocks import Backend
from matchers.engine import MatcherSet
from matchers.fieldtypes import Value
from matchers.match import Match
from matchers.repair import Trust
from matchers.repair.pasted import Finding, Reading, scan_paste

MAX_PASTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """One article that explains the paste, and the match that says so, filled values included.

    `blacked_out` are fields whose values the paste hides (`xxx`, `<redacted>`); they are not among those of the match.
    """

    article: Article
    match: Match
    values: Values
    blacked_out: frozenset[str] = frozenset()

    @property
    def fields(self) -> dict[str, Value | None]:
        """The match's fields, and those that were blacked out as None."""
        return {**self.match.fields, **dict.fromkeys(sorted(self.blacked_out))}

    def summary(self, language: str) -> str:
        """What it is, in a sentence."""
        return fill(self.article.summary.best(language) or "", self.values).strip()


def recognise(book: Book, paste: bytes) -> list[Answer]:
    """What the matchers recognise in a paste: one answer per entry, most specific first, the beaten behind the winner.

    What quoting, line wraps, lost newlines and the like hide is undone (see docs/pastes.md). At most `MAX_PASTE` bytes
    are looked at; the caller says so when it cut more.
    """
    best: dict[str, Finding] = {}
    for reading in scan_paste(book.matchers, paste[:MAX_PASTE], _backend_of(book.matchers)):
        found = _most_telling(reading)
        if reading.trust is Trust.BETTER:  # it tells whether a line is there that an earlier reading did not see
            best = {entry: known for entry, known in best.items() if entry in found or not known.needs_absence}
        for entry, finding in found.items():
            known = best.get(entry)
            if known is None or _is_better(finding, known, reading.trust):
                best[entry] = finding
    answers = []
    for finding in _ordered(list(best.values()), book.matchers):
        match = finding.match
        article = book.article(match.entry)
        if article is not None:
            answers.append(Answer(article, match, values_of(article, match.fields), finding.blacked_out))
    return answers


_threads = threading.local()


def _backend_of(matchers: MatcherSet) -> Backend:
    """This thread's backend for these matchers: to make one costs more than to use it."""
    kept: tuple[weakref.ref[MatcherSet], Backend] | None = getattr(_threads, "kept", None)
    if kept is None or kept[0]() is not matchers:
        kept = _threads.kept = (weakref.ref(matchers), matchers.new_backend())
    return kept[1]


def _most_telling(reading: Reading) -> dict[str, Finding]:
    """Of one reading, the finding of each entry that says most; of equals the first."""
    best: dict[str, Finding] = {}
    for finding in reading.findings:
        known = best.get(finding.match.entry)
        if not finding.match.recovery and (known is None or _telling(finding.match) > _telling(known.match)):
            best[finding.match.entry] = finding
    return best


def _telling(match: Match) -> tuple[int, int, int]:
    return -match.order, match.weight, len(match.fields)  # of one entry, the matcher its author put first


def _is_better(finding: Finding, known: Finding, trust: Trust) -> bool:
    """Whether a later reading's finding takes the place of an earlier one's."""
    one, other = finding.match, known.match
    if one.order < other.order:
        return True
    more = len(one.fields) + len(finding.blacked_out) - len(other.fields) - len(known.blacked_out)
    if trust is Trust.BETTER:
        return more >= 0
    heavier = one.order == other.order and one.weight > other.weight
    return more >= 0 and heavier if trust is Trust.GUESS else more > 0 or (more == 0 and heavier)


def _ordered(findings: list[Finding], matchers: MatcherSet) -> list[Finding]:
    """By weight, then as they stand in the text; each one is moved behind those that win over it."""
    waiting = sorted(findings, key=lambda finding: (-finding.match.weight, finding.place))
    ordered: list[Finding] = []
    while waiting:
        free = (
            each
            for each in waiting
            if not any(matchers.wins(other.match.entry, each.match.entry) for other in waiting if other is not each)
        )
        chosen = next(free, waiting[0])
        waiting.remove(chosen)
        ordered.append(chosen)
    return ordered


def answer_json(answers: Sequence[Answer], language: str) -> dict[str, object]:
    """The one object that `lookup --json` and the API give; a value that the paste hides is null."""
    return {
        "matches": [
            {
                "entry": each.article.id,
                "title": each.article.title_in(language),
                "url": f"/entries/{each.article.id}",
                "matcher": each.match.matcher,
                "fields": each.fields,
                "text": each.match.text,
                "verdict": None,
            }
            for each in answers
        ],
        "suggestions": [],
    }
