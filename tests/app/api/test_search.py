"""Search over HTTP."""

import pytest

from tests.app.conftest import LINE
from tests.app.serving import Child


def test_what_is_found_comes_best_first(server: Child) -> None:
    answer = server.get("/api/v1/search?q=demo+port").json
    assert answer["results"][0]["entry"] == "demo-fault"
    scores = [row["score"] for row in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    assert answer["total"] == len(answer["results"])
    assert answer["next"] is None


def test_what_matchers_recognise_stands_above(server: Child) -> None:
    first = server.get("/api/v1/search?q=" + LINE.replace(" ", "+")).json["results"][0]
    assert (first["entry"], first["score"]) == ("demo-fault", 1)


def test_chinese_is_found(server: Child) -> None:
    rows = server.get("/api/v1/search?q=%E7%AB%AF%E5%8F%A3&lang=zh").json["results"]
    assert [(row["entry"], row["title"]) for row in rows] == [("demo-fault", "演示端口出错")]


def test_results_come_in_pages(server: Child) -> None:
    first = server.get("/api/v1/search?q=demo&limit=1").json
    second = server.get(f"/api/v1/search?q=demo&limit=1&cursor={first['next']}").json
    assert {first["results"][0]["entry"], second["results"][0]["entry"]} == {"demo-fault", "demo-other"}
    assert (first["total"], second["total"], second["next"]) == (2, 2, None)


def test_a_facet_narrows_down(server: Child) -> None:
    answer = server.get("/api/v1/search?q=demo&component=nic").json
    assert [row["entry"] for row in answer["results"]] == ["demo-fault"]
    assert answer["facets"]["severity"] == {"error": 1}


@pytest.mark.parametrize("query", ["", "+", "xyzzy", "a:b*(c", '"', "%00", "%ff", "AND", "NOT+demo%29", "%F0%9F%98%80"])
def test_no_query_is_a_failure(server: Child, query: str) -> None:
    assert server.get(f"/api/v1/search?q={query}").status == 200


def test_a_search_for_nothing_known_is_empty_rather_than_padded(server: Child) -> None:
    answer = server.get("/api/v1/search?q=quantum+chromodynamics").json
    assert (answer["results"], answer["total"]) == ([], 0)


def test_without_a_query_the_api_says_what_to_write(server: Child) -> None:
    answer = server.get("/api/v1/search")
    assert answer.status == 400
    assert "q=words" in answer.json["detail"]
