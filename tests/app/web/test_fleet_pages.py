"""The pages of what was recorded: what they tell, to whom, what one does there, and that all of it stays text."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.config import Limits, ServeConfig
from app.shelf import Shelf
from app.store.location import url_of
from app.store.store import Store, open_store
from app.web.fleet_words import FLEET_WORDS
from app.web.words import WORDS
from tests.app.web.conftest import elements
from tests.app.web.fleet import ENTRY, fill, incidents, on_host
from tests.app.web.test_hostile import HOSTILE, assert_harmless
from tests.deliveries import HandClock
from tests.troubles import new

LOCAL = "http://127.0.0.1:8080"
PAGES = ["/incidents", "/hosts", "/hosts/db-1", f"/entries/{ENTRY}/incidents", "/occurrences", "INCIDENT"]
FAR = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.9"}}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="module")
def filled(demo_shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the small fleet in it; tests use copies."""
    path = tmp_path_factory.mktemp("filled") / "a.db"
    store = open_store(url_of(path), environment={}, now=HandClock().now)
    create_app(ServeConfig(), demo_shelf, store)
    fill(store, HandClock().now(), iface="eth0", n=5, file="/var/lib/x", what="no signal")
    store.close()
    return path


@pytest.fixture
def store(filled: Path, tmp_path: Path, clock: HandClock) -> Iterator[Store]:
    shutil.copy(filled, tmp_path / "a.db")
    opened = open_store(url_of(tmp_path / "a.db"), environment={}, now=clock.now)
    yield opened
    opened.close()


@pytest.fixture
def application(demo_shelf: Shelf, store: Store) -> Flask:
    return create_app(ServeConfig(), demo_shelf, store)


@pytest.fixture
def browser(application: Flask) -> Iterator[FlaskClient]:
    with application.test_client() as own:
        own.environ_base["HTTP_HOST"] = "127.0.0.1:8080"
        yield own


@pytest.fixture
def viewer(store: Store) -> str:
    return store.add_token("viewer", "alice")[1]


@pytest.fixture
def operator(store: Store) -> str:
    return store.add_token("operator", "root")[1]


def path_of(page: str, store: Store) -> str:
    return f"/incidents/{on_host(store, 'db-2').id}" if page == "INCIDENT" else page


def sign_in(browser: FlaskClient, token: str, **more: str) -> TestResponse:
    return browser.post("/session", data={"token": token, **more})


def said(page: TestResponse) -> str:
    """What the page says, a blank between its pieces."""
    body = page.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def csrf_in(page: TestResponse) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found is not None
    return found[1]


# Who may


@pytest.mark.parametrize("page", PAGES)
def test_without_tokens_only_this_machine_sees_a_page(browser: FlaskClient, store: Store, page: str) -> None:
    answer = browser.get(path_of(page, store))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    for refused in (
        browser.get(path_of(page, store), **FAR),
        browser.get(path_of(page, store), headers={"X-Forwarded-For": "127.0.0.1"}),
        browser.get(path_of(page, store), headers={"Host": "evil.example"}),
    ):
        assert refused.status_code == 403
        assert "db-1" not in refused.text.replace("/hosts/db-1", "")


@pytest.mark.parametrize("page", PAGES)
def test_with_tokens_a_page_asks_to_sign_in_and_then_shows_itself(
    browser: FlaskClient, store: Store, viewer: str, page: str
) -> None:
    path = f"{path_of(page, store)}?lang=en"
    asked = browser.get(path)
    assert asked.status_code == 401
    assert asked.headers["Cache-Control"] == "no-store"
    assert elements(asked.text).with_id("token")
    assert "no signal" not in asked.text
    back = [each["value"] for each in elements(asked.text).of("input") if each.get("name") == "to"][-1]
    wrong = sign_in(browser, "fb-viewer-wrong", to=back or "")
    assert wrong.status_code == 403
    assert f'value="{path}"' in wrong.text
    answer = sign_in(browser, viewer, to=back or "")
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x"])
def test_signing_in_leads_to_no_other_site(browser: FlaskClient, viewer: str, to: str) -> None:
    assert sign_in(browser, viewer, to=to).headers["Location"] == "/session"


