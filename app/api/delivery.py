"""A delivery as it comes in: bounded, read, checked row by row.

The whole request is taken or nothing of it. A row that is not as it should be is named with its place; what it holds is
never repeated. Keys that are not known are left out, so that a newer watcher may say more.
"""

import zlib
from typing import Annotated, Any

from flask import request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnprocessableEntity, UnsupportedMediaType

from app.server.guard import guard
from app.store.occurrences import NewOccurrence

MAX_ROWS = 10_000
MAX_ROW_BYTES = 8 << 20
MAX_FIELDS = 100
MAX_VALUE = 64 << 10
MAX_FACTS = 64
MAX_PARTS = 256
MAX_FACT = 1_000
_MAX_INT = 10**20
_SHOWN_PROBLEMS = 5

_Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_Short = Annotated[str, StringConstraints(max_length=256)]
_Position = Annotated[int, Field(ge=0, lt=1 << 63)]
_Count = Annotated[int, Field(ge=1, lt=1 << 53)]
_Whole = Annotated[int, Field(gt=-_MAX_INT, lt=_MAX_INT)]
_Value = _Whole | Annotated[str, StringConstraints(max_length=MAX_VALUE)] | None
HostName = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f\x7f-\x9f]{1,253}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class OccurrenceRow(_Model):
    """One row: what `scan --json` prints, with `id` and `seen_at`, and for a storm `count`, `first`, `last`."""

    id: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,128}$")] = Field(description="The same for the same bytes.")
    entry: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$")]
    matcher: _Name
    source: _Name
    path: Annotated[str, StringConstraints(max_length=8192)] | None = None
    line: _Position | None = None
    offset: _Position | None = None
    end: _Position | None = None
    time: _Short | None = Field(None, description="What the log says; null where it says nothing.")
    host: _Short | None = Field(None, description="The host that the line names.")
    fields: Annotated[dict[_Name, _Value], Field(max_length=MAX_FIELDS)]
    text: str
    assembled: bool | None = None
    cursor: Annotated[str, StringConstraints(max_length=4096)] | None = None
    seen_at: AwareDatetime = Field(description="When the watcher saw it, UTC.")
    count: _Count | None = Field(None, description="How many matches this row of a storm stands for.")
    first: AwareDatetime | None = None
    last: AwareDatetime | None = None
    recovery: bool | None = Field(None, description="True: the match says that a trouble is over.")

    def to_record(self) -> NewOccurrence:
        """What the store keeps of it."""
        row = self.model_dump_json(exclude_unset=True)
        if len(row) > MAX_ROW_BYTES:
            raise RequestEntityTooLarge(f"a row has more than {MAX_ROW_BYTES} bytes; shorten its text")
        return NewOccurrence(self.id, self.entry, self.seen_at, self.count or 1, row)


class Delivery(_Model):
    """What a watcher sends."""

    host: HostName = Field(description="Whose watcher this is.")
    occurrences: list[OccurrenceRow]
    facts: dict[_Name, Any] | None = Field(None, description="What the host tells of itself: versions.")

    @model_validator(mode="after")
    def _facts_are_flat(self) -> "Delivery":
        if len(self.facts or {}) > MAX_FACTS:
            raise ValueError(f"at most {MAX_FACTS} facts")
        for name, value in (self.facts or {}).items():
            if not _is_fact(value):
                raise ValueError(f"the fact {name} should be a text, or a flat mapping or list of texts")
        return self


def _is_fact(value: Any) -> bool:
    parts = value if isinstance(value, list) else [*value, *value.values()] if isinstance(value, dict) else [value]
    return len(parts) <= MAX_PARTS and all(isinstance(part, str) and len(part) <= MAX_FACT for part in parts)


def read_delivery() -> tuple[Delivery, int]:
    """The delivery in the request, and its bytes unpacked; raises 400, 413, 415 and 422 with what is wrong."""
    body = _body(guard().limits.max_delivery_bytes)
    try:
        delivery = Delivery.model_validate_json(body)
    except ValidationError as error:
        raise _unusable(error) from None
    if len(delivery.occurrences) > MAX_ROWS:
        raise RequestEntityTooLarge(f"at most {MAX_ROWS} rows at once; send fewer")
    return delivery, len(body)


def _body(most: int) -> bytes:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise UnsupportedMediaType("send the body as it is, or with Content-Encoding: gzip")
    body = request.get_data(cache=False)
    return _unpacked(body, most) if encoding == "gzip" else body


def _unpacked(body: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)  # one gzip member
    try:
        data = unpacker.decompress(body, most)
    except zlib.error:
        raise BadRequest("the body is not gzip, as its Content-Encoding says") from None
    if not unpacker.eof and (unpacker.unconsumed_tail or len(data) >= most):
        raise RequestEntityTooLarge(f"at most {most} bytes are unpacked; send fewer rows")
    if not unpacker.eof or unpacker.unused_data:
        raise BadRequest("the gzip body is cut off, or something follows it")
    return data


def _unusable(error: ValidationError) -> BadRequest | UnprocessableEntity:
    # include_input is off: a row is hostile, and it is not this server's to repeat.
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    if problems[0]["type"] == "json_invalid":
        return BadRequest('the body is not JSON; send {"host": ..., "occurrences": [...]}')
    shown = "; ".join(f"{_place(each['loc'])}: {each['msg']}" for each in problems[:_SHOWN_PROBLEMS])
    more = f"; and {len(problems) - _SHOWN_PROBLEMS} more" if len(problems) > _SHOWN_PROBLEMS else ""
    return UnprocessableEntity(shown + more)


def _place(steps: tuple[int | str, ...]) -> str:
    """`occurrences.3.seen_at`; names that the client chose are cut."""
    return ".".join(str(step)[:40] for step in steps) or "the body"
