"""The index on disk: built beside the entries' cache, swapped whole, updated by content, and never trusted blindly."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.book import Book, open_book
from kb.search import generation, open_index

ROOT = Path(__file__).resolve().parents[2]
Put = Callable[..., Path]


@pytest.fixture
def reopened(put: Put, tmp_path: Path) -> Callable[[], Book]:
    for name in ("alpha", "beta", "gamma", "delta"):
        put(name)
    return lambda: open_book([tmp_path / "entries"], tmp_path / "cache")


def generations(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "cache").glob("*.search-*") if path.is_dir())


def found(book: Book, query: str) -> list[str]:
    return sorted(hit.entry for hit in open_index(book).search(query, language="en").hits)


def test_the_index_stands_beside_the_entries_cache(reopened: Callable[[], Book], tmp_path: Path) -> None:
    book = reopened()
    assert found(book, "alpha") == ["alpha"]
    [directory] = generations(tmp_path)
    assert book.cache_file is not None
    assert directory.name.startswith(f"{book.cache_file.stem}.search-")
    assert not list((tmp_path / "cache").glob("*aside*"))


def test_an_index_that_is_current_is_only_read(reopened: Callable[[], Book], tmp_path: Path) -> None:
    found(reopened(), "alpha")
    [directory] = generations(tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in directory.iterdir()}
    assert found(reopened(), "beta") == ["beta"]
    assert {path.name: path.stat().st_mtime_ns for path in directory.iterdir()} == before


def test_a_changed_entry_is_found_by_what_it_says_now(reopened: Callable[[], Book], put: Put, tmp_path: Path) -> None:
    found(reopened(), "alpha")
    [old] = generations(tmp_path)
    path = put("alpha")
    path.write_text(path.read_text().replace("A fault", "The transceiver overheats"))
    assert found(reopened(), "transceiver") == ["alpha"]
    assert found(reopened(), "beta") == ["beta"]
    [new] = generations(tmp_path)
    assert new != old


def test_what_did_not_change_is_not_indexed_again(
    reopened: Callable[[], Book], put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(reopened(), "alpha")
    made: list[str] = []
    from kb.search import build  # noqa: PLC0415

    real = build.document
    monkeypatch.setattr(build, "document", lambda article: (made.append(article.id), real(article))[1])
    os.utime(put("gamma"))
    found(reopened(), "alpha")
    assert made == []
    path = put("beta")
    path.write_text(path.read_text().replace("Restart it", "Replace it"))
    assert found(reopened(), "replace") == ["beta"]
    assert made == ["beta"]


def test_an_entry_that_is_gone_is_not_found(reopened: Callable[[], Book], put: Put) -> None:
    assert found(reopened(), "delta") == ["delta"]
    put("delta").unlink()
    assert found(reopened(), "delta") == []
    assert found(reopened(), "gamma") == ["gamma"]


def test_who_has_the_old_index_open_goes_on_with_it(reopened: Callable[[], Book], put: Put) -> None:
    old = open_index(reopened())
    put("delta").unlink()
    assert found(reopened(), "delta") == []
    assert [hit.entry for hit in old.search("delta", language="en").hits] == ["delta"]
    assert [hit.entry for hit in old.search("gamma", language="en").hits] == ["gamma"]


@pytest.mark.parametrize("damage", ["cut", "changed", "lost", "writable", "foreign-manifest"])
def test_an_index_that_is_not_what_was_written_is_built_anew(
    reopened: Callable[[], Book], tmp_path: Path, damage: str
) -> None:
    found(reopened(), "alpha")
    [directory] = generations(tmp_path)
    segment = next(path for path in directory.iterdir() if path.suffix == ".seg")
    if damage == "cut":
        segment.write_bytes(segment.read_bytes()[:-10])
    elif damage == "changed":
        data = bytearray(segment.read_bytes())
        data[len(data) // 2] ^= 1
        segment.write_bytes(data)
    elif damage == "lost":
        segment.unlink()
    elif damage == "writable":
        segment.chmod(0o666)
    else:
        (directory / generation.MANIFEST).write_text("[]")
    assert generation.read(directory) is None
    assert found(reopened(), "alpha") == ["alpha"]
    assert generation.read(directory) is not None


def test_where_the_cache_cannot_be_written_the_index_is_in_memory(put: Put, tmp_path: Path) -> None:
    put("alpha")
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a directory")
    book = open_book([tmp_path / "entries"], blocked / "cache")
    assert found(book, "alpha") == ["alpha"]


def test_an_index_cut_otherwise_is_not_used(
    reopened: Callable[[], Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(reopened(), "alpha")
    [directory] = generations(tmp_path)
    generation.analysis.cache_clear()
    monkeypatch.setattr(generation, "cutter", lambda: "another dictionary")
    try:
        assert generation.read(directory) is None
        assert found(reopened(), "alpha") == ["alpha"]
        assert directory not in generations(tmp_path)
    finally:
        generation.analysis.cache_clear()


PROGRAM = """
import sys
from pathlib import Path
from kb.book import open_book
from kb.search import open_index
book = open_book([Path(sys.argv[1])], Path(sys.argv[2]))
print([hit.entry for hit in open_index(book).search("alpha", language="en").hits])
"""


def test_processes_that_start_together_build_one_index(reopened: Callable[[], Book], tmp_path: Path) -> None:
    reopened()
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(tmp_path / "entries"), str(tmp_path / "cache")]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=60)[0] for process in running] == ["['alpha']\n"] * 3
    assert len(generations(tmp_path)) == 1
    assert not list((tmp_path / "cache").glob("*aside*"))
