"""Lint: load files, check every entry against its whole set, and the ordinary logs that no matcher may hit."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kb.book import Book, book_of
from kb.catalog import entry_files, shipped_dir
from kb.checks import CHECKS, Subject, World
from kb.entry import Entry
from kb.load import LoadedEntry, load_file, load_value
from kb.problem import Problem
from kb.schema import VOCABULARY
from kb.sound import is_usable
from matchers.engine import Scanner

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Report:
    """What lint found: how many files it read, and the problems in the order of files and lines."""

    files: int
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        """How many problems are errors; advice does not fail."""
        return sum(problem.level == "error" for problem in self.problems)


def lint(paths: Sequence[Path], around: Sequence[Path], quiet: Path | None = None) -> Report:
    """Check the files and directories `paths`, in the company of the entries of the directories `around`.

    `quiet` is a directory of ordinary logs; entries given by `paths` win over those of `around` with the same id.
    """
    given = [load_file(path, root) for root, path in _files(paths)]
    company = [load_file(path, directory) for directory in around for path in entry_files(directory)]
    components, problems = _components([*around, *_beside(paths)])
    world = _world(given, company, components)
    problems += [problem for loaded in given for problem in loaded.problems]
    for loaded in given:
        if loaded.entry is not None:
            subject = Subject(loaded, loaded.entry, world)
            problems += [problem for check in CHECKS for problem in check(subject)]
    if quiet is not None and world.book is not None:
        problems += _quiet(given, world.book, quiet)
    return Report(len(given), tuple(sorted(problems)))


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path | None, Path]]:
    """(directory it must lie in, file) of every file to check, each once."""
    seen: set[str] = set()
    for path in paths:
        root, files = (path, entry_files(path)) if path.is_dir() else (None, [path])
        for file in files:
            real = os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                yield root, file


def _beside(paths: Sequence[Path]) -> Iterator[Path]:
    """Where the vocabulary of these files and directories may lie: in them, or in the two folders above a file."""
    for path in paths:
        yield from [path] if path.is_dir() else path.resolve().parents[:2]


def _world(given: Sequence[LoadedEntry], company: Sequence[LoadedEntry], components: frozenset[str]) -> World:
    entries: dict[str, Entry] = {}
    paths: dict[str, str] = {}
    own = {os.path.realpath(loaded.path) for loaded in given}
    others: dict[str, LoadedEntry] = {}
    for loaded in company:
        if loaded.entry is not None:
            entries[loaded.entry.id] = loaded.entry
            if os.path.realpath(loaded.path) not in own:
                others[loaded.entry.id] = loaded
    for loaded in given:
        if loaded.entry is not None:
            entries[loaded.entry.id] = loaded.entry
            paths.setdefault(loaded.entry.id, loaded.path)
    usable = [entry for entry in entries.values() if is_usable(entry)]
    return World(entries, components, book_of(usable), paths, others)


def _components(dirs: Sequence[Path]) -> tuple[frozenset[str], list[Problem]]:
    """The components of the shipped vocabulary and of those in the directories, and what is wrong with these."""
    words: set[str] = set()
    problems: list[Problem] = []
    for directory in {shipped_dir(), *dirs}:
        path = directory / "_vocabulary.yaml"
        if path.is_file():
            found, wrong = load_value(path, VOCABULARY)
            problems += wrong
            words.update(found["components"] if found else ())
    return frozenset(words), problems


def _quiet(given: Sequence[LoadedEntry], book: Book, directory: Path) -> Iterator[Problem]:
    """Matches in ordinary logs, each reported at the matcher that hit."""
    by_id = {loaded.entry.id: loaded for loaded in given if loaded.entry is not None}
    for path in sorted(directory.glob("*.log")):
        scanner = Scanner(book.matchers, keep_beaten=True)
        with path.open("rb") as file:
            matches = [match for block in iter(partial(file.read, _BLOCK), b"") for match in scanner.feed(block)]
        for match in (*matches, *scanner.finish()):
            loaded = by_id.get(match.entry)
            if loaded is None or loaded.entry is None or match.recovery:
                continue
            names = [matcher.name for matcher in loaded.entry.matchers]
            where = f"{path.name}:{match.line}: {match.text[:100]!r}"
            message = f'the matcher "{match.matcher}" hits the ordinary line {where}; make it say more'
            yield loaded.problem(("matchers", names.index(match.matcher)), message, "quiet")
