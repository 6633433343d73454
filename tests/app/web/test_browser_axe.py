"""WCAG 2.2 AA, as far as a program can tell: axe finds no violation on any main page, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.app.web.browsing import ARTICLE, FILLED, PASTE, NewPage

LEVELS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = [
    "/",
    "/search?q=xdp",
    "/search?q=zzqqxxy",
    "/entries",
    "/entries?by=component",
    ARTICLE,
    FILLED,
    "/components/bpf",
    "/lookup",
    "/session",
]


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options=LEVELS).response["violations"]
    assert [(each["id"], [node["html"][:200] for node in each["nodes"]][:3]) for each in found] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_violations(new_page: NewPage, path: str, scheme: str) -> None:
    assert_accessible(new_page(path, color_scheme=scheme))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_result_has_no_violations(new_page: NewPage, scheme: str) -> None:
    page = new_page("/lookup?lang=zh", color_scheme=scheme)
    page.locator("#paste").fill(
        f"{PASTE}\nMar  5 15:35:53 lb1 kernel: bond0: link status definitely down for interface p4p1, disabling it"
    )
    page.get_by_role("button", name="识别").click()
    expect(page.locator(".found")).to_have_count(2)
    assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_offered_while_typing_has_no_violations(new_page: NewPage, scheme: str) -> None:
    page = new_page("/", color_scheme=scheme)
    page.get_by_role("combobox").press_sequentially("mtu")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert_accessible(page)


@pytest.mark.parametrize("path", ["/", FILLED])
def test_a_phone_has_no_violations(new_page: NewPage, path: str) -> None:
    assert_accessible(new_page(path, viewport={"width": 360, "height": 740}))
