"""What tests of the room `kb` share: small entries, and the shipped set."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kb.book import Book, open_book
from kb.catalog import shipped_dir

ENTRY = """\
id: {id}
title: {{en: A fault}}
matchers:
  - name: fault
    source: kernel
    pattern: 'fault {{n:int}} on {{iface:iface}} of {id}'
    examples:
      match:
        - text: 'fault 5 on eth0 of {id}'
          fields: {{n: 5, iface: eth0}}
      no_match: ['no fault on eth0']
fix: {{en: Restart it.}}
"""

Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write an entry below the test's own directory and give its path: put("a"), put("a", TEXT, "sub/a.yaml")."""

    def write(entry_id: str, text: str | bytes | None = None, name: str | None = None) -> Path:
        path = tmp_path / "entries" / (name or f"{entry_id}.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        data = ENTRY.format(id=entry_id) if text is None else text
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        return path

    return write


@pytest.fixture(scope="session")
def shipped_book(shared_cache: Path) -> Book:
    """The shipped entries, compiled."""
    return open_book([shipped_dir()], shared_cache)
