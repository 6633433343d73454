"""Other entries that are named exist, and `beats` goes round in no circle."""

from collections.abc import Iterator, Mapping

from kb.checks.subject import Subject
from kb.entry import Entry
from kb.nodes import Path
from kb.problem import Problem
from matchers.errors import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    """`related`, `beats`, `replaced_by` and `recovers`."""
    entry, known = subject.entry, subject.world.entries
    named: list[tuple[Path, str]] = [(("related", index), name) for index, name in enumerate(entry.article.related)]
    named += [(("beats", index), name) for index, name in enumerate(entry.beats)]
    if entry.article.replaced_by:
        named.append((("replaced_by",), entry.article.replaced_by))
    for at, name in named:
        if name == entry.id:
            yield subject.problem(at, "an entry cannot name itself here; remove it", "link-to-itself")
        elif name not in known:
            yield subject.problem(at, _no_entry(name, known), "unknown-entry")
    yield from _recovers(subject)
    circle = _circle(entry.id, known)
    if circle:
        yield subject.problem(
            ("beats",), f"beats goes round in a circle: {' > '.join(circle)}; remove one", "beats-cycle"
        )


def _recovers(subject: Subject) -> Iterator[Problem]:
    for index, name in enumerate(subject.entry.recovers):
        entry_id, _, matcher = name.rpartition("/")
        other = subject.world.entries.get(entry_id) if entry_id else subject.entry
        matchers = {each.name for each in other.matchers} if other else set()
        if other is None:
            yield subject.problem(("recovers", index), _no_entry(entry_id, subject.world.entries), "unknown-entry")
        elif matcher not in matchers:
            hint = did_you_mean(matcher, matchers) or f"; it has {', '.join(sorted(matchers)) or 'none'}"
            yield subject.problem(
                ("recovers", index), f'{other.id} has no matcher "{matcher}"{hint}', "unknown-matcher"
            )


def _no_entry(name: str, known: Mapping[str, Entry]) -> str:
    hint = did_you_mean(name, set(known)) or "; name one that is there, or write it first"
    return f'there is no entry "{name}"{hint}'


def _circle(start: str, entries: Mapping[str, Entry]) -> list[str]:
    """A way from `start` along `beats` back to it, or nothing."""
    waiting = [[start]]
    seen = {start}
    while waiting:
        way = waiting.pop()
        for following in entries[way[-1]].beats if way[-1] in entries else ():
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                waiting.append([*way, following])
    return []
