"""Compressed bytes in, blocks of plain bytes out: gzip, xz, zstd and bzip2, told by content and never by name.

Nothing here knows of files. A `Source` wraps any `read(count)` function and gives a little look-ahead, `kind_of` names
the format, `decompress` streams it. Archives may consist of several members (streams, frames), also of different
formats, with zero bytes between and after them, as tapes and `cat a.gz b.gz` leave them.

What bounds memory. A few bytes can stand for gigabytes, so every step asks its decoder for a bounded piece. Beside that
a decoder needs its window: 32 KiB for gzip, under 4 MiB for bzip2, and for xz and zstd what the archive says. Up to
`WINDOW_BYTES` that is simply granted. A larger window is reserved too, but the system backs it with memory only as far
as output fills it, so such a member is decoded up to `LARGE_WINDOW_OUTPUT_BYTES` and then refused with the command that
helps: many rotated logs packed with `xz -9` are smaller than that.

What is kept of a broken archive. Everything before the break for gzip, all whole blocks for zstd. The decoders of xz
and bzip2 keep to themselves what they made in the step that failed: up to `FINE_STEP_BYTES` before the break are lost.

zlib, lzma, bz2 and zstandard are imported when the first such archive is met: commands that read none start faster.
"""

import shlex
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Literal, Protocol

Kind = Literal["gzip", "xz", "zstd", "bzip2"]

CHUNK_BYTES = 1 << 16  # of compressed data, read at a time
WINDOW_BYTES = 16 << 20
LARGE_WINDOW_OUTPUT_BYTES = 20 << 20
FINE_STEP_BYTES = 4096
BLOCK_BYTES = 1 << 18  # large enough to be searched at full speed, small beside a window

_XZ_MEMORY_BYTES = 20 << 20  # WINDOW_BYTES and what liblzma needs around it
_XZ_HEADERS_BYTES = 12 + 1024  # the stream header and the longest block header
_ZSTD_HEADER_BYTES = 18  # the longest frame header with its magic number, RFC 8878 section 3.1.1
_ZSTD_BLOCK_BYTES = 1 << 17  # the largest block, RFC 8878 section 3.1.1.2
_ZSTD_UNASKED_WINDOW_LOG = 27  # windows above 2^27 the zstd program takes only with --long

