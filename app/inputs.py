"""What `faultbook scan [PATH... or -]` reads: which files, and their bytes.

`walk` turns the arguments into files, `blocks` streams one of them, unpacked where it is an archive (app.decompress),
`total_bytes` says how much that will be, for a progress bar. Names are data: they may hold newlines and escapes, and
bytes that are not UTF-8 (as lone surrogates).

What goes wrong with one input never stops the others:

    InputError              this input cannot be read, or not to its end
    └── BrokenArchive       it is a compressed file that is cut off, damaged, or too large to unpack here

Both are raised after everything that could be read was handed out.
"""

import errno
import io
import os
import stat
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.decompress import Damaged, Source, decompress, kind_of

BLOCK_BYTES = 1 << 20
STDIN = ("-", "/dev/stdin")

_ADVICE = {
    errno.ENOENT: "there is no such file; check the path",
    errno.ENOTDIR: "a part of the path is a file, not a directory; check the path",
    errno.EACCES: "permission denied; use an account that may read it, with sudo for example",
    errno.EPERM: "permission denied; use an account that may read it, with sudo for example",
    errno.ELOOP: "a symbolic link leads back to itself; name the file itself",
    errno.EISDIR: "is a directory, where a file is needed; name a file in it",
    errno.ENXIO: "nothing can be read from a socket or a device that is not there; name a file",
    errno.ESTALE: "the file was removed on its file server; scan again",
}


class InputError(Exception):
    """An input that cannot be read, or not to its end.

    `message` is one sentence that says what to do; str() puts `path` before it.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{_shown(path)}: {message}")
        self.path = path
        self.message = message


class BrokenArchive(InputError):
    """A compressed file that ends too early, is damaged, or needs more memory than a scan may take.

    `uncompressed_offset` is the number of plain bytes that were handed out before.
    """

    def __init__(self, path: str, message: str, uncompressed_offset: int) -> None:
        super().__init__(path, message)
        self.uncompressed_offset = uncompressed_offset


@dataclass(frozen=True, slots=True)
class InputProblem:
    """A path that `walk` passed over; `message` is one sentence that says what to do, str() puts `path` before it."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{_shown(self.path)}: {self.message}"


def walk(paths: Sequence[str]) -> Iterator[str | InputProblem]:
    """The files that `paths` stand for, in the order given, and a problem in the place of what cannot be read.

    A directory gives the regular files below it, depth first, the names of each directory in byte order. In it, links
    to regular files count as files; links to directories (so there are no loops), dangling links, FIFOs, sockets and
    devices are passed over. A path that is named may be a link, a FIFO, a device, or `-` for stdin. A directory is
    listed when its turn comes; what vanishes after that is a problem here or an `InputError` from `blocks`.
    """
    for path in paths:
        if path in STDIN:
            yield path
        else:
            yield from _named(path)


def blocks(
    path: str, *, block_bytes: int = BLOCK_BYTES, on_read: Callable[[int], None] | None = None
) -> Generator[bytes, None, None]:
    """The uncompressed bytes of one file in order, cut anywhere into blocks of 1 to at most `block_bytes`.

    `path` is a file, a FIFO, a device, or `-` for stdin, which stays open. The file is opened with the first block and
    closed with the last, on an error, or by `close()`. What is not compressed comes as soon as it can be read. A file
    that grows meanwhile is read up to where it then ends. `on_read` is called after each read with the number of bytes
    taken from the file, as stored: they add up to its size. After the last block raises `InputError`, for archives
    `BrokenArchive`; keeping these errors keeps no buffers.
    """
    if block_bytes < 1:
        raise ValueError(f"block_bytes is {block_bytes}; use 1 or more")
    with _opened(path, on_read) as read:
        failure = yield from _decoded(path, Source(read), block_bytes)
    if failure is not None:
        try:
            raise failure
        finally:
            del failure  # else the frame and the error would keep each other, and the caller's last block


def _decoded(path: str, source: Source, block_bytes: int) -> Generator[bytes, None, InputError | None]:
    """Gives the failure back instead of raising it: its traceback would keep the decoder with its window alive."""
    offset = 0
    try:
        kind = kind_of(source)
        if kind is None:
            while block := source.chunk(block_bytes):
                yield block
            return None
        for block in decompress(source, kind, block_bytes, "FILE" if path in STDIN else path):
            offset += len(block)
            yield block
    except Damaged as error:
        return BrokenArchive(path, f"{error.what} after {offset} decompressed bytes; {error.advice}", offset)
    except InputError as error:
        return error.with_traceback(None)
    return None


@dataclass(frozen=True, slots=True)
class PlainFile:
    """An open regular file that is not compressed: `read(count)` goes on at its position, raises `InputError`."""

    descriptor: int
    size: int
    read: Callable[[int], bytes]


@contextmanager
def plain_file(path: str, least_bytes: int, on_read: Callable[[int], None] | None = None) -> Iterator[PlainFile | None]:
    """The file, if it is a regular one of at least that size and no archive; else None. `on_read` as in `blocks`."""
    try:
        status = None if path in STDIN else os.stat(path)  # noqa: PTH116  see _named
    except OSError:
        status = None
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_size < least_bytes:
        yield None
        return
    with _opened_file(path) as descriptor:
        is_archive = kind_of(Source(lambda count: os.read(descriptor, count))) is not None
        os.lseek(descriptor, 0, os.SEEK_SET)
        reader = _Reader(path, descriptor, on_read)
        yield None if is_archive else PlainFile(descriptor, os.fstat(descriptor).st_size, reader.read)


