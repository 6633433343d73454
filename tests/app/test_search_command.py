"""`faultbook search`, and what `lookup` suggests where no matcher knows a text."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_row_of_search_has_entry_title_url_and_score(call: Run) -> None:
    done = call("search", "--json", "demo port")
    assert done.code == 0
    [row, *_rest] = rows(done.out)
    assert list(row) == ["entry", "title", "url", "score"]
    assert (row["entry"], row["title"], row["url"]) == ("demo-fault", "The demo port fails", "/entries/demo-fault")
    assert 0 < row["score"] <= 1
    assert [row["score"] for row in rows(done.out)] == sorted((row["score"] for row in rows(done.out)), reverse=True)


def test_search_knows_both_languages_and_both_scripts(call: Run) -> None:
    for query in ("演示端口出错", "演示端口", "出錯的端口"):
        done = call("search", "--json", "--lang", "zh", query)
        assert [row["title"] for row in rows(done.out)][:1] == ["演示端口出错"]


def test_search_shows_title_severity_and_passages(call: Run) -> None:
    done = call("search", "demo", "port")
    assert done.out.splitlines()[0] == "The demo port fails  [error]  demo-fault"
    assert "\x1b" not in done.out


def test_what_was_found_is_bold_on_a_terminal_only(call: Run) -> None:
    assert "\x1b" not in call("search", "demo").out
    assert call("search", "--limit", "1", "demo").out.endswith("… and 1 more; --limit shows them\n")


def test_search_exits_1_where_nothing_was_found(call: Run) -> None:
    for arguments in (["search", "kubernetes"], ["search", "--json", "kubernetes"], ["search", ""]):
        done = call(*arguments)
        assert (done.code, done.out) == (1, "")
    assert call("search", "kubernetes").err.count("\n") == 1


def test_search_asks_what_was_meant(call: Run) -> None:
    done = call("search", "anothr")
    assert done.code == 1
    assert 'did you mean "another"?' in done.err


def test_search_without_a_query_is_wrong_use(call: Run) -> None:
    done = call("search")
    assert done.code == 2
    assert done.err.count("\n") == 1


def test_a_recognised_error_is_the_first_row(call: Run) -> None:
    done = call("search", "--json", "demo: failed 5 times, the port fails")
    assert rows(done.out)[0]["entry"] == "demo-other"
    assert rows(done.out)[0]["score"] == 1.0


def test_lookup_suggests_what_search_finds_only_where_nothing_was_recognised(call: Run) -> None:
    known = json.loads(call("lookup", "--json", "demo: failed 5 times").out)
    assert [match["entry"] for match in known["matches"]] == ["demo-other"]
    assert known["suggestions"] == []
    done = call("lookup", "--json", "the demo port has trouble")
    answer = json.loads(done.out)
    assert done.code == 1
    assert answer["matches"] == []
    assert [row["entry"] for row in answer["suggestions"]] == ["demo-fault"]
    assert list(answer["suggestions"][0]) == ["entry", "title", "url", "score"]
    assert json.loads(call("lookup", "--json", "my printer is on fire").out) == {"matches": [], "suggestions": []}


@pytest.mark.parametrize(("language", "heading"), [("en", "search finds near it"), ("zh", "搜索找到的相近条目")])
def test_lookup_shows_suggestions_as_such(call: Run, language: str, heading: str) -> None:
    done = call("lookup", "--lang", language, "the demo port has trouble")
    assert heading in done.out
    assert "faultbook show demo-fault" in done.out
    assert done.code == 1