# The opening of a bzip2 block and, in an empty stream, of its footer: the first digits of pi and of its square root.
_BZIP2_OPENINGS = (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")

# gzip: RFC 1952 section 2.3.1, with the only method there is. xz: the .xz file format, section 2.1.1.1.
# zstd: RFC 8878 sections 3.1.1 and 3.1.2 (skippable frames, which may come first).
_MAGICS: dict[bytes, Kind] = {b"\x1f\x8b\x08": "gzip", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_MAGICS.update({bytes([low, 0x2A, 0x4D, 0x18]): "zstd" for low in range(0x50, 0x60)})
_MAGICS.update({b"BZh%d" % level + opening: "bzip2" for level in range(1, 10) for opening in _BZIP2_OPENINGS})


class Damaged(Exception):
    """An archive that cannot be decoded to its end; what came before has been handed out.

    `what` says what is wrong and `advice` what to do about it: two parts of one sentence, so that the caller can put
    between them how far it came.
    """

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what}; {advice}")
        self.what = what
        self.advice = advice


class Source:
    """Bytes from `read`, with look-ahead.

    `read(count)` returns 1 to `count` bytes, or none at the end, after which it is not asked again (a terminal would
    begin anew). Its exceptions pass through. Holds at most a chunk, and what was given back.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._held = b""
        self._at = 0  # in _held; moved instead of cutting _held, for zstd takes bites of a few bytes
        self._ended = False

    def chunk(self, most: int = CHUNK_BYTES) -> bytes:
        """The next 1 to `most` bytes, whatever is there first; empty only at the end."""
        if self._at == len(self._held):
            self._held, self._at = b"", 0
            return self._more(most)
        data = self._held[self._at : self._at + most]
        self._at += len(data)
        return data

    def peek(self, count: int) -> bytes:
        """The next `count` bytes, which stay; fewer only at the end."""
        while len(self._held) - self._at < count and (more := self._more(CHUNK_BYTES)):
            self._held, self._at = self._held[self._at :] + more, 0
        return self._held[self._at : self._at + count]

    def take(self, count: int) -> bytes:
        """The next `count` bytes; fewer only at the end."""
        data = self.peek(count)
        self._at += len(data)
        return data

    def give_back(self, data: bytes) -> None:
        """Put `data` before what comes next."""
        self._held, self._at = data + self._held[self._at :], 0

    def skip_zeros(self) -> None:
        """Pass over zero bytes, however many."""
        while data := self.chunk():
            if rest := data.lstrip(b"\0"):
                self.give_back(rest)
                return

    def _more(self, count: int) -> bytes:
        data = b"" if self._ended else self._read(count)
        self._ended = not data
        return data


def kind_of(source: Source) -> Kind | None:
    """The format that the next bytes open, None for anything else; takes nothing from `source`.

    Asks for more bytes only while those at hand could still become a magic number, so a line typed into a pipe is not
    held up. Raises `Damaged` where the input ends inside one; a single byte, or a few ASCII letters, count as text.
    """
    head = source.peek(1)
    while any(magic.startswith(head) and magic != head for magic in _MAGICS):
        longer = source.peek(len(head) + 1)
        if len(longer) == len(head):
            break
        head = longer
    for magic, kind in _MAGICS.items():
        if head.startswith(magic):
            return kind
        if magic.startswith(head) and len(head) > 1 and (len(head) > 3 or not head.isascii()):
            raise _cut_off(kind)
    return None


def decompress(source: Source, kind: Kind, block_bytes: int, name: str = "FILE") -> Iterator[bytes]:
    """What `source`, which opens with a member of `kind`, stands for, in blocks of 1 to `block_bytes` bytes.

    Above `BLOCK_BYTES` a larger `block_bytes` changes nothing. Holds about two blocks and the decoder's window. `name`
    goes into the command that an error proposes. Raises `Damaged` after everything that could be decoded, and likewise
    what `source` raises.
    """
    block_bytes = min(block_bytes, BLOCK_BYTES)
    held: list[bytes] = []
    held_bytes = 0
    try:
        for part in _parts(_members(source, kind, name, block_bytes), block_bytes):
            if held_bytes + len(part) > block_bytes:
                yield _emptied(held)
                held_bytes = 0
            held.append(part)
            held_bytes += len(part)
    except Exception:
        if held:
            yield _emptied(held)
        raise
    if held:
        yield _emptied(held)


def _parts(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    for piece in pieces:
        for start in range(0, len(piece), most):
            yield piece[start : start + most]


def _emptied(held: list[bytes]) -> bytes:
    block = b"".join(held)
    held.clear()
    return block


def _members(source: Source, kind: Kind, name: str, block_bytes: int) -> Iterator[bytes]:
    current: Kind | None = kind
    while current is not None:
        kind = current
        try:
            yield from _DECODERS[kind](source, name, block_bytes)
        except MemoryError as error:
            raise Damaged(f"the {kind} data needs more memory than there is", _unpack_first(kind, name)) from error
        except ImportError as error:
            what = f"the {kind} data needs the Python module {error.name}, which is not installed"
            raise Damaged(what, _unpack_first(kind, name)) from error
        source.skip_zeros()
        if not source.peek(1):
            return
        current = kind_of(source)
    raise Damaged(f"the {kind} data is followed by something else", "cut that off, or decompress the file by hand")


def _gzip(source: Source, _name: str, block_bytes: int) -> Iterator[bytes]:
    import zlib  # noqa: PLC0415  loaded when first needed, as the module's text says

    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
    while not decoder.eof:
        data = decoder.unconsumed_tail or source.chunk()
        # zlib drops what a call made before it failed, be it on the last checksum. The copy can do that call again.
        before = decoder.copy()
        try:
            piece = decoder.decompress(data, block_bytes)
        except zlib.error as error:
            yield _made_before_failing(before, data, zlib.error)
            raise _corrupt("gzip", error) from error
        if not piece and not data:
            raise _cut_off("gzip")
        if piece:
            yield piece
    source.give_back(decoder.unused_data)


def _made_before_failing(decoder: Any, data: bytes, failure: type[Exception]) -> bytes:
    """What a zlib decompression object makes of `data`, fed byte by byte until it raises `failure`."""
    made = bytearray()
    try:
        for at in range(len(data)):
            made += decoder.decompress(data[at : at + 1])
    except failure:
        pass
    return bytes(made)


class _FineDecoder(Protocol):
    """What lzma.LZMADecompressor and bz2.BZ2Decompressor share."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def _in_fine_steps(
    decoder: _FineDecoder, source: Source, kind: Kind, failure: type[Exception], explain: Callable[[Exception], Damaged]
) -> Iterator[bytes]:
    while not decoder.eof:
        asked = decoder.needs_input
        data = source.chunk() if asked else b""
        # At the end of the input bzip2 may still have much of its last block: it is asked until nothing comes.
        try:
            piece = decoder.decompress(data, FINE_STEP_BYTES)
        except failure as error:
            raise explain(error) from error
        if piece:
            yield piece
        elif asked and not data:
            raise _cut_off(kind)
    source.give_back(decoder.unused_data)


