"""What is answered, before a service gives it its form."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.answer import Answer, language_of
from app.chat.answering import MAX_ITEMS, MAX_TEXT, Library
from app.chat.contract import Ask
from app.chat.text import plain_text
from app.messages.text import fenced, fitting, inert, shorten
from kb.entry import Language
from tests.app.chat.library import LINE, MARKED_LINE, MORE_LINES, SITE, answered, ask, without_site


def test_an_answer_has_title_summary_evidence_values_and_the_first_command_filled_in(library: Library) -> None:
    [item] = answered(library, f"Dec  3 20:30:56 lb1 kernel: {LINE}").items
    assert item.title == "The demo port fails"
    assert item.summary == "Port eth0 has failed 5 times and says no signal."
    assert item.evidence == (f"Dec  3 20:30:56 lb1 kernel: {LINE}",)
    assert item.fields == (("iface", "eth0"), ("n", "5"), ("what", "no signal"))
    assert (item.command_label, item.command) == ("First to run", "ip -s link show dev eth0")
    assert item.severity == "error"


def test_a_command_with_values_of_the_case_goes_before_one_that_is_the_same_for_everybody(library: Library) -> None:
    [item] = answered(library, MARKED_LINE).items
    assert item.command == "bpftool prog show name xdp_lb"


def test_a_link_carries_strictly_typed_values_and_no_text_of_the_log(library: Library) -> None:
    [item] = answered(library, LINE).items
    assert item.url.startswith(f"{SITE}/entries/demo-fault?")
    assert parse_qs(urlsplit(item.url).query) == {"iface": ["eth0"], "n": ["5"], "lang": ["en"]}


def test_without_a_public_address_nothing_is_a_link_and_the_terminal_is_named(library: Library) -> None:
    for text in (LINE, MORE_LINES, "nothing of the kind"):
        answer = answered(without_site(library), text)
        assert SITE not in plain_text(answer, 10_000)
        assert not any(link.url for link in (*answer.links, *answer.more))
    [item] = answered(without_site(library), LINE).items
    assert (item.url, item.at_terminal) == ("", "faultbook show demo-fault")


@pytest.mark.parametrize(
    ("paste", "verdict"),
    [
        (MARKED_LINE, "unknown"),
        (f"BIRD version 2.0.7\n{MARKED_LINE}", "affected"),
        (f"BIRD version 2.0.10\n{MARKED_LINE}", "not affected"),
    ],
)
def test_the_verdict_on_the_versions_of_a_paste_is_told(library: Library, paste: str, verdict: str) -> None:
    [item] = answered(library, paste).items
    assert item.verdict.partition(" - ")[0] == verdict


def test_at_most_three_entries_are_shown_and_the_others_are_linked(library: Library) -> None:
    answer = answered(library, MORE_LINES)
    assert answer.heading == "10 problems recognised"
    assert len(answer.items) == MAX_ITEMS
    shown = {item.entry for item in answer.items}
    linked = {urlsplit(link.url).path.removeprefix("/entries/") for link in answer.more[:-1]}
    assert len(linked) == 5
    assert not shown & linked
    assert (answer.more[-1].label, urlsplit(answer.more[-1].url).path) == ("2 more", "/lookup")


def test_nothing_recognised_says_so_and_offers_search_and_a_draft(library: Library) -> None:
    answer = answered(library, "zzz qqq www")
    assert (answer.kind, answer.items) == ("nothing", ())
    assert [urlsplit(link.url).path for link in answer.links] == ["/search", "/lookup"]
    assert "zzz" not in plain_text(answer, 10_000)


def test_what_search_finds_near_an_unknown_text_is_offered(library: Library) -> None:
    answer = answered(library, "the demo port fails again")
    assert (answer.kind, answer.items[0].entry) == ("near", "demo-fault")


def test_a_pasted_text_stands_in_no_address(library: Library) -> None:
    for text in (LINE, "secret-host-7 burned down", f"{MORE_LINES}\nsecret-host-7"):
        answer = answered(library, text)
        addresses = [link.url for link in (*answer.links, *answer.more)] + [item.url for item in answer.items]
        assert not any("secret" in url or "signal" in url for url in addresses)


def test_a_search_shows_three_and_links_to_the_rest(library: Library) -> None:
    answer = answered(library, "trouble number", "search")
    assert len(answer.items) == MAX_ITEMS
    [rest] = answer.more
    assert rest.label == "7 more results"
    assert parse_qs(urlsplit(rest.url).query)["q"] == ["trouble number"]


def test_a_search_that_finds_nothing_says_so(library: Library) -> None:
    answer = answered(library, "zzzqqq", "search")
    assert (answer.heading, answer.items) == ("Nothing found for “zzzqqq”", ())
    assert answer.links


def test_show_gives_an_entry_with_gaps(library: Library) -> None:
    [item] = answered(library, "demo-fault", "show").items
    assert (item.command, item.command_label) == (
        "ip -s link show dev ‹iface›",
        "First to run (‹…›: fill in yourself)",
    )


def test_show_of_an_unknown_entry_searches_for_its_words(library: Library) -> None:
    answer = answered(library, "demo-port-fails", "show")
    assert answer.heading.startswith("There is no entry “demo-port-fails”")
    assert answer.items[0].entry == "demo-fault"


def test_help_and_an_empty_question_say_how_to_ask(library: Library) -> None:
    for asked in (answered(library, "", "help"), answered(library, " \n"), answered(library, "<@U012AB3CD>")):
        assert asked.kind == "help"
        assert "/kb search WORDS" in plain_text(asked, 10_000)


@pytest.mark.parametrize(
    ("asked", "of_channel", "lang"),
    [
        (ask(LINE), None, "en"),
        (ask(f"这是什么？{LINE}"), None, "zh"),
        (ask(f"这是什么？{LINE}"), "en", "en"),
        (ask(f"这是什么？{LINE}", lang="en"), "zh", "en"),
        (Ask("lookup", LINE, "U1", "C1", lang_hint="zh"), None, "zh"),
        (Ask("lookup", LINE, "U1", "C1", lang_hint="zh"), "en", "en"),
    ],
)
def test_the_language_is_asked_for_else_the_channels_else_that_of_the_text_else_the_vendors(
    asked: Ask, of_channel: Language | None, lang: Language
) -> None:
    assert language_of(asked, of_channel) == lang


def test_an_answer_in_chinese_is_chinese(library: Library) -> None:
    answer = answered(library, f"这是什么？{LINE}")
    assert (answer.heading, answer.items[0].title) == ("认出 1 个问题", "演示端口出错")
    assert "证据：" in plain_text(answer, 10_000)


def test_a_question_that_is_too_long_is_cut_and_says_so(library: Library) -> None:
    answer = answered(library, f"{LINE}\n" + "x" * MAX_TEXT)
    assert answer.items[0].entry == "demo-fault"
    assert answer.notes[0].startswith("Only the first")


def test_long_evidence_is_cut_and_control_characters_are_visible(library: Library) -> None:
    answer = answered(library, "demo: eth0 failed 5 times: " + "\u202e\u0007" + "y" * 900)
    [item] = answer.items
    assert all(len(line) <= 240 for line in item.evidence)
    assert not set("\u202e\u0007") & set(plain_text(answer, 10_000))


def assert_is_bounded(answer: Answer) -> None:
    assert len(answer.items) <= MAX_ITEMS
    for text in (answer.heading, *answer.notes, *(link.label for link in answer.more)):
        assert len(text) <= 500
        assert "\n" not in text
    for item in answer.items:
        assert len(item.evidence) <= 6
        assert all(len(line) <= 240 and "\n" not in line for line in item.evidence)
        assert len(item.title) <= 200
        assert len(item.summary) <= 500
        assert len(item.url) <= 1_100


@given(st.text(max_size=300))
def test_whatever_is_asked_the_answer_is_bounded_and_in_lines(library: Library, text: str) -> None:
    for command in ("lookup", "search", "show"):
        assert_is_bounded(answered(library, text, command))  # type: ignore[arg-type]
    assert_is_bounded(answered(library, f"demo: eth0 failed 5 times: {text}"))


@given(st.text(max_size=200), st.integers(1, 100))
def test_a_cut_text_is_no_longer_than_asked(text: str, most: int) -> None:
    assert len(shorten(text, most)) <= most
    assert len(fitting(text, most, lambda piece: piece.replace("&", "&amp;"))) <= most


@given(st.text(st.sampled_from("`a \n~"), max_size=40))
def test_a_block_of_code_ends_where_its_text_does(text: str) -> None:
    first, *lines, last = fenced(text).split("\n")
    assert first == last
    assert not any(first in line for line in lines)


@pytest.mark.parametrize(
    "text",
    ["@all", "@channel", '<at user_id="all"></at>', "<!here>", "http://evil.example", "[text](x)", "www.evil.example"],
)
def test_an_inert_text_has_no_call_tag_or_link_in_one_piece(text: str) -> None:
    assert text not in inert(f"see {text} now")
    assert inert(f"see {text} now").replace("\u200b", "") == f"see {text} now"
