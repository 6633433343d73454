"""Make the screenshots of the docs: `python docs/screenshots/make.py` with Chromium and CJK fonts installed.

On Debian: `apt-get install chromium fonts-noto-cjk fonts-dejavu-core`. The pages are those of the shipped entries,
served by this process; the fleet is that of `faultbook demo`.
"""

import contextlib
import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from waitress.server import create_server

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from app import create_app  # noqa: E402 - the checkout this file lies in
from app.config import ServeConfig  # noqa: E402

LAPTOP, PHONE = (1280, 860), (390, 844)
LOG = (ROOT / "examples" / "lb1-messages.log").read_text("utf-8")
FILLED = "/entries/bird-ospf-mtu-mismatch?protocol=ospf1&neighbor=192.0.2.126&iface=bond0&remote=9000&local=1500"


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The site on a free port."""
    application = create_app(ServeConfig(entries=("shipped",), repository_url="https://git.example.net/kb/-/blob/main"))
    server = create_server(application, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()


@contextlib.contextmanager
def fleet() -> Iterator[str]:
    """A demo whose hosts have delivered their past."""
    command = [sys.executable, "-m", "app", "demo", "--seed", "7"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as demo:
        assert demo.stderr is not None
        found = re.search(r"(http://\S+)/incidents", demo.stderr.readline())
        demo.stderr.readline()
        try:
            assert found is not None
            yield found[1]
        finally:
            demo.terminate()


def incident_of(site: str, entry: str) -> str:
    """The page of an incident of this entry."""
    with urllib.request.urlopen(f"{site}/api/v1/incidents?entry={entry}") as answer:
        return f"{site}/incidents/{json.load(answer)['incidents'][0]['id']}"


def shoot(
    browser: Browser,
    url: str,
    name: str,
    size: tuple[int, int],
    go: Callable[[Page], object] = lambda page: None,
    **how: str,
) -> None:
    """One page as `NAME.png`, `go` done before; `how` is `locale` or `color_scheme`."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en", **how)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url)
    go(page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=HERE / f"{name}.png")
    context.close()


def paste(text: str) -> Callable[[Page], object]:
    """Paste a text on the start page and have it recognised."""

    def go(page: Page) -> None:
        page.locator("textarea#paste").fill(text)
        page.locator("form:has(textarea#paste) button.primary").click()
        page.wait_for_url("**/lookup*")

    return go


def main() -> None:
    """All screenshots."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is missing: apt-get install chromium")
    with served() as site, fleet() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        shoot(browser, f"{site}/", "home", LAPTOP)
        shoot(browser, f"{site}/?lang=zh", "home-zh-dark", LAPTOP, color_scheme="dark")
        shoot(browser, f"{site}/search?q=网卡重启&lang=zh", "search-zh", LAPTOP)
        shoot(browser, f"{site}{FILLED}", "article", LAPTOP)
        shoot(browser, f"{site}{FILLED}#fix", "article-fix-dark", LAPTOP, color_scheme="dark")
        shoot(browser, f"{site}/", "lookup", LAPTOP, paste(LOG))
        shoot(browser, f"{site}{FILLED}&lang=zh", "phone", PHONE)
        shoot(browser, f"{site}/", "phone-lookup-dark", PHONE, paste(LOG), color_scheme="dark")
        hang, mismatch = f"{demo}/entries/ixgbe-tx-unit-hang/incidents", incident_of(demo, "bird-ospf-mtu-mismatch")
        shoot(browser, f"{demo}/incidents", "incidents", LAPTOP)
        shoot(browser, f"{demo}/incidents?lang=zh&state=", "incidents-zh-dark", LAPTOP, color_scheme="dark")
        shoot(browser, hang, "entry-incidents", (1280, 1180))
        shoot(browser, f"{mismatch}?span=14d", "incident", LAPTOP)
        shoot(browser, f"{demo}/hosts/rr-3?span=14d", "host", LAPTOP)
        shoot(browser, f"{demo}/incidents", "phone-incidents", PHONE)
        shoot(browser, f"{hang}?lang=zh", "phone-entry-incidents-dark", PHONE, color_scheme="dark")
        browser.close()


if __name__ == "__main__":
    main()
