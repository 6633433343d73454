"""Which directories are read, which files in them are entries, and which entry wins."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

import kb.catalog
from kb.book import load_dirs, open_book
from kb.catalog import EntriesError, Fingerprint, entry_dirs, entry_files, shipped_dir
from kb.entry import Entry

Put = Callable[..., Path]


def test_without_a_choice_the_shipped_entries_are_read() -> None:
    assert entry_dirs((), {}) == (shipped_dir(),)
    assert entry_dirs((), {"FAULTBOOK_ENTRIES": ""}) == (shipped_dir(),)


def test_the_environment_names_directories_with_colons(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    chosen = entry_dirs((), {"FAULTBOOK_ENTRIES": f"shipped:{tmp_path / 'a'}::{tmp_path}"})
    assert chosen == (shipped_dir(), tmp_path / "a", tmp_path)


def test_options_count_more_than_the_environment(tmp_path: Path) -> None:
    assert entry_dirs((str(tmp_path),), {"FAULTBOOK_ENTRIES": "/nowhere"}) == (tmp_path,)


@pytest.mark.parametrize("name", ["nowhere", "file", "loop"])
def test_what_is_no_directory_is_named_with_what_to_give(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(EntriesError, match=f'{name}" is not a directory of entries; give a directory') as error:
        entry_dirs(("shipped", str(tmp_path / name)), {})
    assert '"shipped"' in str(error.value)


def test_a_directory_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(EntriesError, match="cannot be read; check its permissions"):
        entry_dirs((str(tmp_path),), {})


def test_entries_are_yaml_files_flat_and_in_folders(put: Put) -> None:
    for name in ("a.yaml", "z/b.yml", "net/deep/c.yaml"):
        put("x", "", name)
    for name in ("_template.yaml", ".d.yaml", "_old/e.yaml", ".git/f.yaml", "g.yaml~", "h.json", "README.md", "yaml"):
        put("x", "", name)
    root = put("x", "", "a.yaml").parent
    assert [str(path.relative_to(root)) for path in entry_files(root)] == ["a.yaml", "net/deep/c.yaml", "z/b.yml"]


def test_links_to_directories_are_not_followed(put: Put, tmp_path: Path) -> None:
    root = put("a").parent
    (root / "up").symlink_to(tmp_path)
    assert [path.name for path in entry_files(root)] == ["a.yaml"]
    Fingerprint.of([root])


def test_a_folder_that_cannot_be_listed_is_named_and_hides_nothing(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    root = put("a").parent
    closed = put("b", None, "closed/b.yaml").parent
    real = os.scandir

    def scandir(path: str) -> object:
        if os.fspath(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(closed))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = load_dirs([root])
    assert isinstance(found["a"], Entry)
    assert set(found) == {"a", str(closed)}
    Fingerprint.of([root])


def test_an_entry_of_a_later_directory_wins_by_its_id(put: Put, tmp_path: Path) -> None:
    first = put("a", None, "../first/a.yaml").parent
    put("b", None, "../first/b.yaml")
    second = put("a", None, "../second/sub/other-name.yaml").parent.parent
    (second / "sub" / "other-name.yaml").write_text((first / "a.yaml").read_text().replace("A fault", "Another fault"))
    for dirs, title in (([first, second], "Another fault"), ([second, first], "A fault")):
        book = open_book(dirs, tmp_path / "cache")
        article = book.article("a")
        assert article is not None
        assert article.title.en == title
        assert list(book.ids) == ["a", "b"]


def test_a_broken_entry_of_a_later_directory_leaves_the_earlier_in_place(put: Put, tmp_path: Path) -> None:
    first = put("a", None, "../first/a.yaml").parent
    second = put("a", "id: a\ntitle: [\n", "../second/a.yaml").parent
    book = open_book([first, second], tmp_path / "cache")
    assert list(book.ids) == ["a"]
    assert [text.startswith(f"{second}/a.yaml:3:1: is not valid YAML") for text in book.complaints] == [True]


UNSOUND = [
    ("pattern: 'fault {n:int} on eth0'", "where: n < iface", "is not a field"),
    ("pattern: 'fault {n:int} on {iface:iface}'", "where: iface < 5", "stands between"),
    ("regex: 'fault (?P<n>[0-9]+)'", "", "has no type"),
    ("block: [{pattern: 'fault {n:int}', optional: true}, {pattern: 'other', optional: true}]", "", "optional"),
    ("sequence: {steps: ['fault {n:int}', {pattern: 'other', optional: true}], within: 1s}", "", "optional"),
    ("pattern: 'fault {n:int'", "", "never closed"),
    ("keys: {type: AVC}", "", "plain value"),
    ("regex: 'fault(?=x)'", "", "RE2 refuses"),
]


@pytest.mark.parametrize(("kind", "condition", "why"), UNSOUND, ids=[case[0][:30] for case in UNSOUND])
def test_an_entry_a_scan_would_stumble_over_is_left_out_and_named(
    put: Put, tmp_path: Path, kind: str, condition: str, why: str
) -> None:
    matcher = f"  - name: m\n    source: text\n    {kind}\n" + (f"    {condition}\n" if condition else "")
    put("bad", f"id: bad\ntitle: {{en: T}}\nmatchers:\n{matcher}fix: {{en: F}}\n")
    book = open_book([put("good").parent], tmp_path / "cache")
    assert list(book.ids) == ["good"]
    assert len(book.complaints) == 1
    assert book.complaints[0].startswith("bad: ")
    assert why in book.complaints[0]


def test_complaints_are_still_there_when_the_set_comes_from_the_cache(put: Put, tmp_path: Path) -> None:
    root = put("bad", "id: [\n").parent
    put("good")
    assert list(open_book([root], tmp_path / "cache").complaints) == list(
        open_book([root], tmp_path / "cache").complaints
    )
    assert len(open_book([root], tmp_path / "cache").complaints) == 1


def test_a_fingerprint_stays_while_nothing_changes_and_opens_no_file(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    root = put("a").parent
    (root / "gone.yaml").symlink_to("nowhere")
    before = Fingerprint.of([root])
    monkeypatch.setattr(kb.catalog.os, "open", lambda *_: pytest.fail("opened a file"))
    assert Fingerprint.of([root]) == before


def test_a_fingerprint_tells_directories_and_their_order_apart(put: Put) -> None:
    one, two = put("a", None, "one/a.yaml").parent, put("a", None, "two/a.yaml").parent
    digests = {Fingerprint.of(dirs).digest for dirs in ([one], [two], [one, two], [two, one])}
    assert len(digests) == 4


def test_file_names_that_are_not_utf8_are_no_trouble(put: Put, tmp_path: Path) -> None:
    root = put("a").parent
    os.link(root / "a.yaml", os.fsencode(root) + b"/\xff.yaml")
    Fingerprint.of([root])
    assert list(open_book([root], tmp_path / "cache").ids) == ["a"]
    assert stat.S_ISDIR(root.stat().st_mode)
