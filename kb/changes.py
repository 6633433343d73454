"""When the entries were last changed, as far as somebody knows.

In a git checkout git knows; elsewhere the time of a file says when it was written there. Entries inside an installed
package have the time of their installation or of the build, which says nothing, and a shallow clone makes its first
commit look like the change of everything: there no date is given.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Literal

from kb.catalog import entry_files, shipped_dir

_GIT_TIME_S = 20


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry's file, `path` within its `directory`; `on` is None where nobody knows, `known_by` says who does."""

    directory: Path
    path: PurePosixPath
    on: date | None = None
    known_by: Literal["git", "file"] | None = None


def changes_in(directories: Sequence[Path]) -> Mapping[str, Changed]:
    """The last change of each entry by its id, which is its file's name; later directories win, as in a book."""
    found: dict[str, Changed] = {}
    for directory in directories:
        days = _days_by_git(directory)
        for path in entry_files(directory):
            within = PurePosixPath(path.relative_to(directory).as_posix())
            found[path.stem] = _changed(directory, path, within, days)
    return found


def _changed(directory: Path, path: Path, within: PurePosixPath, days: Mapping[str, date] | None) -> Changed:
    if days is not None and str(within) in days:
        return Changed(directory, within, days[str(within)], "git")
    if _is_installed(directory) or days == {}:
        return Changed(directory, within)
    try:
        return Changed(directory, within, datetime.fromtimestamp(path.stat().st_mtime, UTC).date(), "file")
    except OSError:
        return Changed(directory, within)


def _is_installed(directory: Path) -> bool:
    return directory.name == "_entries" and directory == shipped_dir()


def _days_by_git(directory: Path) -> Mapping[str, date] | None:
    """The day of each file's last commit, by its path in the directory; files with later changes are left out.

    None where the directory is in no work tree of git, or git cannot be asked; empty in a shallow clone.
    """
    if not any((each / ".git").exists() for each in (directory.resolve(), *directory.resolve().parents)):
        return None
    if _git(directory, "rev-parse", "--is-shallow-repository") == "true\n":
        return {}
    log = _git(directory, "log", "--format=%x00%cs", "--name-only", "--no-renames", "--relative", "-z", "--", ".")
    touched = _git(directory, "ls-files", "-z", "--modified", "--others", "--", ".")
    if not log or touched is None:
        return None
    days = {path: day for day, path in _newest_first(log)}
    return {path: day for path, day in days.items() if path not in set(touched.split("\0"))}


def _newest_first(log: str) -> Iterator[tuple[date, str]]:
    """(day, path) of each change, the oldest first, so that the newest stays."""
    rows: list[tuple[date, str]] = []
    day = date.min
    for piece in log.split("\0"):
        text = piece.strip("\n")
        if len(text) == 10 and text[4:5] == "-" and text[:4].isdigit():
            day = date.fromisoformat(text)
        elif text:
            rows.append((day, text))
    return reversed(rows)


def _git(directory: Path, *arguments: str) -> str | None:
    program = shutil.which("git")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "-c", "core.quotePath=false", "-c", "core.fsmonitor=false", *arguments],
            cwd=directory,
            env={"PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", "/"), "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_TIME_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")
