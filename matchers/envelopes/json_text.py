"""JSON objects on one line, read safely: any text gives an object or None, numbers keep the digits they have.

A line is at most 1 MiB, nesting may be as deep as Python's parser allows, of a key that stands twice the last one
counts (RFC 8259, section 4, leaves that open), and halves of surrogate pairs become U+FFFD.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final, cast

__all__ = ["Number", "as_text", "flatten", "load_object"]

_MAX_CHARS: Final = 1 << 20
_MAX_DEPTH: Final = 4
_MAX_PAIRS: Final = 256
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Number(str):
    """A JSON number as it was written: exact, whatever its size; NaN and Infinity are among them."""

    __slots__ = ()


# strict=False: some writers leave tabs and other control characters in strings unescaped.
_DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=Number, strict=False)


def load_object(text: str) -> dict[str, object] | None:
    """The object that the whole of `text` is, or None. Numbers are `Number`."""
    text = text.rstrip()
    if not text.endswith("}") or len(text) > _MAX_CHARS:
        return None
    try:
        value: object = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, object], value) if isinstance(value, dict) else None


def as_text(value: object) -> str | None:
    """A string, number or truth value as text, a list of strings as lines; None for all else."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and value and all(type(item) is str for item in value):
        return _LONE_SURROGATE.sub("\ufffd", "\n".join(value))
    return None


def flatten(value: Mapping[str, object]) -> dict[str, str]:
    """The object as text by key, in its order; keys of inner objects are joined with dots (`host.name`).

    At most 256 pairs and 4 levels: what lies deeper is left out.
    """
    return dict(islice(_walk("", value, _MAX_DEPTH), _MAX_PAIRS))


def _walk(prefix: str, value: Mapping[str, object], depth: int) -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        name = f"{prefix}{_LONE_SURROGATE.sub(chr(0xFFFD), key)}"
        if isinstance(inner, dict):
            if depth > 1:
                yield from _walk(f"{name}.", inner, depth - 1)
        elif (text := as_text(inner)) is not None:
            yield name, text