def test_a_viewers_token_in_the_header_opens_the_pages_and_a_hosts_does_not(
    browser: FlaskClient, store: Store, viewer: str
) -> None:
    _, host = store.add_token("host", "db-1")
    assert browser.get("/incidents", headers={"Authorization": f"Bearer {viewer}"}).status_code == 200
    assert browser.get("/incidents", headers={"Authorization": f"Bearer {host}"}).status_code == 403


def test_who_tries_pages_without_a_token_is_told_to_slow_down(demo_shelf: Shelf, store: Store, viewer: str) -> None:
    assert viewer
    slow = replace(ServeConfig(), limits=Limits(per_second=0.001, burst=2))
    with create_app(slow, demo_shelf, store).test_client() as browser:
        assert [browser.get("/incidents", **FAR).status_code for _ in range(3)] == [401, 401, 429]
        assert [browser.get("/entries/demo-fault", **FAR).status_code for _ in range(9)] == [200] * 9


def test_a_server_without_a_store_has_no_such_pages_and_no_link_to_them(demo_shelf: Shelf) -> None:
    with create_app(ServeConfig(), demo_shelf).test_client() as browser:
        assert browser.get("/incidents").status_code == 404
        assert 'href="/incidents"' not in browser.get("/").text


def test_articles_and_the_start_page_tell_of_the_fleet_to_those_who_may_see_it_only(
    browser: FlaskClient, viewer: str
) -> None:
    for path in ("/", f"/entries/{ENTRY}"):
        stranger = browser.get(path)
        assert stranger.status_code == 200
        assert f"/entries/{ENTRY}/incidents" not in stranger.text
        assert "no-store" not in stranger.headers["Cache-Control"]
    sign_in(browser, viewer)
    home, article = browser.get("/?lang=en"), browser.get(f"/entries/{ENTRY}?lang=en")
    assert "2 incidents are on" in home.text
    assert "On now on 2 of your hosts; seen 6 times" in article.text
    assert hosts_in(article) == ["db-1", "db-2"]
    for page in (home, article):
        assert f"/entries/{ENTRY}/incidents" in page.text
        assert page.headers["Cache-Control"] == "no-store"


def test_without_tokens_strangers_see_nothing_of_the_fleet_in_an_article(browser: FlaskClient) -> None:
    assert f"/entries/{ENTRY}/incidents" in browser.get(f"/entries/{ENTRY}").text
    assert f"/entries/{ENTRY}/incidents" not in browser.get(f"/entries/{ENTRY}", **FAR).text


