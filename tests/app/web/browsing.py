"""A real browser for tests: Debian's Chromium on the real application behind waitress, both once for a module."""

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from waitress.server import create_server

from app import create_app
from app.config import ServeConfig
from app.shelf import Shelf
from tests.conftest import Program

NewPage = Callable[..., Page]
PASTE = "2022-12-03 20:30:51.893 <RMT> ospf1: MTU mismatch with nbr 192.0.2.126 on bond0 (remote 9000, local 1500)"
ARTICLE = "/entries/bird-ospf-mtu-mismatch"
FILLED = f"{ARTICLE}?neighbor=192.0.2.126&iface=bond0&remote=9000&local=1500"


@pytest.fixture(scope="session")
def browsers() -> Iterator[Callable[[str], Browser]]:
    """Start the browser when the first test asks for it, and end it with the session."""
    started: list[Browser] = []
    with sync_playwright() as playwright:

        def start(path: str) -> Browser:
            if not started:
                started.append(playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]))
            return started[0]

        yield start
        for each in started:
            each.close()


@pytest.fixture(scope="session")
def site(shipped_shelf: Shelf) -> Iterator[str]:
    """The base URL of the site with the shipped entries."""
    server = create_server(create_app(ServeConfig(), shipped_shelf), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)


@pytest.fixture
def new_page(system_program: Program, browsers: Callable[[str], Browser], site: str) -> Iterator[NewPage]:
    """A page of a fresh profile: new_page("/path", java_script_enabled=False, viewport=..., color_scheme="dark").

    A script error, a broken policy or a failed request of any page fails the test.
    """
    browser = browsers(system_program("chromium", "chromium"))
    contexts, troubles = [], list[str]()

    def open_page(path: str = "/", **options: object) -> Page:
        context = browser.new_context(base_url=site, **{"locale": "en-US", **options})  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if _is_trouble(message, site + path) else None)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def _is_trouble(message: ConsoleMessage, url: str) -> bool:
    """Whether the browser complains of anything but that a page asks to sign in, or that the one it opened first, which
    may be asked for, is not there."""
    is_asked = (message.location["url"] == url and "404" in message.text) or "status of 401" in message.text
    return message.type == "error" and not is_asked
