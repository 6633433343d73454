"""Readers of YAML nodes: what each takes, where it says that something is wrong, and that its schema says the same."""

from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kb.nodes import (
    INVALID,
    TRUE,
    ByShape,
    Context,
    Key,
    ListOf,
    MapOf,
    Mark,
    Object,
    OneOrMany,
    Reader,
    Text,
    Whole,
    Word,
)

POINT = Object({"x": Key(Whole(0, 9), required=True), "note": Key(Text())}, dict)
FORM = Object({"a": Key(Text()), "b": Key(Text())}, dict, one_of=("a", "b"))
ORDERED = Object({"first": Key(Text()), "second": Key(Text()), "third": Key(Text())}, dict, ordered=True)


def read(reader: Reader, text: str) -> tuple[Any, Context]:
    context = Context("x.yaml")
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    assert node is not None
    return reader.read(node, (), context), context


def found(reader: Reader, text: str) -> list[tuple[int, int, str]]:
    """(line, column, rule) of every problem."""
    return [(each.line, each.column, each.rule) for each in read(reader, text)[1].problems]


READS = [
    ("a text", Text(), "plain words", "plain words"),
    ("a version that YAML takes for a number", Text(), "1.10", "1.10"),
    ("a time that YAML takes for base 60", Text(), "12:30:45", "12:30:45"),
    ("no that YAML takes for false", Text(), "no", "no"),
    ("on that YAML takes for true", Text(), "on", "on"),
    ("an octal that YAML takes for ten", Text(), "012", "012"),
    ("a tilde that YAML takes for nothing", Text(), "~", "~"),
    ("a date", Text(), "2022-12-03", "2022-12-03"),
    ("a text of the allowed length", Text(max=3), "abc", "abc"),
    ("a text of the right form", Text(pattern="[a-z]+"), "abc", "abc"),
    ("a line from a block", Text(pattern="[a-z]+", is_line=True), "|\n  abc\n", "abc"),
    ("a block with its last newline", Text(), "|\n  abc\n", "abc\n"),
    ("a number", Whole(-5, 5), "-5", -5),
    ("zero", Whole(0, 5), "0", 0),
    ("a word", Word(("yes", "no")), "no", "no"),
    ("a switch", TRUE, "true", True),
    ("a list", ListOf(Text()), "[a, b]", ("a", "b")),
    ("an empty list", ListOf(Text()), "[]", ()),
    ("one for many", OneOrMany(Text()), "a", ("a",)),
    ("many for many", OneOrMany(Text()), "[a, b]", ("a", "b")),
    ("the scalar of two shapes", ByShape(Text(), POINT), "a", "a"),
    ("the mapping of two shapes", ByShape(Text(), POINT), "{x: 1}", {"x": 1}),
    ("the list of three shapes", ByShape(Text(), POINT, ListOf(Text())), "[a]", ("a",)),
    ("free keys in their order", MapOf(Text(pattern="[a-z]+"), Whole(0, 9)), "{b: 1, a: 2}", {"b": 1, "a": 2}),
    ("an object without what is optional", POINT, "{x: 1}", {"x": 1}),
    ("one of two forms", FORM, "{b: t}", {"b": "t"}),
    ("keys in order, one left out", ORDERED, "{first: a, third: c}", {"first": "a", "third": "c"}),
]


@pytest.mark.parametrize(("reader", "text", "value"), [case[1:] for case in READS], ids=[case[0] for case in READS])
def test_a_reader_gives_the_value_as_it_is_written(reader: Reader, text: str, value: object) -> None:
    got, context = read(reader, text)
    assert got == value
    assert context.problems == []


