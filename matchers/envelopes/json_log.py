"""A program's log with one JSON object to a line.

    {"level":"error","ts":1648190153.123456,"msg":"load failed","error":"permission denied: 0: R1=ctx() ..."}

Any object with a text under one of the usual names of the message counts; `fields.py` lists them.
"""

from typing import Final

from matchers.envelopes.fields import read_fields
from matchers.envelopes.json_text import Number, flatten, load_object
from matchers.envelopes.layer import Layer

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "json"
STARTS: Final = "{"


def strip(text: str) -> Layer | None:
    """Take the message, and other texts below it, out of the object."""
    record = load_object(text)
    if record is None:
        return None
    pairs = flatten(record)
    not_text = {key for key, value in record.items() if isinstance(value, Number | bool)}
    return read_fields(pairs, [key for key in pairs if key not in not_text])
