"""What the server answers from: one loaded set of entries at a time, swapped whole.

A reload reads the directories again. A set with an entry that cannot be used is refused: the old one stays, and
`Shelf.trouble` says why until a set is taken. Only at the start, where there is no old set, are such entries left out
and the rest served.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app

from app.incidents.rules import Rules, rules_of
from kb.book import Book, open_book
from kb.catalog import EntriesError, entry_dirs
from kb.entry import Article
from kb.search import Index, open_index


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One loaded set: what a request reads from its start to its end, whatever is loaded meanwhile.

    `digest` changes whenever a file of the entries or the program does; `complaints` are entries left out; `rules` are
    what the entries say of incidents.
    """

    book: Book
    index: Index
    articles: Mapping[str, Article]
    complaints: tuple[str, ...]
    loaded_at: datetime
    digest: str
    rules: Rules


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a reload: taken, not changed, or refused (`trouble` says why)."""

    taken: bool
    entries: int
    trouble: str | None = None


class Shelf:
    """The current set. Any thread may read `current`; reloads wait for each other and never for readers."""

    def __init__(self, entries: Sequence[str] = (), cache_dir: Path | None = None) -> None:
        """Load the first set; raises EntriesError where a directory is missing."""
        self._entries = tuple(entries)
        self._cache_dir = cache_dir
        self._reloading = threading.Lock()
        self._current = self._load()
        self._trouble = _left_out(self._current.complaints)

    @property
    def current(self) -> Snapshot:
        """The set to answer from."""
        return self._current

    @property
    def trouble(self) -> str | None:
        """Why the set on disk is not the one that is served, in one line; None while it is."""
        return self._trouble

    @property
    def directories(self) -> tuple[Path, ...]:
        """The directories the entries come from; raises EntriesError where one is gone."""
        return entry_dirs(self._entries)

    def reload(self) -> Outcome:
        """Read the directories again, and swap the set or keep it."""
        with self._reloading:
            try:
                fresh = self._load()
            except (EntriesError, OSError) as error:
                return self._refused(str(error))
            trouble = _left_out(fresh.complaints)
            if trouble is not None:
                return self._refused(trouble)
            taken = fresh.digest != self._current.digest or self._trouble is not None
            self._current, self._trouble = fresh, None
            return Outcome(taken, len(fresh.articles))

    def _refused(self, trouble: str) -> Outcome:
        self._trouble = trouble
        return Outcome(False, len(self._current.articles), trouble)

    def _load(self) -> Snapshot:
        directories = entry_dirs(self._entries)
        book = open_book(directories, self._cache_dir)
        articles = {name: article for name in book.ids if (article := book.article(name)) is not None}
        digest = hashlib.blake2b(book.key.encode(), digest_size=12).hexdigest()
        index = open_index(book, cache_dir=self._cache_dir)
        rules = rules_of(articles.values())
        return Snapshot(book, index, articles, tuple(book.complaints), datetime.now(UTC), digest, rules)


def shelf() -> Shelf:
    """The shelf of the running application."""
    found: Shelf = current_app.extensions["faultbook"]
    return found


def _left_out(complaints: Sequence[str]) -> str | None:
    if not complaints:
        return None
    more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
    return f"{complaints[0]}{more}; run faultbook lint on these entries"
