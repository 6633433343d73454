"""From a pasted text to the articles that explain it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb.book import Book
from kb.entry import Article
from kb.ranking import telling
from kb.template import Values, fill, values_of
from matchers.engine import MatcherSet, scan_text
from matchers.fieldtypes import Value
from matchers.match import Match

if TYPE_CHECKING:
    from kb.verdict import Verdict

MAX_PASTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """One article that explains the paste, and the match that says so, filled values included.

    `blacked_out` are fields whose values the paste hides (`xxx`, `<redacted>`); they are not among those of the match.
    `verdict` is None where the entry names no affected versions.
    """

    article: Article
    match: Match
    values: Values
    blacked_out: frozenset[str] = frozenset()
    verdict: "Verdict | None" = None

    @property
    def fields(self) -> dict[str, Value | None]:
        """The match's fields, and those that were blacked out as None."""
        return {**self.match.fields, **dict.fromkeys(sorted(self.blacked_out))}

    def summary(self, language: str) -> str:
        """What it is, in a sentence."""
        return fill(self.article.summary.best(language) or "", self.values).strip()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One article that search offers for a text, and how much of the text it knows (0 to 1)."""

    article: Article
    score: float

    def row(self, language: str) -> dict[str, object]:
        """A row of `search --json`, and of `suggestions`."""
        return {
            "entry": self.article.id,
            "title": self.article.title_in(language),
            "url": f"/entries/{self.article.id}",
            "score": round(self.score, 4),
        }


def recognise(book: Book, paste: bytes) -> list[Answer]:
    """What the matchers recognise in a paste: one answer per entry, most specific first, the beaten behind the winner.

    What quoting, line wraps, lost newlines and the like hide is undone (see docs/pastes.md). At most `MAX_PASTE` bytes
    are looked at; the caller says so when it cut more.
    """
    paste = paste[:MAX_PASTE]
    answers = []
    for match, blacked_out in _ordered(_found(book.matchers, paste), book.matchers):
        article = book.article(match.entry)
        if article is not None:
            answers.append(Answer(article, match, values_of(article, match.fields), blacked_out))
    return _judged(answers, paste)


def _judged(answers: list[Answer], paste: bytes) -> list[Answer]:
    """The same with their verdicts by what the paste tells of versions, which is read only where one needs it."""
    if not any(each.ranges for answer in answers for each in answer.article.affected):
        return answers
    from kb.facts import facts_in, narrowed  # noqa: PLC0415 - most of what is asked has no versions
    from kb.verdict import has_ranges, judge  # noqa: PLC0415

    facts = facts_in(paste.decode("utf-8", "replace"))
    return [
        replace(each, verdict=judge(each.article, narrowed(facts, each.match.text)))
        if has_ranges(each.article)
        else each
        for each in answers
    ]


_Found = tuple[Match, frozenset[str]]


def _found(matchers: MatcherSet, paste: bytes) -> list[tuple[float, _Found]]:
    """(where in the paste, what) of the best match of each entry."""
    best: dict[str, Match] = {}
    for match in scan_text(matchers, paste, paste=True):
        known = best.get(match.entry)
        if not match.recovery and (known is None or telling(match) > telling(known)):
            best[match.entry] = match
    if best and _is_whole(paste):
        return [(match.offset, (match, frozenset())) for match in best.values()]
    from kb.damaged import best_findings  # noqa: PLC0415 - 30 ms that an undamaged paste need not wait for

    return [(each.place, (each.match, each.blacked_out)) for each in best_findings(matchers, paste)]


_STAMPED = re.compile(
    rb"(?:(?:\[ *\d+\.\d{6}\]|(?:<\d+>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)"
    rb"[^\n]*\n?|\n)++\Z"
)
# Of each sign a text that must be there, which is looked for first, and the sign where that alone is none.
_SIGNS: tuple[tuple[bytes, re.Pattern[bytes] | None], ...] = (
    *((sign, None) for sign in (b"\x1b", b"\r", b"`", b"=3D", b"=\n", b"xx", b"XX", b"x.x", b"***", b"REDACT")),
    (b"&", re.compile(rb"&(?:[a-z]{2,6}|#)")),
    (b"<", re.compile(rb"<(?!(?:info|warn|error|debug|trace)>)(?:p|[a-z]{2,9})>")),
    (b"\\", re.compile(rb"\\[ntru\"x]")),
    (b"#0", re.compile(rb"#0\d\d")),
    (b"...", re.compile(rb"\.\.\.(?<![a-z]{4}\.\.\.)")),
    (b"  ", re.compile(rb"  (?<=\S  )\S+  \S+  \S")),
    (b":", re.compile(rb":(?<![/0-9a-f][0-9a-f]{4}:)(?<=[0-9a-f]{4}:)[0-9a-f]{2}:[0-9a-f]{2}(?![.0-9a-f])")),
)


def _is_whole(paste: bytes) -> bool:
    """Whether the paste is a log as it stood: several lines, each with its stamp, and no sign of damage."""
    lines = paste.strip().count(b"\n") + 1
    if lines == 1 or not paste.isascii() or _STAMPED.match(paste) is None:
        return False
    return not any(text in paste and (sign is None or sign.search(paste)) for text, sign in _SIGNS)


def _ordered(found: list[tuple[float, _Found]], matchers: MatcherSet) -> list[_Found]:
    """By weight, then as they stand in the text; each one is moved behind those that win over it."""
    waiting = [each for _place, each in sorted(found, key=lambda one: (-one[1][0].weight, one[0]))]
    ordered: list[_Found] = []
    while waiting:
        free = (
            each
            for each in waiting
            if not any(matchers.wins(other[0].entry, each[0].entry) for other in waiting if other is not each)
        )
        chosen = next(free, waiting[0])
        waiting.remove(chosen)
        ordered.append(chosen)
    return ordered


def answer_json(answers: Sequence[Answer], language: str, suggestions: Sequence[Suggestion] = ()) -> dict[str, object]:
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
                "verdict": each.verdict.state if each.verdict else None,
            }
            for each in answers
        ],
        "suggestions": [each.row(language) for each in suggestions],
    }
