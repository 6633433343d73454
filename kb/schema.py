"""The form of an entry, said once: `ENTRY` reads it and publishes it as JSON Schema (`schema/entry.schema.json`)."""

import re
from typing import Any

import yaml

from kb.entry import Affected, Article, Both, Computed, Entry, Input, Reference, VersionRange, signs_of
from kb.nodes import (
    INVALID,
    TRUE,
    ByShape,
    Context,
    Key,
    ListOf,
    MapOf,
    Object,
    OneOrMany,
    Path,
    Schema,
    Text,
    Whole,
    Word,
    is_plain_number,
)
from matchers.fieldtypes import TYPES, Value
from matchers.sources import SOURCES
from matchers.spec import Example, Expression, KeyTest, Kind, Matcher, Step
from matchers.threshold import Threshold

ID_PATTERN = "[a-z0-9]+(?:-[a-z0-9]+)*"
SEVERITIES = ("info", "warning", "error", "critical")
_LINE = 300
_ARTICLE = 20_000
_EXAMPLE = 20_000


class Duration:
    """A time such as `250ms`, `10s`, `5m`, `1h`; read to seconds."""

    _PATTERN = "[0-9]{1,6}(?:ms|s|m|h)"
    _SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}  # noqa: RUF012 - never changed

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """The seconds, or INVALID."""
        text = Text(max=12, pattern=self._PATTERN, hint="write a duration such as 250ms, 10s, 5m or 1h").read(
            node, at, context
        )
        if text is INVALID:
            return INVALID
        number, unit = re.fullmatch(r"([0-9]+)([a-z]+)", text).groups()  # type: ignore[union-attr]
        return int(number) * self._SECONDS[unit]

    def schema(self) -> Schema:
        """A string."""
        return {"type": "string", "pattern": f"^(?:{self._PATTERN})$"}


class FieldValue:
    """The expected value of a field in an example: a number where it is written plainly as one, else a text."""

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """An int or a str; what the field's type makes of it is decided when the example is run."""
        context.note(node, at)
        if not isinstance(node, yaml.ScalarNode):
            context.report(node, "the value of a field is a number or a text; write name: value", "wrong-type")
            return INVALID
        return int(node.value) if is_plain_number(node) else str(node.value)

    def schema(self) -> Schema:
        """A number or a string."""
        return {"type": ["integer", "string"]}


def _both(text: Any) -> Object:
    return Object({"en": Key(text), "zh": Key(text)}, lambda values: Both(values.get("en"), values.get("zh")))


_ID = Text(max=100, pattern=ID_PATTERN, hint="an id has lower-case letters, digits and single hyphens")
_NAME = Text(
    max=40, pattern="[a-z][a-z0-9_-]*", hint="a name has lower-case letters, digits, - and _, beginning with a letter"
)
_FIELD = Text(
    max=40, pattern="[a-z][a-z0-9_]*", hint="a field name has lower-case letters, digits and _, beginning with a letter"
)
_TITLE = Text(max=200, pattern=r"[^\n]*\S[^\n]*", hint="it must be one line", is_line=True)
_PATTERN = Text(
    max=1000,
    pattern=r"[^\n]*\S[^\n]*",
    hint="a pattern is one line; lines of one message are steps of a block",
    is_line=True,
)
_TYPE_NAME = Text(
    max=200,
    pattern="|".join(TYPES) + r"|=[^|{}\s]+(?:\|[^|{}\s]+)*",
    hint=f"the types are {', '.join(TYPES)} and =one|another",
)
_VERSION = Text(max=60, pattern=r"[^\s]+", hint="a version is one word, such as '4.20' or '5.14.0-70.el9'")
_COMPONENT = Text(max=40, pattern=ID_PATTERN, hint="a component is a word of entries/_vocabulary.yaml")


def _expressions(texts: tuple[str, ...]) -> tuple[Expression, ...]:
    return tuple(Expression(text) for text in texts)


