"""Data flows one way, and so do imports: `app` imports `kb` and `matchers`, `kb` imports `matchers`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {"matchers": {"matchers"}, "kb": {"kb", "matchers"}, "app": {"app", "kb", "matchers"}}
MODULES = [path for package in ALLOWED for path in sorted((ROOT / package).rglob("*.py"))]
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """(module, whether the import stands at the top) of everything a module imports, wherever it does."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        top = node in tree.body
        if isinstance(node, ast.Import):
            yield from ((alias.name, top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or "", top


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_imports_go_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    for module, _top in imports(path):
        first = module.partition(".")[0]
        assert first not in ALLOWED or first in ALLOWED[package], f"{path} imports {module}"
        assert first not in ("tests", "bench"), f"{path} imports {module}"


@pytest.mark.parametrize("path", [path for path in MODULES if path.relative_to(ROOT).parts[0] == "matchers"], ids=str)
def test_matchers_touch_neither_files_nor_clock_nor_network(path: Path) -> None:
    outside = {
        "os",
        "pathlib",
        "time",
        "subprocess",
        "threading",
        "yaml",
        "click",
        "sqlite3",
        "urllib",
        "http",
        "random",
    }
    assert {module.partition(".")[0] for module, _top in imports(path)} & outside == set()
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    assert all(getattr(call.func, "id", "") != "open" for call in calls)


@pytest.mark.parametrize("path", [path for path in MODULES if path.relative_to(ROOT).parts[0] != "kb"], ids=str)
def test_only_kb_reads_entries(path: Path) -> None:
    # `app` may ask `kb` where they lie, but it does not open them or read their YAML.
    assert "yaml" not in {module.partition(".")[0] for module, _top in imports(path)}


@pytest.mark.parametrize(
    "path", [ROOT / name for name in ("kb/book.py", "kb/cache.py", "kb/catalog.py", "kb/recognise.py")], ids=str
)
def test_what_a_warm_start_needs_imports_no_yaml_and_no_tools_of_authors(path: Path) -> None:
    heavy = {
        "yaml",
        "re2",
        "kb.load",
        "kb.schema",
        "kb.sound",
        "kb.lint",
        "matchers.compile",
        "matchers.superset",
        "matchers.explain",
    }
    tree = ast.parse(path.read_text("utf-8"))
    guarded = {id(node) for block in tree.body if isinstance(block, ast.If) for node in ast.walk(block)}
    at_top = {module for node in tree.body if id(node) not in guarded for module in _modules(node)}
    assert at_top & heavy == set()


def _modules(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or ""
