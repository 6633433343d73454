"""From a stream of bytes to blocks of whole lines, and those with the escapes of envelopes undone."""

import re


class LineCutter:
    """Cuts a stream into blocks of whole lines and leaves out what is too long of a line.

    The result does not depend on how the stream is fed, as long as no piece is longer than `max_line_bytes`.
    """

    def __init__(self, max_line_bytes: int) -> None:
        self.max_line_bytes = max_line_bytes
        self.lines_cut = 0
        self.ready_bytes = 0
        self._ready: list[bytes] = []
        self._cuts: list[tuple[int, int]] = []
        self._tail = bytearray()
        self._lost = 0

    def take(self, data: bytes) -> None:
        """Add the next piece of the stream."""
        first = data.find(b"\n")
        if first < 0:
            self._add_to_tail(data)
            return
        self._add_to_tail(data[:first])
        self._close_tail()
        last = data.rfind(b"\n") + 1
        self._add_block(data[first + 1 : last])
        self._tail += data[last:]

    def close(self) -> None:
        """The stream is over: a last line without newline gets one."""
        if self._tail or self._lost:
            self._close_tail()

    def block(self) -> tuple[bytes, list[tuple[int, int]]]:
        """The lines so far, which are forgotten, and their cuts: (position of a newline, bytes left out before it)."""
        block, cuts = b"".join(self._ready), self._cuts
        self._ready, self._cuts, self.ready_bytes = [], [], 0
        return block, cuts

    def _add_block(self, block: bytes) -> None:
        self._ready.append(block)
        self.ready_bytes += len(block)

    def _add_to_tail(self, data: bytes) -> None:
        room = self.max_line_bytes - len(self._tail)
        self._lost += max(0, len(data) - room)
        self._tail += data[:room]

    def _close_tail(self) -> None:
        if self._lost:
            self._cuts.append((self.ready_bytes + len(self._tail), self._lost))
            self.lines_cut += 1
        self._add_block(bytes(self._tail) + b"\n")
        self._tail.clear()
        self._lost = 0


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
