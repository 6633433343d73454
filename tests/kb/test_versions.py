"""Streams of versions: each compares as its vendor does, and reads nothing that is not one of its versions."""

import subprocess
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.catalog import shipped_dir
from kb.load import load_value
from kb.schema import VOCABULARY
from kb.versions import Stream, Version, is_versioned, running_kernel, stream_of
from kb.versions.debian import key
from kb.versions.version import Relation
from tests.conftest import Program


def stream(name: str, component: str = "kernel") -> Stream:
    found = stream_of(component, name)
    assert found is not None, name
    return found


def version(name: str, text: str, component: str = "kernel") -> Version:
    found = stream(name, component).parse(text)
    assert found is not None, text
    return found


NUMBERS = st.integers(0, 400)
RC = st.one_of(st.just(""), st.integers(1, 12).map("-rc{}".format))
STAGE = st.one_of(st.just(""), st.sampled_from(["-rc1", "alpha2", "beta", "-pre1"]))
BUILD = st.lists(NUMBERS, min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
TEXTS: dict[str, st.SearchStrategy[tuple[Stream, str]]] = {
    "mainline": st.builds(lambda a, b, rc: (stream("mainline"), f"{a % 8 + 3}.{b}{rc}"), NUMBERS, NUMBERS, RC),
    "stable": st.builds(lambda z: (stream("stable 5.10"), f"5.10.{z}"), NUMBERS),
    "el8": st.builds(lambda build: (stream("el8"), f"4.18.0-{build}.el8"), BUILD),
    "fc38": st.builds(lambda z, build: (stream("fc38"), f"6.2.{z}-{build}.fc38"), NUMBERS, BUILD),
    "amzn2": st.builds(lambda z, b: (stream("amzn2 5.10"), f"5.10.{z}-{b}.amzn2"), NUMBERS, BUILD),
    "debian": st.builds(
        lambda z, n, more: (stream("debian 5.10"), f"5.10.{z}-{n}{more}"),
        NUMBERS,
        NUMBERS,
        st.sampled_from(["", "~bpo11+1", "+deb11u1", "~exp1"]),
    ),
    "ubuntu": st.builds(lambda a, b: (stream("ubuntu 5.15"), f"5.15.0-{a}.{b}"), NUMBERS, NUMBERS),
    "bird": st.builds(lambda parts, more: (stream("mainline", "bird"), f"{parts}{more}"), BUILD, STAGE),
    "driver": st.builds(lambda parts: (stream("out-of-tree", "i40e"), parts), BUILD),
}


@pytest.mark.parametrize("name", TEXTS)
def test_versions_of_a_stream_are_in_a_total_order(name: str) -> None:
    @settings(max_examples=60)
    @given(st.lists(TEXTS[name], min_size=3, max_size=3))
    def holds(texts: list[tuple[Stream, str]]) -> None:
        parsed = [each.parse(text) for each, text in texts]
        assert None not in parsed, texts
        a, b, c = sorted(parsed)  # type: ignore[type-var]
        assert a is not None and b is not None and c is not None
        assert a <= b <= c and a <= c
        for one, other in ((a, b), (b, c), (a, c)):
            assert (one < other) + (one > other) + (one == other) == 1
            assert (one <= other <= one) == (one == other)

    holds()


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_of_a_version_reads_as_the_same_version(name: str) -> None:
    @settings(max_examples=60)
    @given(TEXTS[name])
    def holds(one: tuple[Stream, str]) -> None:
        parsed = one[0].parse(one[1])
        assert parsed is not None and parsed.text == one[1]
        assert one[0].parse(parsed.text) == parsed
        assert one[0].relation(parsed, parsed) == "reached"

    holds()


@pytest.mark.parametrize("name", TEXTS)
def test_a_version_that_has_not_reached_a_bound_is_below_it(name: str) -> None:
    @settings(max_examples=60)
    @given(TEXTS[name], TEXTS[name])
    def holds(one: tuple[Stream, str], other: tuple[Stream, str]) -> None:
        left, right = one[0].parse(one[1]), other[0].parse(other[1])
        assert left is not None and right is not None
        found = one[0].relation(left, right)
        assert found in ("unclear", "before" if left < right else "reached")

    holds()


ORDERED = {
    ("kernel", "mainline"): ["2.6.32", "3.10", "4.9", "5.9", "5.10-rc1", "5.10-rc10", "5.10", "6.0"],
    ("kernel", "stable 5.10"): ["5.10.9", "5.10.46", "5.10.103"],
    ("kernel", "el8"): ["4.18.0-80.el8", "4.18.0-305.el8", "4.18.0-305.3.1.el8_4", "4.18.0-348.el8"],
    ("kernel", "el7"): ["3.10.0-957.27.2.el7", "3.10.0-1062.el7", "3.10.0-1160.el7"],
    ("kernel", "debian 5.10"): ["5.10~rc1-1~exp1", "5.10.9-1", "5.10.46-4", "5.10.46-5", "5.10.46-5+deb11u1"],
    ("kernel", "ubuntu 5.15"): ["5.15.0-9.9", "5.15.0-91.101", "5.15.0-101.111"],
    ("bird", "mainline"): ["1.6.8", "2.0.0", "2.0.7", "2.0.7.1", "2.0.10", "2.13", "3.0alpha1", "3.0-rc1", "3.0"],
    ("bpftool", "mainline"): ["5.10.46", "v6.7.0", "7.1.0"],
    ("mlx5", "out-of-tree"): ["5.0-2.1.8", "5.8-1.1.2", "5.8-2.0.3", "23.10-1.1.9"],
}


@pytest.mark.parametrize("of", ORDERED, ids=str)
def test_versions_compare_as_their_stream_does(of: tuple[str, str]) -> None:
    parsed = [version(of[1], text, of[0]) for text in ORDERED[of]]
    assert all(earlier < later for earlier, later in pairwise(parsed))


def test_missing_parts_are_zero() -> None:
    assert version("mainline", "5.10") == version("mainline", "5.10.0")
    assert version("mainline", "5.10-rc3") == version("mainline", "5.10.0-rc3")
    assert version("mainline", "2.0", "bird") == version("mainline", "2.0.0.0", "bird")


def test_a_backport_of_debian_is_the_upload_it_was_built_from() -> None:
    assert version("debian 5.10", "5.10.46-4~bpo10+1") == version("debian 5.10", "5.10.46-4")
    assert version("ubuntu 5.15", "5.15.0-91.101~20.04.1") == version("ubuntu 5.15", "5.15.0-91.101")


RELATIONS: list[tuple[str, str, str, Relation]] = [
    ("mainline", "5.10-rc3", "5.10", "unclear"),
    ("mainline", "5.10-rc3", "5.10-rc2", "reached"),
    ("mainline", "5.9", "5.10-rc2", "before"),
    ("el8", "4.18.0-305.el8", "4.18.0-348.el8", "before"),
    ("el8", "4.18.0-348.el8", "4.18.0-305.el8", "reached"),
    ("el8", "4.18.0-305.25.1.el8_4", "4.18.0-305.19.1.el8_4", "reached"),
    ("el8", "4.18.0-305.25.1.el8_4", "4.18.0-348.el8", "unclear"),
    ("el8", "4.18.0-348.el8", "4.18.0-305.25.1.el8_4", "unclear"),
    ("el7", "3.10.0-957.27.2.el7", "3.10.0-1062.el7", "unclear"),
    ("ubuntu 5.15", "5.15.0-91", "5.15.0-91.101", "unclear"),
    ("ubuntu 5.15", "5.15.0-90", "5.15.0-91.101", "before"),
    ("ubuntu 5.15", "5.15.0-92", "5.15.0-91.101", "reached"),
]


@pytest.mark.parametrize(("name", "text", "bound", "expected"), RELATIONS, ids=str)
def test_what_left_its_line_before_a_bound_is_unclear(name: str, text: str, bound: str, expected: Relation) -> None:
    assert stream(name).relation(version(name, text), version(name, bound)) == expected


RELEASES = [
    ("4.18.0-305.el8.x86_64", "", "el8", "4.18.0-305.el8"),
    ("5.14.0-70.13.1.el9_0.aarch64", "", "el9", "5.14.0-70.13.1.el9_0"),
    ("3.10.0-1160.el7.x86_64.debug", "", "el7", "3.10.0-1160.el7"),
    ("5.10.0-8-amd64", "#1 SMP Debian 5.10.46-4 (2021-08-03)", "debian 5.10", "5.10.46-4"),
    ("5.10.0-8-amd64", "", "debian 5.10", None),
    ("5.10.0-0.bpo.8-amd64", "#1 SMP Debian 5.10.46-4~bpo10+1 (2021)", "debian 5.10", "5.10.46-4~bpo10+1"),
    ("6.12.43+deb13-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.12.43-1 (2025-08-27)", "debian 6.12", "6.12.43-1"),
    ("5.15.0-91-generic", "#101~20.04.1-Ubuntu SMP", "ubuntu 5.15", "5.15.0-91.101"),
    ("5.15.0-91-generic", "", "ubuntu 5.15", "5.15.0-91"),
    ("6.2.9-300.fc38.x86_64", "", "fc38", "6.2.9-300.fc38"),
    ("5.10.109-104.500.amzn2.x86_64", "", "amzn2 5.10", "5.10.109-104.500.amzn2"),
    ("4.20.13-1.el7.elrepo.x86_64", "", "stable 4.20", "4.20.13"),
    ("5.10.46", "", "stable 5.10", "5.10.46"),
    ("5.10.0", "", "mainline", "5.10.0"),
    ("6.1.0-rc3", "", "mainline", "6.1.0-rc3"),
    ("2.6.32.71", "", "stable 2.6.32", "2.6.32.71"),
]


@pytest.mark.parametrize(("release", "build", "name", "text"), RELEASES, ids=str)
def test_a_release_tells_its_stream_and_version(release: str, build: str, name: str, text: str | None) -> None:
    found = running_kernel(release, build)
    assert found is not None and (found.stream, found.version) == (name, text)
    assert text is None or stream(name).parse(text) is not None


@pytest.mark.parametrize(
    "release",
    [
        "6.1.0-rc3+",
        "4.19.113-88.6bs.el7.x86_64",
        "5.4.17-2136.300.7.el8uek.x86_64",
        "4.18.0-305.rt7.72.el8.x86_64",
        "5.15.0-1051-aws",
        "5.3.18-150300.59.76-default",
        "5.10.90-generic",
        "5.10.46-custom",
        "6.6.87.2-microsoft-standard-WSL2",
        "4.19.90-2112.8.0.0131.oe1.x86_64",
        "٥.١٠.٤٦",
        "",
        "5",
        "9" * 5000,
    ],
)
def test_a_release_of_an_unknown_vendor_is_of_no_stream(release: str) -> None:
    assert running_kernel(release) is None


@pytest.mark.parametrize(
    ("component", "name"),
    [
        ("kernel", "linux-5.10.y"),
        ("kernel", "stable 5.10.46"),
        ("kernel", "stable 5.010"),
        ("kernel", "el5"),
        ("kernel", "el 8"),
        ("kernel", "rhel8"),
        ("kernel", "debian"),
        ("kernel", "out-of-tree"),
        ("bpf", "out-of-tree"),
        ("bird", "stable 2.0"),
        ("bird", "el8"),
        ("ospf", "mainline"),
        ("nonsense", "mainline"),
    ],
)
def test_a_stream_that_no_module_knows_is_none(component: str, name: str) -> None:
    assert stream_of(component, name) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mainline", "5.10.46"),
        ("stable 5.10", "5.11.1"),
        ("el8", "5.14.0-70.el9"),
        ("el8", "4.18.0"),
        ("debian 5.10", "6.1.55-1"),
        ("ubuntu 5.15", "5.4.0-1.1"),
        ("fc38", "6.2.9-300.fc37"),
    ],
)
def test_a_version_of_another_stream_is_not_read(name: str, text: str) -> None:
    assert stream(name).parse(text) is None


def test_every_component_of_the_vocabulary_is_known_or_has_no_versions() -> None:
    vocabulary, problems = load_value(shipped_dir() / "_vocabulary.yaml", VOCABULARY)
    assert not problems
    unversioned = {name for name in vocabulary["components"] if not is_versioned(name)}
    assert unversioned == {"ospf", "bgp", "bfd", "l4lb", "tracing", "packaging"}


def test_debian_versions_compare_as_dpkg_compares_them(system_program: Program) -> None:
    dpkg = system_program("dpkg", "dpkg")
    texts = ["5.10-1", "5.10~rc1-1", "5.10.0-1", "5.10.46-4", "5.10.46-4+b1", "5.10.46-4a", "5.10.46+x-4", "5.10a-1"]
    for one, other in pairwise([*texts, *reversed(texts)]):
        is_below = subprocess.run([dpkg, "--compare-versions", one, "lt", other], check=False).returncode == 0
        assert (key(one) < key(other)) == is_below, (one, other)  # type: ignore[operator]
