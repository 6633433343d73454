import contextlib
import re
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.errors import RegexError
from matchers.forms import squeeze
from matchers.spec import check_regex
from matchers.superset import Superset, superset
from tests.support import regex, scan, set_of


def finds(found: Superset, data: bytes) -> bool:
    """Whether the superset finds the line as the scan looks at it: with runs of blanks as one."""
    return re.search(found.expression, squeeze(data), re.IGNORECASE if found.caseless else 0) is not None


# --- whatever the exact expression finds, the superset finds ---------------------------------------------------------

_ATOMS = st.sampled_from(
    [
        *("a", "b", "k", "K", "s", "i", " ", ":", "é", "网", "\ufffd", "ſ", "\u212a", r"\.", r"\\", r"\x41", r"\t"),
        *(".", r"\d", r"\w", r"\s", r"\S", r"\W", r"\D", "[ab]", "[^a]", "[a-k]", "[^k]", "[é-网]", r"[\s:]", r"[^\w]"),
        *("[k]", "[S-z]", r"\b", "^", "$", r"\B", "[\ufffd]"),
    ]
)
_REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,40}", "+?", "*?"])
_GROUPS = st.sampled_from(["({})", "(?:{})", "(?P<x>{})", "(?i:{})", "(?:{}|b)"])


@st.composite
def regexes(draw: st.DrawFn, depth: int = 2) -> str:
    """A free regex as an author might write it, and worse."""
    out = ""
    for _ in range(draw(st.integers(1, 4))):
        is_group = depth > 0 and draw(st.integers(0, 3)) == 0
        if is_group:
            group = draw(_GROUPS)
            atom = (group if "x" not in out or "?P" not in group else "({})").format(draw(regexes(depth=depth - 1)))
        else:
            atom = draw(_ATOMS)
        if is_group:  # repeated without bound it could take `re` for ever
            out += atom + draw(st.sampled_from(["", "?", "{1,2}"]))
        else:
            out += atom + ("" if atom in (r"\b", "^", "$", r"\B") else draw(_REPEATS))
    return out.replace("?P<x>", "?:")


_CHUNKS = st.sampled_from(
    [
        *(
            b"a",
            b"b",
            b"k",
            b"K",
            b"S",
            b"s",
            b"i",
            b"I",
            b" ",
            b":",
            b"A",
            b".",
            b"\\",
            b"\t",
            b"1",
            b"\r",
            b"\x00",
            b"\x0b",
        ),
        *("é网ſ\u212a\u0130\u0131\ufffd\u00a0\u2028😀"[n].encode() for n in range(10)),
        *(b"\xff", b"\xe7\xbd", b"\xf0\x9f", b"\xc3", b"\x80", b"\xed\xa0\x80"),
    ]
)


@settings(max_examples=300)
@given(regexes(), st.lists(st.lists(_CHUNKS, max_size=9).map(b"".join), max_size=6), st.booleans())
def test_the_superset_finds_whatever_the_regex_finds(text: str, lines: list[bytes], caseless: bool) -> None:
    text = f"(?i){text}" if caseless else text
    exact = re.compile(text)
    try:
        found = superset(text)
    except RegexError:
        return
    for line in lines:
        if exact.search(line.decode("utf-8", "replace")):
            assert finds(found, line)


@settings(max_examples=60)
@given(regexes(), st.data())
def test_the_superset_finds_text_made_to_fit_the_regex(text: str, data: st.DataObject) -> None:
    fitting = data.draw(st.from_regex(text)).replace("\n", " ").encode("utf-8", "replace")
    line = b"x\xff" + fitting + b"\xe7y"
    try:
        found = superset(text)
    except RegexError:
        return
    if re.search(text, line.decode("utf-8", "replace")):
        assert finds(found, line)


@settings(max_examples=60)
@given(regexes(), st.lists(st.lists(_CHUNKS, max_size=9).map(b"".join), max_size=20))
def test_hyperscan_confirms_the_same_lines_as_plain_re(text: str, lines: list[bytes]) -> None:
    try:
        superset(text)
        check_regex(text)
    except RegexError:
        return
    data = b"\n".join(lines)
    matcher = regex(text, source="text")
    found = [scan(set_of(matcher, backend=backend), data) for backend in ("hyperscan", "re")]
    assert found[0] == found[1]
    recognised = {match.offset for match in found[0]}
    assert len(recognised) == len(found[0])


# --- single facts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("(?i:error): disk", b"ERROR: disk"),
        ("a(?:b(?i:c))+ d", b"abC d"),
        ("x\ufffdy", b"x\xe7\xbdy"),
        ("x[\ufffd-\uffff]y", b"x\xffy"),
        ("(?i)kelvin", "\u212aelvin".encode()),
        ("(?i)mes[s]age", "meſ\u017fage".encode()),
        ("(?i)\u212aelvin", b"kelvin"),
        ("(?i)[ſ]x", b"sx"),
        ("a.c", "a😀c".encode()),
        ("a.c", b"a\xf0\x9f\x98c"),
        (r"a\sc", "a\u00a0c".encode()),
        ("a{300}b", b"a" * 300 + b"b"),
    ],
)
def test_a_line_that_fits_is_never_missed(text: str, line: bytes) -> None:
    assert re.search(text, line.decode("utf-8", "replace"))
    assert finds(superset(text), line)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a*", "fits the empty text"),
        ("(?:a|)", "fits the empty text"),
        (r"\b", "fits the empty text"),
        ("", "fits the empty text"),
        (r"(a)b\1", "refers back"),
        ("[[:digit:]]+ foo", "class within a class"),
        ("[a[:alpha:]] foo", "class within a class"),
        ("[^[] foo", "class within a class"),
        (r"foo[\n-\n]bar", "nothing but a newline"),
        ("a(b", "unterminated"),
        ("(" * 5000 + "a" + ")" * 5000, "too deeply nested"),
        ("a{99999999999999}", "too long"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_a_reason(text: str, says: str) -> None:
    with pytest.raises(RegexError, match=says):
        superset(text)


@pytest.mark.parametrize("depth", [50, 100, 200, 300, 450, 1000])
def test_nesting_gives_a_superset_or_a_regex_error(depth: int) -> None:
    with contextlib.suppress(RegexError):
        superset("(?:" * depth + "a" + "b)+" * depth)


def test_a_bracket_that_is_escaped_is_no_class() -> None:
    assert finds(superset(r"\[\[x\]\] [\[a] foo"), b"[[x]] [ foo")


def test_reading_a_regex_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        superset(r"a \[[^]]+\] b")


@given(st.text(max_size=40))
def test_any_text_gives_a_superset_or_a_regex_error(text: str) -> None:
    try:
        superset(text)
    except RegexError as error:
        assert error.message


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("foo bar", b"foo bar"),
        (r"foo\s+barbaz", b"barbaz"),
        ("(?:abcd|efghij) x", b"abcd"),
        ("a(?:bcdef)?g", b"a"),
        ("(?:bcdef)+g", b"bcdef"),
        ("[0-9]+", b""),
        ("网卡 x", "网卡 x".encode()),
    ],
)
def test_the_literal_is_the_longest_text_that_every_hit_must_hold(text: str, literal: bytes) -> None:
    assert superset(text).literal == literal


def test_repeats_at_the_ends_are_cut_to_what_they_need() -> None:
    found = re.search(superset("x*a+b{2,}c?").expression, b"xxaabbbcc")
    assert found and found[0] == b"abb"
