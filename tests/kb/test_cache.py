"""Compiled sets on disk: a file is trusted only while it is what was written, else it is made anew."""

import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

import kb.book
from kb import cache
from kb.book import Book, open_book
from matchers.blocks import Backend
from matchers.engine import scan_text

Put = Callable[..., Path]
CONTENT = cache.Content(
    database=b"\0database\n",
    rules=[(0, 0), (1, 2)],
    rows=['{"name": "one"}', '{"name": "题"}'],
    beats={"a": ("b",)},
    articles={"b": '{"title": "题"}', "a": "{}"},
    complaints=["c.yaml: is empty"],
)
KEY = "key 1"
TEXT = b"fault 5 on eth0 of a\n"


def works(book: Book) -> bool:
    return [(each.entry, each.fields) for each in scan_text(book.matchers, TEXT)] == [("a", {"n": 5, "iface": "eth0"})]


def one_file(directory: Path) -> Path:
    (path,) = directory.iterdir()
    return path


def stored(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_what_was_packed_is_read_back(tmp_path: Path) -> None:
    found = cache.read(stored(tmp_path / "c", cache.pack(CONTENT, KEY)), KEY)
    assert found is not None
    assert found.index == {"ids": ["a", "b"], "beats": {"a": ["b"]}, "complaints": ["c.yaml: is empty"]}
    assert found.ids == ["a", "b"]
    assert (found.article_json("a"), found.article_json("b"), found.article_json("c")) == (
        "{}",
        '{"title": "题"}',
        None,
    )
    loaded: list[bytes] = []

    def load(database: bytes) -> Callable[[], Backend]:
        loaded.append(database)
        return lambda: pytest.fail("not needed")

    matchers = found.matcher_set(load)
    assert loaded == [CONTENT.database]
    assert (matchers.count, list(matchers.rules)) == (2, [(0, 0), (1, 2)])


def test_an_empty_set_is_read_back(tmp_path: Path) -> None:
    empty = cache.Content(b"", (), (), {}, {}, ())
    found = cache.read(stored(tmp_path / "c", cache.pack(empty, KEY)), KEY)
    assert found is not None
    assert found.ids == []


def test_a_change_of_any_byte_is_noticed(tmp_path: Path) -> None:
    data = cache.pack(CONTENT, KEY)
    path = tmp_path / "c"
    for at in range(len(data)):
        for bits in (0x01, 0xFF):
            damaged = bytearray(data)
            damaged[at] ^= bits
            assert cache.read(stored(path, bytes(damaged)), KEY) is None, at


def test_a_file_that_is_cut_off_anywhere_is_noticed(tmp_path: Path) -> None:
    data = cache.pack(CONTENT, KEY)
    assert all(cache.read(stored(tmp_path / "c", data[:length]), KEY) is None for length in range(len(data)))


@pytest.mark.parametrize("more", [b"\0", b"\n", b"x" * 1000])
def test_a_file_with_something_behind_it_is_noticed(tmp_path: Path, more: bytes) -> None:
    assert cache.read(stored(tmp_path / "c", cache.pack(CONTENT, KEY) + more), KEY) is None


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\n\n", b"faultbook-cache 2 ", b"faultbook-cache 2 00000000\n\n", b"\0" * 5000]
)
def test_what_never_was_a_cache_is_not_read(tmp_path: Path, data: bytes) -> None:
    assert cache.read(stored(tmp_path / "c", data), KEY) is None


@pytest.mark.parametrize(
    "header", [b"[]", b"5", b"{}", b'{"key": "key 1"}', b'{"key": "key 1", "sections": [["a", 0]]}', b"\xff"]
)
def test_a_header_of_another_form_is_not_read_even_with_its_checksum(tmp_path: Path, header: bytes) -> None:
    data = b"faultbook-cache 2 " + f"{zlib.crc32(header):08x}".encode() + b"\n" + header + b"\n"
    assert cache.read(stored(tmp_path / "c", data), KEY) is None


def test_a_cache_of_another_key_is_not_read(tmp_path: Path) -> None:
    assert cache.read(stored(tmp_path / "c", cache.pack(CONTENT, "another")), KEY) is None


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    stored(tmp_path / "real", cache.pack(CONTENT, KEY))
    (tmp_path / "c").symlink_to("real")
    assert cache.read(tmp_path / "c", KEY) is None


def test_a_fifo_a_directory_and_nothing_are_not_read_nor_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "c")
    assert cache.read(tmp_path / "c", KEY) is None
    assert cache.read(tmp_path, KEY) is None
    assert cache.read(tmp_path / "nothing", KEY) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_not_trusted(tmp_path: Path) -> None:
    path = stored(tmp_path / "c", cache.pack(CONTENT, KEY))
    os.chown(path, 12345, 12345)
    assert cache.read(path, KEY) is None


def test_a_file_that_seems_to_be_another_users_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stored(tmp_path / "c", cache.pack(CONTENT, KEY))
    owner = path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert (cache.read(path, KEY) is None) == (owner != 0)


