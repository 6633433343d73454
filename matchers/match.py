"""A match: one recognition of a documented problem, not yet recorded."""

from dataclasses import dataclass, field

from matchers.fieldtypes import Value


@dataclass(slots=True)
class Match:
    """One recognition.

    `line` counts from 1; `offset` and `end` are byte positions in the stream that enclose whole lines without the last
    newline.
    `time` is what the log says (ISO 8601, without year or zone where the log names none), None where it says nothing.
    `text` is the lines that belong to the match; unless `assembled`, the bytes from `offset` to `end` decode to it.
    `weight` is how many characters of fixed text were found: the more, the more specific.
    Nobody changes a match; a frozen one takes twice as long to make, and there may be millions.
    `lines` are the stream offsets of the physical lines that belong to it: matches that share one are of one record.
    """

    entry: str
    matcher: str
    source: str
    line: int
    offset: int
    end: int
    time: str | None
    host: str | None
    cursor: str | None
    fields: dict[str, Value]
    text: str
    assembled: bool
    record: bool
    recovery: bool
    weight: int
    order: int
    lines: tuple[int, ...] = field(repr=False)
