"""What a log says stays text in a Mattermost message, as a reader of Markdown sees it, and all of it stays short."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.chat.answer import Answer
from app.chat.mattermost_message import length_of, message
from app.messages.mattermost import code, prose, value
from app.messages.text import ZERO_WIDTH, fenced
from tests.app.chat.test_slack_blocks import SITE, answers

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "@all @channel @here @somename",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "https://evil.example www.evil.example mailto:a@b.example",
    "**bold** __bold__ *slanted* _slanted_ ~~gone~~ `code`",
    "```",
    "~~~~",
    "# heading",
    "#hashtag",
    "> quoted",
    "- point",
    "1. point",
    "1) point",
    "| a | b |",
    "---",
    "===",
    ":smile:",
    "~town-square",
    "$x$ $$x$$",
    "\\*not\\* \\",
    "&lt;b&gt;",
    "[x]: https://evil.example",
    "<b onclick=x>",
]
words = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])))
texts = st.lists(words, min_size=1, max_size=4).map(lambda some: " ".join(" ".join(some).split())).filter(bool)


def tokens(markdown: str) -> list[Token]:
    """What a reader sees, the insides of paragraphs taken apart."""
    return [inner for token in READER.parse(markdown) for inner in (token.children or [token])]


def kinds(markdown: str) -> set[str]:
    return {token.type for token in tokens(markdown)} - {"paragraph_open", "paragraph_close", "softbreak"}


@given(texts)
def test_a_sentence_is_nothing_but_text(text: str) -> None:
    shown = prose(text)
    assert kinds(f"Before it:\n{shown}") <= {"text", "text_special"}
    assert kinds(shown) <= {"text", "text_special"}


@given(texts)
def test_nothing_in_a_sentence_calls_anybody_or_becomes_a_link(text: str) -> None:
    shown = prose(text)
    assert re.search(r"[@＠](?![\s\u200b]|$)", shown) is None
    assert re.search(r"#(?![\s\u200b]|$)", shown) is None
    assert "://" not in shown
    assert re.search(r"(?i)www\.", shown) is None
    assert re.search(r":[\w+'-]{1,60}:", shown) is None


@given(texts)
def test_a_block_of_code_ends_where_it_ends(text: str) -> None:
    [token] = tokens(code(text))
    assert token.type == "fence"
    assert token.content.rstrip("\n").replace(ZERO_WIDTH, "") == text.replace(ZERO_WIDTH, "")
    [token] = tokens(fenced(text))
    assert token.content == f"{text}\n"


@given(texts)
def test_a_value_is_one_span_of_code(text: str) -> None:
    assert kinds(value("name", text)) == {"code_inline"}


@settings(max_examples=40)
@given(answers)
def test_a_message_has_no_links_but_to_the_site_and_is_not_too_long(answer: Answer) -> None:
    told = message(answer)
    assert length_of(told) <= 16_383
    for text in [told["text"], *(each["text"] for each in told.get("attachments", ()))]:
        links = [token.attrs["href"] for token in tokens(text) if token.type == "link_open"]
        assert all(str(link).startswith(SITE) for link in links)
        assert not {token.type for token in tokens(text)} & {
            "image",
            "heading_open",
            "blockquote_open",
            "hr",
            "table_open",
        }
