"""Which occurrences are one trouble: a number made of entry, host and the values of the identity fields.

The number needs no table to look it up in, is the same when incidents are built anew, and stands in links as 16
hexadecimal digits. 63 bits, so that it fits a signed column; two incidents of one host would have to be made to
collide by whoever chooses that host's own values.
"""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

_SHOWN = re.compile(r"[0-9a-f]{16}")
_BITS = (1 << 63) - 1


def identity_of(names: Sequence[str], fields: Mapping[str, Any]) -> str:
    """The values of these fields as a JSON object of texts; "" for one that is missing or hidden."""
    return json.dumps({name: _text(fields.get(name)) for name in names}, ensure_ascii=True, separators=(",", ":"))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def number_of(entry: str, host: str, identity: str) -> int:
    """The incident's number."""
    digest = blake2b(f"{entry}\0{host}\0{identity}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") & _BITS


def shown(number: int) -> str:
    """The number as an id."""
    return f"{number:016x}"


def number_in(text: str) -> int | None:
    """The number that an id shows, None where it is no id."""
    number = int(text, 16) if _SHOWN.fullmatch(text) else None
    return number if number is not None and number <= _BITS else None
