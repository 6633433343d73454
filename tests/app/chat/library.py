"""A shelf of a few entries in this process, and what is answered from it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.chat.answer import Answer, language_of
from app.chat.answering import Library, answer_to
from app.chat.contract import Ask, Command
from app.shelf import Shelf
from kb.entry import Language
from kb.recognise import recognise
from tests.app.conftest import DEMO, OTHER

SITE = "https://faults.example.net"
MARKED = """\
id: demo-marked
title: {en: A program needs another mode, zh: 程序需要换一种模式}
severity: warning
components: [xdp]
summary: {en: 'The program {{ prog }} asks for {{ count }} in {{ mode }}.', zh: '程序 {{ prog }} 要求 {{ count }}。'}
affected:
  - {component: bird, ranges: [{stream: mainline, introduced: '2.0.4', fixed: '2.0.9'}]}
matchers:
  - name: marked
    source: kernel
    pattern: demo-xdp '{prog:ident}' needs <{count:int}> & "{mode:ident}" of lb1.example.net at 10.0.0.1:8080
    examples:
      match: ["demo-xdp 'xdp_lb' needs <16> & \\"native\\" of lb1.example.net at 10.0.0.1:8080"]
diagnosis:
  en: |
    ```console
    $ uname -r
    $ bpftool prog show name {{ prog }}
    ```
fix: {en: Load it so., zh: 按要求加载。}
"""
MARKED_LINE = "demo-xdp 'xdp_lb' needs <16> & \"native\" of lb1.example.net at 10.0.0.1:8080"
LINE = "demo: eth0 failed 5 times: no signal"


def more(number: int) -> str:
    """An entry like many others."""
    return f"""\
id: demo-more-{number}
title: {{en: Trouble number {number}, zh: 第 {number} 种故障}}
components: [nic]
matchers:
  - name: one
    source: kernel
    pattern: 'demo-more: trouble {number} on {{iface:iface}}'
    examples: {{match: ['demo-more: trouble {number} on eth1']}}
fix: {{en: Wait.}}
"""


MORE_LINES = "\n".join(f"demo-more: trouble {number} on eth{number}" for number in range(1, 11))


@pytest.fixture(scope="session")
def chat_shelf(tmp_path_factory: pytest.TempPathFactory, shared_cache: Path) -> Iterator[Shelf]:
    """The entries on a shelf."""
    folder: Path = tmp_path_factory.mktemp("chat-entries")
    texts = {"demo-fault": DEMO, "demo-other": OTHER, "demo-marked": MARKED}
    for name, text in (texts | {f"demo-more-{number}": more(number) for number in range(1, 11)}).items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    shelf = Shelf([str(folder)], shared_cache)
    assert shelf.trouble is None
    yield shelf


@pytest.fixture(scope="session")
def library(chat_shelf: Shelf) -> Library:
    """What is answered from."""
    return Library(chat_shelf.current, SITE, lambda current, paste: recognise(current.book, paste), "/kb")


def ask(text: str, command: Command = "lookup", lang: Language | None = None) -> Ask:
    """A question of somebody in a channel."""
    return Ask(command, text, "U1", "C1", lang=lang)


def answered(library: Library, text: str, command: Command = "lookup", lang: Language | None = None) -> Answer:
    """What is answered to it."""
    asked = ask(text, command, lang)
    return answer_to(asked, language_of(asked), library)


def without_site(library: Library) -> Library:
    """The same where nobody told how people reach the site."""
    return replace(library, public_url=None)
