"""Which hosts an entry affects, by the versions they tell of themselves: affected, fixed, or unknown.

Fleets have few different hosts: each set of versions is judged once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, case, func, select

from app.incidents.lists import is_on
from app.store.sql import among
from app.store.tables import facts as fact_rows
from app.store.tables import incidents
from app.store.times import to_micros
from kb.entry import Article, Both, VersionRange
from kb.fact_readers import Driver, Program, kernel_of
from kb.facts import Facts
from kb.verdict import State, Verdict, has_ranges, judge
from kb.versions import stream_of
from kb.versions.components import PROGRAMS, modules_of

_DRIVERS: Final = "nic_drivers."
_FIRMWARE: Final = "nic_firmware."
_STABLE: Final = "stable "


@dataclass(frozen=True, slots=True)
class HostVerdict:
    """One host: the verdict on its versions, and its incidents of the entry, `on` of them now.

    `fixed_in`, of an affected host: the version that has the fix, in `fixed_stream`; None where none is known.
    """

    host: str
    state: State
    reason: Both[str]
    component: str | None
    stream: str | None
    version: str | None
    fixed_in: str | None
    fixed_stream: str | None
    incidents: int
    on: int

    @property
    def is_cleared_by_upgrade(self) -> bool:
        """Whether it has the trouble now, and a version without it is known."""
        return self.on > 0 and self.state == "affected" and self.fixed_in is not None


def verdicts(connection: Connection, now: datetime, article: Article) -> Sequence[HostVerdict]:
    """Every host that tells a version in question or has incidents of the entry, by name."""
    told = _told(connection, article)
    counts = _counts(connection, to_micros(now), article.id)
    judged: dict[tuple[tuple[str, str], ...], tuple[Verdict, VersionRange | None]] = {}
    found = []
    for host in sorted(told.keys() | counts.keys()):
        own = told.get(host, {})
        key = tuple(sorted(own.items()))
        if key not in judged:
            verdict = judge(article, facts_told(own))
            judged[key] = verdict, _fix(article, verdict)
        verdict, fix = judged[key]
        found.append(_host_verdict(host, verdict, fix, *counts.get(host, (0, 0))))
    return found


def _host_verdict(host: str, verdict: Verdict, fix: VersionRange | None, count: int, on: int) -> HostVerdict:
    return HostVerdict(
        host=host,
        state=verdict.state,
        reason=verdict.reason,
        component=verdict.component,
        stream=verdict.stream,
        version=verdict.version,
        fixed_in=fix.fixed if fix else None,
        fixed_stream=fix.stream if fix else None,
        incidents=count,
        on=on,
    )


def facts_told(told: Mapping[str, str]) -> Facts:
    """What a host tells of itself (flat, as stored) as what a verdict is judged by."""
    kernels = (kernel_of(told["kernel"], told.get("kernel_build", "")),) if told.get("kernel") else ()
    foreign = {each.strip() for each in told.get("out_of_tree", "").split(",")} - {"", "none"}
    knows_foreign = bool(told.get("out_of_tree"))
    drivers = tuple(
        Driver(name, version, told.get(f"{_FIRMWARE}{name}", ""), name not in foreign if knows_foreign else None)
        for key, version in told.items()
        if key.startswith(_DRIVERS) and (name := key.removeprefix(_DRIVERS))
    )
    programs = tuple(Program(name, told[name]) for name in PROGRAMS if told.get(name))
    return Facts(kernels, drivers, programs, frozenset(foreign))


def _needed(article: Article) -> Iterable[str]:
    yield from ("kernel", "kernel_build", "out_of_tree")
    for affected in article.affected:
        if affected.component in PROGRAMS:
            yield affected.component
        yield from (f"{_DRIVERS}{name}" for name in (affected.component, *modules_of(affected.component)))


def _told(connection: Connection, article: Article) -> dict[str, dict[str, str]]:
    if not has_ranges(article):
        return {}
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(select(fact_rows).where(among(connection, fact_rows.c.name, set(_needed(article))))):
        found.setdefault(row.host, {})[row.name] = row.value
    return found


def _counts(connection: Connection, now: int, entry: str) -> dict[str, tuple[int, int]]:
    on = func.coalesce(func.sum(case((is_on(now), 1), else_=0)), 0)
    wanted = select(incidents.c.host, func.count(), on).where(incidents.c.entry == entry).group_by(incidents.c.host)
    return {host: (count, int(count_on)) for host, count, count_on in connection.execute(wanted)}


def _fix(article: Article, verdict: Verdict) -> VersionRange | None:
    """The range whose end is the next fix for what the verdict calls affected, in its stream, else in mainline."""
    if verdict.state != "affected" or verdict.stream is None:
        return None
    ranges = [
        each for one in article.affected if one.component == verdict.component for each in one.ranges if each.fixed
    ]
    own = [each for each in ranges if each.stream == verdict.stream and _is_before(verdict, each)]
    mainline = [each for each in ranges if each.stream == "mainline" and verdict.stream.startswith(_STABLE)]
    return next(iter(own or mainline), None)


def _is_before(verdict: Verdict, each: VersionRange) -> bool:
    stream = stream_of(verdict.component or "", each.stream)
    version = stream.parse(verdict.version or "") if stream else None
    fixed = stream.parse(each.fixed or "") if stream else None
    if stream is None or version is None or fixed is None:
        return False
    return stream.relation(version, fixed) == "before"
