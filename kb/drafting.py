"""A draft that is known to work: it recognises the paste it was made from, and wins over what knows it already."""

import re
from dataclasses import replace

from kb.book import Book, book_of
from kb.draft import draft
from kb.entry import Entry
from kb.schema import ID_PATTERN
from matchers.engine import scan_text
from matchers.spec import Example

MAX_DRAFT_PASTE = 16_384
"""The most bytes a draft is made from: the lines of one error."""


def is_id(text: str) -> bool:
    """Whether the text can be the id of an entry."""
    return len(text) <= 100 and re.fullmatch(ID_PATTERN, text) is not None


def tested_draft(book: Book, entry_id: str, paste: str) -> Entry:
    """The draft with the fields of its own example; `beats` are the entries of the book that know the paste.

    Raises ValueError, which says what to give instead, where the paste cannot be recognised by a matcher made from it.
    """
    printable = "".join(char for char in paste if char in "\n\t" or char.isprintable())
    made = _with_fields(draft(entry_id, printable))
    beaten = {match.entry for match in scan_text(book.matchers, printable.encode("utf-8"), keep_beaten=True)}
    return replace(made, beats=tuple(sorted(beaten)))


def _with_fields(made: Entry) -> Entry:
    matcher = made.matchers[0]
    found = scan_text(book_of([made]).matchers, matcher.match[0].text.encode("utf-8"))
    if len(found) != 1:
        raise ValueError(
            "no matcher could be made that recognises this paste once; give only the lines of this one error, "
            "or start from the template"
        )
    example = Example(matcher.match[0].text, tuple(found[0].fields.items()))
    return replace(made, matchers=(replace(matcher, match=(example,)),))
