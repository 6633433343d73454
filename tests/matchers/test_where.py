import json
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers import where
from matchers.errors import WhereError
from matchers.fieldtypes import Value

TYPES = {
    **{"remote": "int", "local": "int", "iface": "iface", "tdh": "hex", "tdt": "hex", "driver": "=a|b"},
    **{"ttl.first": "int", "ttl.last": "int", "count": "int"},
}
FIELDS: dict[str, Value] = {
    **{"remote": 9000, "local": 1500, "iface": "bond0", "tdh": "84", "tdt": "0x84", "driver": "a"},
    **{"ttl.first": 49, "ttl.last": 1, "count": 5},
}


def result(text: str, fields: dict[str, Value] | None = None) -> Any:
    tree = where.parse(text)
    where.check(tree, TYPES)
    return where.evaluate(tree, FIELDS if fields is None else fields, TYPES)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("remote != local", True),
        ("remote == 9000", True),
        ("remote < local", False),
        ("local <= 1500 < remote", True),
        ("remote > local > 2000", False),
        ("iface in ['bond0', 'bond1']", True),
        ("iface not in ('bond0',)", False),
        ("remote in [1, 9000]", True),
        ("remote in []", False),
        ("iface == 'bond0' and not remote == local", True),
        ("remote == 1 or local == 1500", True),
        ("(remote == 1 or local == 1500) and remote == 2", False),
        ("remote - local", 7500),
        ("64 - count * 2", 54),
        ("remote / 7", Fraction(9000, 7)),
        ("remote / 9 == 1000", True),
        ("-1 < remote", True),
        ("remote - -1", 9001),
        ("tdh == tdt", True),
        ("tdh == 132", True),
        ("tdt > tdh", False),
        ("driver == 'a'", True),
        ("driver < 'b'", True),
        ("ttl.first - ttl.last > 1", True),
        ("defined(iface)", True),
        ("not defined(iface)", False),
        ("iface", "bond0"),
        ("  remote   !=\tlocal ", True),
        ("iface == '网卡'", False),
    ],
)
def test_an_expression_has_its_value(text: str, value: object) -> None:
    assert result(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("remote == local", False),
        ("remote != local", False),
        ("iface in ['bond0']", False),
        ("iface not in ['bond0']", False),
        ("not (iface in ['bond0'])", True),
        ("not remote == 1", True),
        ("remote - 1", None),
        ("remote - 1 > 0", False),
        ("iface", None),
        ("defined(remote)", False),
        ("tdh == 1", False),
        ("local / 0", None),
    ],
)
def test_what_is_absent_makes_comparisons_false_and_sums_absent(text: str, value: object) -> None:
    assert result(text, {"local": 3}) is value


def test_a_division_by_nothing_is_absent() -> None:
    assert result("remote / 0") is None
    assert result("remote / (local - local) > 1") is False


def test_a_field_that_is_a_text_in_one_wording_does_not_compare_with_a_number() -> None:
    assert result("remote == 3", {"remote": "3"}) is False
    assert result("remote < 3", {"remote": "3"}) is False
    assert result("remote + 3", {"remote": "3"}) is None
    assert result("tdh == 3", {"tdh": "no hex"}) is False


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", None, "not a condition"),
        ("remote = local", None, "not a condition"),
        ("remote !=", None, "not a condition"),
        ("remote ** 2", 0, "only + - * /"),
        ("x is 1", 0, 'not with "is"'),
        ("len(x) > 1", 0, "the only function is defined"),
        ("defined(1)", 0, "the only function is defined"),
        ("defined(a, b)", 0, "the only function is defined"),
        ("__import__('os')", 0, "the only function is defined"),
        ("1.5 < remote", 0, "only whole numbers"),
        ("True", 0, "only whole numbers"),
        ("None == iface", 0, "only whole numbers"),
        ("iface == f'{remote}'", 9, "not part of the language"),
        ("[x for x in y]", 0, "not part of the language"),
        ("lambda: 1", 0, "not part of the language"),
        ("remote if local else 1", 0, "not part of the language"),
        ("(remote := 1)", 1, "not part of the language"),
        ("iface[0] == 'b'", 0, "not part of the language"),
        ("remote & 1 == 1", 0, "only + - * /"),
        ("iface in 'bond0'", 9, '"in" needs a list'),
        ("iface in [remote]", 9, "a list holds"),
        ("-remote > 1", 0, "a sign stands only"),
        ("ttl.first.last > 1", 0, "only a field's .first and .last"),
        ("'é网' == iface and len(x) == 1", 18, "the only function"),
        ("  len(x) == 1", 2, "the only function"),
        (r"iface == 'a\d'", 11, "a backslash"),
        ("x" * 501, 0, "at most 500"),
        ("a\0b", None, "not a condition"),
        ("not " * 100 + "a", 200, "nested more than 50"),
        ("(" * 240 + "a" + ")" * 240, None, "not a condition"),
    ],
)
def test_what_is_not_in_the_language_says_where_and_why(text: str, column: int | None, says: str) -> None:
    with pytest.raises(WhereError, match=re.escape(says)) as caught:
        where.parse(text)
    assert column is None or caught.value.column == column


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("remot != local", 'did you mean "remote"?'),
        ("zzz == 1", "known here: count, driver"),
        ("defined(zzz)", "is not a field"),
        ("iface == 1", "between a text and a number"),
        ("iface + 'a' == 'b'", "is for numbers"),
        ("remote and local", "joins conditions"),
        ("not iface", "joins conditions"),
        ("iface in [1]", "the value on the left is a text"),
        ("remote in ['a', 1]", "the list holds number and text"),
        ("(remote == 1) in []", "the value on the left is a truth"),
        ("(remote == 1) == (local == 1)", "both sides must be of one kind"),
        ("[1, 2]", "a list stands only behind"),
        ("remote == [1]", "a list stands only behind"),
        ("[1] in [1]", "a list stands only behind"),
        ("remote in [1] in [2]", "a list stands only behind"),
    ],
)
def test_what_does_not_fit_the_fields_says_why(text: str, says: str) -> None:
    with pytest.raises(WhereError, match=re.escape(says)):
        where.check(where.parse(text), TYPES)


