"""The pages of the fleet in a real Chromium: light and dark, both languages, a phone, no script, accessibility."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect
from waitress.server import create_server

from app import create_app
from app.config import ServeConfig
from app.shelf import Shelf
from app.store.location import url_of
from app.store.store import Store, open_store
from tests.app.web.browsing import NewPage
from tests.app.web.fleet import fill, on_host
from tests.app.web.test_browser_axe import assert_accessible

ENTRY = "bird-ospf-mtu-mismatch"
FIELDS = {"protocol": "ospf1", "neighbor": "192.0.2.126", "iface": "bond0", "remote": 9000, "local": 1500}
PHONE = {"width": 360, "height": 740}
PAGES = ["/incidents", "/incidents?state=", f"/entries/{ENTRY}/incidents?span=14d", "INCIDENT", "/hosts"]
PAGES += ["/hosts/db-2?span=14d", "/occurrences", "/", f"/entries/{ENTRY}", "/incidents?host=nobody"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(url_of(tmp_path_factory.mktemp("fleet") / "a.db"), environment={})
    yield opened
    opened.close()


@contextmanager
def served(shelf: Shelf, store: Store) -> Iterator[str]:
    """The site with the shipped entries and a small fleet, on a free port."""
    application = create_app(ServeConfig(), shelf, store)
    fill(store, datetime.now(UTC), ENTRY, **FIELDS)
    server = create_server(application, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)


@pytest.fixture(scope="module")
def site(shipped_shelf: Shelf, store: Store) -> Iterator[str]:
    """That site; no token exists."""
    with served(shipped_shelf, store) as url:
        yield url


@pytest.fixture
def path_of(store: Store) -> Callable[[str], str]:
    return lambda page: f"/incidents/{on_host(store, 'db-2').id}?span=14d" if page == "INCIDENT" else page


@pytest.mark.parametrize(("scheme", "lang"), [("light", "en-US"), ("dark", "zh-CN")])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_violations_and_no_errors(
    new_page: NewPage, path_of: Callable[[str], str], page: str, scheme: str, lang: str
) -> None:
    assert_accessible(new_page(path_of(page), color_scheme=scheme, locale=lang))


@pytest.mark.parametrize(("scheme", "lang"), [("dark", "en-US"), ("light", "zh-CN")])
@pytest.mark.parametrize("page", PAGES)
def test_a_phone_of_360_pixels_needs_no_scrolling_sideways(
    new_page: NewPage, path_of: Callable[[str], str], page: str, scheme: str, lang: str
) -> None:
    opened = new_page(path_of(page), viewport=PHONE, color_scheme=scheme, locale=lang)
    assert opened.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], opened.evaluate(
        "[...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > 361)"
        ".map(e => e.outerHTML.slice(0, 90))"
    )


def test_one_goes_from_the_start_page_to_a_line_of_evidence_without_javascript(new_page: NewPage) -> None:
    page = new_page("/", java_script_enabled=False)
    page.get_by_role("link", name="2 incidents are on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Incidents in the fleet")
    page.get_by_role("link", name="Returned 1").click()
    expect(page.locator(".board-main tbody tr")).to_have_count(1)
    page.locator("tbody .main-cell a").click()
    expect(page.locator(".changed")).to_contain_text("BIRD: 2.0.3 → 2.0.12")
    expect(page.locator(".evidence pre").first).to_contain_text("demo: eth0 failed")
    expect(page.locator(".part-fix pre").first).to_contain_text("ip link set dev bond0 mtu 9000")
    page.get_by_role("link", name="db-2", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Host db-2")
    page.get_by_role("link", name="14 days").first.click()
    expect(page.locator(".lane rect")).to_have_count(2)


def test_filters_stay_in_the_address(new_page: NewPage) -> None:
    page = new_page("/incidents?lang=en&refresh=3600")
    page.get_by_label("Host").fill("db-1")
    page.locator("select[name=severity]").select_option("error")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile(r"severity=error&host=db-1"))
    expect(page).to_have_url(re.compile(r"lang=en.*refresh=3600"))
    expect(page.locator(".board-main tbody tr")).to_have_count(1)
    page.get_by_role("link", name="All", exact=True).click()
    expect(page).to_have_url(re.compile(r"host=db-1"))
    expect(page.get_by_label("Host")).to_have_value("db-1")
    page.get_by_role("link", name="Remove filters").click()
    expect(page.locator(".board-main tbody tr")).to_have_count(2)


def test_the_bars_are_drawn_and_their_numbers_are_behind_them(new_page: NewPage) -> None:
    page = new_page(f"/entries/{ENTRY}/incidents")
    chart = page.get_by_role("img", name=re.compile("occurrences from"))
    box = chart.bounding_box()
    assert box is not None and box["width"] > 300 and box["height"] > 60
    assert page.locator("rect.bar").first.evaluate("bar => getComputedStyle(bar).fill") == "rgb(11, 95, 107)"
    table = page.locator(".numbers table")
    expect(table).to_be_hidden()
    page.get_by_text("The numbers").click()
    expect(table).to_be_visible()


def test_the_cross_table_says_what_the_hosts_have_in_common(new_page: NewPage) -> None:
    page = new_page(f"/entries/{ENTRY}/incidents")
    kernel = page.locator(".cross", has=page.get_by_role("heading", name="Kernel"))
    expect(kernel).to_contain_text("All with 5.8.0, none with 6.1.0")
    expect(kernel.get_by_role("row", name=re.compile("5.8.0"))).to_contain_text("3 of 3 all")


def test_a_page_loads_itself_anew_where_one_asked_for_it(new_page: NewPage) -> None:
    page = new_page("/incidents", java_script_enabled=False)
    page.get_by_role("link", name="Refresh every minute").click()
    expect(page.get_by_role("link", name="Refreshed every 60 s: stop")).to_be_visible()
    with page.expect_request_finished(lambda request: "refresh=10" in request.url):
        page.goto("/incidents?refresh=10")
    page.get_by_role("link", name=re.compile("stop")).click()
    expect(page.get_by_role("link", name="Refresh every minute")).to_be_visible()


def test_actions_are_done_by_form_and_stay_on_the_incident(
    new_page: NewPage, path_of: Callable[[str], str], store: Store
) -> None:
    incident = on_host(store, "db-3").id
    page = new_page(f"/incidents/{incident}", java_script_enabled=False, locale="zh-CN")
    page.get_by_label("你的名字").fill("小梅")
    page.get_by_label("备注").fill("<b>换了光模块</b>\n观察一天")
    page.get_by_role("button", name="添加备注").click()
    expect(page).to_have_url(re.compile(f"/incidents/{incident}#life$"))
    expect(page.locator(".life .act-comment")).to_contain_text("小梅")
    expect(page.locator(".life-comment")).to_contain_text("<b>换了光模块</b>")
    assert [each.name for each in store.incidents.actions(incident)] == ["小梅"]


@pytest.fixture
def guarded(shipped_shelf: Shelf, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """(URL, an operator's token) of a site with tokens."""
    store = open_store(url_of(tmp_path / "a.db"), environment={})
    _, token = store.add_token("operator", "root")
    with served(shipped_shelf, store) as url:
        yield url, token
    store.close()


def test_one_signs_in_once_acts_and_signs_out(new_page: NewPage, guarded: tuple[str, str]) -> None:
    site, token = guarded
    page = new_page("/", java_script_enabled=False)
    page.goto(f"{site}/")
    expect(page.locator(".home-fleet")).to_have_count(0)
    page.get_by_role("link", name="Incidents").click()
    page.goto(f"{site}/incidents?state=returned")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{site}/incidents?state=returned")
    page.locator("tbody .main-cell a").click()
    page.get_by_role("button", name="Mark as known").click()
    expect(page.locator(".life .act-known")).to_contain_text("root")
    expect(page.get_by_role("button", name="Not known")).to_be_visible()
    page.get_by_role("button", name="Sign out (root)").click()
    page.goto(f"{site}/incidents")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert token not in page.content()
