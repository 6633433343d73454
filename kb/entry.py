"""An entry as typed values: one documented problem, its article in two languages and its matchers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from matchers.spec import Matcher

T = TypeVar("T")
Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Both(Generic[T]):
    """Something in English and in Chinese; either may be missing."""

    en: T | None = None
    zh: T | None = None

    def in_language(self, language: str) -> T | None:
        """The value in this language, None where it is missing."""
        return self.zh if language == "zh" else self.en

    def best(self, language: str) -> T | None:
        """The value in this language, else in the other one."""
        own = self.in_language(language)
        return own if own is not None else self.in_language("en" if language == "zh" else "zh")


@dataclass(frozen=True, slots=True)
class VersionRange:
    """Versions of one stream; `introduced` None: unknown. At most one of `fixed`, `last_affected`, `unfixed` stands."""

    stream: str
    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    unfixed: bool = False


@dataclass(frozen=True, slots=True)
class Affected:
    """Which versions of a component have the problem."""

    component: str
    ranges: tuple[VersionRange, ...] = ()
    note: Both[str] = field(default_factory=Both)


@dataclass(frozen=True, slots=True)
class Input:
    """A value that no matcher captures and a reader can give; `how` is the command that shows it."""

    type: str
    min: int | None = None
    max: int | None = None
    how: str | None = None
    label: Both[str] = field(default_factory=Both)


@dataclass(frozen=True, slots=True)
class Computed:
    """A whole number worked out from fields and inputs; outside `min` to `max` it is a gap, never a command."""

    expression: str
    min: int
    max: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A source of the article."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Sign:
    """What one matcher looks for, as its author wrote it: `wordings` are patterns, regexes or `key=value` tests.

    `source` is whose message it is, `where` the condition beside it; `record` False: a paste is recognised by it, a
    host's log is not.
    """

    matcher: str
    source: str
    wordings: tuple[str, ...]
    where: str = ""
    record: bool = True


def signs_of(matchers: "Iterable[Matcher]") -> tuple[Sign, ...]:
    """What the matchers look for, in their order."""
    return tuple(Sign(each.name, each.source, _wordings(each), each.where, each.record) for each in matchers)


def _wordings(matcher: "Matcher") -> tuple[str, ...]:
    if matcher.kind == "keys":
        return (" ".join(f"{test.key}={test.equals or test.capture or ''}" for test in matcher.keys),)
    return tuple(expression.text for step in matcher.steps for expression in step.expressions)


@dataclass(frozen=True, slots=True)
class Article:
    """What a person reads of an entry.

    `resolved_after_s`: silence for so long means that the trouble is over; None: as for entries that say nothing of it.
    `recovered_by`: the matchers, as `entry/matcher`, whose match means the same. `field_types` are the types of all
    fields its matchers can give, `signs` what its matchers look for.
    """

    id: str
    kind: Literal["problem", "howto"]
    status: Literal["draft", "reviewed", "retired"]
    title: Both[str]
    severity: str | None = None
    components: tuple[str, ...] = ()
    summary: Both[str] = field(default_factory=Both)
    symptoms: Both[tuple[str, ...]] = field(default_factory=Both)
    affected: tuple[Affected, ...] = ()
    identity: tuple[str, ...] = ()
    inputs: Mapping[str, Input] = field(default_factory=dict)
    values: Mapping[str, Computed] = field(default_factory=dict)
    cause: Both[str] = field(default_factory=Both)
    diagnosis: Both[str] = field(default_factory=Both)
    fix: Both[str] = field(default_factory=Both)
    steps: Both[str] = field(default_factory=Both)
    related: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    replaced_by: str | None = None
    resolved_after_s: float | None = None
    recovered_by: tuple[str, ...] = ()
    field_types: Mapping[str, str] = field(default_factory=dict)
    signs: tuple[Sign, ...] = ()

    def title_in(self, language: str) -> str:
        """The title in this language, else in the other, else the id: never empty."""
        return self.title.best(language) or self.id

    def name_types(self) -> dict[str, str]:
        """The type of every name a template of this article may use: fields, inputs, values."""
        return (
            dict(self.field_types)
            | {name: each.type for name, each in self.inputs.items()}
            | dict.fromkeys(self.values, "int")
        )

    def sections(self) -> tuple[tuple[str, Both[str]], ...]:
        """The parts of the article in reading order, those that are there: cause, diagnosis, fix, or steps."""
        every = (("cause", self.cause), ("diagnosis", self.diagnosis), ("fix", self.fix), ("steps", self.steps))
        return tuple((name, text) for name, text in every if text.best("en") is not None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file under `entries/`: the article, the matchers, and what they mean for other entries.

    `beats` are ids; `recovers` are matchers, `name` or `entry/name`.
    """

    article: Article
    matchers: "tuple[Matcher, ...]" = ()
    beats: tuple[str, ...] = ()
    recovers: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The entry's id, which is also its file's name."""
        return self.article.id
