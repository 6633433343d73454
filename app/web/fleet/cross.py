"""One entry by what hosts tell of themselves: of the hosts with this kernel, driver or version, how many have it.

Versions are put together by their first number (`5.x`), newest first, so that "all with 5.x, none with 6.x" is seen
at a glance; each exact version stands below.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.incidents.values import FactCount

MOST_FACTS: Final = 12
_FIRST: Final = ("kernel", "bird", "os", "nic_drivers", "nic_firmware")
"""The facts that are worth a table, by the first part of their names, in this order."""
_NUMBER = re.compile(r"\d+")
_MAJOR = re.compile(r"\D*?(\d+)(?:[.\-+_]|$)")


@dataclass(frozen=True, slots=True)
class Share:
    """Of the `hosts` that tell this value so many have it, `on` of them now. `share` is in percent."""

    value: str
    hosts: int
    hosts_with: int
    on: int

    @property
    def share(self) -> int:
        """How many of a hundred have it; 0 and 100 mean none and all."""
        if self.hosts_with in (0, self.hosts):
            return 100 if self.hosts_with else 0
        return min(99, max(1, round(100 * self.hosts_with / self.hosts)))


@dataclass(frozen=True, slots=True)
class Family:
    """Values with the same first number; `whole` are all of them together."""

    whole: Share
    parts: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Cross:
    """The table of one fact. Where the families tell hosts apart, `every` has it on all and `none` on no host."""

    fact: str
    families: tuple[Family, ...]

    @property
    def every(self) -> tuple[str, ...]:
        """The families all of whose hosts have it."""
        return tuple(each.whole.value for each in self.families if each.whole.share == 100)

    @property
    def none(self) -> tuple[str, ...]:
        """The families of which no host has it."""
        return tuple(each.whole.value for each in self.families if each.whole.share == 0)

    @property
    def tells_apart(self) -> bool:
        """Whether some have it on every host, and all others on none."""
        return bool(self.every and self.none) and len(self.every) + len(self.none) == len(self.families)


def ordered(names: Iterable[str]) -> list[str]:
    """The facts to show, of those that hosts tell."""
    kinds = {name: name.partition(".")[0] for name in names}
    known = sorted((_FIRST.index(kind), name) for name, kind in kinds.items() if kind in _FIRST)
    return [name for _place, name in known[:MOST_FACTS]]


def cross_of(fact: str, counts: Sequence[FactCount]) -> Cross:
    """The table of these counts."""
    families: dict[str, list[Share]] = {}
    for each in sorted(counts, key=lambda one: _order(one.value), reverse=True):
        share = Share(each.value, each.hosts, each.hosts_with, each.hosts_on)
        families.setdefault(_family(fact, each.value), []).append(share)
    return Cross(fact, tuple(_together(name, parts) for name, parts in families.items()))


def _together(name: str, parts: list[Share]) -> Family:
    if len(parts) == 1:
        name = parts[0].value
    whole = Share(name, *(sum(getattr(each, column) for each in parts) for column in ("hosts", "hosts_with", "on")))
    return Family(whole, tuple(parts) if len(parts) > 1 else ())


def _family(fact: str, value: str) -> str:
    found = _MAJOR.match(value)
    if found is None or fact == "os":
        return value
    return f"{found[1]}.x"


def _order(value: str) -> tuple[list[int], str]:
    """Versions by their numbers."""
    return [int(each[:9]) for each in _NUMBER.findall(value)[:8]], value
