"""Text that is not UTF-8: UTF-16 as Windows writes it, with or without its mark, and GB18030.

Log text is mostly ASCII, so that in UTF-16 every other byte of it is NUL, and which one tells the order of the bytes.
Source: The Unicode Standard, section 2.6 (encoding schemes) and 23.8 (byte order mark).
"""

import codecs
from typing import Final

__all__ = ["NAME", "to_utf8"]

NAME: Final = "encoding"

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_SAMPLE: Final = 4096
_LEAST: Final = 8  # bytes that tell something


def to_utf8(paste: bytes) -> bytes:
    """The paste as UTF-8; the paste itself where it is that already, or nothing tells what else it is. Never raises."""
    for mark, name in _MARKS:
        if paste.startswith(mark):
            return _recoded(paste[len(mark) :], name)
    if b"\0" in paste and len(paste) >= _LEAST:
        order = _byte_order(paste[:_SAMPLE])
        return _recoded(paste, order) if order else paste
    if paste.isascii():
        return paste
    try:
        paste.decode("utf-8")
    except UnicodeDecodeError as error:
        return paste if error.reason == "unexpected end of data" else _chinese(paste)
    return paste


def _recoded(paste: bytes, name: str) -> bytes:
    return paste.decode(name, "replace").encode("utf-8", "replace")


def _byte_order(sample: bytes) -> str | None:
    """The form of UTF-16 in which at least 3 of 4 characters of the sample would be ASCII, None where there is none."""
    low, high = sample[::2], sample[1::2]
    if high.count(0) * 4 >= len(high) * 3 and low.count(0) * 4 < len(low):
        return "utf-16-le"
    if low.count(0) * 4 >= len(low) * 3 and high.count(0) * 4 < len(high):
        return "utf-16-be"
    return None


def _chinese(paste: bytes) -> bytes:
    try:
        return paste.decode("gb18030").encode("utf-8", "replace")
    except UnicodeDecodeError:
        return paste
