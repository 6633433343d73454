"""Home, search, lists, errors, languages, themes, files, and what crawlers ask for."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import ServeConfig
from app.web.words import WORDS, say
from tests.app.web.conftest import LINE, elements

PAGES = [
    "/",
    "/search?q=demo",
    "/entries",
    "/entries?by=component",
    "/entries/demo-fault",
    "/components/nic",
    "/lookup",
    "/session",
]


@pytest.mark.parametrize("path", [*PAGES, "/none"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_page_has_one_heading_a_title_a_language_and_a_way_past_the_frame(
    client: FlaskClient, path: str, lang: str
) -> None:
    answer = client.get(path, headers={"Accept-Language": lang})
    found = elements(answer.text)
    assert len(found.of("h1")) == 1
    assert found.of("html")[0]["lang"] == {"en": "en", "zh": "zh-Hans"}[lang]
    assert found.of("a")[0] == {"class": "skip", "href": "#content"}
    assert found.with_id("content")[0] == "main"
    assert answer.vary.as_set() >= {"accept-language", "cookie"}
    labelled = {each.get("for") for each in found.of("label")}
    for each in found.of("input") + found.of("textarea"):
        assert each.get("type") == "hidden" or each["id"] in labelled


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique_on_every_page(client: FlaskClient, path: str) -> None:
    ids = [attributes["id"] for _tag, attributes in elements(client.get(path).text).found if attributes.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_leads_somewhere(client: FlaskClient, path: str) -> None:
    for each in elements(client.get(path).text).of("a"):
        href = str(each["href"])
        if href.startswith("/"):
            assert client.get(href).status_code == 200, href


def test_every_word_is_said_somewhere() -> None:
    folder = Path(__file__).resolve().parents[3] / "app" / "web"
    paths = [path for path in folder.rglob("*") if path.suffix in (".py", ".html") and path.name != "words.py"]
    source = "".join(path.read_text("utf-8") for path in paths).replace("'", '"')
    made = ("source-", "type-", "facet-", "error-", "from-", "version-", "component-")  # put together from a name
    endings = ("-badge", "-verdict")
    named = {"critical", "error", "warning", "info"}
    unused = {
        key for key in WORDS if f'"{key}"' not in source and not key.startswith(made) and not key.endswith(endings)
    }
    assert unused <= named


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    import string  # noqa: PLC0415

    def names(text: str) -> set[str | None]:
        return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}

    assert {key for key, (en, zh) in WORDS.items() if names(en) != names(zh) or not en or not zh} == set()
    assert say("zh", "page-of", page=2, pages=3) == "第 2 页，共 3 页"


def test_the_language_of_the_address_wins_and_stays_in_the_links_but_is_not_remembered(client: FlaskClient) -> None:
    client.set_cookie("faultbook-lang", "en")
    answer = client.get("/entries?lang=zh", headers={"Accept-Language": "en"})
    assert "全部条目" in answer.text
    assert 'href="/entries/demo-fault?lang=zh"' in answer.text
    assert "faultbook-lang" not in str(answer.headers.getlist("Set-Cookie"))
    assert "All entries" in client.get("/entries").text


def test_the_switch_of_the_language_is_remembered_and_keeps_the_page(client: FlaskClient) -> None:
    found = elements(client.get("/search?q=demo&lang=en&component=nic").text)
    to = next(each["value"] for each in found.of("input") if each.get("name") == "to")
    assert to == "/search?q=demo&component=nic"
    answer = client.post("/settings", data={"to": to, "set-lang": "zh"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == to
    assert "搜索：demo" in client.get(to).text


def test_the_theme_is_the_systems_until_one_is_chosen(client: FlaskClient) -> None:
    assert "data-theme" not in elements(client.get("/").text).of("html")[0]
    client.post("/settings", data={"set-theme": "dark"})
    assert elements(client.get("/").text).of("html")[0]["data-theme"] == "dark"
    client.post("/settings", data={"set-theme": ""})
    assert "data-theme" not in elements(client.get("/").text).of("html")[0]


@pytest.mark.parametrize(
    ("header", "lang"), [("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"), ("de, en;q=0.5", "en"), ("fr", "en")]
)
def test_the_browsers_languages_decide_otherwise(client: FlaskClient, header: str, lang: str) -> None:
    assert elements(client.get("/", headers={"Accept-Language": header}).text).of("html")[0]["lang"] == lang


def test_alternates_name_both_languages_with_absolute_links(client: FlaskClient) -> None:
    links = [each for each in elements(client.get("/entries/demo-fault").text).of("link") if each.get("hreflang")]
    assert [(each["hreflang"], each["href"]) for each in links] == [
        ("en", "https://faults.example.net/entries/demo-fault?lang=en"),
        ("zh-Hans", "https://faults.example.net/entries/demo-fault?lang=zh"),
    ]


def test_home_counts_components_and_leads_to_them(client: FlaskClient) -> None:
    text = client.get("/").text
    assert '<a class="chip" href="/components/nic">nic <span class="count">1</span></a>' in text
    assert "3 entries" in text


def test_search_highlights_what_was_asked_for(client: FlaskClient) -> None:
    text = client.get("/search?q=port").text
    assert "<mark>port</mark>" in text
    assert 'value="port"' in text


def test_what_a_matcher_recognises_in_a_query_stands_first_with_its_values(client: FlaskClient) -> None:
    text = client.get("/search", query_string={"q": LINE}).text
    assert '<li class="row recognised">' in text
    address = text[text.index("/entries/demo-fault?") :].partition('"')[0]
    assert {"iface=eth0", "n=5"} <= set(address.partition("?")[2].split("&amp;"))


def test_a_facet_narrows_down_and_the_address_is_the_state(client: FlaskClient) -> None:
    everything = client.get("/search?q=demo").text
    assert "2 results" in everything
    assert 'href="/search?q=demo&amp;component=bpf"' in everything
    narrowed = client.get("/search?q=demo&component=bpf").text
    assert "1 result" in narrowed
    assert 'class="chosen" aria-current="true"' in narrowed
    assert 'href="/search?q=demo"' in narrowed


@pytest.mark.parametrize("query", ["", "   ", "zzqqxxy"])
def test_a_search_without_results_says_what_to_do(client: FlaskClient, query: str) -> None:
    answer = client.get("/search", query_string={"q": query})
    assert answer.status_code == 200
    assert "Nothing found" in answer.text or "Type a symptom" in answer.text


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999", "٣"])
def test_a_page_number_of_nonsense_is_a_page(client: FlaskClient, number: str) -> None:
    assert client.get("/search", query_string={"q": "demo", "page": number}).status_code == 200


def test_results_come_in_pages(shipped_client: FlaskClient) -> None:
    first = shipped_client.get("/search?kind=problem&q=xdp").text
    if "Page 1 of" in first:
        assert 'rel="next"' in first
        second = shipped_client.get("/search?kind=problem&q=xdp&page=2").text
        assert 'rel="prev"' in second
        assert '<ol class="rows" start="21">' in second


def test_typing_gives_entries_with_the_typed_part_highlighted(client: FlaskClient) -> None:
    answer = client.get("/search/typed?q=demo+po").get_json()
    assert answer["entries"][0]["url"] == "/entries/demo-fault"
    assert [piece for piece in answer["entries"][0]["title"] if piece[1]]
    assert client.get("/search/typed?q=").get_json() == {"entries": []}


def test_a_page_that_is_not_there_offers_what_is_near_its_words(client: FlaskClient) -> None:
    answer = client.get("/entries/the-demo-port-fails")
    assert answer.status_code == 404
    assert 'href="/entries/demo-fault"' in answer.text


def test_a_wrong_method_gets_a_page_too(client: FlaskClient) -> None:
    answer = client.post("/entries")
    assert answer.status_code == 405
    assert "<h1" in answer.text


def test_a_body_too_large_gets_a_page_that_says_what_to_do(client: FlaskClient) -> None:
    answer = client.post("/lookup", data={"paste": "x" * (5 << 20)})
    assert answer.status_code == 413
    assert "Give only the lines around the error." in answer.text


@pytest.mark.parametrize("name", ["site.css", "site.js", "icon.svg"])
def test_files_are_kept_for_good_under_the_address_of_their_content(client: FlaskClient, name: str) -> None:
    text = client.get("/").text
    address = text[text.index(f"/static/{name}?") :].partition('"')[0]
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get(f"/static/{name}?old").headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/static/none.css", "/static/../__init__.py", "/static/%2e%2e/words.py", "/static/"])
def test_only_the_sites_own_files_are_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_sitemap_lists_every_article_in_both_languages(client: FlaskClient) -> None:
    tree = ElementTree.fromstring(client.get("/sitemap.xml").data)
    addresses = [each.text for each in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert "https://faults.example.net/entries/demo-fault" in addresses
    assert all(str(each).startswith("https://faults.example.net/") for each in addresses)
    assert "Sitemap: https://faults.example.net/sitemap.xml" in client.get("/robots.txt").text


def test_without_a_public_url_there_is_no_sitemap(shipped_client: FlaskClient) -> None:
    assert shipped_client.get("/sitemap.xml").status_code == 404
    assert "Sitemap" not in shipped_client.get("/robots.txt").text


def test_every_shipped_entry_has_a_page_in_both_languages_and_twins(shipped_client: FlaskClient) -> None:
    for name in shipped_client.application.extensions["faultbook"].current.articles:
        for path in (f"/entries/{name}", f"/entries/{name}?lang=zh", f"/entries/{name}.md", f"/entries/{name}.json"):
            answer = shipped_client.get(path)
            assert answer.status_code == 200, path
            assert "**" not in elements(answer.text).text or not path.endswith((name, "zh")), path


def test_a_component_or_source_that_is_not_there_is_404(client: FlaskClient) -> None:
    assert client.get("/components/none").status_code == 404
    assert client.get("/sources/none").status_code == 404


def test_trouble_with_the_entries_on_disk_is_said_on_every_page(application: Flask, client: FlaskClient) -> None:
    shelf = application.extensions["faultbook"]
    shelf._trouble = "x.yaml:1:1: broken"
    try:
        assert "cannot be used" in client.get("/").text
    finally:
        shelf._trouble = None
    assert isinstance(application.extensions["faultbook-config"], ServeConfig)
