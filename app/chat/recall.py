"""What a button carries: the question again, so that nothing of it has to be kept on the server.

A button's value is stored by the vendor and comes back in a signed request. It holds the command and the text, packed;
of a long paste only the lines that were recognised. It is read as strictly as anything from outside, and is at the most
a question that its reader could have typed.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Sequence
from typing import Final, get_args

from app.chat.contract import Ask, Command, Malformed

MAX_TEXT: Final = 64 * 1024
_COMMANDS: Final = get_args(Command)


def pack(ask: Ask, evidence: Sequence[str], most: int) -> str | None:
    """The question in at most `most` ASCII characters: whole, else only its evidence; None where that is too long."""
    for text in (ask.text, "\n".join(evidence)):
        if not text and ask.text:
            continue
        packed = zlib.compress(json.dumps([ask.command, text], ensure_ascii=False).encode("utf-8", "replace"), 9)
        value = base64.urlsafe_b64encode(packed).decode("ascii")
        if len(value) <= most and len(text) <= MAX_TEXT:
            return value
    return None


def unpack(value: str) -> tuple[Command, str]:
    """(command, text) of a packed question; raises Malformed."""
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(base64.b64decode(value, b"-_", validate=True), 5 * MAX_TEXT)
        command, text = json.loads(data)
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        raise Malformed("a button's value is not one of ours") from None
    if command not in _COMMANDS or not isinstance(text, str) or len(text) > MAX_TEXT:
        raise Malformed("a button's value is not one of ours")
    return command, text
