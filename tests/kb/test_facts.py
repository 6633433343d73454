"""What a paste tells of versions, in the words of the programs that print them; hostile text costs linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.facts import MOST, Driver, Facts, Kernel, Program, facts_in, facts_of, joined, narrowed

BANNER = (
    "[    0.000000] Linux version 5.10.0-8-amd64 (debian-kernel@lists.debian.org) (gcc-10 (Debian 10.2.1-6) 10.2.1, "
    "GNU ld 2.35.2) #1 SMP Debian 5.10.46-4 (2021-08-03)\n"
)
DEBIAN = Kernel("5.10.0-8-amd64", "debian 5.10", "5.10.46-4")
EL8 = Kernel("4.18.0-305.el8.x86_64", "el8", "4.18.0-305.el8")
KERNELS = [
    (BANNER, DEBIAN),
    ("Linux lb1 5.10.0-8-amd64 #1 SMP Debian 5.10.46-4 (2021-08-03) x86_64 GNU/Linux\n", DEBIAN),
    ("[  9.1] CPU: 0 PID: 1 Comm: x Not tainted 5.10.0-8-amd64 #1 Debian 5.10.46-4\n", DEBIAN),
    ("CPU: 0 PID: 1 Comm: x Not tainted 4.18.0-305.el8.x86_64 #1\n", EL8),
    ("CPU: 0 PID: 1 Comm: a b Kdump: loaded Tainted: G        W  OE     4.18.0-305.el8.x86_64 #1\n", EL8),
    ("      Tainted: G           OE    --------- -  - 4.18.0-305.el8.x86_64 #1\n", None),
    ("INFO: task x:1 blocked for more than 122 seconds.\n      Not tainted 4.18.0-305.el8.x86_64 #1\n", EL8),
    ("CPU: 3 UID: 0 PID: 77 Comm: y Tainted: G S      W          6.12.5 #4 PREEMPT(voluntary)\n", "6.12.5"),
    ("$ uname -r\n4.18.0-305.el8.x86_64\n", EL8),
    ("# uname -r\n6.1.55\n", "6.1.55"),
    ("4.18.0-305.el8.x86_64\n[1.0] a fault\n", EL8),
    ("6.1.55\n[1.0] a fault\n", "6.1.55"),
    ("Linux lb1 5.15.0-91-generic #101-Ubuntu SMP Tue Nov 14 13:30:08 UTC 2023 x86_64\n", "5.15.0-91-generic"),
    ("driver: veth\nversion: 5.15.0-91-generic\n", "5.15.0-91-generic"),
]


@pytest.mark.parametrize(("text", "expected"), KERNELS, ids=[text[:40] for text, _ in KERNELS])
def test_a_kernel_is_read_from_what_prints_its_release(text: str, expected: Kernel | str | None) -> None:
    found = facts_in(text).kernels
    if isinstance(expected, str):
        assert [each.release for each in found] == [expected]
    else:
        assert found == ((expected,) if expected else ())


PROGRAMS = [
    ("BIRD 2.0.7 ready.\n", "bird", "2.0.7"),
    ("BIRD version 2.13.1\n", "bird", "2.13.1"),
    ("BIRD v2.0.7.1 ready.\n", "bird", "2.0.7.1"),
    ("bpftool v7.1.0\nusing libbpf v1.1\n", "bpftool", "7.1.0"),
    ("bpftool v7.1.0\nusing libbpf v1.1\n", "libbpf", "1.1"),
    ("ip utility, iproute2-5.10.0, libbpf 0.4.0\n", "iproute2", "5.10.0"),
    ("tcpdump version 4.99.3\nlibpcap version 1.10.3\n", "tcpdump", "4.99.3"),
    ("Ubuntu clang version 14.0.0-1ubuntu1.1\nTarget: x86_64\n", "clang", "14.0.0"),
    ("FRRouting 8.4.4 (lb1) on Linux(6.1.0)\n", "frr", "8.4.4"),
]


@pytest.mark.parametrize(("text", "name", "version"), PROGRAMS, ids=str)
def test_a_program_is_read_from_what_it_says_of_itself(text: str, name: str, version: str) -> None:
    assert Program(name, version) in facts_in(text).programs


def test_the_compiler_of_the_kernel_is_not_that_of_a_bpf_program() -> None:
    banner = "Linux version 6.1.55 (a@b) (Debian clang version 14.0.6, Debian LLD 14.0.6) #1 SMP\n"
    assert facts_in(banner).programs == ()


def test_a_driver_is_read_from_ethtool() -> None:
    text = (
        "# ethtool -i p4p1\ndriver: i40e\nversion: 2.8.20-k\nfirmware-version: 7.00 0x80004cda 1.2154.0\nbus-info: x\n"
    )
    assert facts_in(text).drivers == (Driver("i40e", "2.8.20-k", "7.00 0x80004cda 1.2154.0"),)
    assert facts_in("driver: i40e\nversion: \nfirmware-version: \n").drivers == (Driver("i40e", ""),)
    assert facts_in(text.replace("\n", "\r\n")) == facts_in(text)


def test_a_driver_is_read_from_modinfo_with_the_place_it_lies_in() -> None:
    path = "filename:       /lib/modules/5.4.0-1/{}/ixgbe.ko.xz\nversion:        5.19.6\nlicense:        GPL\n"
    assert facts_in(path.format("updates/drivers/net")).drivers == (Driver("ixgbe", "5.19.6", is_own=False),)
    assert facts_in(path.format("kernel/drivers/net")).drivers == (Driver("ixgbe", "5.19.6", is_own=True),)


def test_a_driver_is_read_from_its_greeting() -> None:
    text = "[3.1] ixgbe: Intel(R) 10 Gigabit PCI Express Network Driver - version 5.1.0-k\n"
    assert facts_in(text).drivers == (Driver("ixgbe", "5.1.0-k"),)


def test_modules_from_out_of_tree_are_those_that_the_kernel_marks() -> None:
    text = "[1.0] Modules linked in: veth i40e(OE) bonding(E) ixgbe(O+) nvidia(POE)\n"
    assert facts_in(text).out_of_tree == {"i40e", "ixgbe", "nvidia"}
    assert facts_in("i40e(OE)\n").out_of_tree == frozenset()


def test_what_names_no_version_gives_no_facts() -> None:
    assert facts_in("") == Facts()
    text = "ospf1: MTU mismatch with nbr 192.0.2.1 on bond0 (remote 9000, local 1500)\n10.0.0.1\n2.0.7\n"
    assert facts_in(text) == Facts()


@pytest.mark.parametrize(
    "text",
    [
        "CentOS Linux release 7.9.2009 (Core)\n",
        "Red Hat Enterprise Linux release 8.4 (Ootpa)\n",
        "Linux kernel 5.10.46 has this, says the list\n",
        "seen with Linux version 5.10 and later\n",
        "Tainted: G and 5.10.46 were named\n",
        "7.9.2009.1\n",
    ],
)
def test_numbers_of_distributions_and_prose_are_no_kernels(text: str) -> None:
    assert facts_in(text) == Facts()


def test_a_release_beside_its_banner_is_one_kernel() -> None:
    assert facts_in(f"$ uname -r\n5.10.0-8-amd64\n{BANNER}").kernels == (DEBIAN,)
    assert facts_in(f"{BANNER}{BANNER}").kernels == (DEBIAN,)


def test_two_builds_of_one_release_are_two_kernels() -> None:
    assert len(facts_in(BANNER + BANNER.replace("5.10.46-4", "5.10.46-5")).kernels) == 2


def test_of_several_kernels_the_one_that_the_record_names_counts() -> None:
    record = "CPU: 0 PID: 1 Comm: x Not tainted 4.18.0-305.el8.x86_64 #1\n"
    facts = facts_in(BANNER + record)
    assert set(facts.kernels) == {DEBIAN, EL8}
    assert narrowed(facts, record).kernels == (EL8,)
    assert narrowed(facts, "no kernel here") == facts


def test_a_form_gives_the_same_facts_as_a_paste() -> None:
    given_facts = facts_of({"kernel": " 4.18.0-305.el8.x86_64 ", "bird": "2.0.7", "i40e": "2.17.4", "tcpdump": ""})
    assert given_facts == Facts((EL8,), (Driver("i40e", "2.17.4"),), (Program("bird", "2.0.7"),))
    uname = "Linux lb1 5.10.0-8-amd64 #1 SMP Debian 5.10.46-4 (2021-08-03) x86_64 GNU/Linux"
    assert facts_of({"kernel": uname}).kernels == (DEBIAN,)
    assert facts_of({"bird": "BIRD version 2.0.7"}).programs == (Program("bird", "2.0.7"),)
    assert facts_of({"kernel": "my own"}).kernels == (Kernel("my"),)


def test_what_a_person_gives_stands_above_what_the_paste_tells() -> None:
    both = joined(
        facts_of({"kernel": "6.1.55", "bird": "2.13"}), facts_in(f"{BANNER}BIRD 2.0.7 ready.\nbpftool v7.1.0\n")
    )
    assert [each.release for each in both.kernels] == ["6.1.55"]
    assert both.programs == (Program("bird", "2.13"), Program("bpftool", "7.1.0"))


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    facts_in(text)
    facts_of({"kernel": text, "bird": text, "i40e": text})


HOSTILE = [
    "Linux " * 100_000,
    "Linux version 5." * 60_000,
    "Tainted: " + "G " * 400_000,
    "Tainted: G " * 90_000,
    "uname -r\n" + " " * 500_000,
    "driver: a\nversion: b\n" * 40_000,
    "driver: " + "a" * 800_000,
    "filename: /lib/modules/" * 40_000,
    "filename: /lib/modules/a" + "/a" * 400_000,
    "x: Intel(R) " * 80_000,
    "Modules linked in: " * 50_000,
    "Modules linked in: " + "a" * 900_000,
    "clang version " * 70_000,
    "5.10.0-" * 140_000,
    "\n".join(f"Linux version 5.10.{number} (x) #1" for number in range(30_000)),
    " " * 1_000_000,
    "\n" * 1_000_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:24].strip() or repr(text[0]) for text in HOSTILE])
def test_a_hostile_text_of_a_mebibyte_is_read_in_linear_time(text: str) -> None:
    began = time.process_time()
    facts = facts_in(text)
    assert time.process_time() - began < 3
    assert max(len(facts.kernels), len(facts.drivers), len(facts.programs), len(facts.out_of_tree)) <= MOST
