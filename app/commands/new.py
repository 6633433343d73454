"""`faultbook new`: a draft entry from a pasted error."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import click

from app.books import book_for
from app.options import entries_option
from app.terminal import write_error
from kb.book import book_of
from kb.catalog import shipped_dir
from kb.draft import draft
from kb.dump import dump
from kb.entry import Entry
from kb.schema import ID_PATTERN
from matchers.engine import scan_text
from matchers.spec import Example

_MAX_PASTE = 16_384


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
    if not re.fullmatch(ID_PATTERN, entry) or len(entry) > 100:
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
        made = _with_fields(draft(entry, paste))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    beaten = sorted({match.entry for match in scan_text(book.matchers, paste.encode("utf-8"), keep_beaten=True)})
    if beaten:
        write_error(
            f"faultbook knows this as {', '.join(beaten)}; the draft beats it, but look there first: "
            f"faultbook show {beaten[0]}"
        )
    print(dump(replace(made, beats=tuple(beaten))), end="")


def _read(source: str) -> str:
    try:
        data = sys.stdin.buffer.read(_MAX_PASTE + 1) if source == "-" else Path(source).read_bytes()[: _MAX_PASTE + 1]
    except OSError as error:
        raise click.UsageError(f'"{source}" cannot be read ({error.strerror})') from None
    if len(data) > _MAX_PASTE:
        raise click.UsageError(f"the paste is longer than {_MAX_PASTE} bytes; give only the lines of this one error")
    return "".join(char for char in data.decode("utf-8", "replace") if char in "\n\t" or char.isprintable())


def _with_fields(made: Entry) -> Entry:
    """The draft with the fields that its own example gives; ValueError where it does not recognise its own paste."""
    matcher = made.matchers[0]
    found = scan_text(book_of([made]).matchers, matcher.match[0].text.encode("utf-8"))
    if len(found) != 1:
        raise ValueError(
            "no matcher could be made that recognises this paste once; give only the lines of this one error, "
            "or start from the template"
        )
    example = Example(matcher.match[0].text, tuple(found[0].fields.items()))
    return replace(made, matchers=(replace(matcher, match=(example,)),))
