"""Verdicts: what the ranges of an entry prove of a version, and nothing more; every reason in both languages."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.book import Book
from kb.entry import Affected, Article, Both, VersionRange
from kb.facts import Facts, facts_in, facts_of
from kb.recognise import answer_json, recognise
from kb.verdict import Verdict, asked, has_ranges, judge

I40E = Affected(
    "i40e",
    (
        VersionRange("mainline", "4.13", "5.17"),
        VersionRange("stable 5.10", fixed="5.10.96"),
        VersionRange("stable 5.16", fixed="5.16.5"),
        VersionRange("el8", "0", "4.18.0-372.el8"),
        VersionRange("debian 5.10", "5.10.4-1", "5.10.103-1"),
    ),
)


def article(*affected: Affected) -> Article:
    return Article("x", "problem", "reviewed", Both("x"), affected=affected)


def of(ranges: list[VersionRange], component: str = "kernel") -> Article:
    return article(Affected(component, tuple(ranges)))


def state(entry: Article, kernel: str) -> str:
    return judge(entry, facts_of({"kernel": kernel})).state


@pytest.mark.parametrize(
    ("kernel", "expected"),
    [
        ("4.12.0", "unknown"),
        ("4.13.0", "affected"),
        ("5.10.0", "affected"),
        ("5.10.95", "affected"),
        ("5.10.96", "fixed"),
        ("5.16.4", "affected"),
        ("5.16.5", "fixed"),
        ("5.15.100", "unknown"),
        ("5.17.0", "fixed"),
        ("5.17.0-rc2", "unknown"),
        ("5.16.0-rc8", "affected"),
        ("5.18.3", "fixed"),
        ("4.12.9", "unknown"),
        ("6.1.0-rc3+", "unknown"),
        ("4.18.0-305.el8.x86_64", "affected"),
        ("4.18.0-372.el8.x86_64", "fixed"),
        ("4.18.0-305.88.1.el8_4.x86_64", "unknown"),
        ("4.18.0-553.5.1.el8_10.x86_64", "fixed"),
        ("5.14.0-427.el9.x86_64", "unknown"),
        ("6.2.9-300.fc38.x86_64", "unknown"),
        ("5.10.0-8-amd64", "unknown"),
        ("Linux a 5.10.0-8-amd64 #1 SMP Debian 5.10.46-4 (2021-08-03) x86_64", "affected"),
        ("Linux a 5.10.0-12-amd64 #1 SMP Debian 5.10.103-1 (2022-03-07) x86_64", "fixed"),
        ("5.15.0-91-generic", "unknown"),
    ],
)
def test_a_kernel_is_judged_by_the_ranges_of_its_own_stream(kernel: str, expected: str) -> None:
    assert state(article(I40E), kernel) == expected


@pytest.mark.parametrize(
    "kernel",
    [
        "4.18.0-305.el8.x86_64",
        "6.2.9-300.fc38.x86_64",
        "5.15.0-91-generic",
        "5.10.0-8-amd64",
        "5.4.17-2136.el7uek.x86_64",
    ],
)
def test_a_kernel_of_a_vendor_is_never_judged_by_the_numbers_of_mainline(kernel: str) -> None:
    for fixed in ("3.0", "4.18", "5.4", "7.0"):
        entry = of([VersionRange("mainline", "2.6.12", fixed), VersionRange("stable 4.18", "4.18.1", "4.18.9")])
        assert state(entry, kernel) == "unknown"


def test_a_stable_branch_has_what_mainline_had_when_it_left_it() -> None:
    entry = of([VersionRange("mainline", "4.13", "5.7")])
    assert state(entry, "5.10.46") == "fixed"
    assert state(entry, "5.4.200") == "unknown"
    assert "5.4" in (judge(entry, facts_of({"kernel": "5.4.200"})).reason.en or "")
    assert state(of([VersionRange("mainline", "4.13", unfixed=True)]), "5.4.200") == "affected"


def test_without_a_beginning_an_old_version_is_unknown() -> None:
    entry = of([VersionRange("mainline", fixed="5.7")])
    assert state(entry, "5.6.0") == "unknown"
    assert state(entry, "5.7.0") == "fixed"
    assert state(of([VersionRange("mainline", "0", "5.7")]), "3.0.0") == "affected"


def test_a_range_says_nothing_beyond_its_last_affected_version() -> None:
    entry = of([VersionRange("mainline", "5.0", last_affected="5.4")])
    assert [state(entry, each) for each in ("4.20.0", "5.0.0", "5.4.0", "5.5.0")] == [
        "unknown",
        "affected",
        "affected",
        "unknown",
    ]


def test_a_range_without_an_end_says_nothing_of_later_versions() -> None:
    entry = of([VersionRange("mainline", "5.0")])
    assert [state(entry, each) for each in ("4.20.0", "5.0.0", "5.4.0")] == ["unknown", "affected", "unknown"]


def test_of_two_ranges_the_one_that_holds_the_version_counts() -> None:
    entry = of([VersionRange("mainline", "4.0", "4.5"), VersionRange("mainline", "5.0", "5.5")])
    assert [state(entry, each) for each in ("4.2.0", "4.9.0", "5.2.0", "5.9.0")] == [
        "affected",
        "fixed",
        "affected",
        "fixed",
    ]


def test_two_kernels_in_a_paste_are_unknown_and_named() -> None:
    verdict = judge(article(I40E), facts_in("Not tainted 5.10.95 #1\nNot tainted 5.10.96 #1\n"))
    assert verdict.state == "unknown"
    assert "5.10.95, 5.10.96" in (verdict.reason.en or "") and "5.10.95, 5.10.96" in (verdict.reason.zh or "")


def test_a_driver_from_out_of_tree_is_not_judged_by_the_kernel() -> None:
    kernel = "Not tainted 5.10.95 #1\n"
    own = f"{kernel}driver: i40e\nversion: {{}}\n"
    assert judge(article(I40E), facts_in(own.format("2.8.20-k"))).state == "affected"
    assert judge(article(I40E), facts_in(own.format("5.10.95"))).state == "affected"
    assert judge(article(I40E), facts_in(own.format("2.17.4"))).state == "unknown"
    assert judge(article(I40E), facts_in(f"{kernel}Modules linked in: i40e(OE)\n")).state == "unknown"
    foreign = of([*I40E.ranges, VersionRange("out-of-tree", "0", "2.17.4")], "i40e")
    assert judge(foreign, facts_in(own.format("2.17.4"))).state == "fixed"
    assert judge(foreign, facts_in(own.format("2.10.19"))).state == "affected"
    assert judge(foreign, facts_in(f"{kernel}Modules linked in: i40e(OE)\n")).state == "unknown"


@pytest.mark.parametrize(
    ("component", "driver", "version"),
    [
        ("virtio-net", "virtio_net", "1.0.0"),
        ("veth", "veth", "1.0"),
        ("tun", "tun", "1.6"),
        ("bridge", "bridge", "2.3"),
        ("gve", "gve", "1.0.0"),
        ("mlx4", "mlx4_en", "4.0-0"),
        ("mlx5", "mlx5_core", "5.0-0"),
    ],
)
def test_a_version_that_the_kernels_own_driver_always_prints_is_judged_by_the_kernel(
    component: str, driver: str, version: str
) -> None:
    entry = of([VersionRange("mainline", "4.13", "5.17")], component)
    paste = f"Not tainted 5.10.95 #1\ndriver: {driver}\nversion: {{}}\n"
    assert judge(entry, facts_in(paste.format(version))).version == "5.10.95"
    assert judge(entry, facts_in(paste.format("9.8.7"))).stream == "out-of-tree"
    marked = f"{paste.format(version)}Modules linked in: {driver}(OE)\n"
    assert judge(entry, facts_in(marked)).stream == "out-of-tree"


def test_the_same_version_of_another_driver_is_its_own() -> None:
    paste = "Not tainted 5.10.95 #1\ndriver: i40e\nversion: 1.0.0\n"
    assert judge(article(I40E), facts_in(paste)).stream == "out-of-tree"


def test_a_program_is_judged_by_its_own_version() -> None:
    bird = of([VersionRange("mainline", "2.0.4", "2.0.7.1")], "bird")
    assert judge(bird, facts_in("BIRD 2.0.7 ready.\n")).state == "affected"
    assert judge(bird, facts_in("BIRD version 2.0.7.1\n")).state == "fixed"
    assert judge(bird, facts_in("BIRD 2.0.7-52-gabcdef ready.\n")).state == "unknown"
    assert judge(bird, facts_in("Not tainted 5.10.95 #1\n")).state == "unknown"
    assert judge(bird, facts_in("BIRD 2.0.7 ready.\nBIRD 2.13 ready.\n")).state == "unknown"


def test_of_several_components_one_affected_is_enough_and_fixed_needs_all() -> None:
    entry = article(I40E, Affected("bird", (VersionRange("mainline", "2.0", "2.5"),)), Affected("tcp"))
    text = "Not tainted {} #1\nBIRD {} ready.\n"
    assert judge(entry, facts_in(text.format("5.10.96", "2.1"))).state == "affected"
    assert judge(entry, facts_in(text.format("5.10.96", "2.6"))).state == "fixed"
    assert judge(entry, facts_in("Not tainted 5.10.96 #1\n")).state == "unknown"


def test_a_reason_names_stream_version_and_range_in_both_languages() -> None:
    verdict = judge(article(I40E), facts_of({"kernel": "5.10.95"}))
    assert (verdict.component, verdict.stream, verdict.version) == ("i40e", "stable 5.10", "5.10.95")
    assert verdict.reason == Both(
        "5.10.95 (stable 5.10) is affected: stable 5.10 fixed in 5.10.96.",
        "5.10.95（stable 5.10）受影响：stable 5.10 修复于 5.10.96。",
    )


def test_what_names_no_version_is_unknown_and_says_what_to_add() -> None:
    verdict = judge(article(I40E), Facts())
    assert verdict.state == "unknown" and "uname -a" in (verdict.reason.en or "")
    assert judge(article(), Facts()).state == "unknown"


def test_a_form_is_asked_for_what_the_ranges_need() -> None:
    assert asked(article(I40E)) == ("kernel",)
    assert asked(of([VersionRange("out-of-tree", "1.0", "2.0")], "i40e")) == ("kernel", "i40e")
    assert asked(of([VersionRange("mainline", "2.0", "2.5")], "bird")) == ("bird",)
    assert asked(article(Affected("kernel"))) == () and not has_ranges(article(Affected("kernel")))


VERSIONS = st.builds("{}.{}.{}".format, st.integers(3, 7), st.integers(0, 30), st.integers(0, 300))
BOUNDS = st.none() | st.builds("{}.{}".format, st.integers(3, 7), st.integers(0, 30))


@given(VERSIONS, BOUNDS, BOUNDS, st.booleans())
def test_a_version_is_never_affected_below_the_beginning_nor_at_or_above_the_fix(
    version: str, introduced: str | None, fixed: str | None, unfixed: bool
) -> None:
    verdict = judge(of([VersionRange("mainline", introduced, fixed, unfixed=unfixed)]), facts_of({"kernel": version}))
    series = tuple(map(int, version.split(".")))[:2]

    def bound(text: str) -> tuple[int, ...]:
        return tuple(map(int, text.split(".")))

    if verdict.state == "affected":
        assert introduced is not None and series >= bound(introduced)
        assert fixed is None or series < bound(fixed)
    if verdict.state == "fixed":
        assert fixed is not None and series >= bound(fixed)
    assert verdict.reason.en and verdict.reason.zh


@given(st.text(max_size=200), st.sampled_from(["kernel", "i40e", "bird"]))
def test_whatever_a_form_gives_there_is_a_verdict(text: str, name: str) -> None:
    bird = Affected("bird", (VersionRange("mainline", "2.0", "2.5"),))
    for entry in (article(I40E), article(bird), article(I40E, bird)):
        verdict = judge(entry, facts_of({name: text}))
        assert verdict.state in ("affected", "fixed", "unknown") and verdict.reason.en and verdict.reason.zh


def test_of_many_versions_three_are_named() -> None:
    verdict = judge(article(I40E), facts_in("".join(f"Not tainted 5.10.{number} #1\n" for number in range(9))))
    assert "(5.10.0, 5.10.1, 5.10.2, …)" in (verdict.reason.en or "")


OOPS = """\
[  512.104211] i40e 0000:87:00.1: failed to get tracking for 256 queues for VSI 0 err -12
[  512.187302] BUG: kernel NULL pointer dereference, address: 0000000000000000
[  512.187325] CPU: 12 PID: 4242 Comm: xdp-loader Not tainted {} #1
[  512.187340] RIP: 0010:i40e_xdp+0xea/0x1b0 [i40e]
"""


def verdict_of(book: Book, paste: str) -> Verdict | None:
    return next(each.verdict for each in recognise(book, paste.encode()) if each.article.id.startswith("i40e-x722"))


def test_a_recognised_paste_has_its_verdict(shipped_book: Book) -> None:
    for kernel, expected in (("5.10.95", "affected"), ("5.10.96", "fixed"), ("5.10.95-own", "unknown")):
        verdict = verdict_of(shipped_book, OOPS.format(kernel))
        assert verdict is not None and verdict.state == expected
    rows = answer_json(recognise(shipped_book, OOPS.format("5.10.95").encode()), "en")["matches"]
    assert isinstance(rows, list) and [row["verdict"] for row in rows] == ["affected"]


def test_the_kernel_of_the_record_counts_where_the_paste_names_two(shipped_book: Book) -> None:
    paste = "[    0.000000] Linux version 5.10.96 (a@b) (gcc 10) #1 SMP\n" + OOPS.format("5.10.95")
    verdict = verdict_of(shipped_book, paste)
    assert verdict is not None and (verdict.state, verdict.version) == ("affected", "5.10.95")


def test_an_entry_without_ranges_has_no_verdict(shipped_book: Book) -> None:
    text = "nf_conntrack: nf_conntrack: table full, dropping packet\nLinux version 5.10.96 (a@b) (gcc 10) #1 SMP\n"
    answers = recognise(shipped_book, text.encode())
    assert answers and answers[0].verdict is None


def test_every_shipped_entry_with_ranges_gives_a_verdict_on_its_own_examples(shipped_book: Book) -> None:
    for name in shipped_book.ids:
        entry = shipped_book.article(name)
        assert entry is not None
        if has_ranges(entry):
            assert asked(entry)
            for kernel in ("5.10.95", "4.18.0-305.el8.x86_64", "2.6.32", "9.9.9"):
                verdict = judge(entry, facts_of({"kernel": kernel}))
                assert verdict.state in ("affected", "fixed", "unknown") and verdict.reason.zh


def test_docs_name_every_stream_family() -> None:
    text = (Path(__file__).parents[2] / "docs/versions.md").read_text("utf-8")
    for name in ("mainline", "stable 5.10", "el8", "fc38", "amzn2 5.10", "debian 5.10", "ubuntu 5.15", "out-of-tree"):
        assert f"`{name}`" in text
