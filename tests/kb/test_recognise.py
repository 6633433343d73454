"""From a paste to answers: one for each entry, the most specific first, one that is beaten behind its winner."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kb.book import Book, open_book
from kb.recognise import MAX_PASTE, answer_json, recognise

Put = Callable[..., Path]


def entry(entry_id: str, *patterns: str, extra: str = "", more: str = "") -> str:
    matchers = "".join(
        f"  - name: m{number}\n    source: kernel\n    pattern: '{each}'\n{more}"
        for number, each in enumerate(patterns)
    )
    return f"id: {entry_id}\ntitle: {{zh: 题 {entry_id}}}\nmatchers:\n{matchers}{extra}fix: {{en: Restart it.}}\n"


@pytest.fixture
def book(put: Put, tmp_path: Path) -> Callable[..., Book]:
    def make(*texts: str) -> Book:
        for number, text in enumerate(texts):
            root = put("x", text, f"{number}.yaml").parent
        made = open_book([root], tmp_path / "cache")
        assert list(made.complaints) == []
        return made

    return make


def ids(book: Book, paste: str) -> list[str]:
    return [answer.article.id for answer in recognise(book, paste.encode())]


def test_nothing_is_recognised_in_nothing(book: Callable[..., Book]) -> None:
    made = book(entry("a", "first fault"))
    assert ids(made, "") == []
    assert ids(made, "hello\nworld\n") == []
    assert ids(made, "\0\xff" * 100) == []


def test_one_entry_gives_one_answer_however_often_it_is_there(book: Callable[..., Book]) -> None:
    made = book(entry("a", "first fault {n:int}"))
    answers = recognise(made, b"first fault 1\nfirst fault 2\nfirst fault 3\n")
    assert [answer.match.fields for answer in answers] == [{"n": 1}]


def test_of_one_entry_the_most_telling_match_answers(book: Callable[..., Book]) -> None:
    made = book(entry("a", "first fault", "first fault on queue {n:int} of the card"))
    answers = recognise(made, b"first fault\nat last\nfirst fault on queue 7 of the card\n")
    assert answers[0].match.fields in ({"n": 7}, {})
    made = book(entry("a", "first fault on queue {n:int} of the card", "first fault"))
    assert recognise(made, b"first fault\nfirst fault on queue 7 of the card\n")[0].match.fields == {"n": 7}


def test_the_most_specific_answer_comes_first_and_equals_as_they_stand(book: Callable[..., Book]) -> None:
    made = book(entry("a", "first fault"), entry("b", "a longer and more telling fault"), entry("c", "other fault"))
    assert ids(made, "other fault\nfirst fault\na longer and more telling fault\n") == ["b", "c", "a"]
    assert ids(made, "first fault\nother fault\n") == ["a", "c"]


def test_a_beaten_entry_comes_behind_its_winner_also_where_it_says_more(book: Callable[..., Book]) -> None:
    made = book(entry("a", "this is a very long and telling fault"), entry("b", "telling fault", extra="beats: [a]\n"))
    assert ids(made, "this is a very long and telling fault") == ["b", "a"]


def test_winning_goes_through_others(book: Callable[..., Book]) -> None:
    made = book(
        entry("a", "one long fault of all"),
        entry("b", "long fault", extra="beats: [a]\n"),
        entry("c", "fault of", extra="beats: [b]\n"),
    )
    assert ids(made, "one long fault of all") == ["c", "b", "a"]


def test_entries_that_beat_each_other_in_a_circle_are_all_answered(book: Callable[..., Book]) -> None:
    made = book(entry("a", "first fault", extra="beats: [b]\n"), entry("b", "fault of", extra="beats: [a]\n"))
    assert set(ids(made, "first fault of")) == {"a", "b"}


def test_what_says_that_a_trouble_is_over_is_no_answer(book: Callable[..., Book]) -> None:
    for recovers in ("[m1]", "[a/m1]"):
        made = book(entry("a", "first fault", "fault is gone", extra=f"recovers: {recovers}\n"))
        assert ids(made, "fault is gone") == []
        assert ids(made, "first fault\nfault is gone") == ["a"]


def test_a_retired_entry_recognises_nothing_and_can_still_be_read(book: Callable[..., Book]) -> None:
    text = entry("a", "first fault").replace("matchers:", "status: retired\nreplaced_by: b\nmatchers:")
    made = book(text, entry("b", "second fault"))
    assert ids(made, "first fault") == []
    assert made.article("a") is not None


def test_a_paste_answers_whoever_printed_the_line(book: Callable[..., Book]) -> None:
    made = book(entry("a", "first fault {n:int}"))
    assert ids(made, "Mar 25 15:35:53 lb1 myprog[5]: first fault 7") == ["a"]
    assert ids(made, "What does `first fault 7` mean?") == ["a"]


def test_a_threshold_answers_one_line_unless_it_holds(book: Callable[..., Book]) -> None:
    more = "    threshold: {count: 3, within: 10s}\n"
    assert ids(book(entry("a", "first fault", more=more)), "first fault") == ["a"]
    held = book(entry("a", "first fault", more=more.replace("}", ", lookup: hold}")))
    assert ids(held, "first fault\n") == []
    assert ids(held, "first fault\n" * 3) == ["a"]


def test_only_so_much_of_a_paste_is_looked_at(book: Callable[..., Book]) -> None:
    made = book(entry("a", "first fault"))
    filler = "x" * 99 + "\n"
    assert ids(made, filler * (MAX_PASTE // 100 - 1) + "first fault\n") == ["a"]
    assert ids(made, filler * (MAX_PASTE // 100 + 1) + "first fault\n") == []


def test_values_of_the_match_fill_the_summary(book: Callable[..., Book]) -> None:
    text = entry("a", "fault {n:int} of {who:word}").replace(
        "matchers:", "summary: {en: '{{ n }} and {{ who }} and {{ m }}'}\nmatchers:"
    )
    (answer,) = recognise(book(text), b"fault 5 of <b>x</b>")
    assert answer.summary("zh") == "5 and \\<b\\>x\\</b\\> and ‹m›"


def test_the_json_of_an_answer_has_exactly_its_keys(book: Callable[..., Book]) -> None:
    made = book(entry("a", "fault {n:int} on {iface:iface}"))
    assert answer_json(recognise(made, b"x fault 5 on eth0"), "en") == {
        "matches": [
            {
                "entry": "a",
                "title": "题 a",
                "url": "/entries/a",
                "matcher": "m0",
                "fields": {"n": 5, "iface": "eth0"},
                "text": "x fault 5 on eth0",
                "verdict": None,
            }
        ],
        "suggestions": [],
    }
    assert answer_json([], "en") == {"matches": [], "suggestions": []}
