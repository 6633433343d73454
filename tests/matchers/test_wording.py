import re
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers import wording
from matchers.errors import PatternError
from matchers.fieldtypes import read_value
from matchers.finder import PatternFinder
from matchers.sourcecode import is_placeholder
from matchers.wording import Field, Literal
from tests.support import fields_in, matcher_set, pattern, scan

MTU = "{protocol:word}: MTU mismatch with nbr {neighbor:ip} on {iface:iface} (remote {remote:int}, local {local:int})"


def test_a_pattern_is_literal_text_and_typed_values() -> None:
    assert wording.parse("nbr {a:ip} on") == (Literal("nbr ", 0), Field("a", "ip", 4), Literal(" on", 10))
    assert wording.fields(wording.parse("{b:int}-{a:=x|y}")) == {"b": "int", "a": "=x|y"}


def test_doubled_braces_are_braces() -> None:
    assert wording.parse("{{ 1}} {x:int}") == (Literal("{ 1} ", 0), Field("x", "int", 7))
    assert fields_in(pattern("denied {{ {p:ident} }} for"), "avc: denied  { map_create }  for") == [{"p": "map_create"}]


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", 0, "empty"),
        ("a }b", 2, "closes nothing"),
        ("a {b", 2, "never closed"),
        ("a {b}", 2, "names no type"),
        ("a {B:int}", 3, "not a field name"),
        ("a {:int}", 3, "not a field name"),
        ("a {b:itn}", 5, 'did you mean "int"?'),
        ("a {b:zzz}", 5, "the types are"),
        ("a {b:=}", 2, "not a choice"),
        ("a {b:=x|y z}", 2, "not a choice"),
        ("a {b:int} {b:int}", 10, "stands twice"),
        ("a {b:int}{c:int}", 2, "nothing stands between"),
        ("a {b:text} {c:int}", 2, "only a blank follows"),
        ("x" * 1001, 0, "at most 1000"),
    ],
)
def test_a_pattern_that_cannot_be_read_says_where_and_what_to_do(text: str, column: int, says: str) -> None:
    with pytest.raises(PatternError, match=re.escape(says)) as caught:
        wording.parse(text)
    assert caught.value.column == column


@given(st.text(alphabet="ab {}:=|int\n", max_size=30))
def test_reading_a_pattern_raises_nothing_else(text: str) -> None:
    try:
        assert wording.to_pieces(wording.parse(text))
    except PatternError as error:
        assert 0 <= error.column <= len(text)


def test_a_blank_stands_for_any_run_of_blanks() -> None:
    matcher = pattern("Tx Queue <{q:int}>")
    for text in ("Tx Queue <3>", "  Tx  Queue\t\t <3>"):
        assert fields_in(matcher, text) == [{"q": 3}]
    assert fields_in(matcher, "TxQueue <3>") == []


def test_a_pattern_that_begins_or_ends_with_a_blank_asks_for_one() -> None:
    assert len(scan(pattern(" gone away "), "it has   gone away   now")) == 1
    assert scan(pattern(" gone away "), "gone away now") == []
    assert scan(pattern(" gone away "), "it has gone away") == []


@pytest.mark.parametrize("text", ["xlink down", "link downs", "_link down", "link down_", "0link down", "link down0"])
def test_a_word_of_a_pattern_is_a_whole_word(text: str) -> None:
    assert scan(pattern("link down"), text) == []


@pytest.mark.parametrize("text", ["网卡link down了", "(link down)", "a-link down.", "<link down>", "link down, link"])
def test_word_edges_are_those_of_ascii(text: str) -> None:
    assert len(scan(pattern("link down"), text)) == 1


def test_case_counts() -> None:
    assert scan(pattern("link down"), "Link down") == []


def test_of_several_wordings_the_first_that_fits_counts() -> None:
    matcher = pattern("queue {q:int} hung", "queue {name:ident} hung", "hung")
    assert fields_in(matcher, "queue 3 hung\nqueue rx hung\nit hung") == [{"q": 3}, {"name": "rx"}, {}]


