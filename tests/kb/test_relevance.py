"""Whether search finds what a tired operator looks for: the queries of relevance.yaml on the shipped entries.

The queries were written from the list of problems, before the articles were read; they are not changed to fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from kb.book import Book
from kb.search import Index, open_index
from kb.search.found import find, suggest

ROOT = Path(__file__).resolve().parents[2]
# These hold whole messages of faults, as names of users and in tests, or the message that ends one.
SPEAKING_OF_FAULTS = {"sshd.log", "sshd-hostile-names.log", "web.log", "informational.log", "test-expectations.log"}


@dataclass(frozen=True)
class Asked:
    """A query, the entries any of which is right as the first hit, and the entries that were found."""

    query: str
    expected: Sequence[str]
    found: Sequence[str]

    def is_right_within(self, first: int) -> bool:
        return not set(self.found[:first]).isdisjoint(self.expected)


@pytest.fixture(scope="module")
def index(shipped_book: Book) -> Index:
    return open_index(shipped_book)


@pytest.fixture(scope="module")
def asked(shipped_book: Book, index: Index) -> list[Asked]:
    rows = yaml.safe_load((Path(__file__).with_name("relevance.yaml")).read_text("utf-8"))
    return [
        Asked(
            row["query"],
            row["expect"],
            [hit.entry for hit in find(shipped_book, index, row["query"], "en").hits],
        )
        for row in rows
    ]


def share(right: Sequence[bool]) -> float:
    return sum(right) / len(right)


def test_there_are_enough_queries_and_half_of_them_are_chinese(asked: list[Asked]) -> None:
    chinese = [any("\u4e00" <= character <= "\u9fff" for character in each.query) for each in asked]
    assert len(asked) >= 120
    assert share(chinese) >= 0.45
    assert sum(not each.expected for each in asked) >= 20


def test_every_expected_entry_is_there(asked: list[Asked], shipped_book: Book) -> None:
    assert {name for each in asked for name in each.expected} <= set(shipped_book.ids)


def test_the_first_hit_is_right_for_nine_of_ten_queries(asked: list[Asked]) -> None:
    something = [each for each in asked if each.expected]
    wrong = [each.query for each in something if not each.is_right_within(1)]
    assert share([each.is_right_within(1) for each in something]) >= 0.90, wrong


def test_one_of_the_first_three_hits_is_right_for_97_of_100_queries(asked: list[Asked]) -> None:
    something = [each for each in asked if each.expected]
    wrong = [each.query for each in something if not each.is_right_within(3)]
    assert share([each.is_right_within(3) for each in something]) >= 0.97, wrong


def test_nothing_is_offered_where_there_is_nothing_for_95_of_100_queries(asked: list[Asked]) -> None:
    nothing = [each for each in asked if not each.expected]
    padded = [(each.query, each.found) for each in nothing if each.found]
    assert share([not each.found for each in nothing]) >= 0.95, padded


@pytest.mark.parametrize("log", sorted((ROOT / "tests" / "quiet").glob("*.log")), ids=lambda path: path.stem)
def test_an_ordinary_log_gets_no_suggestions(log: Path, shipped_book: Book, index: Index) -> None:
    if log.name not in SPEAKING_OF_FAULTS:
        found = suggest(shipped_book, index, log.read_text("utf-8", "replace"))
        assert [(each.article.id, each.score) for each in found] == []
