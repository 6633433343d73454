"""Reading what a vendor sent: JSON and forms, as hostile as anything from outside until it is read."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from app.chat.contract import Malformed

_MAX_FIELDS: Final = 100


def read_json(data: bytes | str) -> Mapping[str, Any]:
    """An object of JSON; raises Malformed."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise Malformed("the body is not JSON; the service sends an object") from None
    if not isinstance(value, dict):
        raise Malformed("the body is not an object of JSON")
    return value


def read_form(body: bytes) -> Mapping[str, str]:
    """The fields of a form, the first of each name; raises Malformed."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise Malformed("the body is not a form (application/x-www-form-urlencoded in UTF-8)") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def text_at(value: object, *path: str) -> str:
    """The text that stands under these keys, one in the other; empty where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""
