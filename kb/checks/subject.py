"""What a check sees: one entry, and the set in which it lives."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.book import Book
from kb.entry import Entry
from kb.load import LoadedEntry
from kb.nodes import Path
from kb.problem import Level, Problem
from matchers.errors import MatcherError
from matchers.spec import Matcher


@dataclass(frozen=True, slots=True)
class World:
    """The whole set: entries by id, the words of the vocabulary, and a book of all that compile (None: unknown).

    `paths` are the files to check by their entries' ids, `replaced` the entries that they take the place of.
    """

    entries: Mapping[str, Entry]
    components: frozenset[str]
    book: Book | None
    paths: Mapping[str, str] = field(default_factory=dict)
    replaced: Mapping[str, LoadedEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """One entry to check, with its file's places."""

    loaded: LoadedEntry
    entry: Entry
    world: World

    @property
    def is_draft(self) -> bool:
        """Whether the entry is still a draft: what it lacks is advice."""
        return self.entry.article.status == "draft"

    def is_reported(self, key: str) -> bool:
        """Whether loading found something wrong with this key's value or below it: then it is not called missing."""
        places = {(mark.line, mark.column) for path, mark in self.loaded.marks.items() if path[:1] == (key,)}
        return any((problem.line, problem.column) in places for problem in self.loaded.problems)

    @property
    def reads_all(self) -> bool:
        """Whether the fields of all matchers are known; while they are not, a missing name may be among them."""
        return all(map(self.reads, self.entry.matchers))

    def reads(self, matcher: Matcher) -> bool:
        """Whether the matcher's patterns can be read, and with them its fields."""
        try:
            matcher.types  # noqa: B018 - reading them is what fails
        except MatcherError:
            return False
        return True

    def problem(
        self, at: Path, message: str, rule: str, *, level: Level = "error", column: int | None = None
    ) -> Problem:
        """A problem at the value with this path."""
        return self.loaded.problem(at, message, rule, level=level, column=column)

    def lack(self, at: Path, message: str, rule: str) -> Problem:
        """Something a reviewed entry must have: advice while it is a draft."""
        return self.problem(at, message, rule, level="advice" if self.is_draft else "error")
