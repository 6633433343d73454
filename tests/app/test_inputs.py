"""What `scan` reads: real files and FIFOs, archives made by the modules that read them, memory measured in a child."""

import bz2
import gzip
import io
import lzma
import os
import shlex
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from app.decompress import BLOCK_BYTES, FINE_STEP_BYTES, Source, decompress, kind_of, xz_window_bytes
from app.inputs import BrokenArchive, InputError, InputProblem, blocks, total_bytes, walk

MIB = 1 << 20
TEXT = b"".join(
    b"Jul %2d 03:00:%02d lb1 kernel: NETDEV WATCHDOG: eth%d\n" % (n % 28 + 1, n % 60, n) for n in range(900)
)


def zstd_without_size(data: bytes) -> bytes:
    """As a pipe into the zstd program gives it: no content size, a checksum."""
    packer = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    return packer.compress(data) + packer.flush()


def zstd_flushed(data: bytes) -> bytes:
    """As a program that flushes often writes it: many small blocks."""
    packer = zstandard.ZstdCompressor().compressobj()
    lines = (packer.compress(line) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) for line in data.splitlines(True))
    return b"".join(lines) + packer.flush()


def gzip_with_name(data: bytes) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile("messages-20221203", "wb", fileobj=packed, mtime=0) as file:
        file.write(data)
    return packed.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "gzip-name": gzip_with_name,
    "xz": lambda data: lzma.compress(data, preset=0),
    "xz-extreme": lambda data: lzma.compress(data, check=lzma.CHECK_SHA256, preset=2 | lzma.PRESET_EXTREME),
    "zstd": zstandard.ZstdCompressor().compress,
    "zstd-no-size": zstd_without_size,
    "zstd-flushed": zstd_flushed,
    "bzip2": bz2.compress,
}
SKIPPABLE = b"\x5a\x2a\x4d\x18\x05\x00\x00\x00other"


def read(path: Path | str, block_bytes: int = MIB) -> tuple[bytes, InputError | None]:
    got: list[bytes] = []
    try:
        for block in blocks(str(path), block_bytes=block_bytes):
            assert 0 < len(block) <= block_bytes
            got.append(block)
    except InputError as error:
        return b"".join(got), error
    return b"".join(got), None


def whole(path: Path | str, block_bytes: int = MIB) -> bytes:
    data, error = read(path, block_bytes)
    assert error is None
    return data


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Path]:
    path = tmp_path_factory.mktemp("inputs") / "some.log"

    def write(data: bytes) -> Path:
        path.write_bytes(data)
        return path

    return write


def broken(path: Path) -> tuple[bytes, BrokenArchive]:
    data, error = read(path)
    assert isinstance(error, BrokenArchive)
    assert error.uncompressed_offset == len(data)
    assert error.path == str(path)
    assert str(error) == f"{path}: {error.message}"
    assert "\n" not in str(error)
    return data, error


# What is read


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"B", b"BZh", b"BZh9 is how it begins\n", b"\x1f\x8b is no gzip\n", b"\xfd7zXz\n", b"\xfd", TEXT],
)
def test_plain_bytes_come_as_they_are(store: Callable[[bytes], Path], data: bytes) -> None:
    assert whole(store(data)) == data


@given(data=st.binary(max_size=300), block_bytes=st.integers(1, 400))
@example(data=b"\0\0\0after a gap\n", block_bytes=1)
def test_plain_bytes_survive_any_block_size(store: Callable[[bytes], Path], data: bytes, block_bytes: int) -> None:
    got, error = read(store(data), block_bytes)
    assert got == data or error is not None


members = st.lists(
    st.tuples(
        st.sampled_from(sorted(PACKERS)),
        st.one_of(st.binary(max_size=200), st.integers(0, len(TEXT)).map(lambda size: TEXT[:size])),
        st.sampled_from([b"", b"\0", b"\0" * 512]),
    ),
    min_size=1,
    max_size=4,
)


