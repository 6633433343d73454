"""Paste and see."""

import logging

import pytest
from flask.testing import FlaskClient

from kb.load import load_text
from tests.app.web.conftest import LINE, elements

UNKNOWN = "frobnicate0: widget 7 wedged at 0x1f"
LOG = f"Mar  5 15:35:52 lb1 systemd[1]: Started Session 4182.\nMar  5 15:35:53 lb1 kernel: {LINE}\n"


def look_up(client: FlaskClient, paste: str, **more: str) -> str:
    answer = client.post("/lookup", data={"paste": paste, **more})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_data(as_text=True)


def test_a_recognised_problem_comes_with_its_article_filled_in(client: FlaskClient) -> None:
    text = elements(look_up(client, LOG)).text
    assert "1 problem recognised" in text
    assert "ip -s link show dev eth0" in text
    assert "cat /var/lib/x" in text
    assert "combined ‹half›" in text


def test_the_line_of_the_evidence_is_marked_and_no_other(client: FlaskClient) -> None:
    text = look_up(client, LOG)
    assert '<span class="line" id="line-1"' in text
    assert '<span class="line hit" id="line-2"' in text
    assert '<mark class="n1"><b title="iface">eth0</b></mark>' in text


def test_each_value_says_in_which_line_of_the_paste_it_stands(client: FlaskClient) -> None:
    text = look_up(client, LOG)
    assert text.count('<a href="#line-2">line 2 of your paste</a>') == 4


def test_newlines_of_a_form_are_those_of_the_log(client: FlaskClient) -> None:
    assert 'id="line-2" data-n="2"' in look_up(client, LOG.replace("\n", "\r\n"))


def test_several_problems_have_numbers_and_their_articles_do_not_share_anchors(client: FlaskClient) -> None:
    text = look_up(client, f"{LOG}Mar  5 15:35:54 lb1 bird: other demo 3 fails\n")
    found = elements(text)
    ids = [attributes["id"] for _tag, attributes in found.found if attributes.get("id")]
    assert "2 problems recognised" in text
    assert len(ids) == len(set(ids))
    assert 'class="number n2"' in text


def test_a_long_paste_is_shown_around_its_evidence(client: FlaskClient) -> None:
    noise = "".join(f"Mar  5 15:35:52 lb1 app[1]: line {number}\n" for number in range(500))
    text = look_up(client, f"{noise}Mar  5 15:35:53 lb1 kernel: {LINE}\n{noise}")
    assert 'id="line-501"' in text
    assert "… lines 1–498 …" in text
    assert "… lines 504–1001 …" in text
    assert "line 300<" not in text


def test_the_evidence_of_a_damaged_paste_is_found_by_its_words(client: FlaskClient) -> None:
    quoted = f"> hello\n> > Mar  5 15:35:53 lb1 kernel: {LINE[:30]}\n> > {LINE[30:]}\n> bye"
    text = look_up(client, quoted)
    assert "1 problem recognised" in text
    assert '<span class="line hit" id="line-2"' in text
    assert '<span class="line" id="line-4"' in text


def test_a_value_that_the_paste_hides_is_a_gap(client: FlaskClient) -> None:
    text = elements(look_up(client, LINE.replace("eth0", "xxx"))).text
    assert "hidden in the paste" in text


def test_what_nobody_knows_gets_a_draft_that_can_be_loaded(client: FlaskClient) -> None:
    assert "Nothing was recognised" in look_up(client, UNKNOWN)
    answer = client.post("/lookup/draft", data={"paste": UNKNOWN, "id": "frobnicate-wedged"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="frobnicate-wedged.yaml"'
    assert answer.headers["Cache-Control"] == "no-store"
    loaded = load_text(answer.text, "frobnicate-wedged.yaml")
    assert loaded.entry is not None
    assert loaded.entry.id == "frobnicate-wedged"


@pytest.mark.parametrize(
    ("paste", "name", "said"),
    [
        (UNKNOWN, "Not An Id", "is not an id"),
        (UNKNOWN, "demo-fault", "is there already"),
        ("", "x-y", "the paste is empty"),
        ("long line\n" * 2000, "x-y", "longer than 16 KiB"),
    ],
)
def test_a_draft_that_cannot_be_made_says_why_and_keeps_the_paste(
    client: FlaskClient, paste: str, name: str, said: str
) -> None:
    answer = client.post("/lookup/draft", data={"paste": paste, "id": name})
    assert answer.status_code == 422
    assert said in elements(answer.text).text
    assert paste[:60] in answer.text


def test_an_unknown_paste_near_an_entry_gets_suggestions(shipped_client: FlaskClient) -> None:
    assert (
        'href="/entries/'
        in look_up(shipped_client, "OSPF neighbour stuck in ExStart after the upgrade").split("<main")[1]
    )


def test_an_empty_paste_asks_for_text(client: FlaskClient) -> None:
    assert "The paste is empty" in look_up(client, "  \n")


def test_a_verdict_stands_with_the_problem(client: FlaskClient) -> None:
    banner = "Linux version 5.4.0 (root@x) (gcc) #1 SMP Mon Jan 1 00:00:00 UTC 2024\n"
    assert '<p class="verdict affected"' in look_up(client, banner + LOG)


def test_a_switch_beside_a_result_sends_the_paste_again(client: FlaskClient) -> None:
    buttons = [each for each in elements(look_up(client, LOG)).of("button") if "switch" in str(each.get("class"))]
    assert {each.get("form") for each in buttons} == {"paste-form"}
    switched = client.post("/lookup", data={"paste": LOG, "set-lang": "zh", "set-theme": "dark"})
    assert "认出 1 个问题" in switched.text
    assert 'lang="zh-Hans" data-theme="dark"' in switched.text
    assert {cookie.partition("=")[0] for cookie in switched.headers.getlist("Set-Cookie")} == {
        "faultbook-lang",
        "faultbook-theme",
    }


def test_a_paste_in_a_link_is_not_read(client: FlaskClient) -> None:
    assert "eth0" not in client.get("/lookup", query_string={"paste": LINE}).text.split("<main")[1]


def test_a_paste_is_forgotten_after_its_request(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    secret = "hunter2-secret-4711"
    with caplog.at_level(logging.DEBUG):
        assert secret in look_up(client, f"{LOG}{secret}\n")
    assert secret not in caplog.text
    assert all(secret not in client.get(path).text for path in ("/", "/lookup", "/search?q=hunter2", "/metrics"))
