"""The site as a person uses it: a real Chromium, both languages, keyboard, input method, phone, no JavaScript."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.app.web.browsing import ARTICLE, FILLED, PASTE, NewPage

PHONE = {"width": 360, "height": 740}


def box(page: Page) -> Any:
    return page.get_by_role("combobox")


def test_a_search_in_english_leads_to_the_article(new_page: NewPage) -> None:
    page = new_page("/")
    box(page).fill("BIRD: OSPF neighbour stuck in ExStart, MTU mismatch")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".row-title a").first).to_have_attribute("href", re.compile("bird-ospf-mtu-mismatch"))
    page.locator(".row-title a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("MTU")


def test_a_search_in_chinese_answers_in_chinese(new_page: NewPage) -> None:
    page = new_page("/", locale="zh-CN")
    box(page).fill("网卡重启")
    box(page).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("搜索：网卡重启")
    expect(page.locator("mark").first).to_be_visible()
    page.reload()
    expect(box(page)).to_have_value("网卡重启")


def test_typing_offers_entries_that_arrow_keys_choose(new_page: NewPage) -> None:
    page = new_page("/")
    page.keyboard.press("/")
    page.keyboard.type("mtu mism")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box(page)).to_have_attribute("aria-activedescendant", "typed-0")
    page.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(box(page)).to_have_value("mtu mism")
    page.keyboard.type("atch")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/entries/"))


def test_nothing_is_asked_while_an_input_method_composes(new_page: NewPage) -> None:
    page = new_page("/", locale="zh-CN")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/search/typed" in request.url else None)
    box(page).focus()
    session = page.context.new_cdp_session(page)
    for text in ("w", "wang", "wangka"):
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)  # longer than the script waits before it asks: nothing may come of it
    assert asked == []
    with page.expect_request(re.compile("/search/typed")) as request:
        session.send("Input.insertText", {"text": "网卡"})
    assert request.value.url.endswith("q=%E7%BD%91%E5%8D%A1")
    expect(page.get_by_role("option").first).to_be_visible()


def test_control_k_goes_to_the_search_and_a_slash_in_a_field_is_a_slash(new_page: NewPage) -> None:
    page = new_page("/lookup")
    page.locator("#paste").focus()
    page.keyboard.type("a/b")
    expect(page.locator("#paste")).to_have_value("a/b")
    page.keyboard.press("Control+k")
    expect(box(page)).to_be_focused()


def test_the_keyboard_alone_reaches_everything_and_shows_where_it_is(new_page: NewPage) -> None:
    page = new_page(ARTICLE)
    page.keyboard.press("Tab")
    skip = page.get_by_text("Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    seen = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        where = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e === document.body ? '' : e.id || e.className || e.textContent.slice(0, 30), s.outlineStyle] }"
        )
        if where[0] in ("", "content"):
            break
        assert where[1] == "solid", where
        seen.add(where[0])
    assert {"copy", "value-iface"} <= seen


def test_a_paste_is_answered_with_its_evidence_marked_and_its_values_in_the_commands(new_page: NewPage) -> None:
    page = new_page("/")
    page.get_by_label("Or paste it").fill(f"bird: started\n{PASTE}\nbird: done")
    page.get_by_role("button", name="Recognise").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 problem recognised")
    expect(page.locator(".line.hit")).to_have_count(1)
    expect(page.locator(".line.hit mark b[title=iface]")).to_have_text("bond0")
    expect(page.locator(".part-fix pre").first).to_contain_text("ip link set dev bond0 mtu 9000")
    page.get_by_role("button", name="Open the article with these values").click()
    expect(page).to_have_url(re.compile(f"{ARTICLE}$"))
    expect(page.locator(".value.from-paste").first).to_be_visible()
    expect(page.locator(".value.from-link")).to_have_count(0)


def test_control_enter_sends_a_paste(new_page: NewPage) -> None:
    page = new_page("/lookup")
    page.locator("#paste").fill(PASTE)
    page.locator("#paste").press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 problem recognised")


def test_what_nobody_knows_is_downloaded_as_a_draft(new_page: NewPage) -> None:
    page = new_page("/lookup")
    page.locator("#paste").fill("frobnicate0: widget 7 wedged at 0x1f")
    page.get_by_role("button", name="Recognise").click()
    page.get_by_label("Name of the entry").fill("frobnicate-wedged")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the draft").click()
    assert download.value.suggested_filename == "frobnicate-wedged.yaml"


def test_a_copy_button_copies_the_commands_without_prompts(new_page: NewPage) -> None:
    page = new_page(FILLED, permissions=["clipboard-read", "clipboard-write"])
    block = page.locator(".part-fix .copyable").first
    block.get_by_role("button").click()
    expect(block.get_by_role("button")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "ip link set dev bond0 mtu 9000\nping -c 3 -M do -s 8972 ADDRESS"


def test_a_copy_button_says_where_something_is_still_to_be_filled_in(new_page: NewPage) -> None:
    page = new_page(ARTICLE, permissions=["clipboard-read", "clipboard-write"])
    block = page.locator(".part-fix .copyable").first
    block.get_by_role("button").click()
    expect(block.get_by_role("button")).to_contain_text("gaps")


def test_without_the_clipboard_of_a_secure_page_copying_still_works(new_page: NewPage) -> None:
    page = new_page("/", permissions=["clipboard-read"])
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(FILLED)
    block = page.locator(".part-fix .copyable").first
    block.get_by_role("button").click()
    expect(block.get_by_role("button")).to_have_text("Copied")


def test_a_gap_leads_to_its_field_and_the_form_fills_the_commands(new_page: NewPage) -> None:
    page = new_page(ARTICLE)
    page.locator(".part-fix a.gap", has_text="‹iface›").first.click()
    expect(page).to_have_url(re.compile("#value-iface$"))
    page.locator("#value-iface").fill("bond7")
    page.locator("#value-iface").press("Enter")
    expect(page.locator(".part-fix pre").first).to_contain_text("ip link set dev bond7 mtu ‹remote›")
    expect(page.locator(".value.from-you").first).to_be_visible()
    page.locator("#value-remote").fill("9000")
    page.locator("#value-remote").press("Enter")
    expect(page.locator(".part-fix pre").first).to_contain_text("ip link set dev bond7 mtu 9000")
    page.get_by_role("button", name="Switch to Chinese").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator(".part-fix pre").first).to_contain_text("ip link set dev bond7 mtu 9000")


def test_values_of_a_link_are_marked_until_they_are_confirmed(new_page: NewPage) -> None:
    page = new_page(FILLED)
    expect(page.locator(".part-fix .value.from-link").first).to_be_visible()
    page.get_by_role("button", name="These are my values").click()
    expect(page.locator(".value.from-link")).to_have_count(0)
    expect(page.locator(".part-fix .value.from-you").first).to_be_visible()


def test_the_language_switch_keeps_the_page_and_is_remembered(new_page: NewPage) -> None:
    page = new_page("/search?q=mtu&component=ospf")
    page.get_by_role("button", name="Switch to Chinese").click()
    expect(page).to_have_url(re.compile(r"/search\?q=mtu&component=ospf$"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("这行日志是什么意思？")


@pytest.mark.parametrize("script", [True, False])
def test_the_theme_switch_turns_dark_and_back_and_is_remembered(new_page: NewPage, script: bool) -> None:
    page = new_page("/", color_scheme="light", java_script_enabled=script)
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(18, 22, 23)")
    if script:
        page.wait_for_load_state("networkidle")
    page.goto("/entries")
    expect(page.locator("body")).to_have_css("background-color", "rgb(18, 22, 23)")
    page.get_by_role("button", name="Light").click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(247, 248, 247)")


@pytest.mark.parametrize("path", ["/", "/search?q=xdp", "/entries", FILLED, "/components/bpf", "/lookup", "/no/page"])
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_phone_of_360_pixels_needs_no_scrolling_sideways(new_page: NewPage, path: str, lang: str) -> None:
    page = new_page(path, viewport=PHONE, locale=lang)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > 361)"
        ".map(e => e.outerHTML.slice(0, 90))"
    )


def test_a_result_on_a_phone_needs_no_scrolling_sideways(new_page: NewPage) -> None:
    page = new_page("/lookup", viewport=PHONE)
    page.locator("#paste").fill(PASTE)
    page.get_by_role("button", name="Recognise").click()
    expect(page.locator(".found")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_everything_works_without_javascript(new_page: NewPage) -> None:
    page = new_page("/", java_script_enabled=False)
    page.get_by_role("searchbox").fill("mtu mismatch")
    page.get_by_role("button", name="Search").click()
    page.locator(".row-title a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".copy")).to_have_count(0)
    page.get_by_role("link", name="Paste a log").click()
    page.get_by_label("Log text").fill(PASTE)
    page.get_by_role("button", name="Recognise").click()
    expect(page.locator(".line.hit")).to_have_count(1)
    page.get_by_role("button", name="Switch to Chinese").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("认出 1 个问题")
    page.get_by_role("button", name="带着这些值打开文章").click()
    expect(page.locator(".part-fix .value.from-paste").first).to_be_visible()


def test_a_version_gets_a_verdict(new_page: NewPage) -> None:
    page = new_page(ARTICLE)
    page.get_by_label("bird version").fill("2.0.8")
    page.get_by_role("button", name="Fill in").click()
    expect(page.locator(".verdict")).to_contain_text("affected")


def test_paper_shows_the_article_without_the_frame(new_page: NewPage) -> None:
    page = new_page(FILLED)
    page.emulate_media(media="print")
    for hidden in (".top", ".case", ".copy"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".part-fix pre").first).to_be_visible()
