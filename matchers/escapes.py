"""A block with the escapes of envelopes undone, line for line, so that candidates are found in it."""

import re

_SURROGATES = rb"u[dD][89abAB][0-9a-fA-F]{2}\\+u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(
    rb"\\+(?:" + _SURROGATES + rb"|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[ntr\"'/])|#0[0-3][0-7]|#177"
    rb'|"MESSAGE" ?: ?\[[0-9][0-9, ]*+\]'
)
_NUMBER = re.compile(rb"(?<![0-9])[0-9]{1,3}(?![0-9])")
_NAMED = {b"n": b"\x0b", b"t": b"\t", b"r": b" "}


def undo_escapes(block: bytes) -> bytes:
    """The block with the escapes of JSON, logfmt, kmsg and rsyslog undone, line for line; itself if it has none.

    Messages that the journal's JSON gives as arrays of bytes are undone, too. Only candidates are found in it, so it
    need not be exact: an escaped newline becomes a vertical tab, so that line N is still line N, and any number of
    backslashes counts as one.
    """
    if b"\\" not in block and b"#" not in block and b'"MESSAGE"' not in block:
        return block
    undone, count = _ESCAPE.subn(_unescaped, block)
    return undone if count else block


def _unescaped(escape: re.Match[bytes]) -> bytes:
    text = escape[0]
    if text.startswith(b'"'):
        numbers = map(int, _NUMBER.findall(text))
        return bytes(number for number in numbers if number < 0x100).replace(b"\n", b"\x0b")
    if text.startswith(b"#"):
        return _encoded(int(text[1:], 8))
    code = text.lstrip(b"\\")
    if code[:1] == b"x":  # one byte, in kmsg of UTF-8
        return bytes.fromhex(code[1:].decode()).replace(b"\n", b"\x0b")
    if code[:1] != b"u":
        return _NAMED.get(code, code)
    high = int(code[1:5], 16)
    low = int(code[-4:], 16) if len(code) > 5 else 0
    return _encoded(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00 if low else high)


def _encoded(code: int) -> bytes:
    # Half of a surrogate pair is no character.
    char = "\ufffd" if 0xD800 <= code <= 0xDFFF else "\x0b" if code == 0x0A else chr(code)
    return char.encode()
