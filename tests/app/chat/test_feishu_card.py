"""Cards of Feishu: everything is on them, hostile text is only text, and they are small enough."""

import json
from typing import Any

from hypothesis import given

from app.chat.answer import Answer, Item, Link
from app.chat.answering import Library
from app.chat.feishu_card import MAX_BYTES, card, size
from app.chat.text import plain_text
from app.messages.feishu import escaped
from app.messages.text import inert
from tests.app.chat import hostile
from tests.app.chat.feishuing import texts
from tests.app.chat.library import LINE, MORE_LINES, SITE, answered, without_site

QUESTION = {"ask": "x" * 3_000, "message": "om_1", "public": False}


def found(made: Any, tag: str) -> list[Any]:
    """The elements of this kind, wherever they stand."""
    if isinstance(made, list):
        return [each for part in made for each in found(part, tag)]
    if not isinstance(made, dict):
        return []
    return [made] * (made.get("tag") == tag) + [each for part in made.values() for each in found(part, tag)]


def test_a_card_shows_all_of_an_answer(library: Library) -> None:
    shown = texts(card(answered(library, LINE), QUESTION, may_share=True))
    for text in (
        "1 problem recognised",
        "Port eth0 has failed 5 times and says no signal.",
        f"Seen:\n{LINE}",
        "iface = eth0",
        "First to run:\nip -s link show dev eth0",
        "Whole article",
        "中文",
        "Share to channel",
    ):
        assert text in shown


def test_the_colour_of_a_card_is_that_of_the_worst_problem(library: Library) -> None:
    assert card(answered(library, LINE), None, may_share=True)["header"]["template"] == "red"
    assert card(answered(library, "zzz"), None, may_share=True)["header"]["template"] == "grey"


def test_without_the_question_there_is_no_button_that_brings_it_back(library: Library) -> None:
    made = card(answered(library, LINE), None, may_share=True)
    assert [each["url"].startswith(SITE) for each in found(made, "button")] == [True]


def test_without_a_site_the_card_names_the_terminal(library: Library) -> None:
    made = card(answered(without_site(library), MORE_LINES), None, may_share=True)
    assert found(made, "button") == []
    assert "faultbook show demo-more-" in texts(made)


def test_further_problems_are_links_by_their_titles(library: Library) -> None:
    made = card(answered(library, MORE_LINES), QUESTION, may_share=True)
    [links] = [each["content"] for each in found(made, "lark_md") if "](" in each["content"]]
    assert links.count(f"]({SITE}/entries/") == 5


def test_a_title_in_markdown_means_nothing_but_itself() -> None:
    assert escaped("a [b](c) *d* <at id=all></at> e_f `g`") == (
        "a &#91;b&#93;&#40;c&#41; &#42;d&#42; &#60;at id&#61;all&#62;&#60;&#47;at&#62; e&#95;f &#96;g&#96;"
    )
    assert escaped("BIRD 丢弃 OSPF 报文，接口 MTU 不一致") == "BIRD 丢弃 OSPF 报文，接口 MTU 不一致"


@given(hostile.texts)
def test_text_of_a_log_stands_in_no_element_that_reads_marks(library: Library, text: str) -> None:
    answer = answered(library, hostile.line(text), lang="en")
    made = card(answer, QUESTION, may_share=True)
    plain = card(answered(library, LINE), QUESTION, may_share=True)
    assert [each["content"] for each in found(made, "lark_md")] == [each["content"] for each in found(plain, "lark_md")]
    assert all(each["url"].startswith(SITE) for each in found(made, "button") if "url" in each)
    assert not found(made, "at")


@given(hostile.texts)
def test_a_query_stands_in_no_element_that_reads_marks(library: Library, text: str) -> None:
    made = card(answered(library, text, "search"), None, may_share=True)
    for each in found(made, "lark_md"):
        assert "evil" not in each["content"].partition("?q=")[0]
        assert "<" not in each["content"]


@given(hostile.texts)
def test_the_text_that_stands_for_a_card_calls_nobody_and_links_nowhere_else(library: Library, text: str) -> None:
    shown = plain_text(answered(library, hostile.line(text), lang="en"), 8_000, inert)
    assert "<at" not in shown
    assert "](" not in shown
    assert "@all" not in shown
    assert shown.count("://") == 1  # the article's


def test_a_card_of_the_longest_answer_is_small_enough() -> None:
    wide = "\u4e2d" * 240
    item = Item(
        "x" * 100,
        wide[:200],
        "error",
        wide * 2,
        (wide,) * 6,
        tuple((f"field{number}", wide[:80]) for number in range(8)),
        wide * 2,
        "c" * 400,
        wide[:60],
        f"{SITE}/{'u' * 1_000}",
    )
    answer = Answer(
        "zh", "recognised", wide[:200], (item,) * 3, wide[:80], (Link(wide[:200], f"{SITE}/{'u' * 1_000}"),) * 6
    )
    made = card(answer, QUESTION, may_share=True)
    assert size(made) <= MAX_BYTES
    assert len(json.dumps({"content": json.dumps(made, ensure_ascii=False)}, ensure_ascii=False).encode()) < 30 * 1024
    assert wide[:200] in texts(made)
