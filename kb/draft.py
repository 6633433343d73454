"""A draft entry from a pasted error: values become typed fields, fixed text stays, the paste becomes its example."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kb.entry import Article, Both, Entry, signs_of
from matchers import wording
from matchers.envelopes import Message, open_envelope
from matchers.errors import MatcherError
from matchers.fieldtypes import TYPES, read_value
from matchers.spec import Example, Expression, Matcher, Step
from matchers.superset import superset

MAX_STEPS = 12
_MIN_LITERAL = 4
_FIX = "Not known yet: write down what helped, what it interrupts, and how to undo it."
_EDGE = r"(?<![A-Za-z0-9_.:/-])"
_END = r"(?![A-Za-z0-9_])"
# Tried in this order at each place; a type whose values look like ordinary words is asked for by what stands before it.
_KINDS = ("mac", "pci", "prefix", "ip", "path", "duration", "int")
_HEX = re.compile(_EDGE + r"(?P<value>0[xX][0-9A-Fa-f]{1,16})" + _END)
_IFACE = re.compile(
    _EDGE
    + r"(?P<value>(?:eth|en[opsx]|em|bond|br|veth|vlan|wl|ib|tun|tap|lo|p\d+p|virbr|docker|cali|lxc|team|dummy|gre)"
    r"[A-Za-z0-9_.-]{0,14})(?<![.-])" + _END
)
# Words before a value that name it; those that are names themselves stand for themselves.
_NAMES_FOR = {"nbr": "neighbor", "error": "err", "from": "src", "to": "dst"}


@dataclass(frozen=True, slots=True)
class _Value:
    """A value found in a message: where, of which type, and the word before it."""

    start: int
    end: int
    type: str
    text: str


def draft(entry_id: str, paste: str) -> Entry:
    """A draft that lints. Raises ValueError where the paste has no line with fixed text to recognise it by."""
    lines = [
        (message, text)
        for raw in paste.splitlines()
        for message in (open_envelope(raw),)
        for text in message.lines
        if text.strip()
    ]
    if not lines:
        raise ValueError("the paste is empty; give the lines of the error")
    taken: set[str] = set()
    patterns = [pattern for _message, text in lines[:MAX_STEPS] if (pattern := _pattern(text, taken))]
    if not any(_is_telling(pattern) for pattern in patterns):
        raise ValueError(
            "the paste has no fixed text of four characters to recognise it by; give the whole line of the error"
        )
    matcher = _matcher(patterns, lines[0][0], lines[0][1], paste)
    title = " ".join(lines[0][1].split())[:120]
    article = Article(id=entry_id, kind="problem", status="draft", title=Both(en=title), fix=Both(en=_FIX))
    return Entry(replace(article, field_types=matcher.types, signs=signs_of([matcher])), (matcher,))


def _matcher(patterns: list[str], first: Message, text: str, paste: str) -> Matcher:
    example = paste if paste.endswith("\n") or "\n" not in paste else paste + "\n"
    steps = tuple(Step((Expression(pattern),)) for pattern in patterns)
    kind = "block" if len(steps) > 1 else "pattern"
    return Matcher("message", _source(first, text), kind, steps, match=(Example(example),))  # type: ignore[arg-type]


def _source(first: Message, text: str) -> str:
    """Whose message it seems to be; `text`, any line, where nothing tells."""
    if first.program == "kernel":
        return "kernel"
    if first.program in ("bird", "bird6"):
        return "bird"
    if text.startswith(("libbpf:", "libxdp:", "Error: ")):
        return "loader"
    if re.match(r"\d+: \([0-9a-f]{2}\) ", text):
        return "verifier"
    return "audit" if "type=" in text and "audit(" in text else "text"


def _pattern(text: str, taken: set[str]) -> str | None:
    """The message with its values as fields, None where too little of it is fixed."""
    text = text.strip()[:400]
    out, at = "", 0
    for value in _values(text):
        out += _braced(text[at : value.start])
        out += "{" + _name(value, text, taken) + ":" + value.type + "}"
        at = value.end
    out += _braced(text[at:])
    try:
        wording.parse(out)
    except MatcherError:
        return None
    return out


def _braced(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("{", "{{").replace("}", "}}")


def _values(text: str) -> Iterator[_Value]:
    """The values of a message from left to right, none touching the next."""
    found = [
        _Value(hit.start("value"), hit.end("value"), kind, hit["value"])
        for kind, expression in _searches()
        for hit in expression.finditer(text)
    ]
    order = [kind for kind, _ in _searches()]
    at = -1
    for value in sorted(found, key=lambda each: (each.start, order.index(each.type), -each.end)):
        if value.start > at and _is_value(value):
            yield value
            at = value.end


def _is_value(value: _Value) -> bool:
    try:
        read_value(value.type, value.text)
    except ValueError:
        return False
    return True


def _searches() -> list[tuple[str, "re.Pattern[str]"]]:
    own = [(kind, re.compile(_EDGE + rf"(?P<value>{TYPES[kind].regex})" + _END)) for kind in _KINDS]
    return [*own[:5], ("hex", _HEX), ("iface", _IFACE), *own[5:]]


def _name(value: _Value, text: str, taken: set[str]) -> str:
    """A name for a field: by its type, or by the word before it; numbered where it is taken."""
    before = re.findall(r"[A-Za-z_]{2,}", text[: value.start])
    word = before[-1].lower() if before else ""
    by_type = {"pci": "pci", "mac": "mac", "iface": "iface", "prefix": "prefix", "path": "path", "duration": "duration"}
    name = (
        by_type.get(value.type)
        or _NAMES_FOR.get(word)
        or (word if re.fullmatch(r"[a-z][a-z0-9_]{1,20}", word) else value.type)
    )
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}{number}", number + 1
    taken.add(unique)
    return unique


def _is_telling(pattern: str) -> bool:
    return len(superset(Expression(pattern).loose_regex()).literal) >= _MIN_LITERAL
