"""A run from the cache is quick because it imports little: counted in modules, and timed with a generous bound."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

LINE = "demo: eth0 failed 5 times: no signal"
NEVER = [
    "flask",
    "whoosh",
    "markdown",
    "pydantic",
    "yaml",
    "rich",
    "re2",
    "jinja2",
    "werkzeug",
    "sqlite3",
    "sqlalchemy",
    "asyncio",
    "http",
]
AUTHORS_TOOLS = [
    "kb.load",
    "kb.schema",
    "kb.sound",
    "kb.lint",
    "kb.nodes",
    "kb.checks",
    "matchers.compile",
    "matchers.explain",
]
PROGRAM = """
import json, sys
from app.cli import main
try:
    main()
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
Run = Callable[..., Any]


def modules(child: Run, *arguments: str, **more: Any) -> set[str]:
    """What a warm run of the command has imported at its end."""
    child(*arguments, **more)
    return set(json.loads(child(*arguments, python=("-c", PROGRAM), **more).err.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [
        ["lookup", LINE],
        ["lookup", "--json", LINE],
        ["scan", "-"],
        ["scan", "--json", "-"],
        ["show", "demo-fault"],
    ],
    ids=str,
)
def test_a_warm_run_imports_neither_the_web_nor_yaml_nor_the_tools_of_authors(child: Run, arguments: list[str]) -> None:
    loaded = modules(child, *arguments, stdin=LINE.encode())
    assert {name for name in NEVER if name in loaded} == set()
    assert {name for name in AUTHORS_TOOLS if name in loaded} == set()


def test_whoosh_is_imported_only_when_nothing_was_recognised(child: Run) -> None:
    assert "whoosh" not in modules(child, "lookup", LINE)
    loaded = modules(child, "lookup", "nothing")
    assert "whoosh" in loaded
    assert {name for name in NEVER if name in loaded} == {"whoosh", "http"}  # Whoosh imports urllib.request


def test_a_plain_scan_does_not_import_the_decoders_of_archives(child: Run) -> None:
    loaded = modules(child, "scan", "--json", "-", stdin=LINE.encode())
    assert {name for name in ("zstandard", "lzma", "bz2") if name in loaded} == set()


def test_a_warm_run_imports_few_modules(child: Run) -> None:
    bare = len(json.loads(child(python=("-c", PROGRAM.replace("main()", "pass"))).err.splitlines()[-1]))
    assert len(modules(child, "lookup", "--json", LINE)) - bare < 130


def test_a_free_regex_is_what_needs_re2(child: Run, entries: Any, tmp_path: Any) -> None:
    text = (entries / "demo-other.yaml").read_text()
    (tmp_path / "demo-other.yaml").write_text(
        text.replace("pattern: 'demo: failed {n:int} times'", "regex: 'demo: failed [0-9]+ times'")
    )
    assert "re2" in modules(child, "lookup", "--entries", str(tmp_path), "demo: failed 5 times")
    assert "re2" not in modules(child, "lookup", "--entries", str(tmp_path), "nothing")


def test_a_warm_lookup_as_a_whole_process_is_quick(child: Run, record_property: Callable[[str, object], None]) -> None:
    child("lookup", LINE)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        assert child("lookup", LINE).code == 0
        times.append(time.perf_counter() - began)
    record_property("lookup_s", min(times))
    assert min(times) < 0.5
