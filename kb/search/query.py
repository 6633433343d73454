"""What a reader typed or pasted, as concepts to look for. No syntax: nothing a text holds has a meaning here.

A query of one line is one clause. A pasted log is one clause for each line, so that a single line that says it all
counts as much as it would alone; stamps, hosts and programs are taken off, and lines that differ only in their values
are one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.search.errnos import named
from kb.search.stopwords import GREETINGS
from kb.search.tokens import Kind, Token, part_terms, stemmed, tokens
from kb.search.vocabulary import SAME
from matchers.envelopes import open_envelope

MAX_BYTES = 1 << 16
MAX_CLAUSES = 200
MAX_CONCEPTS = 48
"""Of one clause: a line of a log that is longer says nothing more."""
_WHOLE, _SAME, _PARTS, _HEAD, _LONE, _CHARACTERS, _AFFIRMED = 1.0, 0.95, 0.75, 0.6, 0.6, 0.5, 0.5
_VALUE_SHARE = 0.5
_CHINESE = ("chinese", "characters")
_NUMBER = re.compile(r"[0-9]+")

Option = tuple[tuple[str, ...], float]
"""Terms that must be there together (a part of them counts for a part), and what that is worth."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that is asked for.

    An entry knows it by any of the options, and by the fallback where no entry knows any of these. `share` scales its
    weight.
    """

    text: str
    kind: Kind
    options: tuple[Option, ...]
    fallback: Option | None = None
    share: float = 1.0

    @property
    def terms(self) -> Iterator[str]:
        """Every term of every option and of the fallback."""
        for terms, _worth in (*self.options, *([self.fallback] if self.fallback else [])):
            yield from terms


@dataclass(frozen=True, slots=True)
class Query:
    """Concepts in clauses; any clause may find an entry. `is_paste`: these are lines of a log, not a question."""

    clauses: tuple[tuple[Concept, ...], ...]
    is_paste: bool = False


def parse(text: str) -> Query:
    """The query of a text; no clauses where it has no word to look for."""
    lines = [line for line in text[:MAX_BYTES].splitlines() if line.strip()]
    if len(lines) <= 1:
        clause = _clause(_message(lines[0]) if lines else "")
        return Query((clause,) if clause else ())
    clauses: dict[str, tuple[Concept, ...]] = {}
    for line in lines:
        message = _message(line)
        shape = _NUMBER.sub("0", message)
        if shape not in clauses and len(clauses) < MAX_CLAUSES:
            clauses[shape] = _clause(message)
    return Query(tuple(filter(None, clauses.values())), is_paste=True)


def _message(line: str) -> str:
    """The line without what its log put around it; a line that is nothing else stays."""
    return " ".join(open_envelope(line).lines) or line


def _clause(text: str) -> tuple[Concept, ...]:
    text = named(text)
    found: dict[str, Concept] = {}
    for token, before, after in _with_neighbours(list(_joined(tokens(text)))):
        concept = _concept(token, before, after, text)
        found.setdefault(token.term, concept)
        if len(found) == MAX_CONCEPTS:
            break
    return () if found.keys() <= GREETINGS else tuple(found.values())


def _concept(token: Token, before: str, after: str, text: str) -> Concept:
    said = text[token.start : token.end]
    parts = tuple(part_terms(token))
    whole: Option = ((token.term,), _WHOLE)
    if token.kind == "errno":
        return Concept(said, token.kind, (whole, *(((part,), _WHOLE) for part in parts)))
    if token.kind == "value":
        heads = tuple(((part,), _SAME) for part in parts if part.isalpha())
        share = 1.0 if heads else _VALUE_SHARE
        return Concept(said, token.kind, (whole, *heads), share=share)
    if token.kind in ("chinese", "characters"):
        return _chinese(said, token, before, after)
    parts = tuple(part for part in parts if not part.isdigit()) or parts  # of file.c:477 the number may be another
    joined = (((stemmed("".join(token.parts)),), _SAME),) if len(token.parts) == 2 else ()
    whole_and_parts = ((parts, _PARTS if len(parts) > 1 else _HEAD),) if parts else ()
    return Concept(said, token.kind, (whole, *joined, *whole_and_parts))


def _chinese(said: str, token: Token, before: str, after: str) -> Concept:
    """A word, its other forms, or its pairs; a lone character mostly belongs to the word beside it."""
    word = token.term
    if len(word) == 1:
        pairs = [pair for pair in (before + word, word + after) if len(pair) == 2]
        beside = (((pair,), _WHOLE) for pair in pairs)
        return Concept(said, token.kind, (*beside, ((word,), _LONE)), share=_VALUE_SHARE)
    others: tuple[Option, ...] = tuple((tuple(map(stemmed, other.split())), _SAME) for other in SAME.get(word, ()))
    pairs_of = ((token.parts, _PARTS),) if token.parts else ()
    affirmed = (((word[1:],), _AFFIRMED),) if word[0] == "不" and len(word) > 2 else ()
    options: tuple[Option, ...] = (((word,), _WHOLE), *others, *pairs_of, *affirmed)
    if token.kind == "characters":
        return Concept(said, token.kind, (*options, (tuple(word), _LONE)))
    return Concept(said, token.kind, options, fallback=(tuple(word), _CHARACTERS))


def _joined(found: Iterator[Token]) -> Iterator[Token]:
    """Lone Chinese characters that stand together are one word the dictionary lacks: 丢 and 包 are 丢包."""
    waiting: Token | None = None
    for token in found:
        lone = token.kind == "chinese" and len(token.term) == 1
        if waiting is not None and lone and waiting.end == token.start and len(waiting.term) < 4:
            term = waiting.term + token.term
            pairs = tuple(term[at : at + 2] for at in range(len(term) - 1)) if len(term) > 2 else ()
            waiting = Token(term, waiting.start, token.end, "characters", pairs)
            continue
        if waiting is not None:
            yield waiting
        waiting = token if lone else None
        if not lone:
            yield token
    if waiting is not None:
        yield waiting


def _with_neighbours(found: Sequence[Token]) -> Iterator[tuple[Token, str, str]]:
    """Each token with the Chinese characters that touch it on either side, empty where none does."""
    for at, token in enumerate(found):
        last = found[at - 1] if at else None
        following = found[at + 1] if at + 1 < len(found) else None
        before = last.term[-1] if last and last.kind in _CHINESE and last.end == token.start else ""
        after = following.term[0] if following and following.kind in _CHINESE and following.start == token.end else ""
        yield token, before, after
