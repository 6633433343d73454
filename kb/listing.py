"""`python -m kb.listing > docs/book.md`: the list of all shipped entries by component, as Markdown."""

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from kb.catalog import entry_files, shipped_dir
from kb.entry import Article
from kb.load import load_file

_INTRODUCTION = """\
# The book

Made from the entries by `python -m kb.listing > docs/book.md`; do not edit it.
[reviewing.md](reviewing.md) says how entries are reviewed.

{count} entries, each under the component in whose folder it lies; a search for any of its components finds it.
Severity says what the problem does to traffic; a howto has none.
"""
_HEAD = "| entry | title | 标题 | kind | severity | also about |\n| --- | --- | --- | --- | --- | --- |"


def listing(directory: Path) -> str:
    """The list of the entries below a directory, a table for each component; a file that is no entry is left out."""
    found = sorted(_articles(directory), key=lambda each: (each[0], each[1].id))
    blocks = [_INTRODUCTION.format(count=len(found))]
    for component, group in groupby(found, key=lambda each: each[0]):
        rows = [_row(component, article) for _, article in group]
        blocks.append(f"## {component} ({len(rows)})\n\n" + "\n".join([_HEAD, *rows]) + "\n")
    return "\n".join(blocks)


def _articles(directory: Path) -> Iterator[tuple[str, Article]]:
    for path in entry_files(directory):
        entry = load_file(path, directory).entry
        if entry is not None:
            yield path.parent.name, entry.article


def _row(component: str, article: Article) -> str:
    others = [each for each in article.components if each != component]
    kind = article.kind if article.status == "reviewed" else f"{article.kind}, {article.status}"
    cells: Sequence[str] = (
        f"[{article.id}](../entries/{component}/{article.id}.yaml)",
        article.title.en or "-",
        article.title.zh or "-",
        kind,
        article.severity or "-",
        ", ".join(others) or "-",
    )
    return f"| {' | '.join(_cell(each) for each in cells)} |"


def _cell(text: str) -> str:
    r"""Text as the cell of a table: what Markdown would read as markup stands behind a backslash."""
    return "".join(f"\\{each}" if each in "|*<\\`" else each for each in " ".join(text.split()))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(listing(shipped_dir()))