def test_of_the_words_of_a_choice_the_longest_is_taken() -> None:
    matcher = pattern("{driver:=ixgbe|ixgbevf|e1000}: hang now")
    assert fields_in(matcher, "ixgbevf: hang now") == [{"driver": "ixgbevf"}]
    assert fields_in(matcher, "ixgbevfx: hang now") == []


def test_a_choice_may_hold_what_means_something_in_an_expression() -> None:
    assert fields_in(pattern("is {x:=a.b|(c)} now"), "is (c) now, is axb now") == [{"x": "(c)"}]


def test_word_and_text_end_where_the_next_literal_text_begins() -> None:
    assert fields_in(pattern("{a:word}: MTU {b:int}"), "x: y: MTU 5") == [{"a": "y", "b": 5}]
    assert fields_in(pattern("{a:word}: MTU {b:int}"), "x:y: MTU 5") == [{"a": "x:y", "b": 5}]
    assert fields_in(pattern("failed: {a:text} (err {b:int})"), "failed: x (err y) (err 3)") == []
    assert fields_in(pattern("failed: {a:text} (err {b:int})"), "failed: x y   (err 3)") == [{"a": "x y", "b": 3}]


def test_a_second_beginning_is_tried_where_the_first_leads_nowhere() -> None:
    assert fields_in(pattern("prog {p:word}: err {e:int}"), "prog a: err x; prog b: err 3") == [{"p": "b", "e": 3}]
    assert fields_in(pattern("prog {p:text}: err {e:int}"), "prog a: err x; prog b: err 3") == [{"p": "b", "e": 3}]
    assert fields_in(pattern("{p:text}: err {e:int}"), "a: err x; b: err 3") == [{"p": "err x; b", "e": 3}]


def test_a_text_in_front_takes_what_stands_before_on_the_line() -> None:
    assert fields_in(pattern("{p:text}: gone away"), "one\n two three: gone away\n: gone away") == [{"p": "two three"}]


def test_an_open_value_has_an_end() -> None:
    assert fields_in(pattern("failed {t:text}: now"), f"failed {'x' * 1024}: now") == [{"t": "x" * 1024}]
    assert fields_in(pattern("failed {t:text}: now"), f"failed {'x' * 1025}: now") == []
    assert fields_in(pattern("failed {t:word}: now"), f"failed {'x' * 256}: now") == [{"t": "x" * 256}]
    assert fields_in(pattern("failed {t:word}: now"), f"failed {'x' * 257}: now") == []
    assert fields_in(pattern("{t:word}: now it is"), f"{'x' * 257}: now it is") == []


# --- the search in pieces is the search with one expression ---------------------------------------------------------

_LITERALS = st.sampled_from([" a ", ": ", "a", " ", ".", " b: ", "ab", "-", " (", "a:  b"])
_KINDS = st.sampled_from(
    ["text", "word", "int", "ident", "hex", "ip", "iface", "quoted", "duration", "path", "=a|ab|b"]
)


@st.composite
def patterns(draw: st.DrawFn) -> tuple[wording.Token, ...]:
    """The tokens of a pattern that `parse` would accept."""
    text = draw(st.sampled_from(["", "a", ": ", " ", "b a"]))
    for number in range(draw(st.integers(1, 3))):
        text += f"{{f{number}:{draw(_KINDS)}}}{draw(_LITERALS)}"
    try:
        return wording.parse(text)
    except PatternError:
        return wording.parse("a{f0:text}b")


@settings(max_examples=400)
@given(patterns(), st.text(alphabet="aab:  1.-('/\u00e9", max_size=60))
def test_pieces_find_what_the_whole_expression_finds(tokens: tuple[wording.Token, ...], text: str) -> None:
    finder = PatternFinder(wording.to_pieces(tokens))
    expected = [(hit.start(), hit.end(), hit.groupdict()) for hit in re.finditer(wording.to_regex(tokens), text)]
    assert [tuple(hit) for hit in finder.hits(text)] == expected
    whole = re.compile(wording.to_regex(tokens)).fullmatch(text)
    assert (finder.whole(text) is None) is (whole is None)


