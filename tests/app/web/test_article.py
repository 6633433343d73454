"""The page of an article: its parts, its values and where they come from, its twins."""

import json

import pytest
from flask.testing import FlaskClient

from tests.app.web.conftest import elements

FILLED = "/entries/demo-fault?iface=bond0&n=5&nproc=20&file=/var/lib/x&what=no+signal"
HERE = {"Sec-Fetch-Site": "same-origin"}


def page(client: FlaskClient, path: str, **more: object) -> str:
    answer = client.get(path, **more)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_an_article_shows_every_part_under_an_anchor_of_its_own(client: FlaskClient) -> None:
    found = elements(page(client, "/entries/demo-fault"))
    ids = [attributes["id"] for _tag, attributes in found.found if attributes.get("id")]
    for part in ("symptoms", "cause", "diagnosis", "fix", "affected", "signs", "related", "references"):
        assert part in ids
    assert len(ids) == len(set(ids))
    assert "demo: {iface:iface} failed {n:int} times in {file:path}: {what:text}" in found.text


def test_an_article_without_values_has_gaps_that_lead_to_their_field(client: FlaskClient) -> None:
    found = elements(page(client, "/entries/demo-fault"))
    gaps = [each for each in found.of("a") if each.get("class") == "gap"]
    assert {each["href"] for each in gaps} == {f"#value-{name}" for name in ("iface", "n", "what", "file", "half")}
    assert all(found.with_id(str(each["href"])[1:]) for each in gaps)


def test_values_from_a_link_fill_the_commands_and_are_marked_as_from_the_link(client: FlaskClient) -> None:
    text = page(client, FILLED)
    found = elements(text)
    marked = [each for each in found.of("span") if each.get("class") == "value from-link"]
    assert {each["title"] for each in marked if each.get("title")} == {
        f"{name}: from the link" for name in ("iface", "n", "what", "file", "half")
    }
    assert "ethtool -L bond0 combined 15" in found.text
    assert "came with the link" in found.text


def test_a_reader_who_sends_the_form_confirms_the_values(client: FlaskClient) -> None:
    given = {"iface": "bond0", "n": "5", "nproc": "20"}
    answer = client.post("/entries/demo-fault", data=given, headers=HERE)
    text = answer.get_data(as_text=True)
    assert "value from-you" in text
    assert "value from-worked-out" in text
    assert "from-link" not in text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {}])
def test_a_form_of_another_site_confirms_nothing(client: FlaskClient, headers: dict[str, str]) -> None:
    text = client.post("/entries/demo-fault", data={"iface": "bond0", "from": "you"}, headers=headers).text
    assert "value from-link" in text
    assert "value from-you" not in text


def test_a_browser_that_says_nothing_of_the_sender_confirms_by_the_cookie_that_other_sites_cannot_send(
    client: FlaskClient,
) -> None:
    cookie = client.get("/entries/demo-fault").headers["Set-Cookie"]
    assert "SameSite=Strict" in cookie
    assert "HttpOnly" in cookie
    assert "value from-you" in client.post("/entries/demo-fault", data={"iface": "bond0"}).text


def test_values_seen_in_a_paste_are_marked_so(client: FlaskClient) -> None:
    text = client.post("/entries/demo-fault", data={"iface": "bond0", "from": "paste"}, headers=HERE).text
    assert "value from-paste" in text
    assert "from your paste" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [("n", "many"), ("iface", "eth0;reboot"), ("nproc", "0"), ("nproc", "65"), ("file", "relative"), ("iface", "-x")],
)
def test_a_value_that_does_not_fit_is_refused_beside_its_field_and_stays_a_gap(
    client: FlaskClient, name: str, value: str
) -> None:
    text = client.get("/entries/demo-fault", query_string={name: value}).text
    found = elements(text)
    assert found.with_id(f"value-{name}")[1]["aria-invalid"] == "true"
    assert "does not fit" in found.text
    assert "value from-link" not in text


def test_a_sum_out_of_its_bounds_stays_a_gap(client: FlaskClient) -> None:
    assert "combined ‹half›" in elements(page(client, "/entries/demo-fault?iface=bond0&n=30&nproc=20")).text


def test_headings_in_chinese_have_anchors_of_their_words(client: FlaskClient) -> None:
    found = elements(page(client, "/entries/demo-fault?lang=zh"))
    assert found.with_id("cause-现象与原因")[0] == "h3"
    assert "第一行，第二行。" in found.text


def test_an_anchor_does_not_change_with_the_values(client: FlaskClient) -> None:
    assert elements(page(client, FILLED)).with_id("cause-look-here")


def test_entries_are_related_both_ways(client: FlaskClient) -> None:
    assert 'href="/entries/demo-fault"' in page(client, "/entries/demo-other")
    assert 'href="/entries/demo-other"' in page(client, "/entries/demo-fault")


def test_inline_code_that_names_an_entry_is_a_link_to_it_and_no_other_is(client: FlaskClient) -> None:
    text = page(client, "/entries/demo-fault")
    assert '<a href="/entries/demo-other"><code>demo-other</code></a>' in text
    assert "<code>no-such-entry</code></a>" not in text


def test_a_part_that_is_missing_in_the_language_comes_in_the_other_with_a_notice(client: FlaskClient) -> None:
    text = page(client, "/entries/demo-fault?lang=zh")
    assert "这一部分还没有中文版" in text
    assert '<div class="prose" lang="en">' in text


def test_an_entry_in_one_language_says_so_in_the_other(client: FlaskClient) -> None:
    text = page(client, "/entries/demo-other?lang=zh")
    assert "本条目还没有中文版" in text
    assert '<h1 lang="en">' in text


def test_a_retired_entry_names_its_successor(client: FlaskClient) -> None:
    text = page(client, "/entries/demo-gone")
    assert "This entry is retired; see" in text
    assert '<a href="/entries/demo-other">Another demo</a>' in text


def test_the_edit_link_leads_to_the_file_in_the_configured_repository(client: FlaskClient) -> None:
    assert 'href="https://git.example.net/kb/entries/demo-fault.yaml"' in page(client, "/entries/demo-fault")


def test_without_a_repository_there_is_no_edit_link(shipped_client: FlaskClient) -> None:
    assert "Edit this entry" not in page(shipped_client, "/entries/bird-ospf-mtu-mismatch")


@pytest.mark.parametrize(
    ("given", "word"),
    [({"version-kernel": "5.4.0"}, "affected"), ({"version-kernel": "5.10.0"}, "not affected"), ({}, None)],
)
def test_the_form_for_versions_gives_a_verdict(client: FlaskClient, given: dict[str, str], word: str | None) -> None:
    text = client.get("/entries/demo-fault", query_string=given).text
    assert (f"<strong>{word}</strong>" in text) if word else ('class="verdict' not in text)


def test_the_json_twin_is_the_entry_of_the_api(client: FlaskClient) -> None:
    twin = client.get("/entries/demo-fault.json")
    assert twin.mimetype == "application/json"
    assert json.loads(twin.data) == client.get("/api/v1/entries/demo-fault").json


def test_the_markdown_twin_is_filled_too(client: FlaskClient) -> None:
    twin = client.get(FILLED.replace("demo-fault?", "demo-fault.md?"))
    assert twin.mimetype == "text/markdown"
    assert "ethtool -L bond0 combined 15" in twin.text


@pytest.mark.parametrize("path", ["/entries/none", "/entries/none.json", "/entries/none.md", "/entries/..%2fx"])
def test_an_entry_that_is_not_there_is_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
