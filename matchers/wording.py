"""A `pattern`: the message as the program prints it, with its values replaced by `{field:type}`.

    '{protocol:word}: MTU mismatch with nbr {neighbor:ip} on {iface:iface} (remote {remote:int}, local {local:int})'

becomes an expression for Python's `re`: literal text, runs of blanks, and values none of which gives back what it took.
A blank in the pattern stands for any run of blanks; `{{` and `}}` are braces. `matchers.finder` searches for it in
pieces.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from matchers.errors import PatternError, did_you_mean
from matchers.fieldtypes import MAX_OPEN, TYPES

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_CHOICE = re.compile(r"=[^|{}\s]+(\|[^|{}\s]+)*\Z")
_BLANK = r"[ \t]++"
# Word edges are those of ASCII: in "网卡报Detected Tx Unit Hang" the message begins after the Chinese text.
_LEFT_EDGE = r"(?<![A-Za-z0-9_])"
_RIGHT_EDGE = r"(?![A-Za-z0-9_])"
_PATH_EDGE = r"(?<![A-Za-z0-9_./~%+-])"
_WORD_CHARACTER = re.compile(r"[A-Za-z0-9_]")
_UNIT = {"word": r"[^\s]", "text": r"[^\n]"}
MAX_PATTERN = 1000


@dataclass(frozen=True, slots=True)
class Literal:
    """Fixed text of a pattern; its blanks stand for runs of blanks."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Field:
    """A value of a pattern: its name and the name of its type (a choice's begins with `=`)."""

    name: str
    type: str
    column: int


Token = Literal | Field


