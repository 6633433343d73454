"""What a matcher says, as typed values: the model behind `matchers:` of an entry.

    Matcher.kind      what it looks for
    pattern, regex    one line of a message                     one Step
    keys              a record of key=value, logfmt or JSON     `keys`
    block             lines of one message, in order            Steps, some optional
    sequence          separate messages, others between         Steps, `within_s`, `by`

`threshold` may stand beside every kind but `sequence`.
"""

from dataclasses import dataclass, field
from typing import Literal

from matchers import wording
from matchers.errors import RegexError
from matchers.fieldtypes import Value
from matchers.linear import compile_regex
from matchers.threshold import Threshold

Kind = Literal["pattern", "regex", "keys", "block", "sequence"]


@dataclass(frozen=True, slots=True)
class Expression:
    """One wording: a pattern, or a free regex whose named groups have the given types.

    `types` of a pattern is worked out from its text.
    """

    text: str
    syntax: Literal["pattern", "regex"] = "pattern"
    group_types: tuple[tuple[str, str], ...] = ()

    @property
    def types(self) -> dict[str, str]:
        """The type of each field this wording captures."""
        if self.syntax == "pattern":
            return wording.fields(wording.parse(self.text))
        return dict(self.group_types)

    def regex(self) -> str:
        """The exact expression, for `re` (pattern) or RE2 (regex); raises MatcherError."""
        if self.syntax == "pattern":
            return wording.to_regex(wording.parse(self.text))
        check_regex(self.text)
        return self.text

    def loose_regex(self) -> str:
        """An expression that finds at least the same, for the scan."""
        if self.syntax == "pattern":
            return wording.to_loose_regex(wording.parse(self.text))
        return self.text


def check_regex(text: str) -> None:
    """Raise RegexError unless `text` is in the subset: what RE2 and the scan's superset both take."""
    import re2  # noqa: PLC0415 - a few MB that only free regexes need

    try:
        compile_regex(text)
    except re2.error as error:
        detail = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise RegexError(
            f"RE2 refuses it ({detail}); look-around, back-references and possessive repeats are not supported"
        ) from None


@dataclass(frozen=True, slots=True)
class Step:
    """One line that is looked for: the wordings it may have, the first that fits counts."""

    expressions: tuple[Expression, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class KeyTest:
    """What one key of a `keys` record must be: equal to `equals`, or a value captured by the pattern `capture`."""

    key: str
    equals: str | None = None
    capture: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """Real text and, for a match, the fields it must give (None: not said)."""

    text: str
    fields: tuple[tuple[str, Value], ...] | None = None


@dataclass(frozen=True, slots=True)
class Matcher:
    """One matcher of an entry; `where` is its text, see `matchers.where`."""

    name: str
    source: str
    kind: Kind
    steps: tuple[Step, ...] = ()
    keys: tuple[KeyTest, ...] = ()
    within_s: float = 0.0
    by: tuple[str, ...] = ()
    where: str = ""
    unless: tuple[Expression, ...] = ()
    record: bool = True
    threshold: Threshold | None = None
    match: tuple[Example, ...] = ()
    no_match: tuple[str, ...] = ()
    recovery: bool = field(default=False, compare=False)

    @property
    def types(self) -> dict[str, str]:
        """The type of each field the matcher can give, aggregates of a threshold included."""
        types: dict[str, str] = {}
        for step in self.steps:
            for expression in step.expressions:
                types.update(expression.types)
        for test in self.keys:
            if test.capture is not None:
                types.update(wording.fields(wording.parse(test.capture)))
        if self.threshold is not None:
            types |= {f"{name}.{end}": kind for name, kind in types.items() for end in ("first", "last")}
            types["count"] = "int"
        return types
