"""What search is measured on: the same entries and queries for the same seed, and entries that can be used."""

from itertools import islice
from pathlib import Path

from bench.search import queries, write_entries
from kb.book import load_dirs
from kb.entry import Entry


def test_seeded_entries_can_be_used_and_are_the_same_again(tmp_path: Path) -> None:
    first, again = write_entries(tmp_path / "a", 12, seed=3), write_entries(tmp_path / "b", 12, seed=3)
    loaded = load_dirs([first])
    assert len(loaded) == 12
    for each in loaded.values():
        assert isinstance(each, Entry)
        assert each.article.title.en
        assert each.article.title.zh
    names = [path.name for path in sorted(first.iterdir())]
    assert [(first / name).read_text("utf-8") for name in names] == [
        (again / name).read_text("utf-8") for name in names
    ]


def test_queries_are_the_same_for_the_same_seed() -> None:
    first = list(islice(queries(60, seed=1), 60))
    assert first == list(queries(60, seed=1))
    assert first != list(queries(60, seed=2))
    assert sum(any("\u4e00" <= character <= "\u9fff" for character in query) for query in first) >= 20