@given(members=members, block_bytes=st.sampled_from([1, 7, 100, 4097, 1 << 14, MIB]))
def test_members_of_any_format_give_their_bytes_for_any_block_size(
    store: Callable[[bytes], Path], members: list[tuple[str, bytes, bytes]], block_bytes: int
) -> None:
    path = store(b"".join(PACKERS[name](data) + zeros for name, data, zeros in members))
    assert whole(path, block_bytes) == b"".join(data for _, data, _ in members)


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_a_member_for_every_line_gives_the_same_text_in_blocks_of_one_byte(
    store: Callable[[bytes], Path], name: str
) -> None:
    path = store(b"".join(map(PACKERS[name], TEXT[:2000].splitlines(keepends=True))))
    assert whole(path, block_bytes=1) == TEXT[:2000]


@pytest.mark.parametrize("where", ["before", "between", "after", "alone"])
def test_skippable_frames_of_zstd_are_passed_over(store: Callable[[bytes], Path], where: str) -> None:
    one, two = zstd_without_size(b"one\n"), zstd_flushed(b"two\n")
    made = {"before": SKIPPABLE + one, "between": one + SKIPPABLE + two, "after": one + SKIPPABLE, "alone": SKIPPABLE}
    expected = {"before": b"one\n", "between": b"one\ntwo\n", "after": b"one\n", "alone": b""}
    assert whole(store(made[where])) == expected[where]


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_small_pieces_are_gathered_into_blocks(store: Callable[[bytes], Path], name: str) -> None:
    text = TEXT * 60
    path = store(PACKERS[name](text))
    sizes = [len(block) for block in blocks(str(path), block_bytes=MIB)]
    assert sum(sizes) == len(text)
    assert max(sizes) <= BLOCK_BYTES
    assert len(sizes) <= 2 * len(text) // BLOCK_BYTES + 1


def test_what_is_typed_into_a_fifo_comes_before_the_fifo_is_closed(tmp_path: Path) -> None:
    fifo, seen = tmp_path / "fifo", threading.Event()
    os.mkfifo(fifo)

    def write() -> None:
        with fifo.open("wb", buffering=0) as file:
            file.write(b"BZ\n")
            seen.wait(10)
            file.write(b"end\n")

    writer = threading.Thread(target=write)
    writer.start()
    reading = blocks(str(fifo))
    try:
        assert next(reading) == b"BZ\n"
    finally:
        seen.set()
    assert b"".join(reading) == b"end\n"
    writer.join()


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_an_archive_may_come_in_single_bytes(name: str) -> None:
    packed = PACKERS[name](b"slowly\n") + b"\0\0" + PACKERS[name](b"but surely\n")
    feed = io.BytesIO(packed)
    source = Source(lambda _count: feed.read(1))
    kind = kind_of(source)
    assert kind == name.partition("-")[0]
    assert b"".join(decompress(source, kind, MIB)) == b"slowly\nbut surely\n"


def test_a_source_gives_all_its_bytes_once() -> None:
    source = Source(io.BytesIO(TEXT).read)
    assert source.peek(5) == TEXT[:5]
    source.give_back(b"\0\0")
    source.skip_zeros()
    assert source.take(3) + source.chunk(10) + source.chunk() + source.peek(len(TEXT)) == TEXT
    assert source.take(len(TEXT)) == source.chunk() == source.peek(1) == b""


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_stdin_is_read_plain_or_compressed_and_stays_open(name: str) -> None:
    code = "import os, sys; from app.inputs import blocks; print(b''.join(blocks(sys.argv[1]))); os.fstat(0)"
    for data in (b"text\n", PACKERS["zstd"](b"text\n")):
        child = subprocess.run([sys.executable, "-c", code, name], input=data, capture_output=True, check=True)
        assert child.stdout == b"b'text\\n'\n"


def test_a_closed_stdin_is_one_sentence() -> None:
    code = "from app.inputs import blocks; next(blocks('-'))"
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} <&-"
    child = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert child.stderr.splitlines()[-1] == (
        "app.inputs.InputError: stdin: stdin is closed; give it a file or a pipe, or name a PATH"
    )


