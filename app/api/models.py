"""Bodies of the API's requests and answers: what is read is checked by them, and the OpenAPI document is made of them.

Answers are built as plain dicts (`kb.recognise.answer_json` is shared with the command line); the tests hold every
answer of a running server against these models' schema.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

EntryId = Field(description="The entry's id.", examples=["bird-ospf-mtu-mismatch"])
Title = Field(description="In the language of the answer; in the other one where it is missing.")
Url = Field(description="Path of the article on this server.", examples=["/entries/bird-ospf-mtu-mismatch"])
FieldValue = int | str


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LookupRequest(_Model):
    """A pasted error."""

    text: str = Field(description="The text as it was copied: lines of a log, a mail, a chat.")


class Match(_Model):
    """One entry that explains the text."""

    entry: str = EntryId
    title: str = Title
    url: str = Url
    matcher: str = Field(description="Which of the entry's matchers recognised it.")
    fields: dict[str, FieldValue | None] = Field(description="Captured values; null: the text hides it.")
    text: str = Field(description="The lines that belong to the match.")
    verdict: Literal["affected", "fixed", "unknown"] | None = Field(
        description="Whether the version that the text tells of has the problem; null: the entry names no versions."
    )


class Suggestion(_Model):
    """An entry that search offers."""

    entry: str = EntryId
    title: str = Title
    url: str = Url
    score: float = Field(ge=0, le=1, description="How much of what was asked for is found in it, and how well.")


class LookupAnswer(_Model):
    """What is known about a pasted text."""

    matches: list[Match] = Field(description="What was recognised, most specific first, the beaten behind the winner.")
    suggestions: list[Suggestion] = Field(description="What search offers where no matcher knows the text; best first.")


class SearchAnswer(_Model):
    """What was found, best first."""

    results: list[Suggestion]
    total: int = Field(ge=0, description="How many there are on all pages.")
    facets: dict[str, dict[str, int]] = Field(
        description="For component, source, severity and kind: how many of the results have each value."
    )
    did_you_mean: str | None = Field(description="Another query, where nothing was found for this one.")
    next: str | None = Field(description="Cursor of the next page, null on the last one.")


class EntryRow(_Model):
    """An entry in a list."""

    entry: str = EntryId
    title: str = Title
    url: str = Url
    kind: Literal["problem", "howto"]
    status: Literal["draft", "reviewed", "retired"]
    severity: Literal["info", "warning", "error", "critical"] | None
    components: list[str]
    summary: str | None = Field(description="One sentence of Markdown; `{{ name }}` stands for a value of the case.")


class EntryPage(_Model):
    """A page of the list of entries, in the order of their ids."""

    entries: list[EntryRow]
    next: str | None = Field(description="Cursor of the next page, null on the last one.")


class BothTexts(_Model):
    """A text in English and Chinese; a language may be missing."""

    en: str | None = None
    zh: str | None = None


class BothLists(_Model):
    """Texts in English and Chinese; a language may be missing."""

    en: list[str] | None = None
    zh: list[str] | None = None


class Range(_Model):
    """Versions of one stream; without `introduced` the first one is unknown."""

    stream: str
    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    unfixed: bool = False


class AffectedComponent(_Model):
    """Which versions of a component have the problem."""

    component: str
    ranges: list[Range] = []
    note: BothTexts = BothTexts()


class InputField(_Model):
    """A value that a reader can give."""

    type: str
    min: int | None = None
    max: int | None = None
    how: str | None = Field(None, description="The command that shows it.")
    label: BothTexts = BothTexts()


class ComputedField(_Model):
    """A whole number worked out of other values; outside its bounds it stays a gap."""

    expression: str
    min: int
    max: int


class Source(_Model):
    """A source of the article."""

    title: str
    url: str


class LogSign(_Model):
    """What one matcher looks for, as its author wrote it."""

    matcher: str
    source: str = Field(description="Whose message it is: kernel, bird, verifier, loader, tcpdump, audit, text.")
    wordings: list[str]
    where: str = ""
    record: bool = Field(True, description="False: recognised in a paste, never recorded on a host.")


class EntryDocument(_Model):
    """One entry, whole. Texts are Markdown in which `{{ name }}` stands for a value of the case."""

    entry: str = EntryId
    url: str = Url
    kind: Literal["problem", "howto"]
    status: Literal["draft", "reviewed", "retired"]
    title: BothTexts
    severity: Literal["info", "warning", "error", "critical"] | None
    components: list[str]
    summary: BothTexts
    symptoms: BothLists
    signs: list[LogSign]
    affected: list[AffectedComponent]
    identity: list[str] = Field(description="Fields that make two occurrences the same trouble.")
    fields: dict[str, str] = Field(description="Name and type of every value that the entry's matchers capture.")
    inputs: dict[str, InputField] = Field(description="Values that no matcher captures.")
    values: dict[str, ComputedField] = Field(description="Values worked out of fields and inputs.")
    cause: BothTexts
    diagnosis: BothTexts
    fix: BothTexts
    steps: BothTexts
    related: list[str] = Field(description="Ids of entries that this one or its author points to.")
    references: list[Source]
    replaced_by: str | None
    resolved_after_s: float | None = Field(description="Silence for so long means that the trouble is over.")
    recovered_by: list[str] = Field(description="Matchers whose match means the same, as `entry/matcher`.")


class Accepted(_Model):
    """What became of a delivery: all of its rows are on the disk."""

    accepted: int = Field(ge=0, description="How many rows the delivery had.")
    stored: int = Field(ge=0, description="How many of them were new; the others were there already.")


class Occurrence(_Model):
    """A match that a watcher recorded. Keys that the watcher did not send are absent."""

    id: str = Field(description="The same for the same bytes of the same log.")
    entry: str = EntryId
    host: str = Field(description="Whose watcher recorded it.")
    recorded_at: str = Field(description="When the store recorded it, ISO 8601, UTC.")
    seen_at: str = Field(description="When the watcher saw it, ISO 8601.")
    log_host: str | None = Field(description="The host that the log line names.")
    matcher: str
    source: str
    path: str | None = None
    line: int | None = Field(None, description="Counts from 1.")
    offset: int | None = Field(None, description="Of the first byte, in the uncompressed log.")
    end: int | None = None
    time: str | None = Field(None, description="What the log says; null where it says nothing.")
    fields: dict[str, FieldValue | None]
    text: str = Field(description="The lines that belong to the match.")
    assembled: bool | None = Field(None, description="True: other lines stand between, or escapes were undone.")
    cursor: str | None = Field(None, description="Where the journal has it.")
    count: int | None = Field(None, description="How many matches this row of a storm stands for.")
    first: str | None = Field(None, description="When the first of them was seen.")
    last: str | None = Field(None, description="When the last of them was seen.")
    recovery: bool | None = Field(None, description="Never true here: what says that a trouble is over is not listed.")


class OccurrencePage(_Model):
    """A page of what was recorded, in the order asked for."""

    occurrences: list[Occurrence]
    next: str | None = Field(description="Cursor of the next page, null on the last one.")


class Problem(_Model):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = Field(description="What to do about it.")
    instance: str = Field(description="Id of this failure; the server's log knows it too.")
