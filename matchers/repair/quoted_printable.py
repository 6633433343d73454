"""Mail as it is sent: `=3D` for an equals sign, `=E2=80=9C` for bytes that are not ASCII, `=` at the end of a cut line.

In such text every equals sign is written `=3D`. Where one stands bare, part of the text is something else, and only
what cannot be a key and its value (`off=08`) is undone. Source: RFC 2045, section 6.7.
"""

import re
from typing import Final

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "quoted-printable"

_SOFT_BREAK = re.compile(r"=[ \t]{0,8}\n")
_SIGN = re.compile(r"=(?:3D|E2=80|C2=A0|1B|\n)")
_LONG_LINE = re.compile(r"(?:\A|\n)[^\n]{60,77}=\n")  # encoders cut at 76 characters; what quotes the mail takes two
_CODES = re.compile(r"(?:=[0-9A-F]{2})++")
_SURE_CODES = re.compile(
    r"(?:=3D|=20(?=\n|$)|=09(?=\n|$)|=(?:C[2-9A-F]|D[0-9A-F]|E[0-9A-F]|F[0-4])(?:=[89AB][0-9A-F]){1,3})"
)
_BARE = re.compile(r"=(?![0-9A-F]{2}|[ \t]{0,8}(?:\n|$))")


def signs(text: str) -> bool:
    """Whether there is an encoded equals sign, or a long line that ends with one."""
    found = _SIGN.search(text) if "=" in text else None
    return found is not None and (found[0] != "=\n" or "=3D" in text or _LONG_LINE.search(text) is not None)


def undo(text: str) -> str:
    """The text decoded as UTF-8, with cut lines joined."""
    codes = _SURE_CODES if _BARE.search(text) else _CODES
    return codes.sub(_decoded, _SOFT_BREAK.sub("", text))


def _decoded(codes: re.Match[str]) -> str:
    return bytes.fromhex(codes[0].replace("=", "")).decode("utf-8", "replace")
