"""The watcher's numbers in the text format of Prometheus (exposition format 0.0.4).

Labels come from the configuration only, never from what a log says.
"""

from collections.abc import Callable, Iterator

from app.watch.contract import Counters
from app.watch.status import Number, Snapshot

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_OF_SOURCE: tuple[tuple[str, str, str, Callable[[Counters], Number]], ...] = (
    ("lines_total", "counter", "Lines read.", lambda each: each.lines),
    ("bytes_total", "counter", "Bytes read.", lambda each: each.bytes),
    ("matches_total", "counter", "Matches that became occurrences.", lambda each: each.matched),
    ("lines_cut_total", "counter", "Lines of which only the first max_line_bytes were looked at.", lambda e: e.skipped),
    ("truncations_total", "counter", "Files that became shorter.", lambda each: each.truncations),
    ("given_up_bytes_total", "counter", "Bytes that could not be read any more.", lambda each: each.given_up_bytes),
    ("lag_bytes", "gauge", "Bytes that are there and not read yet.", lambda each: each.lag_bytes),
    ("files", "gauge", "Files that are followed.", lambda each: each.files),
    ("open_files", "gauge", "Files that are held open.", lambda each: each.descriptors),
    ("trouble", "gauge", "1 while the source sees nothing, or not everything.", lambda each: int(bool(each.trouble))),
    (
        "last_line_timestamp_seconds",
        "gauge",
        "When the last line came; 0: never.",
        lambda each: each.last_line_at.timestamp() if each.last_line_at else 0,
    ),
)


def exposition(snapshot: Snapshot) -> str:
    """All of them, one sample a line."""
    return "".join(f"{line}\n" for line in _lines(snapshot))


def _lines(snapshot: Snapshot) -> Iterator[str]:
    for name, kind, about, of in _OF_SOURCE:
        yield from _head(f"faultbook_watch_source_{name}", kind, about)
        for source, counters in snapshot.sources.items():
            yield f'faultbook_watch_source_{name}{{source="{_escaped(source)}"}} {of(counters)}'
    for name, value in snapshot.recording.items():
        yield from _head(f"faultbook_watch_{name}", "counter" if name.endswith("_total") else "gauge", _words(name))
        yield f"faultbook_watch_{name} {value}"
    yield from _gauge("uncommitted_seconds", "How long what was read waits to be recorded.", snapshot.uncommitted_s)
    yield from _gauge("troubles", "Troubles that watch --status names.", len(snapshot.troubles))
    yield from _gauge("entries", "Entries in use.", snapshot.entries)
    yield from _gauge("start_timestamp_seconds", "When the watcher was started.", snapshot.started_at.timestamp())


def _gauge(name: str, about: str, value: Number) -> Iterator[str]:
    yield from _head(f"faultbook_watch_{name}", "gauge", about)
    yield f"faultbook_watch_{name} {value}"


def _head(name: str, kind: str, about: str) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"


def _words(name: str) -> str:
    return f"{name.removesuffix('_total').replace('_', ' ').capitalize()}."


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
