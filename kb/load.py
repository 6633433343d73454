"""From a file to an entry: YAML read as nodes that keep their place, every problem collected, nothing executed."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from kb.entry import Entry
from kb.nodes import INVALID, Context, Mark, Path, Reader
from kb.places import place
from kb.problem import Level, Problem
from kb.schema import ENTRY

MAX_FILE_BYTES = 262_144
MAX_DEPTH = 20
MAX_NODES = 20_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What YAML 1.1 refuses in a stream (5.1), and what it takes for the end of a line where editors do not (5.4).
_REFUSED = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class LoadedEntry:
    """What came of one file: the entry (None when it cannot be used), the places of its values, and the problems."""

    path: str
    entry: Entry | None
    marks: dict[Path, Mark]
    problems: tuple[Problem, ...]
    source: tuple[str, ...] = field(default=(), repr=False)

    def problem(
        self, at: Path, message: str, rule: str, *, level: Level = "error", column: int | None = None
    ) -> Problem:
        """A problem at the value with this path (or the nearest around it); `column` counts from 0 within its text."""
        for length in range(len(at), -1, -1):
            mark = self.marks.get(at[:length])
            if mark is not None:
                inside = column is not None and length == len(at)
                line, start = place(self.source, mark, column or 0) if inside else (mark.line, mark.column)
                return Problem(self.path, line, start, level, message, rule)
        return Problem(self.path, 1, 1, level, message, rule)


def load_file(path: str | os.PathLike[str], root: str | os.PathLike[str] | None = None) -> LoadedEntry:
    """Read one file. `root`: the directory it must lie in, links followed. Never raises for what the file holds."""
    name = os.fspath(path)
    text, problem = _read(name, os.fspath(root) if root is not None else None)
    if problem is not None:
        return LoadedEntry(name, None, {}, (problem,))
    return load_text(text, name)


def load_text(text: str, path: str) -> LoadedEntry:
    """Read the text of one file; `path` is what problems name."""
    context = Context(path)
    entry = _value(text, ENTRY, context)
    source = tuple(line.removesuffix("\r") for line in text.split("\n"))
    return LoadedEntry(path, entry, context.marks, tuple(context.problems), source)


def load_value(path: str | os.PathLike[str], reader: Reader) -> tuple[Any, list[Problem]]:
    """What `reader` makes of one file (None when it cannot be used), and the problems."""
    name = os.fspath(path)
    text, problem = _read(name, None)
    if problem is not None:
        return None, [problem]
    context = Context(name)
    return _value(text, reader, context), context.problems


def _value(text: str, reader: Reader, context: Context) -> Any:
    node = _compose(text, context)
    value = INVALID if node is None else reader.read(node, (), context)
    return None if value is INVALID else value


def _read(path: str, root: str | None) -> tuple[str, Problem | None]:
    """(text, None), or ("", why not)."""
    problem = Problem(path, 1, 1, "error", f"is larger than {MAX_FILE_BYTES} bytes; split the entry", "too-large")
    try:
        if root is not None and not _lies_in(path, root):
            message = "is a link out of the directory of entries; put the file itself there"
            return "", replace(problem, message=message, rule="link-outside")
        data = _regular_bytes(path)
    except OSError as error:
        message = f"cannot be read ({error.strerror}); check the path and its permissions"
        return "", replace(problem, message=message, rule="unreadable")
    if data is None:
        message = "is not a regular file; an entry is a plain text file"
        return "", replace(problem, message=message, rule="not-a-file")
    if len(data) > MAX_FILE_BYTES:
        return "", problem
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        before = data[: error.start].rpartition(b"\n")[2].decode("utf-8-sig")
        line, message = data.count(b"\n", 0, error.start) + 1, "is not UTF-8; save the file as UTF-8"
        return "", Problem(path, line, len(before) + 1, "error", message, "not-utf8")


def _lies_in(path: str, root: str) -> bool:
    real_root = os.path.realpath(root)
    return os.path.commonpath([real_root, os.path.realpath(path)]) == real_root


def _regular_bytes(path: str) -> bytes | None:
    """The first bytes of a regular file, one more than may be there; None for a FIFO, a device or a directory."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with open(handle, "rb", closefd=False) as file:
            return file.read(MAX_FILE_BYTES + 1)
    finally:
        os.close(handle)


def _compose(text: str, context: Context) -> yaml.Node | None:
    """The root node; None after reporting what YAML or we refuse."""
    refused = _REFUSED.search(text)
    if refused:
        code = ord(refused[0])
        line, column = text.count("\n", 0, refused.start()) + 1, refused.start() - text.rfind("\n", 0, refused.start())
        remedy = f'remove it, or write "\\u{code:04x}" in double quotes'
        message = f"holds the character U+{code:04X}, which no editor shows; {remedy}"
        context.problems.append(Problem(context.path, line, column, "error", message, "yaml"))
        return None
    try:
        if not _is_plain_yaml(text, context):
            return None
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = error.problem or error.context or "not readable"
        message = f"is not valid YAML: {what}; check indentation and quotes"
        context.problems.append(Problem(context.path, line, column, "error", message, "yaml"))
        return None
    if node is None:
        context.problems.append(Problem(context.path, 1, 1, "error", "is empty; copy entries/_template.yaml", "empty"))
    return node


def _is_plain_yaml(text: str, context: Context) -> bool:
    """Refuse what is dangerous or surprising before a tree is built: anchors, aliases, tags, depth, size."""
    depth = nodes = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        for message, rule in _surprises(event):
            _refuse(context, event, message, rule)
        nodes += isinstance(event, yaml.NodeEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            _refuse(context, event, f"more than {MAX_DEPTH} levels of nesting; an entry needs eight", "too-deep")
        elif nodes > MAX_NODES:
            _refuse(context, event, f"more than {MAX_NODES} values; split the entry", "too-large")
        elif documents > 1:
            _refuse(context, event, "a second document; one file is one entry, remove the ---", "many-documents")
        else:
            continue
        break
    return not context.problems


def _surprises(event: yaml.Event) -> Iterator[tuple[str, str]]:
    """(what it is and what to do, rule) of what one event of the stream has that an entry must not have."""
    if isinstance(event, yaml.AliasEvent):
        yield "an alias (*name); write the value out", "alias"
        return
    if isinstance(event, yaml.NodeEvent) and event.anchor:
        yield "an anchor (&name); write the value out where it is used", "anchor"
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
        yield f"a tag ({event.tag[:60]}); values need no tags, quote a text that begins with !", "tag"
    if isinstance(event, yaml.ScalarEvent) and _SURROGATE.search(event.value):
        yield "half of a surrogate pair; write the whole character", "yaml"


def _refuse(context: Context, event: yaml.Event, message: str, rule: str) -> None:
    mark = event.start_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    context.problems.append(Problem(context.path, line, column, "error", f"has {message}", rule))
