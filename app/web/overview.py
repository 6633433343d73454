"""What several pages tell of the whole set: worked out once for each set that is loaded."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from app.config import ServeConfig
from app.shelf import Shelf, Snapshot, shelf
from kb.catalog import EntriesError
from kb.changes import Changed, changes_in
from kb.entry import Article


@dataclass(frozen=True, slots=True)
class Overview:
    """`components` and `sources` map a name to the ids of its entries, most entries first.

    `related` maps an id to those it names and those that name it; `changes` has the last change of each entry.
    """

    snapshot: Snapshot
    components: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, tuple[str, ...]]
    related: Mapping[str, tuple[str, ...]]
    changes: Mapping[str, Changed]
    directories: tuple[Path, ...]

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles by id."""
        return self.snapshot.articles

    def newest(self, count: int) -> list[Article]:
        """The entries whose change is known to be the latest, latest first."""
        dated = [(changed.on, name) for name, changed in self.changes.items() if changed.on and name in self.articles]
        latest = sorted(dated, key=lambda each: (-each[0].toordinal(), each[1]))
        return [self.articles[name] for _day, name in latest[:count]]

    def edit_path(self, entry: str) -> str | None:
        """Where the entry's file lies in the repository of entries: that of the last directory, which is one's own."""
        changed = self.changes.get(entry)
        own = changed is not None and changed.directory == self.directories[-1]
        return f"entries/{changed.path}" if changed is not None and own else None


_lock = threading.Lock()


def overview() -> Overview:
    """The overview of the set that is served now."""
    kept: Overview | None = current_app.extensions.get("faultbook-overview")
    present = shelf()
    snapshot = present.current
    if kept is None or kept.snapshot is not snapshot:
        with _lock:
            kept = current_app.extensions.get("faultbook-overview")
            if kept is None or kept.snapshot is not snapshot:
                kept = current_app.extensions["faultbook-overview"] = _made(present, snapshot)
    return kept


def config() -> ServeConfig:
    """What the server runs with."""
    found: ServeConfig = current_app.extensions["faultbook-config"]
    return found


def _made(present: Shelf, snapshot: Snapshot) -> Overview:
    articles = snapshot.articles.values()
    try:
        directories = present.directories
    except EntriesError:
        directories = ()
    return Overview(
        snapshot,
        _grouped((name, each.id) for each in articles for name in each.components),
        _grouped((name, each.id) for each in articles for name in sources_of(each)),
        _related(snapshot.articles),
        changes_in(directories),
        directories,
    )


def sources_of(article: Article) -> tuple[str, ...]:
    """Whose messages the entry's matchers recognise."""
    return tuple(dict.fromkeys(sign.source for sign in article.signs))


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for name, entry in pairs:
        groups.setdefault(name, []).append(entry)
    return {name: tuple(groups[name]) for name in sorted(groups, key=lambda each: (-len(groups[each]), each))}


def _related(articles: Mapping[str, Article]) -> Mapping[str, tuple[str, ...]]:
    both: dict[str, dict[str, None]] = {name: {} for name in articles}
    for name, article in articles.items():
        for other in article.related:
            if other in articles:
                both[name][other] = None
    for name, article in articles.items():
        for other in article.related:
            if other in articles:
                both[other].setdefault(name)
    return {name: tuple(others) for name, others in both.items()}


def titled(entries: Sequence[str], articles: Mapping[str, Article], language: str) -> list[Article]:
    """The articles of these ids, in the order of their titles."""
    found = [articles[name] for name in entries if name in articles]
    return sorted(found, key=lambda each: each.title_in(language).casefold())