def test_an_article_is_served_while_the_store_does_not_answer(
    browser: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.store.errors import StoreBusy  # noqa: PLC0415

    def fail(*_arguments: object) -> None:
        raise StoreBusy("as ordered")

    monkeypatch.setattr(store, "has_tokens", fail)
    assert browser.get(f"/entries/{ENTRY}").status_code == 200
    assert browser.get("/incidents").status_code == 503


# What they tell


def hosts_in(page: TestResponse) -> list[str]:
    return re.findall(r'<a class="host" href="/hosts/([^"?]+)', page.text)


def test_the_board_shows_what_is_on_and_filters_by_its_address(browser: FlaskClient) -> None:
    assert hosts_in(browser.get("/incidents")) == ["db-1", "db-2"]
    expected = {
        "state=resolved": ["db-3"],
        "state=returned": ["db-2"],
        "state=new": ["db-1"],
        "state=": ["db-1", "db-2", "db-3"],
        "host=db-2": ["db-2"],
        "severity=error": ["db-1", "db-2"],
        "severity=info": [],
        "entry=demo-other": [],
        "handled=yes": [],
    }
    for query, hosts in expected.items():
        assert hosts_in(browser.get(f"/incidents?{query}")) == hosts, query
    for query in ("state=bad", "severity=x", "since=x", "cursor=x", "handled=2"):
        assert browser.get(f"/incidents?{query}").status_code == 400, query


def test_the_board_counts_states_and_severities(browser: FlaskClient) -> None:
    text = said(browser.get("/incidents?lang=en"))
    assert "On now 2 New 1 Returned 1 Resolved All" in text
    assert "On now 0 New 0 Returned 0 Resolved All" in said(browser.get("/incidents?lang=en&severity=info"))
    assert "On now 0 New 0 Returned 0 Resolved All" in said(browser.get("/incidents?lang=en&entry=demo-other"))
    assert "On now New Returned Resolved All" in said(browser.get("/incidents?lang=en&host=db-1"))
    assert re.search(r"critical 0 error 2 warning 0", text)


def test_a_long_list_goes_on_with_its_filters(browser: FlaskClient, store: Store, clock: HandClock) -> None:
    for number in range(60):
        store.record(f"web-{number:02}", [new("demo-other", clock.now(), ago_s=number)])
    first = browser.get("/incidents?entry=demo-other&lang=en&refresh=60")
    [more] = [each["href"] for each in elements(first.text).of("a") if each.get("rel") == "next"]
    second = browser.get(more or "")
    assert "lang=en" in str(more) and "refresh=60" in str(more)
    assert hosts_in(first) + hosts_in(second) == [f"web-{number:02}" for number in range(60)]
    [back] = re.findall(r'<a class="button" href="([^"]+)">First page<', second.text)
    assert hosts_in(browser.get(unescape(back))) == hosts_in(first)


def test_an_entrys_page_counts_its_hosts_by_what_they_tell(browser: FlaskClient) -> None:
    page = browser.get(f"/entries/{ENTRY}/incidents?lang=en")
    assert "On now on 2 of the 3 hosts that ever had it. 6 times in 3 incidents" in page.text
    text = said(page)
    assert "Kernel All with 5.8.0, none with 6.1.0" in text
    assert "6.1.0 0 of 1 none 0 5.8.0 3 of 3 all 2" in text
    assert re.findall(r"verdict-word (\w+)", page.text) == ["affected"] * 3
    assert hosts_in(page) == []  # there a host's name leads to its incident
    assert len(re.findall(r'href="/incidents/[0-9a-f]{16}', page.text)) == 3


def test_an_entry_that_nobody_reported_says_so_and_one_that_is_not_known_is_not_there(
    browser: FlaskClient, store: Store, clock: HandClock
) -> None:
    assert "No host reported this." in browser.get("/entries/demo-other/incidents?lang=en").text
    assert browser.get("/entries/no-such/incidents").status_code == 404
    store.record("db-1", [new("no-such", clock.now())])
    page = browser.get("/entries/no-such/incidents?lang=en")
    assert page.status_code == 200
    [found] = [each for each in incidents(store) if each.entry == "no-such"]
    assert "This server has no entry of this name." in browser.get(f"/incidents/{found.id}?lang=en").text
    assert browser.get("/incidents").status_code == browser.get("/").status_code == 200


def test_an_incident_tells_its_life_its_evidence_and_its_article(browser: FlaskClient, store: Store) -> None:
    page = browser.get(f"/incidents/{on_host(store, 'db-2').id}?lang=en")
    text = said(page)
    assert "came back BIRD: 2.0.3 → 2.0.12" in text
    assert text.index("came back") < text.index("nothing was seen for long enough") < text.index("first seen")
    assert "demo: eth0 failed 5 times in /var/lib/x: no signal" in text
    assert "It says no signal" in text
    assert "from the host" in page.text
    assert "/var/log/messages" in text


def test_values_of_a_log_fill_commands_and_are_marked_as_its(browser: FlaskClient, store: Store) -> None:
    page = browser.get(f"/incidents/{on_host(store, 'db-1').id}").text
    assert re.search(r'class="value from-log"[^>]*>eth0<', page)


def test_a_hosts_page_has_its_facts_its_troubles_and_its_timeline(browser: FlaskClient) -> None:
    text = said(browser.get("/hosts/db-2?lang=en&span=14d"))
    assert "BIRD 2.0.12 Kernel 5.8.0" in text
    assert re.search(
        r"Timeline 2026-11-21 12:00 changed BIRD: 2\.0\.3 → 2\.0\.12 11:58 came back .*"
        r" 2026-11-18 12:00 over .* 2026-11-17 12:00 first seen",
        text,
    )
    assert "still on" in text
    assert browser.get("/hosts/nobody").status_code == 404
    assert browser.get("/hosts/" + "x" * 300).status_code == 400


def test_a_host_that_is_well_is_listed_with_what_it_tells(browser: FlaskClient) -> None:
    text = said(browser.get("/hosts?lang=en"))
    assert "db-4 0 0 — 0 s ago 6.1.0 2.0.12 —" in text


def test_occurrences_are_listed_newest_first_and_filtered(browser: FlaskClient) -> None:
    assert hosts_in(browser.get("/occurrences")) == ["db-3", "db-2", "db-2", "db-1", "db-1", "db-1"]
    assert hosts_in(browser.get("/occurrences?host=db-2")) == ["db-2", "db-2"]
    assert hosts_in(browser.get("/occurrences?entry=demo-other")) == []
    assert browser.get("/occurrences?since=never").status_code == 400
    assert browser.get("/occurrences?cursor=x").status_code == 400


@pytest.mark.parametrize("page", PAGES)
def test_the_json_of_a_page_is_there(browser: FlaskClient, store: Store, page: str) -> None:
    links = elements(browser.get(path_of(page, store)).text).of("a")
    found = [str(each["href"]) for each in links if str(each.get("href")).startswith("/api/v1/")]
    assert found
    for address in found:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert answer.is_json


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_loaded_anew_only_where_its_address_asks_for_it(
    browser: FlaskClient, store: Store, page: str
) -> None:
    path = path_of(page, store)
    plain = browser.get(path)
    assert "Refresh" not in plain.headers
    assert f'href="{path}?refresh=60"' in plain.text
    refreshed = browser.get(f"{path}?refresh=60")
    assert refreshed.headers["Refresh"] == "60"
    assert f'href="{path}"' in refreshed.text
    for text, seconds in (("1", "10"), ("99999", "3600")):
        assert browser.get(f"{path}?refresh={text}").headers["Refresh"] == seconds
    for text in ("", "x", "0", "-5", "²", "9" * 40):
        assert "Refresh" not in browser.get(f"{path}?{urlencode({'refresh': text})}").headers


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("span", ["2d", "14d", "90d", "x"])
def test_bars_have_a_title_each_and_a_table_behind_them(
    browser: FlaskClient, store: Store, page: str, span: str
) -> None:
    if page in ("/hosts", "/occurrences"):
        return
    text = browser.get(f"{path_of(page, store)}?span={span}&lang=en").text
    bars = re.findall(r'<rect class="bar"[^>]*><title>([^<]+)</title></rect>', text)
    rows = re.findall(r"<tr><td>\d{4}-\d\d-\d\d \d\d:\d\d</td><td class=\"num\">([\d,]+)</td></tr>", text)
    assert bars
    assert sorted(each.rpartition(" ")[2] for each in bars) == sorted(rows)
    assert re.search(r'<svg class="chart" role="img" aria-label="\d+ occurrences from', text)


# What one does


def test_an_operator_marks_snoozes_and_comments_by_form(
    browser: FlaskClient, store: Store, operator: str, clock: HandClock
) -> None:
    sign_in(browser, operator)
    found = on_host(store, "db-1")
    path = f"/incidents/{found.id}"
    csrf = csrf_in(browser.get(path))
    known = browser.post(path, data={"csrf": csrf, "kind": "known", "name": "Mei", "comment": "a cable"})
    assert (known.status_code, known.headers["Location"]) == (303, f"{path}#life")
    assert browser.post(path, data={"csrf": csrf, "kind": "snooze", "for": "4h"}).status_code == 303
    page = said(browser.get(f"{path}?lang=en"))
    assert "marked as known Mei (root) a cable" in page
    assert "snoozed until 11-21 16:00 UTC root" in page
    after = on_host(store, "db-1")
    assert (after.known_by, after.snoozed_until) == ("Mei (root)", clock.now() + timedelta(hours=4))
    assert after.count == found.count
    assert hosts_in(browser.get("/incidents?handled=yes")) == ["db-1"]
    for kind in ("not-known", "wake", "comment"):
        assert browser.post(path, data={"csrf": csrf, "kind": kind, "comment": "x"}).status_code == 303
    assert on_host(store, "db-1").known_by is on_host(store, "db-1").snoozed_by is None


def test_a_form_of_another_site_changes_nothing(browser: FlaskClient, store: Store, operator: str) -> None:
    sign_in(browser, operator)
    path = f"/incidents/{on_host(store, 'db-1').id}"
    for csrf in ("", "0" * 64, "é"):
        assert browser.post(path, data={"csrf": csrf, "kind": "known"}).status_code == 403
    assert on_host(store, "db-1").known_by is None


def test_without_tokens_a_form_needs_its_own_csrf_token_too(browser: FlaskClient, store: Store) -> None:
    path = f"/incidents/{on_host(store, 'db-1').id}"
    assert browser.post(path, data={"kind": "known", "name": "Mei"}).status_code == 403
    csrf = csrf_in(browser.get(path))
    assert browser.post(path, data={"kind": "known", "name": "Mei", "csrf": csrf}, **FAR).status_code == 403
    assert browser.post(path, data={"kind": "known", "name": "Mei", "csrf": csrf}).status_code == 303
    assert on_host(store, "db-1").known_by == "Mei"


def test_a_viewer_sees_no_form_and_cannot_send_it(browser: FlaskClient, store: Store, viewer: str) -> None:
    sign_in(browser, viewer)
    path = f"/incidents/{on_host(store, 'db-1').id}"
    page = browser.get(f"{path}?lang=en").text
    assert 'name="csrf"' not in page
    assert "Only an operator may" in page
    assert browser.post(path, data={"kind": "known"}).status_code == 403
    browser.post("/session/end")
    assert browser.post(path, data={"kind": "known"}).status_code == 401


@pytest.mark.parametrize(
    ("data", "said", "said_zh"),
    [
        ({"kind": "nothing"}, "press one of", "请点击"),
        ({"kind": "comment", "comment": " "}, "write a comment", "请填写备注"),
        ({"kind": "comment", "comment": "x" * 5_000}, "at most 4000", "最多 4000 个字符"),
        ({"kind": "snooze"}, "until when", "搁置到什么时候"),
        ({"kind": "snooze", "for": "999d"}, "until when", "搁置到什么时候"),
        ({"kind": "known", "name": "x" * 200}, "1 to 100", "1 到 100 个字符"),
        ({"kind": "known", "name": "\x1b[31m"}, "1 to 100", "1 到 100 个字符"),
    ],
)
def test_what_cannot_be_done_is_said_in_the_language_of_the_page(
    browser: FlaskClient, store: Store, data: dict[str, str], said: str, said_zh: str
) -> None:
    path = f"/incidents/{on_host(store, 'db-1').id}"
    csrf = csrf_in(browser.get(path))
    for lang, words in (("en", said), ("zh", said_zh)):
        answer = browser.post(f"{path}?lang={lang}", data={"name": "Mei", "csrf": csrf, **data})
        assert answer.status_code == 422
        [alert] = re.findall(r'role="alert".*?</', answer.text, re.DOTALL)
        assert words in alert
    assert store.incidents.actions(on_host(store, "db-1").id) == []


def test_an_action_on_what_is_not_there_is_404(browser: FlaskClient, store: Store) -> None:
    csrf = csrf_in(browser.get(f"/incidents/{on_host(store, 'db-1').id}"))
    for incident in ("0" * 16, "x", "../hosts"):
        data = {"kind": "known", "name": "Mei", "csrf": csrf}
        assert browser.post(f"/incidents/{quote(incident, safe='')}", data=data).status_code in (404, 405)
        assert browser.get(f"/incidents/{quote(incident, safe='')}").status_code == 404


# Hostile text


@pytest.mark.parametrize("value", [each for each in HOSTILE if not re.search(r"[\s\x00-\x1f]", each)])
def test_a_hosts_name_stays_text_and_its_page_is_found(
    browser: FlaskClient, store: Store, clock: HandClock, value: str
) -> None:
    host = value[:253]
    store.record(host, [new(ENTRY, clock.now())], {"kernel": value, f"nic_drivers.{value}"[:90]: value})
    found = on_host(store, host)
    for path in ("/incidents", "/hosts", "/occurrences", f"/entries/{ENTRY}/incidents", f"/incidents/{found.id}"):
        page = browser.get(path)
        assert page.status_code == 200
        assert_harmless(page.text)
    listed = elements(browser.get("/hosts").text).of("a")
    own = [each["href"] for each in listed if each.get("class") == "host"]
    titles = [browser.get(str(each)).status_code for each in own]
    assert titles == [200] * 5


@pytest.mark.parametrize(
    "host", [".", "..", "a/b", "a//b", "/", "?", "a?b#c", "%2e%2e", "a%00", "主机", "con", "x.json"]
)
def test_a_host_may_be_called_almost_anything(browser: FlaskClient, store: Store, clock: HandClock, host: str) -> None:
    store.record(host, [new(ENTRY, clock.now())])
    page = browser.get("/incidents?lang=en")
    [address] = {str(each["href"]) for each in elements(page.text).of("a") if each.get("class") == "host"} - {
        "/hosts/db-1?lang=en",
        "/hosts/db-2?lang=en",
    }
    shown = browser.get(address)
    assert shown.status_code == 200
    assert f"Host {host} ·" in shown.text.replace("&#39;", "'")
    for each in elements(shown.text).of("a"):
        if "span=" in str(each.get("href")) or "refresh=" in str(each.get("href")):
            again = browser.get(str(each["href"]))
            assert again.status_code == 200
            assert f"Host {host} ·" in again.text


@pytest.mark.parametrize("value", HOSTILE)
def test_fields_lines_comments_and_names_stay_text(
    browser: FlaskClient, store: Store, clock: HandClock, value: str
) -> None:
    store.record("db-9", [new(ENTRY, clock.now(), iface=value, what=value, text=f"{value}\n{value}", extra=value)])
    path = f"/incidents/{on_host(store, 'db-9').id}"
    csrf = csrf_in(browser.get(path))
    browser.post(path, data={"csrf": csrf, "kind": "comment", "name": value, "comment": value})
    for each in (path, "/incidents", "/occurrences", "/hosts/db-9"):
        page = browser.get(each)
        assert page.status_code == 200
        assert_harmless(page.text)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_parameter_stays_text(browser: FlaskClient, store: Store, value: str) -> None:
    names = ("host", "entry", "span", "refresh", "after", "lang", "x")
    for page in PAGES:
        for query in (dict.fromkeys(names, value), {"severity": value}, {"cursor": value}, {"name": value}):
            assert_harmless(browser.get(path_of(page, store), query_string=query).text)


def test_no_page_holds_inline_code_or_style(browser: FlaskClient, store: Store) -> None:
    for page in PAGES:
        text = browser.get(path_of(page, store)).text
        assert " style=" not in text
        assert not re.search(r"<script(?![^>]*src=)", text)


# Words


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_in_both_languages(browser: FlaskClient, store: Store, page: str) -> None:
    english, chinese = (browser.get(f"{path_of(page, store)}?lang={lang}").text for lang in ("en", "zh"))
    assert not re.search("[\u4e00-\u9fff]", english.replace("中文", ""))
    assert '<html lang="zh-Hans"' in chinese
    assert FLEET_WORDS["incidents"][1] in chinese


def test_both_languages_say_the_same_values() -> None:
    for key, (english, chinese) in FLEET_WORDS.items():
        assert english and chinese, key
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", chinese)), key
        assert WORDS[key] == (english, chinese)


def test_crawlers_are_asked_to_stay_away(browser: FlaskClient) -> None:
    text = browser.get("/robots.txt").text
    for path in ("/incidents", "/hosts", "/occurrences"):
        assert f"Disallow: {path}\n" in text