def _bzip2(source: Source, _name: str, _block_bytes: int) -> Iterator[bytes]:
    import bz2  # noqa: PLC0415  loaded when first needed, as the module's text says

    return _in_fine_steps(bz2.BZ2Decompressor(), source, "bzip2", OSError, partial(_corrupt, "bzip2"))


def _xz(source: Source, name: str, _block_bytes: int) -> Iterator[bytes]:
    import lzma  # noqa: PLC0415  loaded when first needed, as the module's text says

    window_bytes = xz_window_bytes(source.peek(_XZ_HEADERS_BYTES)) or 0
    memory_bytes = max(_XZ_MEMORY_BYTES, window_bytes + _XZ_MEMORY_BYTES - WINDOW_BYTES)
    advice = _unpack_first("xz", name)

    def explain(error: Exception) -> Damaged:
        # A later block may ask for a larger window than the first. The error has no code of its own, only this text.
        if "memory usage limit" in str(error).lower():
            return Damaged(f"the xz data needs more than {memory_bytes >> 20} MiB of memory", advice)
        return _corrupt("xz", error)

    decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=memory_bytes)
    pieces = _in_fine_steps(decoder, source, "xz", lzma.LZMAError, explain)
    return _within_budget(pieces, "xz", window_bytes, advice)


