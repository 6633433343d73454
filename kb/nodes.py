"""Readers of YAML nodes: each knows how to read a value and how to say the same as JSON Schema.

An entry is read as nodes with marks, and the reader that stands for a key decides the type: `1.10` under a version is
the text "1.10", `no` is a word, `12:30:45` is no number. Every problem is collected with its place; a value that cannot
be read becomes `INVALID`, and its siblings are read all the same.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import yaml

from kb.problem import Level, Problem
from matchers.errors import did_you_mean

INVALID: Final = object()
"""What stands for a value that could not be read; the problem was reported."""

Path = tuple[str | int, ...]
Node = yaml.Node
"""A node of a file that was read."""

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a value stands in its file (from 1) and how it was written: "", "'", '"', "|" or ">"."""

    line: int
    column: int
    style: str


@dataclass(slots=True)
class Context:
    """What is collected while one file is read: the marks of all values and the problems."""

    path: str
    marks: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def note(self, node: yaml.Node, at: Path) -> None:
        """Remember where the value at this path stands."""
        self.marks[at] = _mark(node)

    def report(self, node: yaml.Node, message: str, rule: str, level: Level = "error") -> None:
        """Add a problem that stands where `node` begins."""
        mark = _mark(node)
        self.problems.append(Problem(self.path, mark.line, mark.column, level, message, rule))


def node_at(node: yaml.Node, at: Path) -> yaml.Node:
    """The node at this path below `node`; it was read before, so it is there."""
    for step in at:
        if isinstance(node, yaml.MappingNode):
            node = next(value for key, value in node.value if key.value == step)
        elif isinstance(node, yaml.SequenceNode):
            node = node.value[step]
    return node


def _mark(node: yaml.Node) -> Mark:
    start = node.start_mark
    return Mark(start.line + 1, start.column + 1, getattr(node, "style", None) or "")


class Reader(Protocol):
    """The contract: read a node to a value (or INVALID), and say as JSON Schema what may stand there."""

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """The value, or INVALID after reporting why."""

    def schema(self) -> Schema:
        """The JSON Schema of what `read` takes."""


