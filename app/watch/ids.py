"""Ids of occurrences: made from what was read, so that the same bytes read again are the same occurrence.

No clock, no random number and no counter of rows goes into an id. Two equal lines have two ids, in one file (their
offsets differ) and in two files that are equal byte for byte (their origins differ).
"""

from collections.abc import Iterable
from hashlib import blake2b

ID_BYTES = 16


def digest(parts: Iterable[str | int | bytes]) -> str:
    """The id that these parts make, 32 hex digits; other parts, or the same ones cut elsewhere, make another."""
    hashed = blake2b(digest_size=ID_BYTES)
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        hashed.update(b"%d:" % len(data))
        hashed.update(data)
    return hashed.hexdigest()


def journal_id(host: str, cursor: str, entry: str, matcher: str, ordinal: int) -> str:
    """The id of a match in the journal entry with this cursor; `ordinal` counts equal matchers in it, from 0."""
    return digest(("journal", host, cursor, entry, matcher, ordinal))


def stream_id(host: str, stream: str, offset: int, entry: str, matcher: str, ordinal: int) -> str:  # noqa: PLR0917
    """The id of a match in a stream that cannot be read twice; `stream` is a name that was made once for it."""
    return digest(("stream", host, stream, offset, entry, matcher, ordinal))