def xz_window_bytes(head: bytes) -> int | None:
    """The dictionary size that the first block of an xz stream asks for; None where no block with LZMA2 comes first.

    `head` is the first 1,036 bytes of the stream, or all there are. The .xz file format, sections 3.1 (block header)
    and 5.3.1 (LZMA2).
    """
    fields = iter(head[12 : 12 + 4 * (head[12] + 1)] if len(head) > 12 and head[12] else b"")
    try:
        next(fields)
        flags = next(fields)
        for present in (flags & 0x40, flags & 0x80):  # the sizes, compressed and uncompressed
            if present:
                _xz_number(fields)
        for _ in range((flags & 3) + 1):
            filter_id, properties_bytes = _xz_number(fields), _xz_number(fields)
            properties = [next(fields) for _ in range(min(properties_bytes, 1024))]
            if filter_id == 0x21:
                bits = properties[0] & 0x3F
                return (2 | bits & 1) << (bits // 2 + 11)
    except (StopIteration, IndexError):
        pass
    return None


def _xz_number(fields: Iterator[int]) -> int:
    number = 0
    for shift in range(0, 63, 7):
        byte = next(fields)
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    return number


def _zstd(source: Source, name: str, _block_bytes: int) -> Iterator[bytes]:
    if source.peek(1) != b"\x28":
        _pass_skippable_frame(source)
        return
    import zstandard  # noqa: PLC0415  loaded when first needed, as the module's text says

    head = source.peek(_ZSTD_HEADER_BYTES)
    try:
        frame = zstandard.get_frame_parameters(head)
        header = source.take(zstandard.frame_header_size(head))
    except zstandard.ZstdError as error:
        raise _cut_off("zstd") if len(head) < _ZSTD_HEADER_BYTES else _corrupt("zstd", error) from error
    if frame.window_size > 1 << zstandard.WINDOWLOG_MAX:
        raise _corrupt("zstd", "no valid frame header")
    decoder = zstandard.ZstdDecompressor(max_window_size=max(frame.window_size, 1024)).decompressobj()
    # A frame that tells a size below its window gets no more memory than that size.
    window_bytes = min(frame.window_size, frame.content_size)
    pieces = _zstd_blocks(source, decoder.decompress, header, frame.has_checksum)
    advice = _unpack_first("zstd", name, _zstd_option(frame.window_size))
    try:
        yield from _within_budget(pieces, "zstd", window_bytes, advice)
    except zstandard.ZstdError as error:
        if "not enough memory" in str(error):
            raise _too_large("zstd", window_bytes, advice) from error
        raise _corrupt("zstd", error) from error


def _zstd_blocks(source: Source, feed: Callable[[bytes], bytes], header: bytes, has_checksum: bool) -> Iterator[bytes]:
    """Feed a frame block by block, so that no call makes more than one block. RFC 8878 section 3.1.1.2."""
    feed(header)
    last = 0
    while not last:
        head = source.take(3)
        number = int.from_bytes(head, "little")
        last, kind, size = number & 1, number >> 1 & 3, number >> 3
        if len(head) < 3:
            raise _cut_off("zstd")
        if kind == 3 or size > _ZSTD_BLOCK_BYTES:
            raise _corrupt("zstd", "no valid block header")
        size = 1 if kind == 1 else size  # a run of one byte
        body = source.take(size)
        if piece := feed(head + body):
            yield piece
        if len(body) < size:
            raise _cut_off("zstd")
    if has_checksum:
        checksum = source.take(4)
        feed(checksum)
        if len(checksum) < 4:
            raise _cut_off("zstd")


def _pass_skippable_frame(source: Source) -> None:
    """RFC 8878 section 3.1.2: a magic number, a size, that many bytes of somebody else's data."""
    head = source.take(8)
    left = int.from_bytes(head[4:], "little")
    while left and (data := source.chunk(min(left, CHUNK_BYTES))):
        left -= len(data)
    if left or len(head) < 8:
        raise _cut_off("zstd")


def _within_budget(pieces: Iterator[bytes], kind: Kind, window_bytes: int, advice: str) -> Iterator[bytes]:
    """All pieces where the window is of the usual size, else those that the budget has room for."""
    made = 0
    for piece in pieces:
        if window_bytes > WINDOW_BYTES and made + len(piece) > LARGE_WINDOW_OUTPUT_BYTES:
            raise _too_large(kind, window_bytes, advice)
        made += len(piece)
        yield piece


def _zstd_option(window_bytes: int) -> str:
    log = (window_bytes - 1).bit_length()
    return f" --long={log}" if log > _ZSTD_UNASKED_WINDOW_LOG else ""


def _unpack_first(kind: Kind, name: str, options: str = "") -> str:
    file = shlex.quote(f"./{name}" if name.startswith("-") else name) if name.isprintable() else "FILE"
    return f"decompress it first: `{kind} -dc{options} {file} | faultbook scan -`"


def _too_large(kind: Kind, window_bytes: int, advice: str) -> Damaged:
    return Damaged(f"the {kind} data needs {-(-window_bytes >> 20)} MiB of memory", advice)


def _cut_off(kind: Kind) -> Damaged:
    return Damaged(f"the {kind} data is cut off", "copy the file again, or wait until it is written to its end")


def _corrupt(kind: Kind, why: Exception | str) -> Damaged:
    reason = str(why).removeprefix("Error -3 while decompressing data: ").removeprefix("zstd decompressor error: ")
    return Damaged(f"the {kind} data is damaged ({reason})", "get a good copy of the file")


_DECODERS: dict[Kind, Callable[[Source, str, int], Iterator[bytes]]] = {
    "gzip": _gzip,
    "xz": _xz,
    "zstd": _zstd,
    "bzip2": _bzip2,
}