def _describe(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return f'"{node.value[:40]}"' if node.value else "nothing"


@dataclass(frozen=True, slots=True)
class Text:
    """A text; `pattern` (whole text, in what Python and JSON Schema share) and `hint` say what it must look like.

    Of a text with `is_line` the newline that ends a `|` block is left out.
    """

    max: int = 300
    pattern: str = ""
    hint: str = ""
    is_line: bool = False

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """The text as written, whatever YAML would make of it."""
        context.note(node, at)
        if not isinstance(node, yaml.ScalarNode):
            context.report(node, f"{_name(at)} is {_describe(node)} and should be a text{self._hint()}", "wrong-type")
            return INVALID
        value = str(node.value).removesuffix("\n") if self.is_line else str(node.value)
        if not value.strip():
            context.report(node, f"{_name(at)} is empty; fill it in or leave the key out", "empty")
            return INVALID
        if len(value) > self.max:
            context.report(
                node, f"{_name(at)} has {len(value)} characters and may have {self.max}; shorten it", "too-long"
            )
            return INVALID
        if self.pattern and not re.fullmatch(self.pattern, value):
            context.report(
                node,
                f'{_name(at)} is "{value[:60]}"{self._hint() or "; it should look like " + self.pattern}',
                "wrong-form",
            )
            return INVALID
        return value

    def _hint(self) -> str:
        return f"; {self.hint}" if self.hint else ""

    def schema(self) -> Schema:
        """A string; editors want `1.10` and `no` in quotes, which the reader does not need."""
        out: Schema = {"type": "string", "minLength": 1, "maxLength": self.max}
        ending = r"\n?" if self.is_line else ""
        return out | ({"pattern": f"^(?:{self.pattern}){ending}$"} if self.pattern else {})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text that `parse` makes a value of; its ValueError says what the text should be: "should be a duration".

    What may hold a secret is not quoted (`quotes`).
    """

    parse: Callable[[str], Any]
    text: Text = Text()
    quotes: bool = True

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """What `parse` makes of the text."""
        value = self.text.read(node, at, context)
        if value is INVALID:
            return INVALID
        try:
            return self.parse(value)
        except ValueError as error:
            shown = f' is "{value[:60]}" and' if self.quotes else ""
            context.report(node, f"{_name(at)}{shown} {error}", "wrong-form")
            return INVALID

    def schema(self) -> Schema:
        """A text; what `parse` asks for has no form in JSON Schema."""
        return self.text.schema()


def is_plain_number(node: yaml.Node) -> bool:
    """Whether a value is written as the whole number it is, in the one way every reader of YAML takes for it."""
    plain = isinstance(node, yaml.ScalarNode) and not node.style
    return plain and re.fullmatch(r"-?(?:0|[1-9][0-9]{0,17})", node.value) is not None


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number, written plainly: no quotes, and no leading zero that YAML 1.1 takes for octal."""

    min: int
    max: int

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """The number."""
        context.note(node, at)
        if not is_plain_number(node) or not self.min <= int(node.value) <= self.max:
            wanted = f"a whole number from {self.min} to {self.max}, without quotes"
            context.report(node, f"{_name(at)} is {_describe(node)} and should be {wanted}", "wrong-type")
            return INVALID
        return int(node.value)

    def schema(self) -> Schema:
        """An integer with its bounds."""
        return {"type": "integer", "minimum": self.min, "maximum": self.max}


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few words. `yes`, `no`, `on` and `off` are words like all others."""

    words: tuple[str, ...]
    values: Mapping[str, Any] | None = None

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """The word, or what `values` has for it."""
        context.note(node, at)
        if not isinstance(node, yaml.ScalarNode) or node.value not in self.words:
            hint = did_you_mean(node.value, self.words) if isinstance(node, yaml.ScalarNode) else ""
            listed = ", ".join(self.words) if len(self.words) <= 16 else "those in entries/_vocabulary.yaml"
            context.report(
                node, f"{_name(at)} is {_describe(node)} and should be one of {listed}{hint}", "unknown-word"
            )
            return INVALID
        return self.values[node.value] if self.values is not None else node.value

    def schema(self) -> Schema:
        """An enumeration."""
        plain = [
            {"true": True, "false": False}.get(word, word) if self.values is not None else word for word in self.words
        ]
        return {"enum": plain}


TRUE = Word(("true",), {"true": True})
"""A switch that is there or not."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one kind of value; read to a tuple."""

    item: Reader
    min: int = 0
    max: int = 100

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """A tuple of the values that could be read; INVALID when there is no list at all."""
        context.note(node, at)
        if not isinstance(node, yaml.SequenceNode):
            context.report(
                node,
                f"{_name(at)} is {_describe(node)} and should be a list; write [a, b], or lines with -",
                "wrong-type",
            )
            return INVALID
        if not self.min <= len(node.value) <= self.max:
            remedy = "shorten it" if node.value else "leave the key out"
            what = f"{_name(at)} has {len(node.value)} items and should have {self.min} to {self.max}"
            context.report(node, f"{what}; {remedy}", "wrong-length")
            return INVALID
        values = [self.item.read(child, (*at, index), context) for index, child in enumerate(node.value)]
        return tuple(value for value in values if value is not INVALID)

    def schema(self) -> Schema:
        """An array."""
        return {"type": "array", "items": self.item.schema(), "minItems": self.min, "maxItems": self.max}


@dataclass(frozen=True, slots=True)
class OneOrMany:
    """A value, or a list of such values; read to a tuple."""

    item: Reader
    max: int = 100

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """A tuple, also of one."""
        if isinstance(node, yaml.SequenceNode):
            return ListOf(self.item, 1, self.max).read(node, at, context)
        value = self.item.read(node, at, context)
        return INVALID if value is INVALID else (value,)

    def schema(self) -> Schema:
        """Either form."""
        return {"anyOf": [self.item.schema(), ListOf(self.item, 1, self.max).schema()]}


@dataclass(frozen=True, slots=True)
class ByShape:
    """A text here, a mapping there: the node's shape decides who reads it."""

    scalar: Reader
    mapping: Reader
    sequence: Reader | None = None

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """What the reader for this shape makes of it."""
        if isinstance(node, yaml.MappingNode):
            return self.mapping.read(node, at, context)
        if isinstance(node, yaml.SequenceNode) and self.sequence is not None:
            return self.sequence.read(node, at, context)
        return self.scalar.read(node, at, context)

    def schema(self) -> Schema:
        """Any of the shapes."""
        readers = [self.scalar, self.mapping, *([self.sequence] if self.sequence else [])]
        return {"anyOf": [reader.schema() for reader in readers]}


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping with free keys of one form; read to a dict in the order of the file."""

    key: Text
    value: Reader
    max: int = 50

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """A dict of what could be read."""
        pairs = _pairs(node, at, context)
        if pairs is INVALID:
            return INVALID
        if len(pairs) > self.max:
            context.report(
                node, f"{_name(at)} has {len(pairs)} keys and may have {self.max}; shorten it", "wrong-length"
            )
            return INVALID
        out: dict[str, Any] = {}
        for key_node, value_node in pairs:
            key = self.key.read(key_node, (*at, str(key_node.value)), context)
            value = self.value.read(value_node, (*at, str(key_node.value)), context)
            if key is not INVALID and value is not INVALID:
                out[key] = value
        return out

    def schema(self) -> Schema:
        """An object with a pattern for its keys."""
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{self.key.pattern})$"},
            "additionalProperties": self.value.schema(),
            "maxProperties": self.max,
        }


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping: who reads it, whether it must be there, and a sentence for editors."""

    reader: Reader
    required: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Object:
    """A mapping with known keys; `build` makes the value from the dict of those that were read.

    With `ordered`, keys must stand in the order given, so that reviewers know where to look.
    """

    keys: Mapping[str, Key]
    build: Callable[[dict[str, Any]], Any]
    ordered: bool = False
    one_of: Sequence[str] = ()

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """The built value; INVALID when a required key is missing or could not be read."""
        pairs = _pairs(node, at, context, known=tuple(self.keys))
        if pairs is INVALID:
            return INVALID
        values: dict[str, Any] = {}
        given = [str(key_node.value) for key_node, _ in pairs]
        for key_node, value_node in pairs:
            name = str(key_node.value)
            key = self.keys.get(name)
            if key is None:
                hint = did_you_mean(name, tuple(self.keys)) or f"; known here: {', '.join(self.keys)}"
                context.report(key_node, f'there is no key "{name}"{_inside(at)}{hint}', "unknown-key")
                continue
            values[name] = key.reader.read(value_node, (*at, name), context)
        self._check_order(pairs, at, context)
        return self._build(node, at, context, values, given)

    def _check_order(self, pairs: list[tuple[yaml.Node, yaml.Node]], at: Path, context: Context) -> None:
        if not self.ordered:
            return
        order = list(self.keys)
        last = -1
        for key_node, _ in pairs:
            if key_node.value not in self.keys:
                continue
            index = order.index(key_node.value)
            if index < last:
                context.report(
                    key_node,
                    f'"{key_node.value}" stands behind "{order[last]}"; the order is {", ".join(order)}',
                    "key-order",
                )
            last = max(last, index)

    def _build(self, node: yaml.Node, at: Path, context: Context, values: dict[str, Any], given: list[str]) -> Any:
        complete = True
        for name, key in self.keys.items():
            if key.required and name not in given:
                context.report(node, f'the key "{name}" is missing{_inside(at)}; add it', "missing-key")
                complete = False
            if key.required and values.get(name, INVALID) is INVALID:
                complete = False
        chosen = [name for name in self.one_of if name in given]
        if self.one_of and len(chosen) != 1:
            what = f"has {' and '.join(chosen)}" if chosen else "has none of them"
            context.report(
                node, f"exactly one of {', '.join(self.one_of)} is needed{_inside(at)}; this {what}", "one-of"
            )
            complete = False
        elif chosen and values[chosen[0]] is INVALID:
            complete = False
        return self.build({k: v for k, v in values.items() if v is not INVALID}) if complete else INVALID

    def schema(self) -> Schema:
        """An object that refuses other keys."""
        out: Schema = {
            "type": "object",
            "properties": {
                name: key.reader.schema() | ({"description": key.about} if key.about else {})
                for name, key in self.keys.items()
            },
            "additionalProperties": False,
        }
        required = [name for name, key in self.keys.items() if key.required]
        if required:
            out["required"] = required
        if self.one_of:
            out["oneOf"] = [{"required": [name]} for name in self.one_of]
        return out


def _pairs(node: yaml.Node, at: Path, context: Context, known: Sequence[str] = ()) -> Any:
    """The (key, value) nodes of a mapping without doubles, or INVALID."""
    context.note(node, at)
    if not isinstance(node, yaml.MappingNode):
        keys = f" with {' and '.join(known)}" if 0 < len(known) <= 3 else ""
        context.report(
            node, f"{_name(at)} is {_describe(node)} and should be a mapping{keys}; write key: value", "wrong-type"
        )
        return INVALID
    seen: dict[str, int] = {}
    pairs = []
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            context.report(key_node, "a key must be a plain word; write key: value", "wrong-type")

            continue
        if key_node.value in seen:
            context.report(
                key_node,
                f'the key "{key_node.value}" stands twice{_inside(at)}, first in line {seen[key_node.value]}; keep one',
                "duplicate-key",
            )
            continue
        seen[key_node.value] = key_node.start_mark.line + 1
        pairs.append((key_node, value_node))
    return pairs


def _name(at: Path) -> str:
    words = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in at]
    return "".join(words).lstrip(".") or "the file"


def _inside(at: Path) -> str:
    return f" in {_name(at)}" if at else ""