class _Patterns(OneOrMany):
    """One wording or a list of them, read to expressions."""

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """A tuple of expressions."""
        texts = super().read(node, at, context)
        return INVALID if texts is INVALID else _expressions(texts)


_PATTERNS = _Patterns(_PATTERN, 60)


class _BareStep:
    """A step written as a wording or a list of wordings."""

    def read(self, node: yaml.Node, at: Path, context: Context) -> Any:
        """A required step."""
        expressions = _PATTERNS.read(node, at, context)
        return INVALID if expressions is INVALID else Step(expressions)

    def schema(self) -> Schema:
        """The same as patterns."""
        return _PATTERNS.schema()


_STEP = ByShape(
    scalar=_BareStep(),
    sequence=_BareStep(),
    mapping=Object(
        {"pattern": Key(_PATTERNS, required=True), "optional": Key(TRUE)},
        lambda v: Step(v["pattern"], optional=v.get("optional", False)),
    ),
)

_THRESHOLD = Object(
    {
        "count": Key(Whole(2, 100_000), required=True, about="how many matches"),
        "within": Key(Duration(), required=True, about="in how much time of the log"),
        "by": Key(ListOf(_FIELD, 0, 10), about="the fields in which they are equal"),
        "lookup": Key(Word(("ignore", "hold")), about="hold: the count is asked for in a paste, too"),
    },
    lambda v: Threshold(v["count"], v["within"], v.get("by", ()), hold=v.get("lookup") == "hold"),
)

_SEQUENCE = Object(
    {
        "steps": Key(ListOf(_STEP, 2, 10), required=True, about="the messages, in order"),
        "within": Key(Duration(), required=True, about="from the first to the last, in time of the log"),
        "by": Key(ListOf(_FIELD, 0, 10), about="the fields in which they are equal"),
    },
    dict,
)

_EXAMPLE_TEXT = Text(max=_EXAMPLE)
_EXAMPLES = Object(
    {
        "match": Key(
            ListOf(
                ByShape(
                    scalar=_EXAMPLE_TEXT,
                    mapping=Object(
                        {
                            "text": Key(_EXAMPLE_TEXT, required=True, about="real log text, pasted from the terminal"),
                            "fields": Key(
                                MapOf(Text(max=46, pattern="[a-z][a-z0-9_]*(?:[.](?:first|last))?"), FieldValue())
                            ),
                        },
                        lambda v: Example(v["text"], tuple(v["fields"].items()) if "fields" in v else None),
                    ),
                ),
            ),
            about="text that must give exactly one match, with exactly these fields",
        ),
        "no_match": Key(ListOf(_EXAMPLE_TEXT), about="near misses that must stay silent"),
    },
    dict,
)

_KEY_VALUE = Text(max=200, pattern=r"[^\n]*\S[^\n]*")


def _key_test(key: str, value: str) -> KeyTest:
    return KeyTest(key, capture=value) if "{" in value.replace("{{", "") else KeyTest(key, equals=value)


def _steps_of(values: dict[str, Any]) -> tuple[Step, ...]:
    if "pattern" in values:
        return (Step(values["pattern"]),)
    if "regex" in values:
        types = tuple(values.get("fields", {}).items())
        return (Step(tuple(Expression(text, "regex", types) for text in values["regex"])),)
    if "sequence" in values:
        steps: tuple[Step, ...] = values["sequence"]["steps"]
        return steps
    return tuple(values.get("block", ()))


KINDS: tuple[Kind, ...] = ("pattern", "regex", "keys", "block", "sequence")


def _matcher(values: dict[str, Any]) -> Matcher:
    sequence = values.get("sequence", {})
    examples = values.get("examples", {})
    return Matcher(
        name=values["name"],
        source=values["source"],
        kind=next(kind for kind in KINDS if kind in values),
        steps=_steps_of(values),
        keys=tuple(_key_test(key, value) for key, value in values.get("keys", {}).items()),
        within_s=sequence.get("within", 0.0),
        by=sequence.get("by", ()),
        where=values.get("where", ""),
        unless=values.get("unless", ()),
        record=values.get("record", True),
        threshold=values.get("threshold"),
        match=tuple(each if isinstance(each, Example) else Example(each) for each in examples.get("match", ())),
        no_match=tuple(examples.get("no_match", ())),
    )