REFUSES = [
    ("a list for a text", Text(), "[a]", [(1, 1, "wrong-type")]),
    ("a mapping for a text", Text(), "\n{a: b}", [(2, 1, "wrong-type")]),
    ("an empty text", Text(), "''", [(1, 1, "empty")]),
    ("blanks for a text", Text(), "'  '", [(1, 1, "empty")]),
    ("nothing for a text", POINT, "{x: 1, note: }", [(1, 13, "empty")]),
    ("a text that is too long", Text(max=3), "abcd", [(1, 1, "too-long")]),
    ("a text of another form", Text(pattern="[a-z]+"), "aB", [(1, 1, "wrong-form")]),
    ("a form that only begins right", Text(pattern="[a-z]+"), "|\n  abc\n", [(1, 1, "wrong-form")]),
    ("two lines for one", Text(pattern="[a-z]+", is_line=True), "|\n  a\n  b\n", [(1, 1, "wrong-form")]),
    ("a number too large", Whole(0, 5), "6", [(1, 1, "wrong-type")]),
    ("a number too small", Whole(0, 5), "-1", [(1, 1, "wrong-type")]),
    ("a number in quotes", Whole(0, 5), "'3'", [(1, 1, "wrong-type")]),
    ("a number with a leading zero", Whole(0, 99), "012", [(1, 1, "wrong-type")]),
    ("a number with a sign", Whole(0, 99), "+5", [(1, 1, "wrong-type")]),
    ("a number in hex", Whole(0, 99), "0x10", [(1, 1, "wrong-type")]),
    ("a number with underscores", Whole(0, 9999), "1_0", [(1, 1, "wrong-type")]),
    ("a number with a fraction", Whole(0, 99), "1.0", [(1, 1, "wrong-type")]),
    ("a number of base 60", Whole(0, 99999), "12:30:45", [(1, 1, "wrong-type")]),
    ("digits of another script", Whole(0, 99), "١٢", [(1, 1, "wrong-type")]),
    ("a list for a number", Whole(0, 9), "[1]", [(1, 1, "wrong-type")]),
    ("an unknown word", Word(("yes", "no")), "nope", [(1, 1, "unknown-word")]),
    ("a word of other case", TRUE, "True", [(1, 1, "unknown-word")]),
    ("yes for true", TRUE, "yes", [(1, 1, "unknown-word")]),
    ("a list for a word", Word(("yes",)), "[yes]", [(1, 1, "unknown-word")]),
    ("a text for a list", ListOf(Text()), "a", [(1, 1, "wrong-type")]),
    ("too few items", ListOf(Text(), 1, 3), "[]", [(1, 1, "wrong-length")]),
    ("too many items", ListOf(Text(), 1, 3), "[a, b, c, d]", [(1, 1, "wrong-length")]),
    ("items, each with its place", ListOf(Whole(0, 9)), "[1, a, 2, b]", [(1, 5, "wrong-type"), (1, 11, "wrong-type")]),
    ("an empty list for one or many", OneOrMany(Text()), "[]", [(1, 1, "wrong-length")]),
    ("a text for a mapping", POINT, "x", [(1, 1, "wrong-type")]),
    ("a list for a mapping", MapOf(Text(), Text()), "[a]", [(1, 1, "wrong-type")]),
    ("a list for two shapes", ByShape(Text(), POINT), "[a]", [(1, 1, "wrong-type")]),
    ("a free key of another form", MapOf(Text(pattern="[a-z]+"), Text()), "\n{A: b}", [(2, 2, "wrong-form")]),
    ("too many free keys", MapOf(Text(), Text(), max=1), "{a: b, c: d}", [(1, 1, "wrong-length")]),
    ("an unknown key", POINT, "{x: 1, y: 2}", [(1, 8, "unknown-key")]),
    ("a missing key", POINT, "\n\n {note: a}", [(3, 2, "missing-key")]),
    ("a key twice", POINT, "{x: 1, x: 2}", [(1, 8, "duplicate-key")]),
    ("a key twice in other quotes", POINT, "{x: 1, 'x': 2}", [(1, 8, "duplicate-key")]),
    ("a merge key", POINT, "{x: 1, <<: {note: a}}", [(1, 8, "unknown-key")]),
    ("a list as a key", POINT, "{x: 1, ? [a] : 2}", [(1, 10, "wrong-type")]),
    ("no form of two", FORM, "{}", [(1, 1, "one-of")]),
    ("both forms of two", FORM, "{a: t, b: u}", [(1, 1, "one-of")]),
    ("keys in another order", ORDERED, "{second: b, first: a, third: c}", [(1, 13, "key-order")]),
]