@lru_cache(maxsize=256)  # a pattern is read for the scan, for confirming, for its fields, and to be checked
def parse(pattern: str) -> tuple[Token, ...]:
    """The tokens of a pattern; raises PatternError with the column of what is wrong."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError(
            f"a pattern has at most {MAX_PATTERN} characters; shorten it to what makes the message unmistakable"
        )
    tokens: list[Token] = []
    text, start, at = "", 0, 0
    while at < len(pattern):
        here = pattern[at]
        if pattern.startswith(("{{", "}}"), at):
            text += here
            at += 2
        elif here == "}":
            raise PatternError('a "}" that closes nothing; write "}}" for a brace', at)
        elif here == "{":
            if text:
                tokens.append(Literal(text, start))
            field, at = _parse_field(pattern, at)
            tokens.append(field)
            text, start = "", at
        else:
            text += here
            at += 1
    if text:
        tokens.append(Literal(text, start))
    _check(tokens)
    return tuple(tokens)


def _parse_field(pattern: str, at: int) -> tuple[Field, int]:
    end = pattern.find("}", at)
    if end < 0:
        raise PatternError('a "{" that is never closed; write "{{" for a brace', at)
    name, colon, kind = pattern[at + 1 : end].partition(":")
    if not colon:
        raise PatternError(
            f'"{{{name}}}" names no type; write {{{name}:int}} or another type, or "{{{{" for a brace', at
        )
    if not _NAME.match(name):
        raise PatternError(
            f'"{name}" is not a field name; use lower-case letters, digits and _, beginning with a letter', at + 1
        )
    if kind.startswith("="):
        if not _CHOICE.match(kind):
            raise PatternError(f'"{kind}" is not a choice; write {{{name}:=one|another}} without blanks', at)
    elif kind not in TYPES:
        hint = did_you_mean(kind, tuple(TYPES)) or f"; the types are {', '.join(TYPES)} and =one|another"
        raise PatternError(f'there is no type "{kind}"{hint}', at + 2 + len(name))
    return Field(name, kind, at), end + 1


def _check(tokens: list[Token]) -> None:
    if not tokens:
        raise PatternError("a pattern cannot be empty; write the fixed words of the message")
    seen: set[str] = set()
    for index, token in enumerate(tokens):
        if isinstance(token, Literal):
            continue
        if token.name in seen:
            raise PatternError(f'the field "{token.name}" stands twice; give the second another name', token.column)
        seen.add(token.name)
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if isinstance(following, Field):
            raise PatternError(
                f'nothing stands between "{token.name}" and "{following.name}"; put literal text or a blank there',
                token.column,
            )
        if token.type == "text" and isinstance(following, Literal) and not following.text.strip():
            raise PatternError(
                f'the text field "{token.name}" ends where the next literal text begins, and only a blank follows',
                token.column,
            )


def to_regex(tokens: tuple[Token, ...]) -> str:
    """The expression, for Python's `re`, that finds these tokens anywhere in one line of a message.

    What `to_pieces` finds, in one expression: not linear in the length of the line, but in that times `MAX_OPEN`.
    """
    pieces = to_pieces(tokens)
    values = (f"(?P<{name}>(?:(?!{stop}){_UNIT[kind]}){{1,{MAX_OPEN[kind]}}}+)" for name, kind, stop in pieces[1::2])
    return "".join(map("".join, zip(pieces[::2], [*values, ""], strict=True)))


def to_pieces(tokens: tuple[Token, ...]) -> list[Any]:
    """The pattern cut at its open values, which end where the next literal text begins.

    Expressions and open values take turns; an expression comes first and last. An open value is `[name, type, stop]`,
    `stop` being the expression of the text it ends at, with which the next expression begins.
    """
    pieces: list[Any] = [_left_edge(tokens)]
    for index, (token, following) in enumerate(zip(tokens, (*tokens[1:], None), strict=True)):
        if _is_open(token, following):
            assert isinstance(token, Field) and isinstance(following, Literal)
            pieces += [[token.name, token.type, _stop(following)], ""]
        else:
            pieces[-1] += _expression(token, first=index == 0)
    pieces[-1] += _right_edge(tokens[-1])
    return pieces


def to_loose_regex(tokens: tuple[Token, ...]) -> str:
    """A shorter expression that finds at least what `to_regex` finds, in text whose runs of blanks are single ones."""
    return "".join(
        re.escape(re.sub(r"\s+", " ", token.text))
        if isinstance(token, Literal)
        else _value_regex(token.type)
        if token.type.startswith("=")
        else TYPES[token.type].loose or TYPES[token.type].regex
        for token in tokens
    )


def _is_open(token: Token, following: Token | None) -> bool:
    """Whether the token is a value that ends where the literal text behind it begins."""
    if isinstance(token, Literal) or not isinstance(following, Literal) or token.type not in MAX_OPEN:
        return False
    return token.type == "text" or not following.text[0].isspace()


def _stop(following: Literal) -> str:
    """The text an open value ends at; where it begins with blanks, a run of them is looked at once, at its start."""
    stop = literal_regex(following.text.rstrip() or following.text)
    return rf"(?<![ \t]){stop}" if following.text[0].isspace() else stop


def _left_edge(tokens: tuple[Token, ...]) -> str:
    first = tokens[0]
    if isinstance(first, Literal):
        return _LEFT_EDGE if _WORD_CHARACTER.match(first.text) else ""
    if first.type == "word" and not _is_open(first, tokens[1] if len(tokens) > 1 else None):
        return r"(?<!\S)"  # it runs to the next blank, so that it can only begin behind one
    if first.type == "path":
        return _PATH_EDGE
    return "" if first.type in ("text", "quoted") else _LEFT_EDGE


def _right_edge(last: Token) -> str:
    if isinstance(last, Literal):
        return _RIGHT_EDGE if _WORD_CHARACTER.match(last.text[-1]) else ""
    return "" if last.type in ("text", "quoted", "word", "path") else _RIGHT_EDGE


def _expression(token: Token, *, first: bool) -> str:
    if isinstance(token, Field):
        return f"(?P<{token.name}>{_value_regex(token.type)})"
    # One blank is enough where the pattern begins with some: a run of them would be walked from each of its blanks.
    lead = r"[ \t]" if first and token.text[0].isspace() else ""
    return lead + literal_regex(token.text.lstrip() if lead else token.text)


def _value_regex(kind: str) -> str:
    if kind.startswith("="):
        words = sorted(kind[1:].split("|"), key=len, reverse=True)  # the longest first: none hides a longer one
        return "(?>" + "|".join(map(re.escape, words)) + ")"
    return TYPES[kind].regex


def literal_regex(text: str) -> str:
    """Literal text as an expression: each run of blanks fits any run of blanks."""
    return "".join(_BLANK if part.isspace() else re.escape(part) for part in re.split(r"(\s+)", text) if part)


def fields(tokens: tuple[Token, ...]) -> dict[str, str]:
    """The types of the fields, by name, in the order in which they stand."""
    return {token.name: token.type for token in tokens if isinstance(token, Field)}
