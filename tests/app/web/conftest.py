"""The site with a small set of entries and with the shipped ones, asked in this process."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import ServeConfig
from app.shelf import Shelf
from kb.catalog import SHIPPED
from tests.app.web.browsing import browsers, new_page, site

__all__ = ["browsers", "new_page", "site"]

DEMO = """\
id: demo-fault
title: {en: The demo port fails, zh: 演示端口出错}
status: draft
severity: error
components: [nic]
summary: {en: 'Port {{ iface }} failed {{ n }} times and says {{ what }}.', zh: '端口 {{ iface }} 出错 {{ n }} 次。'}
symptoms: {en: [port fails], zh: [端口出错]}
affected: [{component: kernel, ranges: [{stream: mainline, introduced: '5.1', fixed: '5.10'}]}]
matchers:
  - name: fault
    source: kernel
    pattern: 'demo: {iface:iface} failed {n:int} times in {file:path}: {what:text}'
    examples:
      match: ['demo: eth0 failed 5 times in /var/lib/x: no signal']
      no_match: ['demo: eth0 failed']
inputs:
  nproc: {type: int, min: 1, max: 64, how: nproc}
values:
  half: {is: 'nproc - n', min: 1, max: 64}
cause:
  en: |
    See `demo-other`, `no-such-entry` and [the manual](https://example.net/{{ iface }}).

    ### Look here

    It says {{ what }}.
  zh: |
    它说 {{ what }}。

    ### 现象与原因

    第一行，
    第二行。
diagnosis:
  en: |
    1. Look:

       ```console
       # ip -s link show dev {{ iface }}
       4: eth0: <UP>
       # cat {{ file }} \\
       >   /dev/null
       ```
fix:
  en: |
    ```console
    # ethtool -L {{ iface }} combined {{ half }}
    ```
related: [demo-other]
references: [{title: A manual, url: 'https://example.net/manual'}]
"""
OTHER = """\
id: demo-other
title: {en: Another demo}
components: [bpf]
matchers:
  - {name: other, source: bird, pattern: 'other demo {n:int} fails', examples: {match: ['other demo 5 fails']}}
fix: {en: Restart it.}
"""
GONE = """\
id: demo-gone
title: {en: An old demo}
status: retired
replaced_by: demo-other
fix: {en: See the other one.}
"""
LINE = "demo: eth0 failed 5 times in /var/lib/x: no signal"


@pytest.fixture(scope="session")
def cache(shared_cache: Path) -> Path:
    return shared_cache


@pytest.fixture(scope="session")
def demo_shelf(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Shelf:
    directory = tmp_path_factory.mktemp("web-entries")
    for name, text in (("demo-fault", DEMO), ("demo-other", OTHER), ("demo-gone", GONE)):
        (directory / f"{name}.yaml").write_text(text, "utf-8")
    return Shelf([str(directory)], cache)


@pytest.fixture(scope="session")
def shipped_shelf(cache: Path) -> Shelf:
    return Shelf([SHIPPED], cache)


@pytest.fixture(scope="session")
def application(demo_shelf: Shelf) -> Flask:
    return create_app(
        ServeConfig(public_url="https://faults.example.net", repository_url="https://git.example.net/kb"), demo_shelf
    )


@pytest.fixture
def client(application: Flask) -> Iterator[FlaskClient]:
    with application.test_client() as own:
        yield own


@pytest.fixture
def shipped_client(shipped_shelf: Shelf) -> Iterator[FlaskClient]:
    with create_app(ServeConfig(), shipped_shelf).test_client() as own:
        yield own


class Elements(HTMLParser):
    """Every element of a page: (name, attributes); and the text of the page, that of its fields left out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._in_field = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._in_field = tag == "textarea"

    def handle_endtag(self, tag: str) -> None:
        self._in_field = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._in_field else data

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]

    def with_id(self, name: str) -> tuple[str, dict[str, str | None]]:
        return next(each for each in self.found if each[1].get("id") == name)


def elements(text: str) -> Elements:
    return Elements(text)