def test_a_stand_in_for_stdin_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"given by a test\n")))
    assert whole("-") == b"given by a test\n"


def test_a_non_blocking_stdin_is_waited_for() -> None:
    code = "import os; from app.inputs import blocks; os.set_blocking(0, False); print(b''.join(blocks('-')))"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.communicate(b"late\n", timeout=20)[0] == b"b'late\\n'\n"


@pytest.mark.parametrize("name", ["plain", *sorted(PACKERS)])
def test_on_read_hears_of_every_stored_byte(store: Callable[[bytes], Path], name: str) -> None:
    path = store(PACKERS[name](TEXT) if name != "plain" else TEXT)
    counts: list[int] = []
    assert b"".join(blocks(str(path), on_read=counts.append)) == TEXT
    assert sum(counts) == path.stat().st_size == total_bytes([str(path)])


def test_the_file_is_closed_when_the_reader_stops_early(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(TEXT)
    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208  names are what is compared
    reading = blocks(str(path), block_bytes=10)
    next(reading)
    reading.close()
    assert set(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_a_block_size_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="block_bytes is 0"):
        next(blocks("-", block_bytes=0))


# What is broken


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_an_archive_cut_anywhere_gives_its_beginning_and_says_that_it_is_cut(
    store: Callable[[bytes], Path], name: str
) -> None:
    text = TEXT[:150]
    packed = PACKERS[name](text)
    shortest = 4 if name == "bzip2" else 2
    for size in range(shortest, len(packed)):
        data, error = broken(store(packed[:size]))
        assert text.startswith(data)
        assert error.message == (
            f"the {name.partition('-')[0]} data is cut off after {len(data)} decompressed bytes; "
            "copy the file again, or wait until it is written to its end"
        )


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_a_cut_second_member_leaves_the_first_whole(store: Callable[[bytes], Path], name: str) -> None:
    first, second = PACKERS[name](b"first\n"), PACKERS[name](b"second\n")
    for size in range(1, len(second)):
        data, _ = broken(store(first + second[:size]))
        assert data.startswith(b"first\n")


def test_only_what_pads_an_archive_may_be_cut(store: Callable[[bytes], Path]) -> None:
    for name, pack in PACKERS.items():
        for zeros in range(6):
            assert whole(store(pack(b"text\n") + bytes(zeros))) == b"text\n", name


def test_a_cut_skippable_frame_is_told(store: Callable[[bytes], Path]) -> None:
    for size in range(4, len(SKIPPABLE)):
        assert broken(store(SKIPPABLE[:size]))[0] == b""


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_a_large_archive_cut_in_half_gives_nearly_half_of_its_text(store: Callable[[bytes], Path], name: str) -> None:
    text = os.urandom(200_000).hex().encode()
    packed = PACKERS[name](text)
    data, _ = broken(store(packed[: len(packed) // 2]))
    assert text.startswith(data)
    assert len(data) >= (0 if name == "bzip2" else len(text) // 2 - (1 << 17))


def test_a_wrong_checksum_costs_no_text_of_gzip_and_zstd(store: Callable[[bytes], Path]) -> None:
    for name, at in (("gzip", -8), ("gzip", -1), ("zstd-no-size", -1)):
        packed = bytearray(PACKERS[name](TEXT))
        packed[at] ^= 0x55
        data, error = broken(store(bytes(packed)))
        assert data == TEXT, name
        assert "is damaged (" in error.message


def test_a_wrong_checksum_costs_at_most_a_step_of_xz_and_bzip2(store: Callable[[bytes], Path]) -> None:
    xz = bytearray(PACKERS["xz"](TEXT))
    xz[-40] ^= 0x55  # before the index and the footer stands the checksum
    bzip2 = bytearray(PACKERS["bzip2"](TEXT))
    bzip2[10] ^= 0x55  # it stands before the data
    for packed in (xz, bzip2):
        data, _ = broken(store(bytes(packed)))
        assert TEXT.startswith(data)
        assert len(data) >= len(TEXT) - FINE_STEP_BYTES


@given(name=st.sampled_from(sorted(PACKERS)), at=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_changed_byte_never_raises_anything_else(
    store: Callable[[bytes], Path], name: str, at: int, flip: int
) -> None:
    packed = bytearray(PACKERS[name](TEXT[:1500]) + PACKERS[name](b"next\n"))
    packed[at % len(packed)] ^= flip
    data, error = read(store(bytes(packed)))
    assert error is None or isinstance(error, BrokenArchive)
    assert data or error


@given(
    magic=st.sampled_from([b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"BZh91AY&SY", b"\x50\x2a\x4d\x18"]),
    rest=st.binary(),
)
@example(magic=b"\x28\xb5\x2f\xfd", rest=b"\xe0\x00\x00\x00\x00\x00\x00\x00\x80")  # a window of 8 EiB
@example(magic=b"\x28\xb5\x2f\xfd", rest=b"\xa0\x00\x00\x00\x81")  # a window above 2 GiB
def test_any_bytes_after_a_magic_number_are_survived(store: Callable[[bytes], Path], magic: bytes, rest: bytes) -> None:
    _, error = read(store(magic + rest))
    assert error is None or isinstance(error, BrokenArchive)


def test_text_after_a_magic_number_is_a_broken_archive_at_offset_0(store: Callable[[bytes], Path]) -> None:
    for magic in (b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"BZh91AY&SY"):
        data, error = broken(store(magic + TEXT))
        assert data == b""
        assert "damaged" in error.message


def test_a_later_block_of_xz_with_a_larger_window_is_refused(store: Callable[[bytes], Path]) -> None:
    usual, large = lzma.compress(TEXT, preset=0), b"".join(zeros_of_xz(9)(MIB))
    index_bytes = 4 * (int.from_bytes(usual[-8:-4], "little") + 1)
    path = store(usual[: -12 - index_bytes] + large[12:])
    data, error = broken(path)
    assert TEXT.startswith(data)
    assert len(data) >= len(TEXT) - FINE_STEP_BYTES
    assert "needs more than 20 MiB of memory" in error.message
    assert f"`xz -dc {path} | faultbook scan -`" in error.message


def test_a_zstd_frame_that_needs_a_dictionary_is_told(store: Callable[[bytes], Path]) -> None:
    dictionary = zstandard.train_dictionary(1024, [*TEXT.splitlines()])
    _, error = broken(store(zstandard.ZstdCompressor(dict_data=dictionary).compress(TEXT)))
    assert "damaged (" in error.message


def test_what_follows_an_archive_is_told(store: Callable[[bytes], Path]) -> None:
    for name, pack in PACKERS.items():
        data, error = broken(store(pack(b"text\n") + b"more text\n"))
        assert data == b"text\n"
        assert error.message.startswith(f"the {name.partition('-')[0]} data is followed by something else after 5 ")


def test_a_zstd_block_that_is_too_large_is_damage(store: Callable[[bytes], Path]) -> None:
    run = (1 << 21) - 1 << 3 | 1 << 1 | 1
    _, error = broken(store(b"\x28\xb5\x2f\xfd\x00\x58" + run.to_bytes(3, "little") + b"x"))
    assert "no valid block header" in error.message


def test_a_missing_module_names_the_program_that_helps(
    store: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    path = store(PACKERS["zstd"](TEXT))
    _, error = broken(path)
    assert "zstandard, which is not installed" in error.message
    assert f"`zstd -dc {path} | faultbook scan -`" in error.message


def test_a_file_that_becomes_shorter_is_told_after_its_last_block(tmp_path: Path) -> None:
    for data in (TEXT * 40, PACKERS["gzip"](os.urandom(MIB))):
        path = tmp_path / "log"
        path.write_bytes(data)
        reading = blocks(str(path), block_bytes=1000)
        assert next(reading)
        os.truncate(path, 10)
        with pytest.raises(InputError, match="became shorter while it was read"):
            list(reading)


def test_a_file_that_vanished_before_it_is_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(TEXT)
    (path,) = walk([str(tmp_path)])
    assert isinstance(path, str)
    Path(path).unlink()
    _, error = read(path)
    assert str(error) == f"{path}: there is no such file; check the path"


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(TEXT)
    reading = blocks(str(path))
    assert next(reading) == TEXT
    with path.open("ab") as file:
        file.write(b"more\n")
    assert list(reading) == [b"more\n"]


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    _, error = read(tmp_path)
    assert "is a directory" in str(error)


def test_read_errors_of_the_system_become_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    path.write_bytes(TEXT)
    reading = blocks(str(path), block_bytes=100)
    first = next(reading)

    def fail(_descriptor: int, _count: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("app.inputs.os.read", fail)
    rest: list[bytes] = []
    with pytest.raises(InputError, match=r"cannot be read \(Input/output error\); check the file"):
        rest.extend(reading)
    assert TEXT.startswith(first + b"".join(rest))


# Which files


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x\n")


def test_a_directory_is_walked_depth_first_in_the_order_of_names(tmp_path: Path) -> None:
    names = ["B", "a", "a.1", "a.d/z", "a0/deep/er/x", "a0/y", "ä", "z10", "z9"]
    touch(*(tmp_path / name for name in reversed(names)))
    assert list(walk([str(tmp_path)])) == [str(tmp_path / name) for name in [*names[:6], "z10", "z9", "ä"]]


def test_paths_come_in_the_order_given_and_as_often(tmp_path: Path) -> None:
    touch(tmp_path / "b", tmp_path / "a")
    given_paths = [str(tmp_path / "b"), "-", str(tmp_path / "a"), str(tmp_path / "b"), "/dev/stdin"]
    assert list(walk(given_paths)) == given_paths


def test_no_paths_and_empty_directories_give_nothing(tmp_path: Path) -> None:
    assert list(walk([])) == list(walk([str(tmp_path)])) == []


def test_links_in_a_directory_count_where_they_lead_to_a_file(tmp_path: Path) -> None:
    top = tmp_path / "top"
    touch(top / "dir" / "file", tmp_path / "elsewhere")
    (top / "linked").symlink_to(tmp_path / "elsewhere")
    (top / "loop").symlink_to(top)
    (top / "dir" / "up").symlink_to("..")
    (top / "dangling").symlink_to("nowhere")
    (top / "itself").symlink_to("itself")
    assert list(walk([str(top)])) == [str(top / "dir" / "file"), str(top / "linked")]


def test_a_named_link_to_a_directory_is_walked(tmp_path: Path) -> None:
    touch(tmp_path / "logs" / "a")
    (tmp_path / "link").symlink_to("logs")
    assert list(walk([str(tmp_path / "link")])) == [str(tmp_path / "link" / "a")]


def test_fifos_and_sockets_count_only_where_they_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    os.mkfifo("fifo")
    Path("device").symlink_to("/dev/null")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert list(walk(["."])) == []
        assert list(walk(["fifo", "device"])) == ["fifo", "device"]
        (problem,) = walk(["socket"])
    assert isinstance(problem, InputProblem)
    assert "socket" in problem.message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing", "there is no such file; check the path"),
        ("", "there is no such file; check the path"),
        ("file/below", "a part of the path is a file, not a directory; check the path"),
        ("dangling", "is a symbolic link to a file that does not exist; name a file that is there"),
        ("itself", "a symbolic link leads back to itself; name the file itself"),
        ("x" * 300, "cannot be read (File name too long); check the file and the disk it is on"),
    ],
)
def test_a_path_that_cannot_be_read_is_one_problem_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    touch(Path("file"))
    Path("dangling").symlink_to("nowhere")
    Path("itself").symlink_to("itself")
    assert list(walk([name, "file"])) == [InputProblem(name, message), "file"]
    _, error = read(name)
    assert error is not None
    assert error.message == message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_permissions_forbid_is_a_problem_and_the_others_go_on(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "x", tmp_path / "b", tmp_path / "c")
    (tmp_path / "d").symlink_to(tmp_path / "a" / "x")
    (tmp_path / "a").chmod(0)
    (tmp_path / "b").chmod(0)
    try:
        found = list(walk([str(tmp_path)]))
        denied = [item.path for item in found if isinstance(item, InputProblem) and "permission denied" in item.message]
        assert denied == [str(tmp_path / name) for name in "abd"]
        assert found[2] == str(tmp_path / "c")
        assert "permission denied" in str(read(tmp_path / "b")[1])
    finally:
        (tmp_path / "a").chmod(0o700)


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "a", tmp_path / "b")
    monkeypatch.setattr("app.inputs.os.access", lambda path, _mode: not path.endswith("a"))
    message = "permission denied; use an account that may read it, with sudo for example"
    assert list(walk([str(tmp_path)])) == [InputProblem(str(tmp_path / "a"), message), str(tmp_path / "b")]


def test_a_tree_deeper_than_the_stack_of_python_is_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    depth = 1500
    for level in range(1, depth + 1):
        Path("d/" * level).mkdir()
    Path("d/" * depth, "log").touch()
    try:
        assert list(walk(["."])) == ["./" + "d/" * depth + "log"]
    finally:
        Path("d/" * depth, "log").unlink()
        for left in range(depth, 0, -1):
            Path("d/" * left).rmdir()


def test_odd_names_are_read_and_shown_on_one_line(tmp_path: Path) -> None:
    name = os.fsdecode(b"a\n\x1b[31m\xff")
    touch(tmp_path / name)
    (path,) = walk([str(tmp_path)])
    assert isinstance(path, str)
    assert whole(path) == b"x\n"
    Path(path).write_bytes(PACKERS["gzip"](TEXT)[:100])
    _, error = read(path)
    assert str(error).isprintable()
    assert str(InputProblem("", "there is no such file")) == "'': there is no such file"


def test_total_bytes_adds_up_what_is_stored_and_knows_when_it_cannot(tmp_path: Path) -> None:
    touch(tmp_path / "a", tmp_path / "d" / "b")
    os.mkfifo(tmp_path / "fifo")
    assert total_bytes([]) == 0
    assert total_bytes([str(tmp_path), str(tmp_path / "a"), str(tmp_path / "missing")]) == 6
    assert total_bytes([str(tmp_path), "-"]) is None
    assert total_bytes([str(tmp_path / "fifo")]) is None


# What it costs


def test_the_modules_of_the_formats_are_loaded_only_when_needed() -> None:
    code = "import sys, app.inputs; print(sorted({'zlib', 'lzma', 'bz2', 'zstandard', 'select'} & set(sys.modules)))"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout == "[]\n"


def zeros_of_gzip(size: int) -> Iterator[bytes]:
    yield gzip.compress(bytes(8 * MIB), mtime=0) * (size // (8 * MIB))


def zeros_of_xz(preset: int) -> Callable[[int], Iterator[bytes]]:
    def pack(size: int) -> Iterator[bytes]:
        # The window of the preset; the rest is what packs zeros fastest.
        packer = lzma.LZMACompressor(
            filters=[
                {"id": lzma.FILTER_LZMA2, "preset": preset, "mode": lzma.MODE_FAST, "mf": lzma.MF_HC3, "nice_len": 273}
            ]
        )
        yield from (packer.compress(bytes(MIB)) for _ in range(size // MIB))
        yield packer.flush()

    return pack


def zeros_of_zstd(window_log: int | None) -> Callable[[int], Iterator[bytes]]:
    def pack(size: int) -> Iterator[bytes]:
        options = {} if window_log is None else {"window_log": window_log}
        settings = zstandard.ZstdCompressionParameters.from_level(3, **options)
        packer = zstandard.ZstdCompressor(compression_params=settings).compressobj()
        yield from (packer.compress(bytes(MIB)) for _ in range(size // MIB))
        yield packer.flush()

    return pack


def zeros_of_bzip2(size: int) -> Iterator[bytes]:
    yield bz2.compress(bytes(8 * MIB)) * (size // (8 * MIB))


# A child's peak as getrusage() tells it begins with what its parent held when it started it; VmHWM is the child's own.
MEASURE = textwrap.dedent("""
    import gc, sys
    from app.inputs import InputError, blocks

    def peak():
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))

    gc.disable()
    before, made, errors = peak(), [], []
    for path in sys.argv[1:]:
        count = 0
        try:
            for block in blocks(path):
                count += len(block)
        except InputError as error:
            errors.append(error)
        made.append(count)
    print(peak() - before, len(errors), *made)
    print(*errors, sep="\\n")
""")


@pytest.mark.parametrize(
    ("pack", "size", "peak_mib", "needs"),
    [
        pytest.param(zeros_of_gzip, 304 * MIB, 4, None, id="gzip"),
        pytest.param(zeros_of_bzip2, 48 * MIB, 8, None, id="bzip2"),
        pytest.param(zeros_of_xz(6), 300 * MIB, 12, None, id="xz-6"),
        pytest.param(zeros_of_xz(7), 100 * MIB, 20, None, id="xz-7"),
        pytest.param(zeros_of_xz(9), 300 * MIB, 24, "64 MiB of memory", id="xz-9"),
        pytest.param(zeros_of_zstd(None), 300 * MIB, 7, None, id="zstd-3"),
        pytest.param(zeros_of_zstd(24), 300 * MIB, 21, None, id="zstd-window-24"),
        pytest.param(zeros_of_zstd(27), 300 * MIB, 25, "128 MiB of memory", id="zstd-window-27"),
        pytest.param(zeros_of_zstd(28), 30 * MIB, 25, "256 MiB of memory", id="zstd-window-28"),
    ],
)
def test_a_bomb_needs_constant_memory(
    tmp_path: Path, pack: Callable[[int], Iterator[bytes]], size: int, peak_mib: int, needs: str | None
) -> None:
    path = tmp_path / "bomb"
    with path.open("wb") as file:
        file.writelines(pack(size))
    # Three times, for what a broken archive leaves behind would add up.
    command = [sys.executable, "-c", MEASURE, *[str(path)] * (3 if needs else 1)]
    child = subprocess.run(command, capture_output=True, text=True, check=True)
    figures, *messages = child.stdout.splitlines()
    peak_kib, errors, *made = map(int, figures.split())
    assert peak_kib < peak_mib * 1024
    if needs is None:
        assert (made, errors) == ([size], 0)
        return
    assert errors == 3
    assert all(19 * MIB < count <= 20 * MIB for count in made)
    option = " --long=28" if needs.startswith("256") else ""
    tool = "xz" if needs.startswith("64") else "zstd"
    assert messages[0] == (
        f"{path}: the {tool} data needs {needs} after {made[0]} decompressed bytes; "
        f"decompress it first: `{tool} -dc{option} {path} | faultbook scan -`"
    )


@pytest.mark.parametrize("pack", [zeros_of_xz(9), zeros_of_zstd(27)])
def test_a_large_window_is_no_hindrance_where_little_comes_out(
    tmp_path: Path, pack: Callable[[int], Iterator[bytes]]
) -> None:
    path = tmp_path / "small"
    with path.open("wb") as file:
        file.writelines([*pack(20 * MIB), *pack(15 * MIB)])
    assert sum(map(len, blocks(str(path)))) == 35 * MIB


@pytest.mark.parametrize(("preset", "window"), [(0, 1 << 18), (3, 1 << 22), (6, 1 << 23), (7, 1 << 24), (8, 1 << 25)])
def test_the_window_of_an_xz_stream_is_read_from_its_header(preset: int, window: int) -> None:
    assert xz_window_bytes(lzma.compress(b"x", preset=preset)) == window
    filters = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": window + 1}]
    assert xz_window_bytes(lzma.compress(b"x", filters=filters)) == window * 3 // 2
    assert xz_window_bytes(lzma.compress(b"", preset=preset)) is None


@given(st.binary())
def test_no_header_of_xz_is_too_odd(head: bytes) -> None:
    assert xz_window_bytes(bytes(12) + head) in {None, *(size << bits for size in (2, 3) for bits in range(11, 43))}
