"""Opening the book for a command: directories from options and environment, complaints to stderr."""

from collections.abc import Sequence

import click

from app.terminal import write_error
from kb.book import Book, open_book
from kb.catalog import EntriesError, entry_dirs


def book_for(chosen: Sequence[str]) -> Book:
    """The book of the directories chosen; a usage error where there is none, a line on stderr for entries left out."""
    try:
        book = open_book(entry_dirs(chosen))
    except EntriesError as error:
        raise click.UsageError(str(error)) from None
    complaints = book.complaints
    if complaints:
        more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
        write_error(f"left out {complaints[0]}{more}; run faultbook lint on these entries")
    return book