# --- what a program prints is what is recognised --------------------------------------------------------------------

_HEX = "0123456789abcdef"
_WORD = st.text(alphabet=ascii_lowercase + "0123456789_", min_size=1, max_size=8)
_VALUES: dict[str, st.SearchStrategy[str]] = {
    "int": st.integers(-(10**18), 10**18).map(str),
    "hex": st.integers(0, 2**64 - 1).map(lambda n: f"{n:x}") | st.integers(0, 2**64 - 1).map(hex),
    "ip": st.ip_addresses().map(str),
    "prefix": st.ip_addresses(v=4).map(lambda a: f"{a}/24") | st.ip_addresses(v=6).map(lambda a: f"{a}/64"),
    "mac": st.lists(st.text(_HEX, min_size=2, max_size=2), min_size=6, max_size=6).map(":".join),
    "pci": st.from_regex(r"(?:[0-9a-f]{4}:)?[0-9a-f]{2}:[01][0-9a-f]\.[0-7]", fullmatch=True),
    "iface": st.from_regex(r"[a-z][a-z0-9]{1,8}(\.[1-9][0-9]{0,3})?", fullmatch=True),
    "ident": st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,10}([.-][a-z0-9]{1,5})?", fullmatch=True),
    "path": st.lists(_WORD, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts)),
    "duration": st.from_regex(
        r"[0-9]{1,4}(\.[0-9]{1,3})? ?(ns|us|ms|s|sec|seconds|min|minutes|h|hours|days)", fullmatch=True
    ),
    "word": st.text(alphabet=ascii_lowercase + "0123456789_.:/[]<>网卡é%", min_size=1, max_size=12),
    "quoted": st.text(alphabet=ascii_lowercase + " -:网", max_size=12).map(lambda text: f"'{text}'"),
    "text": st.text(alphabet=ascii_lowercase + " ,网卡é", min_size=1, max_size=30).map(str.strip).filter(bool),
    "=ixgbe|ixgbevf|a-b": st.sampled_from(["ixgbe", "ixgbevf", "a-b"]),
}
_JOINTS = st.sampled_from([" went ", " <", " (was) ", ", then ", " = ", " | "])


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, str, dict[str, int | str]]:
    """A pattern, a message that a program would print with it, and the values in it."""
    text, message, values = "failed to ", "failed to ", dict[str, int | str]()
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(sorted(_VALUES)))
        value = draw(_VALUES[kind].filter(lambda each: not is_placeholder(each)))
        joint = draw(_JOINTS)
        text += f"{{f{number}:{kind}}}{joint}"
        message += value + joint.replace(" ", draw(st.sampled_from([" ", "  ", "\t"])))
        values[f"f{number}"] = read_value(kind, value)
    return f"{text}and died", f"{message}and died", values


@settings(max_examples=150)
@given(
    messages(),
    st.sampled_from(["{}", "yesterday it said {} and then", "日志里写着{}，怎么办？", "> {}", '"{}"', "see ({})."]),
)
def test_what_is_printed_with_a_pattern_is_recognised_with_exactly_its_values(
    printed: tuple[str, str, dict[str, int | str]], prose: str
) -> None:
    text, message, values = printed
    assert fields_in(pattern(text), prose.format(message)) == [values]


def test_the_example_of_the_documentation_is_recognised() -> None:
    matchers = matcher_set(("e", [pattern(MTU, source="bird")]))
    line = "2022-12-03 20:30:51.893 <RMT> ospf1: MTU mismatch with nbr 192.0.2.126 on bond0 (remote 9000, local 1500)"
    expected = {"protocol": "ospf1", "neighbor": "192.0.2.126", "iface": "bond0", "remote": 9000, "local": 1500}
    assert fields_in(matchers, line) == [expected]
