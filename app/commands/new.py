"""`faultbook new`: a draft entry from a pasted error."""

import re
import sys
from pathlib import Path

import click

from app.books import book_for
from app.options import entries_option
from app.terminal import write_error
from kb.catalog import shipped_dir
from kb.drafting import MAX_DRAFT_PASTE, is_id, tested_draft
from kb.dump import dump


@click.command(
    epilog="Examples: dmesg | grep -A6 'Unit Hang' | faultbook new mynic-tx-hang --from - > mynic-tx-hang.yaml; "
    "faultbook new my-problem --from error.txt"
)
@click.argument("entry")
@click.option(
    "--from",
    "source",
    metavar="FILE or -",
    help="The pasted error: a file, or - for standard input. Without it the template is printed.",
)
@entries_option
def command(entry: str, source: str | None, entries: tuple[str, ...]) -> None:
    """Print a draft of the entry ENTRY, made from a pasted error: values become typed fields, the paste its example.

    Put it where its name says: entries/<component>/ENTRY.yaml; then run faultbook lint on it.
    """
    if not is_id(entry):
        raise click.UsageError(
            f'"{entry}" is not an id; use lower-case letters, digits and single hyphens, such as mynic-tx-hang'
        )
    book = book_for(entries)
    if entry in book.ids:
        raise click.UsageError(f'the entry "{entry}" is there already; choose another id, or edit it')
    if source is None:
        template = (shipped_dir() / "_template.yaml").read_text("utf-8")
        print(re.sub(r"(?m)^id: \S+", f"id: {entry}", template, count=1), end="")
        return
    paste = _read(source)
    try:
        made = tested_draft(book, entry, paste)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if made.beats:
        write_error(
            f"faultbook knows this as {', '.join(made.beats)}; the draft beats it, but look there first: "
            f"faultbook show {made.beats[0]}"
        )
    print(dump(made), end="")


def _read(source: str) -> str:
    try:
        data = (
            sys.stdin.buffer.read(MAX_DRAFT_PASTE + 1)
            if source == "-"
            else Path(source).read_bytes()[: MAX_DRAFT_PASTE + 1]
        )
    except OSError as error:
        raise click.UsageError(f'"{source}" cannot be read ({error.strerror})') from None
    if len(data) > MAX_DRAFT_PASTE:
        raise click.UsageError(
            f"the paste is longer than {MAX_DRAFT_PASTE} bytes; give only the lines of this one error"
        )
    return data.decode("utf-8", "replace")
