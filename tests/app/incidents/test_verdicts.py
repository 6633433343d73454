"""Which hosts an entry affects, by what they tell of themselves."""

from collections.abc import Callable
from typing import Any

import pytest

from app.incidents.verdicts import HostVerdict, facts_told
from app.store.store import Store
from kb.entry import Affected, Article, Both, VersionRange
from tests.deliveries import HandClock

Deliver = Callable[..., int]


def article(*affected: Affected) -> Article:
    return Article("link", "problem", "reviewed", Both("The link is down"), "error", ("nic",), affected=affected)


KERNEL = article(
    Affected(
        "ixgbe",
        (
            VersionRange("mainline", "4.13", fixed="5.17"),
            VersionRange("stable 5.10", "0", fixed="5.10.100"),
            VersionRange("debian 5.10", "0", fixed="5.10.103-1"),
            VersionRange("out-of-tree", "0", fixed="5.16.5"),
        ),
    )
)
BIRD = article(Affected("bird", (VersionRange("mainline", "2.0.7", unfixed=True),)))


def told(store: Store, hosts: dict[str, dict[str, Any]]) -> None:
    for host, facts in hosts.items():
        store.record(host, [], facts)


def judged(store: Store, entry: Article) -> dict[str, HostVerdict]:
    return {each.host: each for each in store.incidents.verdicts(entry)}


def test_hosts_are_judged_by_kernel_build_and_driver(store: Store) -> None:
    own = {"ixgbe": "5.1.0-k"}
    told(
        store,
        {
            "old": {"kernel": "5.10.46", "nic_drivers": own},
            "new": {"kernel": "6.1.55", "nic_drivers": own},
            "debian": {
                "kernel": "5.10.0-8-amd64",
                "kernel_build": "#1 SMP Debian 5.10.46-4 (2021-08-03)",
                "nic_drivers": {"ixgbe": "5.10.0-8-amd64"},
            },
            "foreign": {"kernel": "5.10.46", "nic_drivers": {"ixgbe": "5.19.6"}, "out_of_tree": "ixgbe"},
            "silent": {"os": "debian 12"},
        },
    )
    found = judged(store, KERNEL)
    assert {host: (each.state, each.stream) for host, each in found.items()} == {
        "old": ("affected", "stable 5.10"),
        "new": ("fixed", "stable 6.1"),
        "debian": ("affected", "debian 5.10"),
        "foreign": ("fixed", "out-of-tree"),
    }
    assert {host: each.fixed_in for host, each in found.items() if each.state == "affected"} == {
        "old": "5.10.100",
        "debian": "5.10.103-1",
    }


def test_a_driver_of_the_kernel_is_judged_by_the_kernel_whatever_it_calls_itself(store: Store) -> None:
    told(store, {"a": {"kernel": "5.10.46", "nic_drivers": {"ixgbe": "9.9.9"}, "out_of_tree": "none"}})
    assert judged(store, KERNEL)["a"].state == "affected"


def test_an_upgrade_clears_where_the_trouble_is_on_and_a_fix_is_known(store: Store, deliver: Deliver) -> None:
    told(store, {host: {"kernel": "5.10.46"} for host in ("quiet", "ill")} | {"both": {"kernel": "6.1.55"}})
    deliver(host="ill")
    deliver(host="both")
    deliver(host="untold")
    found = judged(store, KERNEL)
    assert [host for host, each in found.items() if each.is_cleared_by_upgrade] == ["ill"]
    assert (found["both"].state, found["both"].on) == ("fixed", 1)
    assert (found["untold"].state, found["untold"].on) == ("unknown", 1)


def test_without_a_known_fix_no_upgrade_clears_anything(store: Store, deliver: Deliver) -> None:
    told(store, {"a": {"bird": "2.0.12"}, "b": {"bird": "2.0.6"}})
    deliver(host="a")
    found = judged(store, BIRD)
    assert {host: (each.state, each.fixed_in) for host, each in found.items()} == {
        "a": ("affected", None),
        "b": ("unknown", None),
    }
    assert not found["a"].is_cleared_by_upgrade


def test_an_entry_without_versions_knows_only_hosts_that_have_it(store: Store, deliver: Deliver) -> None:
    told(store, {"a": {"kernel": "5.10.46"}})
    deliver(host="b")
    assert {host: each.state for host, each in judged(store, article()).items()} == {"b": "unknown"}


def test_incidents_that_are_over_are_counted_apart(store: Store, deliver: Deliver, clock: HandClock) -> None:
    told(store, {"a": {"kernel": "5.10.46"}})
    deliver(host="a")
    clock.pass_s(10)
    deliver(host="a", matcher="up")
    clock.pass_s(10)
    found = judged(store, KERNEL)["a"]
    assert (found.incidents, found.on, found.is_cleared_by_upgrade) == (1, 0, False)


@pytest.mark.parametrize("text", ["", "x", "\x1b[31m5.10.1", "5.10." + "9" * 5_000, "中文", "5.10.1; rm -rf /"])
def test_hostile_facts_are_judged_as_unknown_or_not_at_all(store: Store, text: str) -> None:
    told(store, {"a": {"kernel": text, "bird": text, "nic_drivers": {"ixgbe": text}, "out_of_tree": text}})
    assert {each.state for each in judged(store, KERNEL).values()} <= {"unknown"}
    assert {each.state for each in judged(store, BIRD).values()} <= {"unknown"}


def test_facts_are_read_as_a_verdict_takes_them() -> None:
    facts = facts_told({"kernel": "6.1.0", "nic_drivers.ice": "1.9", "nic_firmware.ice": "4.2", "bird": "2.0.12"})
    assert (facts.kernels[0].release, facts.programs[0].version) == ("6.1.0", "2.0.12")
    assert (facts.drivers[0].name, facts.drivers[0].firmware, facts.drivers[0].is_own) == ("ice", "4.2", None)
