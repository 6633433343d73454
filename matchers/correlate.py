"""Sequences and thresholds: matches that mean something only together.

Time is the log's own (uptime or stamp of the lines), never the wall clock; where the log says nothing the order of the
lines counts and no time passes. Matches belong together when they come from one host and have equal `by` fields. What
is kept is bounded: for each matcher the `MAX_KEYS` groups seen last, and per group one unfinished sequence or the times
of at most `count` matches with the values that `where` asks for.

A sequence is reported by the line that completes it. A threshold is reported once, by the line that reaches the count,
and again only after `within` of silence in its group; each first step starts a sequence anew.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from matchers import where
from matchers.confirm import LoadedMatcher
from matchers.envelopes import Message
from matchers.fieldtypes import Value
from matchers.match import Match
from matchers.records import Moment, seconds_between
from matchers.times import Stamp

MAX_KEYS = 4096
_MAX_TEXT = 4096  # characters that are kept of each earlier step's text

_T = TypeVar("_T")
_S = TypeVar("_S", "_Sequence", "_Run")
Key = tuple[Value | None, ...]
State = Mapping[str, Mapping[str, list[Any]]]
"""What a correlator remembers, as JSON can hold it: `sequences` and `runs` by matcher, oldest group first."""


@dataclass(slots=True)
class _Sequence:
    """An unfinished sequence: the step that must come next, what was found so far, and the line that was found last."""

    next_step: int
    began: Moment
    fields: dict[str, Value]
    texts: list[str]
    weight: int
    last_offset: int

    def plain(self) -> list[Any]:
        """As JSON can hold it."""
        return [self.next_step, _moment_row(self.began), self.fields, self.texts, self.weight, self.last_offset]

    @classmethod
    def of(cls, row: list[Any]) -> "_Sequence":
        """What `plain` gave."""
        return cls(row[0], _moment(row[1]), *row[2:])


@dataclass(frozen=True, slots=True)
class _Counted:
    """A match that counts: when it came, and the values that `where` asks for."""

    at: Moment
    values: Mapping[str, Value]

    def plain(self) -> list[Any]:
        """As JSON can hold it."""
        return [_moment_row(self.at), self.values]

    @classmethod
    def of(cls, row: list[Any]) -> "_Counted":
        """What `plain` gave."""
        return cls(_moment(row[0]), row[1])


@dataclass(slots=True)
class _Run:
    """Matches of one group: those that count, the first of them, the last of all, and whether the count was told."""

    recent: deque[_Counted]
    first: _Counted
    last_at: Moment
    told: bool = False

    def plain(self) -> list[Any]:
        """As JSON can hold it."""
        recent = [each.plain() for each in self.recent]
        return [self.recent.maxlen, recent, self.first.plain(), _moment_row(self.last_at), self.told]

    @classmethod
    def of(cls, row: list[Any]) -> "_Run":
        """What `plain` gave."""
        most, recent, first, last_at, told = row
        return cls(deque(map(_Counted.of, recent), most), _Counted.of(first), _moment(last_at), told)


class Correlator:
    """The state of all sequences and thresholds of one stream of text.

    `state()` is all of it as JSON can hold it; a new one made of that goes on where this one was. Matchers are kept by
    their names, so that it outlives a change of other entries.
    """

    def __init__(self, state: State | None = None) -> None:
        state = {} if state is None else dict(state)
        self._sequences = {name: _read(rows, _Sequence.of) for name, rows in state.get("sequences", {}).items()}
        self._runs = {name: _read(rows, _Run.of) for name, rows in state.get("runs", {}).items()}

    def state(self) -> State:
        """What there is to go on with; empty where there is nothing."""
        kept = {
            "sequences": {name: _plain(groups) for name, groups in self._sequences.items() if groups},
            "runs": {name: _plain(groups) for name, groups in self._runs.items() if groups},
        }
        return {name: groups for name, groups in kept.items() if groups}

    def sequence(self, matcher: LoadedMatcher, step: int, match: Match, at: Message) -> Match | None:
        """Take one step of a matcher into account; the whole sequence when this completes it.

        Of a line that fits several steps the last one comes first, so that it does not follow itself.
        """
        groups = self._sequences.setdefault(_name(matcher), OrderedDict())
        key = _key(match, matcher.by)
        moment = Moment.of(at)
        unfinished = groups.get(key)
        if unfinished and step == unfinished.next_step and _within(unfinished.began, moment, matcher.within_s):
            return self._next_step(groups, key, matcher, match)
        if step == 0 and not (unfinished and unfinished.last_offset == match.offset):
            begun = _Sequence(1, moment, dict(match.fields), [match.text[:_MAX_TEXT]], match.weight, match.offset)
            _remember(groups, key, begun)
        return None

    def _next_step(
        self, groups: "OrderedDict[Key, _Sequence]", key: Key, matcher: LoadedMatcher, match: Match
    ) -> Match | None:
        sequence = groups[key]
        sequence.fields |= match.fields
        sequence.weight += match.weight
        sequence.last_offset = match.offset
        sequence.next_step += 1
        if sequence.next_step < len(matcher.steps):
            sequence.texts.append(match.text[:_MAX_TEXT])
            return None
        del groups[key]
        if matcher.where is not None and not where.evaluate(matcher.where, sequence.fields, matcher.types):
            return None
        text = "\n".join([*sequence.texts, match.text])
        return replace(match, fields=sequence.fields, text=text, assembled=True, weight=sequence.weight)

    def threshold(self, matcher: LoadedMatcher, match: Match, at: Message, times: int) -> Match | None:
        """Take one match of a matcher into account; the one to report when it is the one that reaches the count.

        `times` is how often the log says that it came.
        """
        assert matcher.threshold is not None
        count, within_s = matcher.threshold.count, matcher.threshold.within_s
        run = self._run(matcher, match, Moment.of(at))
        while run.recent and not _within(run.recent[0].at, run.last_at, within_s):
            run.recent.popleft()
        here = _Counted(run.last_at, _asked(matcher, match, "first"))
        run.recent.extend([here] * min(times, count))
        if not _within(run.first.at, run.last_at, within_s):
            run.first = run.recent[0]
        if run.told or len(run.recent) < count:
            return None
        aggregates: dict[str, Value] = {f"{name}.first": value for name, value in run.first.values.items()}
        aggregates |= {f"{name}.last": value for name, value in _asked(matcher, match, "last").items()}
        aggregates["count"] = count
        if matcher.where is not None and not where.evaluate(matcher.where, match.fields | aggregates, matcher.types):
            return None
        run.told = True
        return replace(match, fields=_without(match.fields, aggregates) | aggregates)

    def _run(self, matcher: LoadedMatcher, match: Match, moment: Moment) -> _Run:
        """The run that the match belongs to; a new one after `within` of silence."""
        assert matcher.threshold is not None
        groups = self._runs.setdefault(_name(matcher), OrderedDict())
        key = _key(match, matcher.threshold.by)
        run = groups.get(key)
        if run is None or not _within(run.last_at, moment, matcher.threshold.within_s):
            first = _Counted(moment, _asked(matcher, match, "first"))
            run = _Run(deque(maxlen=matcher.threshold.count), first, moment)
        run.last_at = moment
        _remember(groups, key, run)
        return run


def _name(matcher: LoadedMatcher) -> str:
    return f"{matcher.entry}/{matcher.name}"


def _plain(groups: "OrderedDict[Key, _S]") -> list[Any]:
    return [[list(key), value.plain()] for key, value in groups.items()]


def _read(rows: list[Any], read: Callable[[list[Any]], _T]) -> "OrderedDict[Key, _T]":
    return OrderedDict((tuple(key), read(row)) for key, row in rows)


def _moment_row(moment: Moment) -> list[Any]:
    time = moment.time
    return [moment.uptime, None if time is None else [time.text, time.kind, time.seconds, time.zoned]]


def _moment(row: list[Any]) -> Moment:
    uptime, time = row
    return Moment(uptime, None if time is None else Stamp(*time))


def _key(match: Match, by: Iterable[str]) -> Key:
    """What makes matches one group; equal names on two hosts are two things."""
    return match.host, *(match.fields.get(name) for name in by)


def _within(earlier: Moment, later: Moment, seconds: float) -> bool:
    passed = seconds_between(earlier, later)
    return passed is None or abs(passed) <= seconds


def _remember(groups: "OrderedDict[Key, _T]", key: Key, value: _T) -> None:
    groups[key] = value
    groups.move_to_end(key)
    if len(groups) > MAX_KEYS:
        groups.popitem(last=False)


def _asked(matcher: LoadedMatcher, match: Match, end: str) -> dict[str, Value]:
    """The fields of which `where` asks the first (or last) value."""
    names = (name.rpartition(".") for name in matcher.aggregates)
    return {name: match.fields[name] for name, _, which in names if which == end and name in match.fields}


def _without(fields: Mapping[str, Value], aggregates: Mapping[str, Value]) -> dict[str, Value]:
    """The fields but those of which an aggregate tells more."""
    told = {name.partition(".")[0] for name in aggregates}
    return {name: value for name, value in fields.items() if name not in told}