_MATCHER = Object(
    {
        "name": Key(_NAME, required=True, about="unique in the file"),
        "source": Key(Word(tuple(SOURCES)), required=True, about="whose message it is"),
        "pattern": Key(
            _PATTERNS, about="the message with its values as {field:type}; several wordings, the first that fits"
        ),
        "regex": Key(OneOrMany(_PATTERN, 20), about="a free expression (RE2's subset), where a pattern cannot say it"),
        "fields": Key(MapOf(_FIELD, _TYPE_NAME), about="the types of a regex's named groups"),
        "keys": Key(
            MapOf(Text(max=64, pattern=r"[A-Za-z_][A-Za-z0-9_.-]*"), _KEY_VALUE),
            about="records of key=value, logfmt or JSON",
        ),
        "block": Key(ListOf(_STEP, 2, 40), about="lines of one message, in order"),
        "sequence": Key(_SEQUENCE, about="separate messages, others between"),
        "threshold": Key(_THRESHOLD, about="so many matches in so much time"),
        "where": Key(Text(max=500), about="a condition on the fields"),
        "unless": Key(ListOf(_PATTERN, 1, 20), about="patterns of which none may fit a line of the same record"),
        "record": Key(
            Word(("never",), {"never": False}), about="never: recognised in a paste, never recorded on a host"
        ),
        "examples": Key(_EXAMPLES, about="tests: text that matches and text that must not"),
    },
    lambda v: _matcher(v | {"unless": _expressions(v.get("unless", ()))}),
    one_of=KINDS,
)

_RANGE = Object(
    {
        "stream": Key(Text(max=60), required=True, about="mainline, stable 4.19, el7, ..."),
        "introduced": Key(_VERSION, about="the first version that has the problem; left out: unknown"),
        "fixed": Key(_VERSION, about="the first version that is good again"),
        "last_affected": Key(_VERSION, about="the last version known to have it"),
        "unfixed": Key(TRUE, about="no version is known to be good"),
    },
    lambda v: VersionRange(**v),
)
_AFFECTED = Object(
    {
        "component": Key(_COMPONENT, required=True),
        "ranges": Key(ListOf(_RANGE, 0, 40), about="one row per stream; a stream that is not named is unknown"),
        "note": Key(_both(Text(max=500)), about="what versions cannot say"),
    },
    lambda v: Affected(**v),
)
_INPUT = Object(
    {
        "type": Key(Word(tuple(name for name, kind in TYPES.items() if kind.in_commands)), required=True),
        "min": Key(Whole(-(10**15), 10**15)),
        "max": Key(Whole(-(10**15), 10**15)),
        "how": Key(Text(max=200), about="the command that shows it"),
        "label": Key(_both(_TITLE), about="what it is, for people"),
    },
    lambda v: Input(**v),
)
_COMPUTED = Object(
    {
        "is": Key(Text(max=500), required=True, about="a sum of fields and inputs"),
        "min": Key(Whole(-(10**15), 10**15), required=True),
        "max": Key(Whole(-(10**15), 10**15), required=True),
    },
    lambda v: Computed(v["is"], v["min"], v["max"]),
)
_REFERENCE = Object(
    {
        "title": Key(_TITLE, required=True, about="file and function, commit subject, section of a manual"),
        "url": Key(Text(max=500, pattern=r"https://[^\s<>\"]+", hint="a reference is an https address"), required=True),
    },
    lambda v: Reference(**v),
)