def test_the_names_of_an_expression_are_all_it_speaks_of() -> None:
    assert where.names(where.parse("a == 1 and not defined(b) or c.first in [2] or 3 - d > 1")) == {
        "a",
        "b",
        "c.first",
        "d",
    }
    assert where.names(where.parse("1 == 2")) == set()


@settings(max_examples=300)
@given(st.text(alphabet="ab1 '\"()[],.<>=!+-*/\\notdefiru\n\0é", max_size=40))
def test_reading_raises_nothing_but_its_own_error(text: str) -> None:
    try:
        where.parse(text)
    except WhereError as error:
        assert 0 <= error.column <= len(text) + 1


@pytest.mark.parametrize(
    "text", ["-" * 499 + "a", "not " * 124 + "a", "a+" * 249 + "a", "(" * 249 + "a" + ")" * 249, "a<" * 249 + "a"]
)
def test_depth_raises_nothing_but_its_own_error(text: str) -> None:
    try:
        tree = where.parse(text)
        where.check(tree, {"a": "int"})
        where.evaluate(tree, {"a": 1}, {"a": "int"})
    except WhereError as error:
        assert error.message


_NUMBERS = st.sampled_from(["remote", "local", "tdh", "ttl.first", "0", "7", "-3", "missing"])
_TEXTS = st.sampled_from(["iface", "driver", "'bond0'", '"x"', "gone"])
_PAIRS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
_SUMS = st.recursive(
    _NUMBERS, lambda part: st.builds("({} {} {})".format, part, st.sampled_from("+-*/"), part), max_leaves=5
)
_CONDITIONS = (
    st.builds("{} {} {}".format, _SUMS, _PAIRS, _SUMS)
    | st.builds("{} {} {}".format, _TEXTS, _PAIRS, _TEXTS)
    | st.builds("{} {} [{}]".format, _NUMBERS, st.sampled_from(["in", "not in"]), st.sampled_from(["", "1", "1, 0"]))
    | st.builds("{} {} ['x', {}]".format, _TEXTS, st.sampled_from(["in", "not in"]), st.sampled_from(["'y'", "3"]))
    | st.builds("defined({})".format, _NUMBERS | _TEXTS)
)
_TREES = st.recursive(
    _CONDITIONS | _SUMS | _TEXTS,
    lambda part: (
        st.builds("({}) {} ({})".format, part, st.sampled_from(["and", "or", "==", "-"]), part)
        | st.builds("not ({})".format, part)
    ),
    max_leaves=5,
)
_VALUES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("remote", "local", "ttl.first"), st.integers(-5, 5) | st.just("text")),
        "tdh": st.sampled_from(["0", "0x1f", "ffffffffffffffff", "zz"]) | st.just(3),
        **dict.fromkeys(("iface", "driver"), st.sampled_from(["bond0", "x"]) | st.just(4)),
    },
)


@settings(max_examples=400)
@given(_TREES, _VALUES)
def test_evaluating_what_was_accepted_never_raises(text: str, fields: dict[str, Value]) -> None:
    try:
        tree = where.parse(text)
        kind = where.check(tree, TYPES)
    except WhereError:
        return
    value = where.evaluate(json.loads(json.dumps(tree)), fields, TYPES)
    if kind == "truth":
        assert isinstance(value, bool)
    assert (value is None) or kind != "number" or not isinstance(value, bool)