@pytest.mark.parametrize(
    ("reader", "text", "problems"), [case[1:] for case in REFUSES], ids=[case[0] for case in REFUSES]
)
def test_a_reader_says_where_what_it_cannot_read_stands(
    reader: Reader, text: str, problems: list[tuple[int, int, str]]
) -> None:
    assert found(reader, text) == problems


@pytest.mark.parametrize(("reader", "text"), [case[1:3] for case in REFUSES], ids=[case[0] for case in REFUSES])
def test_every_message_names_the_value_and_says_what_to_do(reader: Reader, text: str) -> None:
    for problem in read(reader, text)[1].problems:
        remedies = ("; ", "should be", "did you mean", "shorten", "exactly one of")
        assert any(remedy in problem.message for remedy in remedies), problem.message


def test_one_wrong_value_leaves_its_siblings_readable() -> None:
    value, context = read(POINT, "{x: 3, note: [], extra: 1}")
    assert value == {"x": 3}
    assert [each.rule for each in context.problems] == ["wrong-type", "unknown-key"]


def test_a_required_key_that_cannot_be_read_is_reported_once_and_spoils_the_object() -> None:
    value, context = read(POINT, "{x: many}")
    assert value is INVALID
    assert [each.rule for each in context.problems] == ["wrong-type"]


def test_an_unknown_key_near_a_known_one_is_answered_with_the_known_one() -> None:
    _, context = read(POINT, "{x: 1, noet: a}")
    assert 'did you mean "note"' in context.problems[0].message


def test_an_unknown_key_near_nothing_is_answered_with_all_keys() -> None:
    _, context = read(POINT, "{x: 1, zzz: a}")
    assert "known here: x, note" in context.problems[0].message


def test_a_duplicate_key_names_the_line_of_the_first_and_keeps_its_value() -> None:
    value, context = read(POINT, "x: 1\nnote: a\nx: 2\n")
    assert value == {"x": 1, "note": "a"}
    assert "first in line 1" in context.problems[0].message


def test_marks_remember_place_and_style_of_every_value() -> None:
    _, context = read(
        Object({"a": Key(ListOf(Text()))}, dict), "a:\n  - one\n  - 'two'\n  - \"three\"\n  - |\n    four\n"
    )
    assert context.marks == {
        (): Mark(1, 1, ""),
        ("a",): Mark(2, 3, ""),
        ("a", 0): Mark(2, 5, ""),
        ("a", 1): Mark(3, 5, "'"),
        ("a", 2): Mark(4, 5, '"'),
        ("a", 3): Mark(5, 5, "|"),
    }


SCHEMA_READERS: list[Reader] = [
    Text(),
    Text(max=3, pattern="[a-z]+"),
    Text(pattern="[a-z]+", is_line=True),
    Whole(-5, 5),
    Word(("yes", "no")),
    TRUE,
    Word(("never",), {"never": False}),
    ListOf(Text(), 1, 2),
    OneOrMany(Text(pattern="[a-z]+")),
    ByShape(Text(), POINT, ListOf(Text())),
    MapOf(Text(pattern="[a-z]+"), Whole(0, 9), max=2),
    POINT,
    FORM,
]
JSON = st.recursive(
    st.sampled_from(["a", "abc", "abcd", "A", "no", "yes", "never", "", 0, 5, -6, True, False, 9]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "x", "note", "Z"]), inner),
    max_leaves=6,
)


@given(st.sampled_from(SCHEMA_READERS), JSON)
def test_what_a_reader_takes_its_schema_takes_and_the_other_way_round(reader: Reader, value: object) -> None:
    text = yaml.safe_dump(value, default_flow_style=True)
    taken = found(reader, text) == []
    allowed = jsonschema.Draft202012Validator(reader.schema()).is_valid(value)
    # A number or a truth value where a text is meant: the reader takes `1.10` as written, a schema cannot.
    if allowed or not _has_plain_non_text(value):
        assert taken == allowed, (text, reader)


def _has_plain_non_text(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_plain_non_text, value))
    if isinstance(value, dict):
        return any(map(_has_plain_non_text, value.values()))
    return not isinstance(value, str)