def _entry(values: dict[str, Any]) -> Entry:
    matchers: tuple[Matcher, ...] = values.pop("matchers", ())
    beats, recovers = values.pop("beats", ()), values.pop("recovers", ())
    resolved_after_s = values.pop("resolved_after", None)
    types: dict[str, str] = {}
    for matcher in matchers:
        types.update(types_of(matcher))
    article = Article(
        **values,
        resolved_after_s=resolved_after_s,
        recovered_by=tuple(name if "/" in name else f"{values['id']}/{name}" for name in recovers),
        field_types=types,
        signs=signs_of(matchers),
    )
    return Entry(article, matchers, beats, recovers)


def types_of(matcher: Matcher) -> dict[str, str]:
    """The matcher's types; none where a pattern cannot be read (the check for patterns says why)."""
    try:
        return matcher.types
    except ValueError:
        return {}


def _finish(values: dict[str, Any]) -> Entry:
    values.setdefault("kind", "problem")
    values.setdefault("status", "draft")
    return _entry(values)


_TEXT = Text(max=_ARTICLE)
ENTRY = Object(
    {
        "id": Key(_ID, required=True, about="the file's name; never reused"),
        "kind": Key(
            Word(("problem", "howto")), about="a howto has steps instead of cause, diagnosis, fix and severity"
        ),
        "title": Key(_both(_TITLE), required=True),
        "status": Key(Word(("draft", "reviewed", "retired"))),
        "replaced_by": Key(_ID, about="of a retired entry: the id that took its place"),
        "severity": Key(Word(SEVERITIES), about="what it does to traffic, not how loud the log is"),
        "components": Key(ListOf(_COMPONENT, 1, 12)),
        "summary": Key(
            _both(Text(max=500, pattern=r"[^\n]*\S[^\n]*\n?", hint="it must be one line")), about="one sentence"
        ),
        "symptoms": Key(_both(ListOf(Text(max=_LINE), 1, 20)), about="as people say it; search reads them"),
        "affected": Key(ListOf(_AFFECTED, 1, 20)),
        "matchers": Key(ListOf(_MATCHER, 1, 40)),
        "identity": Key(ListOf(_FIELD, 1, 10), about="fields that make two occurrences the same trouble"),
        "inputs": Key(MapOf(_FIELD, _INPUT), about="values that no matcher captures"),
        "values": Key(MapOf(_FIELD, _COMPUTED), about="numbers worked out from fields and inputs, with their bounds"),
        "beats": Key(ListOf(_ID), about="ids: where both match the same lines this one wins"),
        "recovers": Key(
            ListOf(
                Text(
                    max=160,
                    pattern=rf"(?:{ID_PATTERN}/)?[a-z][a-z0-9_-]*",
                    hint="a matcher is named as name or entry/name",
                )
            ),
            about="matchers whose match says that the trouble is over",
        ),
        "resolved_after": Key(Duration(), about="silence for so long means that the trouble is over (default 24h)"),
        "cause": Key(_both(_TEXT), about="Markdown"),
        "diagnosis": Key(_both(_TEXT), about="Markdown: how to be sure"),
        "fix": Key(_both(_TEXT), about="Markdown: safest first, what it interrupts, how to undo it"),
        "steps": Key(_both(_TEXT), about="Markdown: what a howto does"),
        "related": Key(ListOf(_ID)),
        "references": Key(ListOf(_REFERENCE, 1, 40)),
    },
    _finish,
    ordered=True,
)


_WORDS = ListOf(_COMPONENT, 1, 1000)
VOCABULARY = Object({"components": Key(_WORDS, required=True), "sources": Key(_WORDS), "severities": Key(_WORDS)}, dict)
"""The form of `_vocabulary.yaml`."""


def json_schema() -> Schema:
    """The published schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "faultbook entry",
        "description": "One documented problem: an article in English and Chinese, and matchers that recognise it.",
    } | ENTRY.schema()


def field_value(value: Value, kind: str) -> Value:
    """An example's value as the field's type reads it: `84` for a hex field is the text "84"."""
    if kind == "int" or isinstance(value, str):
        return value
    return str(value)