def test_a_second_run_reads_what_the_first_wrote(put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = put("a").parent
    assert works(open_book([root], tmp_path / "cache"))
    monkeypatch.setattr(kb.book, "load_dirs", lambda dirs: pytest.fail("the cache was not used"))
    book = open_book([root], tmp_path / "cache")
    assert works(book)
    assert list(book.ids) == ["a"]
    article = book.article("a")
    assert article is not None
    assert article.title.en == "A fault"
    assert book.article("b") is None


@pytest.mark.parametrize("at", [0, 20, 40, 200, -1], ids=["magic", "checksum", "header", "database", "end"])
def test_a_damaged_cache_is_made_anew(put: Put, tmp_path: Path, at: int) -> None:
    root = put("a").parent
    open_book([root], tmp_path / "cache")
    path = one_file(tmp_path / "cache")
    good = path.read_bytes()
    damaged = bytearray(good)
    damaged[at] ^= 0x55
    path.write_bytes(damaged)
    assert works(open_book([root], tmp_path / "cache"))
    assert path.read_bytes() == good


def test_a_sound_cache_whose_database_the_scan_refuses_is_made_anew(put: Put, tmp_path: Path) -> None:
    # As one is that was made on a machine with another CPU.
    root = put("a").parent
    open_book([root], tmp_path / "cache")
    path = one_file(tmp_path / "cache")
    good = path.read_bytes()
    key = kb.book.cache.cache_key(kb.book.Fingerprint.of([root]), kb.book.backends.best().NAME, _version())
    content = kb.book.compile_content(kb.book.load_dirs([root]))
    path.write_bytes(cache.pack(cache.Content(b"\0" * 500, *list(_fields(content))[1:]), key))
    assert cache.read(path, key) is not None
    assert works(open_book([root], tmp_path / "cache"))
    assert path.read_bytes() == good


def _version() -> str:
    return f"{kb.book.VERSION} {kb.book._code_stamp()}"


def _fields(content: cache.Content) -> tuple[object, ...]:
    return tuple(getattr(content, name) for name in ("database", "rules", "rows", "beats", "articles", "complaints"))


def changed(path: Path) -> None:
    path.write_text(path.read_text().replace("fault {n", "other {n").replace("'fault 5", "'other 5"))


@pytest.mark.parametrize("change", ["edit", "touch", "replace", "add", "remove", "vocabulary"])
def test_a_change_of_the_files_makes_the_set_anew(
    put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = put("a")
    put("b")
    open_book([path.parent], tmp_path / "cache")
    if change == "edit":
        changed(path)
    elif change == "touch":
        os.utime(path, ns=(1, 1))
    elif change == "replace":
        other = put("a2", path.read_text(), "new.tmp")
        os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
        other.replace(path)
    elif change == "add":
        put("c")
    elif change == "remove":
        (path.parent / "b.yaml").unlink()
    else:
        put("v", "components: []\n", "_vocabulary.yaml")
    calls = []
    real = kb.book._compiled_elsewhere
    monkeypatch.setattr(kb.book, "_compiled_elsewhere", lambda dirs, key: calls.append(1) or real(dirs, key))
    open_book([path.parent], tmp_path / "cache")
    assert calls == [1]


def test_a_change_of_the_program_makes_the_set_anew(put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = put("a").parent
    open_book([root], tmp_path / "cache")
    before = one_file(tmp_path / "cache").read_bytes()
    monkeypatch.setattr(kb.book, "VERSION", "99.0")
    open_book([root], tmp_path / "cache")
    assert one_file(tmp_path / "cache").read_bytes() != before


def test_each_choice_of_directories_has_one_file(put: Put, tmp_path: Path) -> None:
    one, two = put("a", None, "one/a.yaml").parent, put("b", None, "two/b.yaml").parent
    for dirs in ([one], [two], [one, two], [two, one], [one]):
        open_book(dirs, tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 4


@pytest.mark.parametrize("place", ["a file", "below a file", "nowhere"])
def test_where_the_cache_cannot_be_written_every_run_compiles(put: Put, tmp_path: Path, place: str) -> None:
    root = put("a").parent
    (tmp_path / "file").write_text("")
    directory = {"a file": tmp_path / "file", "below a file": tmp_path / "file" / "x", "nowhere": Path("/dev/null/x")}[
        place
    ]
    assert works(open_book([root], directory))
    assert works(open_book([root], directory))


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    assert cache.write(tmp_path / "d" / "c", b"x") is False
    assert list((tmp_path / "d").iterdir()) == []


def test_the_cache_is_private(tmp_path: Path) -> None:
    assert cache.write(tmp_path / "d" / "c", b"x")
    assert (tmp_path / "d").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "d" / "c").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("environment", "directory"),
    [
        ({"FAULTBOOK_CACHE": "/c", "XDG_CACHE_HOME": "/x"}, "/c"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/faultbook"),
        ({"FAULTBOOK_CACHE": "", "XDG_CACHE_HOME": "/x"}, "/x/faultbook"),
    ],
)
def test_the_cache_lies_where_the_environment_says(environment: dict[str, str], directory: str) -> None:
    assert cache.cache_dir(environment) == Path(directory)


@pytest.mark.parametrize("environment", [{}, {"XDG_CACHE_HOME": ""}, {"XDG_CACHE_HOME": "relative"}])
def test_else_the_cache_lies_in_the_home_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: dict[str, str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.cache_dir(environment) == tmp_path / ".cache" / "faultbook"


def test_an_account_without_a_home_has_no_cache_and_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    assert cache.write(cache.cache_dir({}) / "c", b"x") is False


def test_processes_that_start_at_once_all_have_a_whole_set(put: Put, tmp_path: Path) -> None:
    root = put("a").parent
    program = (
        "import sys; from pathlib import Path; from kb.book import open_book; from matchers.engine import scan_text;"
        "sys.stdin.readline();"
        f"found = scan_text(open_book([Path({str(root)!r})], Path({str(tmp_path / 'cache')!r})).matchers, {TEXT!r});"
        "print([each.entry for each in found])"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    assert [child.communicate()[0] for child in children] == ["['a']\n"] * 3
    assert len(list((tmp_path / "cache").iterdir())) == 1
