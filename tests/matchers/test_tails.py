import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.errors import RegexError
from matchers.forms import squeeze
from matchers.tails import first_words, supersets
from tests.matchers.test_superset import regexes
from tests.support import regex as matcher
from tests.support import scan, set_of

PCI = r"(?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]"
WORDS = st.sampled_from(["Detected", "hang", "of", "queue", "(reason", "err", "Link", "网卡坏了", "a", "ok:"])
VALUES = st.sampled_from([r"[0-9]+", r"\S+", r".*", r"[^\n]{1,20}", r"'[^']*'", r"(?:up|down)", r"(?:[a-z]+: )?"])


@st.composite
def messages(draw: st.DrawFn) -> str:
    """Words and values in turn, some of them alternatives, as matchers have them."""
    parts = []
    for _ in range(draw(st.integers(1, 6))):
        words = " ".join(draw(st.lists(WORDS, min_size=1, max_size=4)))
        text = re.escape(words)
        if draw(st.integers(0, 3)) == 0:
            text = f"(?:{text}|{re.escape(draw(WORDS))} {draw(VALUES)} {re.escape(draw(WORDS))})"
        parts.append(text if draw(st.booleans()) else f"{text} {draw(VALUES)}")
    return " ".join(parts)


def expressions(text: str) -> list[str]:
    return [each.expression.decode() for each in supersets(text)]


def finds(text: str, line: bytes) -> bool:
    return any(
        re.search(each.expression, squeeze(line), re.IGNORECASE if each.caseless else 0) for each in supersets(text)
    )


# --- nothing is missed -----------------------------------------------------------------------------------------------


@settings(max_examples=150)
@given(messages() | regexes(), st.data())
def test_text_made_to_fit_is_hit_and_holds_the_first_words(text: str, data: st.DataObject) -> None:
    try:
        supersets(text)
    except RegexError:
        return
    fitting = data.draw(st.from_regex(text)).replace("\n", " ")
    line = f"x {fitting} y".encode("utf-8", "replace").decode("utf-8", "replace")
    if re.search(text, line):
        assert finds(text, line.encode())
        assert all(word in line for word in first_words(text))


@settings(max_examples=60)
@given(messages(), st.data())
def test_hyperscan_finds_text_made_to_fit(text: str, data: st.DataObject) -> None:
    made = data.draw(st.lists(st.from_regex(text, fullmatch=True), min_size=1, max_size=4))
    lines = [f"x {' '.join(each.split())} y" for each in made]
    found = scan(set_of(matcher(text, source="text")), "\n".join(lines))
    assert {match.line - 1 for match in found} >= {
        number
        for number, line in enumerate(lines)
        if re.search(text, line) and "\x1b" not in line and line.isprintable()
    }


@pytest.mark.parametrize("length", [1, 15, 16, 17, 40, 70, 200])
def test_a_value_of_any_length_may_stand_between_two_words(length: int) -> None:
    text = r"version magic ['\"][^\n]+['\"] +should be"
    line = f"ixgbe: version magic '{'5' * length} ' should be"
    assert len(scan(set_of(matcher(text, source="text")), line)) == 1


# --- what is looked for ----------------------------------------------------------------------------------------------


ANY_TEXT = r"[\x00-\x09\x0b-\x7f\x80-\xff]{0,}"


def looked_for(text: str) -> list[list[str]]:
    """The texts of each expression, between which anything may stand."""
    return [re.sub(r"\\x(..)", r"%\1", each.replace(ANY_TEXT, "\n")).split("\n") for each in expressions(text)]


def written(*texts: str) -> list[str]:
    return [re.sub(r"[^A-Za-z0-9]", lambda char: f"%{ord(char[0]):02x}", text) for text in texts]


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        (rf"ixgbe {PCI} \S+: Detected Tx Unit Hang", [": Detected Tx Unit Hang"]),
        (r"Neighbor \S+ on \S+ changed state from \S+ to Full", ["changed state from", "to Full"]),
        (r"queue [0-9]+ of eth0 stopped after [0-9]+ ms", ["of eth0 stopped after"]),
        (r"MTU of \S+ is wrong: [0-9]+", ["MTU of", "is wrong:"]),
    ],
)
def test_it_is_the_last_words_that_are_enough(text: str, texts: list[str]) -> None:
    assert looked_for(text) == [written(*texts)]


def test_each_branch_of_an_alternation_is_looked_for_by_itself() -> None:
    text = "(?:Error|Warning) (?:(?:RX|TX) rings are missing|no such channel)"
    assert looked_for(text) == [written("rings are missing"), written("no such channel")]


def test_too_many_alternatives_stay_one_expression() -> None:
    either = "(?:a|b)"
    assert len(expressions(" ".join([either] * 10))) == 1


def test_an_expression_without_enough_fixed_text_stays_whole() -> None:
    assert len(expressions(r"up [0-9]+")) == 1
    assert finds(r"up [0-9]+", b"up 5") and not finds(r"up [0-9]+", b"up x")


def test_no_word_is_asked_for_where_case_does_not_count() -> None:
    assert first_words("(?i)Detected Tx Unit Hang") == []
    assert first_words(rf"ixgbe {PCI} \S+: Detected Tx Unit Hang") == ["ixgbe", "Detected", "Unit"]
