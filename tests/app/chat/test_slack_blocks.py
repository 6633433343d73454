"""What a log says stays text in a Slack message, however it is made up, and every part stays within Slack's limits."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chat.answer import Answer, Item, Link
from app.chat.contract import Ask
from app.chat.slack_blocks import command, message
from app.messages.slack import code, prose, value
from app.messages.text import ZERO_WIDTH

SITE = "https://faults.example.net"
ASK = Ask("lookup", "x", "U1", "C1")
HOSTILE = [
    "<!here>",
    "<!channel> <!everyone>",
    "<@U024BE7LH> <#C024BE7LR>",
    "<!subteam^SAZ94GDB8>",
    "<!date^1392734382^{date}^https://evil.example|now>",
    "<https://evil.example|click here>",
    "&lt;!here&gt; &amp;lt;!here&amp;gt;",
    "@channel @here @everyone @U024BE7LH",
    "*bold* _slanted_ ~gone~ `code`",
    "``` \n<!here>\n```",
    "````",
    "> quoted",
    ":smile: :100:",
    "|>",
    "*|*>*",
    "\\<!here\\>",
    "\u200e<!here>",
]
words = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs", "Cc"])))
texts = st.lists(words, min_size=1, max_size=4).map(lambda some: " ".join(" ".join(some).split())).filter(bool)
long_texts = st.one_of(
    texts, st.sampled_from(["&", "<", "@", "`", "*", "_", "字", "a:b:"]).map(lambda char: char * 1_000)
)
links = st.builds(Link, long_texts.map(lambda text: text[:200]), st.sampled_from(["", f"{SITE}/search?q=a&lang=en"]))
items = st.builds(
    Item,
    entry=st.just("demo-fault"),
    title=long_texts.map(lambda text: text[:200]),
    severity=st.sampled_from(["", "error"]),
    summary=long_texts.map(lambda text: text[:500]),
    evidence=st.lists(long_texts.map(lambda text: text[:240]), max_size=6).map(tuple),
    fields=st.lists(st.tuples(st.just("name"), long_texts.map(lambda text: text[:80])), max_size=8).map(tuple),
    verdict=long_texts.map(lambda text: text[:500]),
    command=long_texts.map(lambda text: text[:400]),
    command_label=st.just("First to run"),
    url=st.sampled_from(["", f"{SITE}/entries/demo-fault?what=a%3Eb&lang=en"]),
    at_terminal=st.just("faultbook show demo-fault"),
)
answers = st.builds(
    Answer,
    lang=st.sampled_from(["en", "zh"]),
    kind=st.just("recognised"),
    heading=long_texts.map(lambda text: text[:300]),
    items=st.lists(items, max_size=3).map(tuple),
    more_heading=st.just("Also recognised:"),
    more=st.lists(links, max_size=6).map(tuple),
    notes=st.lists(long_texts.map(lambda text: text[:400]), max_size=5).map(tuple),
    links=st.lists(links, max_size=2).map(tuple),
    recognised=st.lists(long_texts, max_size=3).map(tuple),
)


def texts_of(value: Any) -> list[str]:
    """Every text that Slack reads marks in."""
    if isinstance(value, dict):
        own = [value["text"]] if value.get("type") == "mrkdwn" else []
        return own + [text for each in value.values() for text in texts_of(each)]
    return [text for each in value for text in texts_of(each)] if isinstance(value, list) else []


def assert_only_our_links(text: str) -> None:
    """Nothing is a link, a call or a mention but links to the site."""
    left = re.sub(rf"<{re.escape(SITE)}/[^<>|]*\|[^<>]*>", "", text)
    assert "<" not in left
    assert ">" not in left
    assert re.search(r"&(?!(?:amp|lt|gt);)", text) is None


@settings(max_examples=40)
@given(answers)
def test_nothing_in_a_message_is_a_link_or_a_call_but_our_own(answer: Answer) -> None:
    told = message(answer, ASK)
    for text in [*texts_of(told["blocks"]), told["text"]]:
        assert_only_our_links(text)
        assert text.count("```") in (0, 2)
    assert "```" not in told["text"]
    assert re.search(r"@(?![\s\u200b]|$)", told["text"]) is None


@settings(max_examples=40)
@given(answers)
def test_a_message_is_within_slacks_limits(answer: Answer) -> None:
    told = message(answer, ASK)
    assert 0 < len(told["blocks"]) <= 50
    assert len(told["text"]) <= 40_000
    for block in told["blocks"]:
        if block["type"] == "section":
            assert 0 < len(block["text"]["text"]) <= 3_000
        for element in block.get("elements", ()):
            assert len(element["value"]) <= 2_000
            assert len(element["text"]["text"]) <= 75


@given(texts)
def test_no_sign_in_a_sentence_begins_formatting(text: str) -> None:
    shown = prose(text)
    assert not set(shown) & set("*~`<>")
    assert re.search(r"(?<!\w)_|_(?!\w)", shown) is None
    assert re.search(r":[\w+'-]{1,60}:", shown) is None
    assert not shown.startswith("&gt;")


@given(texts)
def test_a_block_of_code_ends_where_it_ends(text: str) -> None:
    for shown in (code(text), command(text)):
        assert shown.startswith("```\n")
        assert shown.endswith("\n```")
        assert "```" not in shown[4:-3]
    assert re.search(r"@(?![\s\u200b]|$)", code(text)) is None


@given(texts)
def test_a_value_is_one_span_of_code(text: str) -> None:
    shown = value("name", text)
    assert shown.count("`") == 2
    assert shown[0] == shown[-1] == "`"


def test_an_ordinary_command_is_copied_as_it_stands() -> None:
    line = "ethtool -L bond0 combined $(nproc) && echo `date` > /tmp/a@b"
    entities = line.replace("&", "&amp;").replace(">", "&gt;")
    assert command(line) == f"```\n{entities}\n```"
    assert ZERO_WIDTH not in command(line)


@pytest.mark.parametrize("name", ["tx_hang_reset", "0000:03:00.0", "a_b", "x * y"])
def test_ordinary_names_are_left_as_they_are(name: str) -> None:
    assert prose(name).replace("∗", "*").replace(ZERO_WIDTH, "") == name
