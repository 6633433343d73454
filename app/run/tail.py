"""The last bytes of a stream, from the beginning of a line on."""

from collections import deque

TAIL_BYTES = 1 << 20


class Tail:
    """Remembers the end of what is added: at most `max_bytes`, and a little more while it grows."""

    def __init__(self, max_bytes: int = TAIL_BYTES) -> None:
        self._max_bytes = max_bytes
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._is_cut = False

    def add(self, data: bytes) -> None:
        """More of the stream."""
        if not data:
            return
        self._chunks.append(data)
        self._size += len(data)
        while self._size - len(self._chunks[0]) >= self._max_bytes:
            self._size -= len(self._chunks.popleft())
            self._is_cut = True

    def text(self) -> bytes:
        """What is remembered; a first line that is cut off is left out."""
        data = b"".join(self._chunks)
        is_cut = self._is_cut or len(data) > self._max_bytes
        data = data[-self._max_bytes :]
        return data.partition(b"\n")[2] if is_cut else data
