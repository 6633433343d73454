"""Whatever a log says, it stays text in every service's messages."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messages import dingtalk, feishu, mattermost, slack
from app.messages.text import ZERO_WIDTH, fenced, fitting, inert, shorten, without_mentions

PIECES = st.sampled_from(
    [
        "@all",
        "@here",
        "<!channel>",
        "<@U1>",
        "<https://a.example|b>",
        "[a](https://b.example)",
        "https://",
        "www.",
        "mailto:a@b",
        "`",
        "```",
        "*",
        "_",
        "~",
        "#",
        ">",
        "|",
        "$",
        "&",
        "&amp;",
        "&#64;",
        "<at",
        'user_id="all">',
        ":smile:",
        "-",
        "+",
        "1.",
        "(",
        ")",
        "{",
        "}",
        "!",
        "\\",
        "\n",
        "中文",
        "\u3000",
    ]
)
TEXT = st.lists(PIECES | st.text(max_size=6), max_size=12).map("".join)
CALL = re.compile(r"[@＠](?=[^\s\u200b])")


@given(TEXT)
def test_nobody_is_called_whatever_the_text(text: str) -> None:
    for shown in (
        slack.prose(text),
        slack.code(text),
        slack.value("n", text),
        mattermost.prose(text),
        mattermost.code(text),
        mattermost.value("n", text),
        dingtalk.escaped(text),
        inert(text),
    ):
        assert CALL.search(shown) is None
        assert "<!" not in shown
    assert CALL.search(without_mentions(text)) is None


@given(TEXT)
def test_slack_sees_no_tag_and_the_reader_sees_the_text(text: str) -> None:
    for shown in (slack.prose(text), slack.code(text), slack.value("n", text)):
        assert "<" not in shown
        assert ">" not in shown
        assert re.search(r"&(?!(?:amp|lt|gt);)", shown) is None
    assert text == slack.escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(TEXT)
def test_a_block_of_code_ends_where_we_end_it(text: str) -> None:
    inside = slack.code(text).removeprefix("```\n").removesuffix("\n```")
    assert "```" not in inside
    fence, *lines, end = fenced(text).split("\n")
    assert fence == end
    assert not any(fence in line for line in lines)


@given(TEXT)
def test_dingtalk_and_mattermost_see_no_link(text: str) -> None:
    for shown in (dingtalk.escaped(text), mattermost.prose(text)):
        assert "://" not in shown
        assert re.search(r"(?<!\\)\]\(", shown) is None
        assert re.search(r"(?i)www\.", shown) is None


@given(TEXT)
def test_in_feishus_markdown_every_mark_is_an_entity(text: str) -> None:
    shown = feishu.escaped(text)
    assert re.search(r"[<>\[\]()*_~`@]", shown) is None
    assert re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), shown) == text


@given(TEXT, st.integers(20, 200))
def test_a_text_is_cut_to_what_there_is_room_for(text: str, most: int) -> None:
    for escape in (slack.prose, mattermost.prose, dingtalk.escaped, fenced):
        assert len(fitting(text, most, escape)) <= most
    assert len(shorten(text, most)) <= most


@pytest.mark.parametrize("escape", [slack.prose, mattermost.prose, dingtalk.escaped, feishu.escaped, inert])
def test_plain_words_stay_as_they_are(escape: Callable[[str], str]) -> None:
    assert escape("链路断开，eth0 的 MTU 不一致") == "链路断开，eth0 的 MTU 不一致"
    assert ZERO_WIDTH not in escape("The link is down")


def test_signs_are_those_that_openssl_makes_by_the_services_recipes() -> None:
    # printf '' | openssl dgst -sha256 -hmac "$(printf '1599360473\\ndemo')" -binary | base64
    assert feishu.hook_sign("demo", "1599360473") == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="
    # printf '1599360473000\\nSECdemo' | openssl dgst -sha256 -hmac SECdemo -binary | base64
    assert dingtalk.sign("SECdemo", "1599360473000") == "tGWkA5eQOQNCNPDgphtxIoNLO+/gD8Lcb705KQoRzeY="
