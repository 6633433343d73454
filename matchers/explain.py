"""Why a matcher did not recognise a text: how far its wording got, and what stands where it expected otherwise."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from matchers import where, wording
from matchers.envelopes import open_envelope
from matchers.errors import MatcherError
from matchers.finder import Hit, PatternFinder, RegexFinder
from matchers.spec import Expression, Matcher
from matchers.wording import Field, Literal, Token

_MAX_SHOWN = 60
_MAX_LINES = 500
_MAX_CHARS = 4096


@dataclass(frozen=True, slots=True)
class Near:
    """How far one wording got in a text: the share of its literal text that was found, in order, and in words."""

    share: float
    what: str


_NOTHING = Near(0.0, "nothing of it is there")


def nearest(matcher: Matcher, text: str) -> Near:
    """The wording of the matcher that got furthest in any line of the text."""
    lines = list(_message_lines(text))
    best: Near | None = None
    for number, step in enumerate(matcher.steps, start=1):
        for expression in step.expressions:
            for line in lines:
                near = _of_line(expression, line)
                if best is None or near.share > best.share:
                    prefix = f"step {number}: " if len(matcher.steps) > 1 else ""
                    best = Near(near.share, prefix + near.what)
    return best or _NOTHING


def _message_lines(text: str) -> Iterator[str]:
    """The lines of the messages in the text, as many and as long as a person pastes."""
    for line in islice(text.split("\n"), _MAX_LINES):
        yield from (message[:_MAX_CHARS] for message in open_envelope(line[:_MAX_CHARS]).lines[:_MAX_LINES])


def _of_line(expression: Expression, line: str) -> Near:
    if expression.syntax == "regex":
        found = next(RegexFinder(expression.text).hits(line), None)
        return Near(1.0, "the regex fits") if found else Near(0.0, "the regex fits no line")
    parsed = wording.parse(expression.text)
    if _first_hit(parsed, line):
        return Near(1.0, "the wording fits")
    tokens = _in_words(parsed)
    weights = [len(token.text.strip()) if isinstance(token, Literal) else 0 for token in tokens]
    for count in range(len(tokens) - 1, 0, -1):
        hit = _first_hit(tokens[:count], line)
        if hit:
            share = sum(weights[:count]) / (sum(weights) or 1)
            return Near(share, _describe(expression.text, tokens[count:], line[hit.end :]))
    return _NOTHING


def _first_hit(tokens: tuple[Token, ...], line: str) -> Hit | None:
    return next(PatternFinder(wording.to_pieces(tokens)).hits(line), None)


def _describe(text: str, missing: tuple[Token, ...], rest: str) -> str:
    """What is there and what not; `missing` are the tokens that do not fit, `rest` the text behind those that do."""
    expected = next((token for token in missing if isinstance(token, Field) or token.text.strip()), missing[0])
    wanted = f"{{{expected.name}:{expected.type}}}" if isinstance(expected, Field) else f'"{expected.text.strip()}"'
    fits = text[: expected.column].rstrip()[-_MAX_SHOWN:]
    got = rest.strip()[:_MAX_SHOWN]
    return f'fits up to "{fits}", then expects {wanted} where the text has ' + (f'"{got}"' if got else "nothing more")


def _in_words(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens with literal text cut into words, so that a near miss shows the word at which it misses."""
    out: list[Token] = []
    for token in tokens:
        if isinstance(token, Field):
            out.append(token)
            continue
        out.extend(Literal(piece[0], token.column + piece.start()) for piece in re.finditer(r"\s*\S+|\s+$", token.text))
    return tuple(out)


def why_not(matcher: Matcher, text: str) -> str:
    """One sentence on why the matcher gives no match on this text."""
    near = nearest(matcher, text)
    if matcher.kind == "keys":
        return "the record lacks a key, or one has another value"
    if near.share < 1.0:
        return near.what
    reasons = []
    if matcher.where:
        reasons.append(f'where "{matcher.where}" is not true for it')
    if matcher.unless:
        reasons.append("an unless pattern fits a line of its record")
    if matcher.kind == "block":
        reasons.append("another step of the block is not within reach")
    if matcher.threshold:
        reasons.append(f"its count of {matcher.threshold.count} is not reached")
    if matcher.kind == "sequence":
        reasons.append("its steps do not follow each other in time")
    reasons.append("a value is not of its type, the line comes from another program, or it reads like source code")
    return "the wording fits, but " + ", or ".join(reasons)


def check_where(text: str, types: dict[str, str]) -> None:
    """Raise MatcherError unless the condition reads, and is a condition on fields of these types."""
    tree = where.parse(text)
    if where.check(tree, types) != "truth":
        raise MatcherError("this is a value, not a condition; compare it with something")
