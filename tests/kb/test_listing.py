"""The list of entries in docs/book.md."""

from pathlib import Path

from kb.catalog import entry_files, shipped_dir
from kb.listing import listing

BOOK = Path(__file__).resolve().parents[2] / "docs" / "book.md"
ENTRY = """\
id: {id}
kind: problem
title: {{en: 'A <b> | *c*', zh: 甲}}
status: draft
severity: error
components: [bird, ospf]
fix: {{en: Mend it.}}
"""


def test_the_list_of_entries_is_current() -> None:
    assert BOOK.read_text("utf-8") == listing(shipped_dir()), "run: python -m kb.listing > docs/book.md"


def test_every_shipped_entry_is_listed_once_and_its_link_leads_to_it() -> None:
    rows = [line for line in BOOK.read_text("utf-8").splitlines() if line.startswith("| [")]
    targets = [(BOOK.parent / row.partition("](")[2].partition(")")[0]).resolve() for row in rows]
    assert sorted(targets) == sorted(path.resolve() for path in entry_files(shipped_dir()))


def test_a_title_does_not_break_its_table_and_other_components_are_named(tmp_path: Path) -> None:
    (tmp_path / "ospf").mkdir()
    (tmp_path / "ospf" / "a-b.yaml").write_text(ENTRY.format(id="a-b"), "utf-8")
    text = listing(tmp_path)
    assert "## ospf (1)\n" in text
    assert r"| [a-b](../entries/ospf/a-b.yaml) | A \<b> \| \*c\* | 甲 | problem, draft | error | bird |" in text