def total_bytes(paths: Sequence[str]) -> int | None:
    """The sizes, as stored, of all files that `walk(paths)` gives; None where stdin, a FIFO or a device is among them.

    What cannot be read counts as nothing. Costs a walk: give it the files where they are known already.
    """
    total = 0
    for path in walk(paths):
        if isinstance(path, InputProblem):
            continue
        if path in STDIN:
            return None
        try:
            status = os.stat(path)  # noqa: PTH116  see _named
        except OSError:
            continue
        if not stat.S_ISREG(status.st_mode):
            return None
        total += status.st_size
    return total


def _named(path: str) -> Iterator[str | InputProblem]:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116  Path("") would be the working directory
    except OSError as error:
        yield InputProblem(path, _advice(path, error))
        return
    if stat.S_ISDIR(mode):
        yield from _tree(path)
    elif stat.S_ISSOCK(mode):
        yield InputProblem(path, _ADVICE[errno.ENXIO])
    else:
        yield _readable(path)


def _tree(top: str) -> Iterator[str | InputProblem]:
    to_do = [(top, True)]  # a stack, as trees may be deeper than Python's
    while to_do:
        path, is_directory = to_do.pop()
        if not is_directory:
            yield _readable(path)
            continue
        try:
            to_do += reversed(_children(path))
        except OSError as error:
            yield InputProblem(path, _advice(path, error))


def _children(directory: str) -> list[tuple[str, bool]]:
    """Path of each file and directory in `directory`, and whether it is a directory."""
    with os.scandir(directory) as entries:
        in_order = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    return [(entry.path, kind == "directory") for entry in in_order if (kind := _entry_kind(entry))]


def _entry_kind(entry: os.DirEntry[str]) -> str | None:
    try:
        if entry.is_dir(follow_symlinks=False):
            return "directory"
        return "file" if entry.is_file() else None
    except PermissionError:
        return "file"  # a link into a closed directory: reported when its turn comes
    except OSError:
        return None  # a link to itself


def _readable(path: str) -> str | InputProblem:
    if os.access(path, os.R_OK):
        return path
    try:
        os.stat(path)  # noqa: PTH116  see _named
    except OSError as error:
        return InputProblem(path, _advice(path, error))
    return InputProblem(path, _ADVICE[errno.EACCES])


@contextmanager
def _opened(path: str, on_read: Callable[[int], None] | None) -> Iterator[Callable[[int], bytes]]:
    """A function that reads up to so many bytes of `path`, and raises nothing but `InputError`."""
    if path in STDIN:
        yield _stdin_reader(path, on_read)
        return
    with _opened_file(path) as descriptor:
        yield _Reader(path, descriptor, on_read).read


@contextmanager
def _opened_file(path: str) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        raise InputError(path, _advice(path, error)) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _stdin_reader(path: str, on_read: Callable[[int], None] | None) -> Callable[[int], bytes]:
    try:
        return _Reader(path, sys.stdin.fileno(), on_read).read
    except io.UnsupportedOperation:  # something put in the place of stdin, by a test for example
        return sys.stdin.buffer.read
    except (AttributeError, ValueError) as error:  # None, or closed
        raise InputError(path, "stdin is closed; give it a file or a pipe, or name a PATH") from error


class _Reader:
    """Reads an open file and notices when it becomes shorter, as `copytruncate` leaves it."""

    def __init__(self, path: str, descriptor: int, on_read: Callable[[int], None] | None) -> None:
        self._path = path
        self._descriptor = descriptor
        self._on_read = on_read
        self._size_at_start = self._size()

    def read(self, count: int) -> bytes:
        try:
            data = self._read_when_ready(count)
        except OSError as error:
            raise InputError(self._path, _advice(self._path, error)) from error
        if not data and self._size() < self._size_at_start:
            raise InputError(self._path, "became shorter while it was read, so a part was missed; scan it again")
        if data and self._on_read is not None:
            self._on_read(len(data))
        return data

    def _size(self) -> int:
        try:
            status = os.fstat(self._descriptor)
        except OSError:
            return 0  # reading will say why
        return status.st_size if stat.S_ISREG(status.st_mode) else 0

    def _read_when_ready(self, count: int) -> bytes:
        while True:
            try:
                return os.read(self._descriptor, count)
            except BlockingIOError:  # stdin shared with a program that made it non-blocking
                self._wait()

    def _wait(self) -> None:
        import select  # noqa: PLC0415  hardly ever needed

        ready = select.poll()
        ready.register(self._descriptor, select.POLLIN)
        ready.poll()


def _advice(path: str, error: OSError) -> str:
    if error.errno == errno.ENOENT and os.path.islink(path):  # noqa: PTH114  see _named
        return "is a symbolic link to a file that does not exist; name a file that is there"
    if error.errno in _ADVICE:
        return _ADVICE[error.errno]
    return f"cannot be read ({error.strerror or error}); check the file and the disk it is on"


def _shown(path: str) -> str:
    """`path` as a part of one line of text, whatever it holds."""
    if path in STDIN:
        return "stdin"
    return path if path and path.isprintable() else repr(path)
