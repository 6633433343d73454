"""The book: all entries of the chosen directories, compiled, from the cache where it is current."""

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import matchers
from kb import cache
from kb.catalog import Fingerprint, entry_files
from kb.entry import Article
from kb.plainform import from_plain, to_plain
from kb.version import VERSION
from matchers import backends
from matchers.engine import MatcherSet

if TYPE_CHECKING:
    from kb.entry import Entry
    from kb.load import LoadedEntry
    from matchers.spec import Matcher


class Book:
    """A set of entries to recognise with and to read in. Immutable: a change of files makes a new book."""

    def __init__(self, cached: cache.CachedSet, cache_file: Path | None = None) -> None:
        self._cached = cached
        self._loading = Lock()
        self._matchers: MatcherSet | None = None
        self._articles: dict[str, Article] = {}
        self.cache_file = cache_file
        """Where the set is kept between runs, None for one that is only in memory."""

    @property
    def matchers(self) -> MatcherSet:
        """All matchers, ready to scan."""
        with self._loading:
            if self._matchers is None:
                self._matchers = self._cached.matcher_set(backends.best().load)
            return self._matchers

    def is_usable(self) -> bool:
        """Whether the scan takes the database: one that was made on a machine with another CPU is refused."""
        try:
            self.matchers.own_backend()
        except backends.UnusableDatabase:
            return False
        return True

    @property
    def ids(self) -> Sequence[str]:
        """The ids of all entries, sorted."""
        return self._cached.ids

    @property
    def complaints(self) -> Sequence[str]:
        """One line for each entry that could not be used and was left out."""
        complaints: list[str] = self._cached.index["complaints"]
        return complaints

    @property
    def key(self) -> str:
        """What changes whenever an entry's file or the program does; empty for a set that is only in memory."""
        return self._cached.key

    def article_json(self, entry: str) -> str | None:
        """The article of this id as the JSON it is kept as, None where there is none."""
        return self._cached.article_json(entry)

    def article(self, entry: str) -> Article | None:
        """The article of this id, None where there is none."""
        if entry not in self._articles:
            text = self._cached.article_json(entry)
            if text is None:
                return None
            self._articles[entry] = from_plain(Article, json.loads(text))
        return self._articles[entry]


def open_book(dirs: Sequence[Path], cache_dir: Path | None = None) -> Book:
    """The book of these directories (later ones win by id): read from the cache, or compiled and then kept there."""
    directory = cache_dir if cache_dir is not None else cache.cache_dir()
    path = cache.cache_file(directory, dirs)
    key = cache.cache_key(Fingerprint.of(dirs), backends.best().NAME, f"{VERSION} {_code_stamp()}")
    cached = cache.read(path, key)
    if cached is not None and (book := Book(cached, path)).is_usable():
        return book
    data = _compiled_elsewhere(dirs, key) or compile_dirs(dirs, key)
    kept = cache.read(path, key) if cache.write(path, data) else None
    return Book(kept or cache.CachedSet.of_bytes(data, key), path)


def compile_dirs(dirs: Sequence[Path], key: str) -> bytes:
    """The bytes to keep of these directories."""
    return cache.pack(compile_content(load_dirs(dirs)), key)


_COMPILE = """
import gc, sys
gc.disable()
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from kb.book import compile_dirs
sys.stdout.buffer.write(compile_dirs([Path(name) for name in sys.argv[3:]], sys.argv[2]))
"""


def _compiled_elsewhere(dirs: Sequence[Path], key: str) -> bytes | None:
    """The same from a child process: compiling takes far more memory than a scan, and memory is seldom given back.

    None where no child could do it; compiling here then says what is wrong.
    """
    import subprocess  # noqa: PLC0415 - a run from the cache compiles nothing

    root = Path(__file__).resolve().parent.parent
    names = [os.fspath(each) for each in dirs]
    try:
        done = subprocess.run(
            [sys.executable, "-c", _COMPILE, os.fspath(root), key, *names],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=600,
        )
        usable = Book(cache.CachedSet.of_bytes(done.stdout, key)).is_usable()
    except (OSError, subprocess.SubprocessError, cache.DamagedCache, ValueError):
        return None
    return done.stdout if usable else None


def book_of(entries: Sequence["Entry"]) -> Book:
    """The book of entries in memory; raises MatcherError where one cannot be compiled."""
    content = compile_content({entry.id: entry for entry in entries}, strict=True)
    return Book(cache.CachedSet.of_bytes(cache.pack(content, ""), ""))


def load_dirs(dirs: Sequence[Path]) -> "Mapping[str, Entry | LoadedEntry]":
    """Every entry by id, those of later directories in place of earlier ones; a file that is of no use by its path."""
    from kb.load import load_file  # noqa: PLC0415 - reads YAML, which a run from the cache never needs

    found: dict[str, Entry | LoadedEntry] = {}
    for directory in dirs:
        for path in entry_files(directory):
            loaded = load_file(path, directory)
            if loaded.entry is None or any(problem.level == "error" for problem in loaded.problems):
                found[loaded.path] = loaded
            else:
                found[loaded.entry.id] = loaded.entry
    return found


def compile_content(found: "Mapping[str, Entry | LoadedEntry]", *, strict: bool = False) -> cache.Content:
    """Compile what was loaded; an entry of no use is left out and named, with `strict` it raises MatcherError."""
    from kb.entry import Entry  # noqa: PLC0415
    from kb.sound import check_matchers  # noqa: PLC0415 - the tools of authors
    from matchers.compile import CompiledSet, compile_set, joined  # noqa: PLC0415
    from matchers.errors import MatcherError  # noqa: PLC0415

    usable: dict[str, Entry] = {}
    sets: list[CompiledSet] = []
    complaints: list[str] = []
    for name, each in found.items():
        if not isinstance(each, Entry):
            first = each.problems[0]
            complaints.append(f"{name}:{first.line}:{first.column}: {first.message}")
            continue
        try:
            check_matchers(each)
            compiled = compile_set([(each.id, each.beats, _marked_matchers(each))])
        except MatcherError as error:
            if strict:
                raise
            complaints.append(f"{each.id}: {error.message}")
            continue
        usable[each.id] = each
        # A retired entry recognises nothing.
        sets.append(
            replace(compiled, rows=(), rules=(), supersets=()) if each.article.status == "retired" else compiled
        )
    compiled = joined(sets)
    return cache.Content(
        database=backends.best().build(compiled.supersets),
        rules=compiled.rules,
        rows=compiled.rows,
        beats=compiled.beats,
        articles={entry.id: json.dumps(to_plain(entry.article), ensure_ascii=False) for entry in usable.values()},
        complaints=complaints,
    )


def _marked_matchers(entry: "Entry") -> list["Matcher"]:
    """The matchers, those that the entry names under `recovers` marked."""
    own = {name.removeprefix(f"{entry.id}/") for name in entry.recovers}
    return [replace(matcher, recovery=matcher.name in own) for matcher in entry.matchers]


def _code_stamp() -> str:
    """What changes when this program does without a new version, as in a checkout: sizes and times of its modules."""
    digest = hashlib.blake2b(digest_size=8)
    for package in (Path(__file__).parent, Path(matchers.__file__).parent):
        for folder, folders, names in os.walk(package):
            folders.sort()
            for name in sorted(names):
                if name.endswith(".py"):
                    status = os.stat(f"{folder}/{name}")  # noqa: PTH116 - a Path for each costs as much again
                    digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
