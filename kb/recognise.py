"""From a pasted text to the articles that explain it."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.book import Book
from kb.entry import Article
from kb.template import Values, fill, values_of
from matchers.engine import MatcherSet, scan_text
from matchers.match import Match

MAX_PASTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """One article that explains the paste, and the match that says so, filled values included."""

    article: Article
    match: Match
    values: Values

    def summary(self, language: str) -> str:
        """What it is, in a sentence."""
        return fill(self.article.summary.best(language) or "", self.values).strip()


def recognise(book: Book, paste: bytes) -> list[Answer]:
    """What the matchers recognise in a paste: one answer per entry, most specific first, the beaten behind the winner.

    At most `MAX_PASTE` bytes are looked at; the caller says so when it cut more.
    """
    best: dict[str, Match] = {}
    for match in scan_text(book.matchers, paste[:MAX_PASTE], paste=True):
        known = best.get(match.entry)
        if not match.recovery and (known is None or _telling(match) > _telling(known)):
            best[match.entry] = match
    answers = []
    for match in _ordered(list(best.values()), book.matchers):
        article = book.article(match.entry)
        if article is not None:
            answers.append(Answer(article, match, values_of(article, match.fields)))
    return answers


def _telling(match: Match) -> tuple[int, int, int]:
    return -match.order, match.weight, len(match.fields)  # of one entry, the matcher its author put first


def _ordered(matches: list[Match], matchers: MatcherSet) -> list[Match]:
    """By weight, then as they stand in the text; each match is moved behind those that win over it."""
    waiting = sorted(matches, key=lambda match: (-match.weight, match.offset))
    ordered: list[Match] = []
    while waiting:
        free = (
            match
            for match in waiting
            if not any(matchers.wins(other.entry, match.entry) for other in waiting if other is not match)
        )
        chosen = next(free, waiting[0])
        waiting.remove(chosen)
        ordered.append(chosen)
    return ordered


def answer_json(answers: Sequence[Answer], language: str) -> dict[str, object]:
    """The one object that `lookup --json` and the API give."""
    return {
        "matches": [
            {
                "entry": each.article.id,
                "title": each.article.title_in(language),
                "url": f"/entries/{each.article.id}",
                "matcher": each.match.matcher,
                "fields": each.match.fields,
                "text": each.match.text,
                "verdict": None,
            }
            for each in answers
        ],
        "suggestions": [],
    }
