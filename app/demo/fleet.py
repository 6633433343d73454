"""The simulated fleet: which hosts there are, which versions they run, and what befalls them. A seed makes all of it.

Hosts with the old kernel all have the hang of their NICs, others never: that is the fault one sees in the cross table.
On every fourth host BIRD is upgraded, and what was over comes back with it. Other troubles come and go.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from app.demo.shapes import FAULTS, Fault, healthy

PAST: Final = timedelta(days=4)
"""How far back the logs reach that the hosts have when the demo begins."""
UPGRADED_AGO: Final = timedelta(hours=30)
_ROLES: Final = ("lb", "edge", "rr", "web")
_HEALTHY_EVERY_S: Final = 2_400.0


@dataclass(frozen=True, slots=True)
class System:
    """What a host runs; `facts` as it delivers them."""

    kernel: str
    os: str
    bird: str
    driver: str
    driver_version: str
    firmware: str

    @property
    def facts(self) -> dict[str, object]:
        """What it tells of itself."""
        return {
            "kernel": self.kernel,
            "os": self.os,
            "bird": self.bird,
            "nic_drivers": {self.driver: self.driver_version},
            "nic_firmware": {self.driver: self.firmware},
        }


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which a fault is seen again and again; `end` None: as long as the demo runs."""

    fault: Fault
    values: Mapping[str, str]
    begin: datetime
    end: datetime | None
    every_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """One host: what it ran before and runs now (the same without an upgrade), and what befalls it."""

    name: str
    before: System
    now: System
    spells: tuple[Spell, ...]

    @property
    def is_upgraded(self) -> bool:
        """Whether something was upgraded, at `UPGRADED_AGO`."""
        return self.before != self.now


_OLD = (("4.19.0", "4.18.0"), "debian 10", "ixgbe", "5.1.0-k", "0x61ae0001")
_MIDDLE = (("5.15.0-91-generic", "5.15.0-105-generic"), "ubuntu 22.04", "i40e", "", "8.30 0x8000b8b3 1.2926.0")
_NEW = (("6.1.90", "6.6.31"), "debian 12", "ixgbe", "", "0x800006d1")
"""(kernels, system, driver, its version or that of the kernel it came with, firmware)"""


def fleet_of(count: int, seed: int, now: datetime) -> list[Plan]:
    """So many hosts; the same seed gives the same, but for the time."""
    random = Random(seed)
    return [_plan(number, random, now) for number in range(count)]


def _plan(number: int, random: Random, now: datetime) -> Plan:
    role = _ROLES[number % len(_ROLES)]
    kernels, os, driver, version, firmware = (_OLD, _NEW, _MIDDLE, _NEW, _OLD, _MIDDLE)[number % 6]
    kernel = kernels[number // 6 % len(kernels)]
    is_upgraded = number % 4 == 2
    bird = "2.0.12" if number % 3 else "2.15.1"
    present = System(kernel, os, bird, driver, version or kernel, firmware)
    before = replace(present, bird="2.0.3") if is_upgraded else present
    spells = tuple(_spells(number, random, present, now))
    return Plan(f"{role}-{number // len(_ROLES) + 1}", before, present, spells)


def _spells(number: int, random: Random, system: System, now: datetime) -> Iterator[Spell]:
    values = {
        "pci": f"0000:{random.choice(('02', '3b', '83'))}:00.{number % 2}",
        "iface": random.choice(("p4p1", "p4p2", "ens3f0np0", "enp2s0f1")),
        "driver": system.driver,
        "neighbor": f"192.0.2.{100 + number % 100}",
        "mtu": random.choice(("9000", "9216")),
        "script": random.choice(("chk_haproxy", "chk_nginx")),
        "peer": random.choice(("uplink1", "uplink2", "tor_b")),
    }

    def spell(entry: str, ago_h: float, hours: float | None, every_s: float) -> Spell:
        begin = now - timedelta(hours=ago_h)
        end = None if hours is None else begin + timedelta(hours=hours)
        return Spell(FAULTS[entry], values, begin, end, every_s * random.uniform(0.8, 1.25))

    if system.kernel in _OLD[0]:
        yield spell("ixgbe-tx-unit-hang", random.uniform(40, 90), None, 2_400)
    if number % 4 == 2:
        yield spell("bird-ospf-mtu-mismatch", 94, 3, 300)
        yield spell("bird-ospf-mtu-mismatch", UPGRADED_AGO / timedelta(hours=1) - 0.2, None, 900)
    if number % 3 == 1:
        yield spell("bonding-slave-link-down", random.uniform(30, 60), 0.6, 600)
        yield spell("bonding-slave-link-down", random.uniform(3, 20), 0.4, 600)
    if number % 5 == 3:
        yield spell("keepalived-vrrp-script-failed", random.uniform(10, 30), 1.5, 60)
        yield spell("keepalived-vrrp-script-failed", random.uniform(0.5, 2), None, 60)
    if number % 7 == 4:
        yield spell("nf-conntrack-table-full", -0.002, None, 2)  # it begins while one looks
    if number % 6 == 5:
        yield spell("bgp-hold-timer-expired", random.uniform(60, 80), 6, 1_200)
    if number % 8 == 7:
        yield spell("nic-link-flapping", random.uniform(5, 15), 3, 3_600)
    if number % 9 == 8:
        yield spell("netdev-watchdog-tx-timeout", random.uniform(4, 9), None, 1_500)


def lines_of(plan: Plan, random: Random, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
    """Everything that the host logs from `since` up to `until`, in order."""
    found = [(at, healthy(random)) for at in _times(random, since, until, _HEALTHY_EVERY_S)]
    for spell in plan.spells:
        begin, end = max(since, spell.begin), min(until, spell.end or until)
        for at in _times(random, begin, end, spell.every_s, starts=spell.begin >= since):
            found += [(at, line) for line in spell.fault.lines(random, spell.values)]
        if spell.end is not None and since <= spell.end < until and spell.fault.over is not None:
            found += [(spell.end, line) for line in spell.fault.over(random, spell.values)]
    return sorted(found, key=lambda each: each[0])


def _times(
    random: Random, since: datetime, until: datetime, every_s: float, *, starts: bool = False
) -> Iterator[datetime]:
    """Times of things that happen at random, once in `every_s` on average; `starts`: also at the beginning."""
    at = since if starts else since + timedelta(seconds=random.expovariate(1 / every_s))
    while at < until:
        yield at
        at += timedelta(seconds=random.expovariate(1 / every_s))
