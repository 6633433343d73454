"""Articles as plain JSON values and back: what the cache keeps is what was loaded."""

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.book import load_dirs
from kb.catalog import shipped_dir
from kb.entry import Affected, Article, Both, Computed, Entry, Input, Reference, VersionRange
from kb.plainform import from_plain, to_plain

SHIPPED = sorted(
    (each for each in load_dirs([shipped_dir()]).values() if isinstance(each, Entry)), key=lambda each: each.id
)


def round_trip(article: Article) -> Article:
    back: Article = from_plain(Article, json.loads(json.dumps(to_plain(article))))
    return back


@pytest.mark.parametrize("entry", SHIPPED, ids=[entry.id for entry in SHIPPED])
def test_a_shipped_article_comes_back_as_it_was(entry: Entry) -> None:
    back = round_trip(entry.article)
    assert back == entry.article
    assert list(back.field_types) == list(entry.article.field_types)
    assert isinstance(back.components, tuple)


TEXT = st.text(max_size=20)
OPTIONAL = st.none() | TEXT
NAME = st.text(string.ascii_lowercase, min_size=1, max_size=6)
NUMBER = st.none() | st.integers()


def both(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(Both, st.none() | inner, st.none() | inner)


def tuple_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3).map(tuple)


RANGES = st.builds(VersionRange, TEXT, OPTIONAL, OPTIONAL, OPTIONAL, st.booleans())
ARTICLES = st.builds(
    Article,
    id=NAME,
    kind=st.sampled_from(["problem", "howto"]),
    status=st.sampled_from(["draft", "reviewed", "retired"]),
    title=both(TEXT),
    severity=OPTIONAL,
    components=tuple_of(TEXT),
    summary=both(TEXT),
    symptoms=both(tuple_of(TEXT)),
    affected=tuple_of(st.builds(Affected, TEXT, tuple_of(RANGES), both(TEXT))),
    identity=tuple_of(NAME),
    inputs=st.dictionaries(NAME, st.builds(Input, TEXT, NUMBER, NUMBER, OPTIONAL, both(TEXT)), max_size=3),
    values=st.dictionaries(NAME, st.builds(Computed, TEXT, st.integers(), st.integers()), max_size=3),
    cause=both(TEXT),
    diagnosis=both(TEXT),
    fix=both(TEXT),
    steps=both(TEXT),
    related=tuple_of(NAME),
    references=tuple_of(st.builds(Reference, TEXT, TEXT)),
    replaced_by=OPTIONAL,
    field_types=st.dictionaries(NAME, TEXT, max_size=3),
)


@given(ARTICLES)
def test_any_article_comes_back_as_it_was(article: Article) -> None:
    assert round_trip(article) == article


def test_what_is_at_its_default_is_left_out() -> None:
    assert to_plain(Article("a", "problem", "draft", Both("T"))) == {
        "id": "a",
        "kind": "problem",
        "status": "draft",
        "title": {"en": "T"},
    }


def test_plain_values_are_themselves() -> None:
    assert to_plain([1, "a", None, {"b": (2,)}]) == [1, "a", None, {"b": [2]}]
