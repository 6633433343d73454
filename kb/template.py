"""Values in articles: `{{ iface }}` becomes the reader's own interface, or a gap that is easy to see.

An article is Markdown. Code blocks and inline code are commands: only strictly typed values go in, shell-quoted.
Elsewhere every value may be shown, with whatever means something in Markdown escaped: log text is hostile.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kb.entry import Article
from kb.spans import Kind, code_blocks, spans
from matchers import where
from matchers.errors import WhereError
from matchers.fieldtypes import Value, fits_command, read_value, type_of

_SLOT = re.compile(r"\{\{(.{0,600}?)\}\}", re.DOTALL)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~&-])")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()<>#+!|~&-])")
# C0 and C1, what is not to be seen or turns the direction of what follows (Unicode's bidi and format characters), and
# halves of surrogate pairs: bytes of file names that are not UTF-8, and broken escapes in JSON logs.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_LITERAL_BRACES = "'{{'"
_MAX_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Slot:
    """One `{{ ... }}` of an article: its expression, whether it stands in a command, and where it begins."""

    expression: str
    in_command: bool
    offset: int


def slots(markdown: str) -> Iterator[Slot]:
    """Every value the text asks for."""
    for start, end, kind in spans(markdown):
        for found in _SLOT.finditer(markdown, start, end):
            expression = found[1].strip()
            if expression != _LITERAL_BRACES:
                yield Slot(expression, kind != "prose", found.start())


def stray_braces(markdown: str) -> Iterator[int]:
    """Where a `{{` begins that no `}}` closes."""
    for start, end, _kind in spans(markdown):
        piece = _SLOT.sub(lambda found: " " * len(found[0]), markdown[start:end])
        yield from (start + found.start() for found in re.finditer(r"\{\{", piece))


@dataclass(frozen=True, slots=True)
class Values:
    """What is known of one case: fields of a match and inputs of the reader, and the types of the article's names."""

    article: Article
    known: Mapping[str, Value]

    def lookup(self, expression: str) -> tuple[Value | None, str]:
        """(value, type) of an expression; None where something is missing or out of bounds."""
        types = self.article.name_types()
        computed = self.article.values.get(expression)
        if computed is not None:
            return self._compute(computed.expression, computed.min, computed.max, types), "int"
        if expression in types:
            return self.known.get(expression), types[expression]
        return None, "text"

    def _compute(self, expression: str, least: int, most: int, types: Mapping[str, str]) -> int | None:
        try:
            tree = where.parse(expression)
            if where.check(tree, types) != "number":
                return None
            result = where.evaluate(tree, self.known, types)
        except WhereError:
            return None
        if result is None or isinstance(result, str) or result != int(result):
            return None
        return int(result) if least <= result <= most else None


def values_of(article: Article, given: Mapping[str, Value]) -> Values:
    """What `given` (fields of a match, inputs) says about this article; what does not fit its type is left out."""
    known: dict[str, Value] = {}
    types = article.name_types()
    for name, value in given.items():
        kind = types.get(name)
        if kind is None or name in article.values:
            continue
        try:
            known[name] = value if isinstance(value, int) and kind == "int" else read_value(kind, str(value))
        except ValueError:
            if not type_of(kind).in_commands:
                known[name] = value  # a quoted text was unquoted when it was captured
            continue
        limits = article.inputs.get(name)
        number = known[name]
        if limits is not None and isinstance(number, int) and not _within(number, limits.min, limits.max):
            del known[name]
    return Values(article, known)


def _within(number: int, least: int | None, most: int | None) -> bool:
    return (least is None or number >= least) and (most is None or number <= most)


def gap(name: str) -> str:
    """What stands where a value is not known: no shell and no Markdown gives it a meaning."""
    return f"‹{name}›"


@dataclass(frozen=True, slots=True)
class Place:
    """One slot of a text: what it asks for, the kind of text it stands in, and whether a word of a command begins."""

    name: str
    kind: Kind
    begins_word: bool

    def filled(self, values: Values) -> "Filled":
        """The place with its value, or as a gap."""
        text = _filled(self.name, values, self.kind, self.begins_word)
        return Filled(self.name, gap(self.name) if text is None else text, text is None, self.kind != "prose")


@dataclass(frozen=True, slots=True)
class Filled:
    """One slot as it was filled: `text` is what stands in the Markdown, already escaped or quoted for its place."""

    name: str
    text: str
    is_gap: bool
    in_command: bool = False

    @property
    def plain(self) -> str:
        """The text as a reader sees it: without the escapes that keep it from meaning anything in Markdown."""
        return self.text if self.in_command else _ESCAPED.sub(r"\1", self.text)


def _text_of(filled: Filled) -> str:
    return filled.text


def fill(markdown: str, values: Values, mark: Callable[[Filled], str] = _text_of) -> str:
    """The text with its slots filled; `mark` may put something around each value and each gap, in prose and code."""
    return with_places(markdown, lambda place: mark(place.filled(values)))


def with_places(markdown: str, put: Callable[[Place], str]) -> str:
    """The text with what `put` gives in place of each slot."""
    out = []
    for start, end, kind in spans(markdown):

        def replace(found: re.Match[str], kind: Kind = kind) -> str:
            expression = found[1].strip()
            if expression == _LITERAL_BRACES:
                return "{{"
            return put(Place(expression, kind, found.string[: found.start()][-1:].isspace()))

        out.append(_SLOT.sub(replace, markdown[start:end]))
    return "".join(out)


def _filled(expression: str, values: Values, kind: Kind, begins_word: bool) -> str | None:
    """What stands in place of a slot, None where it stays a gap."""
    value, type_name = values.lookup(expression)
    if value is None:
        return None
    if kind == "prose":
        return as_prose(value)
    shown = str(value)
    if not fits_command(type_name, value) or (kind == "block" and begins_word and _is_option(value)):
        return None
    return shlex.quote(shown) if visible(shown) == shown else None  # a command is what the eye reads


def _is_option(value: Value) -> bool:
    """Whether a command would take the value for an option: `kill -1`. In a sentence `off -8` is what the log said."""
    return str(value).startswith("-")


def as_prose(value: Value) -> str:
    """A value as Markdown text that means nothing but itself, cut to a readable length, control characters visible."""
    text = str(value)
    text = text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"
    return _MARKDOWN.sub(r"\\\1", visible(text))


def visible(text: str) -> str:
    """The text with control and direction-changing characters as escapes: safe on a terminal, and one line."""
    return _CONTROL.sub(lambda found: _escape(ord(found[0])), text)


def visible_json(text: str) -> str:
    """JSON without what a terminal acts on; it says the same, except that halves of surrogate pairs become U+FFFD."""
    return _CONTROL.sub(
        lambda found: "\ufffd" if "\ud800" <= found[0] <= "\udfff" else json.dumps(found[0])[1:-1], text
    )


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def commands(markdown: str) -> list[str]:
    """The commands of the text's first console block: the lines with a prompt, prompt off, output left out.

    A command that a backslash continues is one command, on one line.
    """
    for block in code_blocks(markdown):
        if block.info == "console":
            found = list(_prompted(markdown[block.start : block.end].splitlines()[1:]))
            if found:
                return found
    return []


def _prompted(lines: list[str]) -> Iterator[str]:
    command = ""
    for line in map(str.strip, lines):
        if command.endswith("\\"):
            command = f"{command[:-1].rstrip()} {line.removeprefix('> ')}"
        elif line.startswith(("$ ", "# ")):
            command = line[2:].strip()
        if command and not command.endswith("\\"):
            yield command
            command = ""
