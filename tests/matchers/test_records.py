import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.envelopes import open_envelope
from matchers.records import (
    MAX_BYTES,
    MAX_LINES,
    Moment,
    Page,
    Part,
    line_index,
    line_starts,
    same_stream,
    seconds_between,
)
from matchers.sources import SOURCES
from tests.support import fields_in, pattern, scan


def page(text: str, offset: int = 0, number: int = 1, cuts: list[tuple[int, int]] | None = None) -> Page:
    return Page(text.encode(), offset, number, cuts or [])


def part(of: Page, text: str) -> Part:
    """The part that holds a text."""
    line = of.line_at(of.data.index(text.encode().split(b"\n")[0]))
    return next(each for each in line.parts() if text in each.text)


def texts(of: Page, at: str, *, ahead: bool) -> list[str]:
    return [each.text for each in of.near(part(of, at), ahead=ahead)]


def test_a_line_knows_its_place() -> None:
    of = page("one\ntwo\n\nfour\n", offset=100, number=7)
    found = [of.line_at(position) for position in (0, 3, 4, 8, 9, 12)]
    assert [(line.start, line.end, line.number, line.raw) for line in found] == [
        *[(0, 3, 7, "one")] * 2,
        (4, 7, 8, "two"),
        (8, 8, 9, ""),
        *[(9, 13, 10, "four")] * 2,
    ]
    assert of.line_at(0).number == 7  # also when asked backwards
    assert of.stream_offset(9) == 109


def test_bytes_left_out_of_a_line_count_for_what_stands_behind() -> None:
    of = page("abc\ndef\nghi\n", offset=10, cuts=[(3, 1000), (7, 5)])
    assert [of.stream_offset(at) for at in (0, 3, 4, 7, 8, 11)] == [10, 1013, 1014, 1022, 1023, 1026]
    assert [of.line_at(at).cut for at in (0, 4, 8)] == [True, True, False]


def test_the_parts_of_a_message_are_its_lines() -> None:
    of = page("Mar 25 15:35:53 lb1 kernel: one#012two#012three\n")
    assert [each.text for each in of.line_at(0).parts()] == ["one", "two", "three"]
    assert [each.text for each in of.line_at(0).parts(backwards=True)] == ["three", "two", "one"]
    assert texts(of, "two", ahead=True) == ["three"]
    assert texts(of, "two", ahead=False) == ["one"]


def test_lines_of_other_programs_hosts_and_callers_are_passed_over() -> None:
    of = page(
        "Mar 25 15:35:53 lb1 kernel: one\n"
        "Mar 25 15:35:53 lb1 cron[1]: two\n"
        "Mar 25 15:35:53 lb2 kernel: three\n"
        "Mar 25 15:35:53 lb1 kernel: four\n"
        "bare\n"
    )
    assert texts(of, "one", ahead=True) == ["four", "bare"]
    assert texts(of, "four", ahead=False) == ["one"]
    of = page("[1.000000][  T1] one\n[1.000000][  C2] two\n[1.000000][  T1] three\n")
    assert texts(of, "one", ahead=True) == ["three"]
    of = page(
        "Mar 25 15:35:53 lb1 bird[7]: one\nMar 25 15:35:53 lb1 bird[8]: two\nMar 25 15:35:53 lb1 bird[7]: three\n"
    )
    assert texts(of, "one", ahead=True) == ["three"]


def test_a_record_ends_where_log_time_jumps() -> None:
    of = page("[1.000000] one\n[5.900000] two\n[6.100000] three\n[2.000000] four\n")
    assert texts(of, "one", ahead=True) == ["two"]
    assert texts(of, "three", ahead=False) == ["two"]
    assert texts(of, "four", ahead=False) == ["three", "two", "one"]  # a clock set back is no jump ahead


def test_a_host_whose_clock_is_wrong_does_not_end_the_record_of_another() -> None:
    of = page("Mar 25 15:35:53 lb1 kernel: one\nMar 25 19:35:53 lb2 kernel: two\nMar 25 15:35:53 lb1 kernel: three\n")
    assert texts(of, "one", ahead=True) == ["three"]


def test_a_record_has_so_many_lines_at_the_most() -> None:
    of = page("".join(f"line {number:04}.\n" for number in range(1000)))
    assert texts(of, "line 0500.", ahead=True) == [f"line {number:04}." for number in range(501, 500 + MAX_LINES)]
    assert texts(of, "line 0500.", ahead=False) == [f"line {number:04}." for number in range(499, 500 - MAX_LINES, -1)]
    foreign = "Mar 25 15:35:53 lb1 cron[1]: x\n" * MAX_LINES
    of = page(f"Mar 25 15:35:53 lb1 kernel: one\n{foreign}Mar 25 15:35:53 lb1 kernel: two\n")
    assert texts(of, "one", ahead=True) == []


def test_a_record_has_so_many_bytes_at_the_most() -> None:
    long = "x" * (MAX_BYTES // 2)
    of = page(f"zero\n{long}\none\n{long}\ntwo\nthree\n")
    assert texts(of, "one", ahead=True) == [long, "two", "three"]
    of = page(f"zero\n{long}\n{long}\none\n{long}\n{long}\ntwo\n")
    assert texts(of, "one", ahead=True) == [long]
    assert texts(of, "one", ahead=False) == [long]


def test_a_message_of_very_many_lines_is_walked_in_bounds() -> None:
    of = page("Mar 25 15:35:53 lb1 kernel: " + "#012".join(f"p{number:06}" for number in range(50_000)) + "\n")
    middle = list(of.line_at(0).parts())[25_000]
    assert len(list(of.near(middle, ahead=True))) == MAX_LINES - 1
    assert next(of.near(middle, ahead=False)).text == "p024999"
    assert len(of.record(middle, SOURCES["kernel"])) <= 2 * MAX_LINES


def test_a_record_is_a_message_and_the_bare_lines_that_continue_it() -> None:
    text = (
        "[1.000000] before\n"
        "[2.000000] Detected Tx Unit Hang\n"
        "             Tx Queue <6>\n"
        "             next_to_use <9>\n"
        "[2.000000] tx hang 1\n"
    )
    of = page(text)
    expected = [line.strip() for line in text.split("\n")[1:4]]
    for line in ("Detected", "Tx Queue", "next_to_use"):
        record = of.record(part(of, line), SOURCES["kernel"])
        assert [each.text.strip().removeprefix("[2.000000] ") for each in record] == [
            each.removeprefix("[2.000000] ") for each in expected
        ]
    assert [each.text for each in of.record(part(of, "tx hang"), SOURCES["kernel"])] == ["tx hang 1"]
    assert len(of.record(part(of, "Tx Queue"), SOURCES["bird"])) == 1


def test_stamped_continuation_lines_of_dmesg_belong_to_their_record() -> None:
    of = page("[2.000000] Detected\n[2.000000]   Tx Queue\n[2.000000]   next\n[2.000000] other\n")
    assert [each.text for each in of.record(part(of, "next"), SOURCES["kernel"])] == [
        "Detected",
        "  Tx Queue",
        "  next",
    ]


def test_a_bare_line_has_the_time_of_the_line_it_continues() -> None:
    text = "Mar 25 15:35:53 lb1 kernel: Detected Tx Unit Hang\n  Tx Queue <6>\n"
    (match,) = scan(pattern("Tx Queue <{q:int}>"), text)
    assert (match.time, match.host, match.line) == ("--03-25T15:35:53", "lb1", 2)
    of_another = "Mar 25 15:35:53 lb1 kernel: a\nMar 25 15:35:59 lb1 sshd[1]: b\n  Tx Queue <6>\n"
    (match,) = scan(pattern("Tx Queue <{q:int}>"), of_another)
    assert match.time == "--03-25T15:35:53"


def test_a_bare_line_of_a_verifier_log_has_the_time_of_the_line_that_began_it() -> None:
    text = "Mar 25 15:35:53 lb1 l4lbd[7]: libbpf: prog 'x': BPF program load failed\nback-edge from insn 5 to 2\n"
    for unless in ([], ["no such text"]):
        matcher = pattern("back-edge from insn {from:int} to {to:int}", source="verifier", unless=unless)
        (match,) = scan(matcher, text)
        assert (match.time, match.host, match.line) == ("--03-25T15:35:53", "lb1", 2)


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(["bare", "  bare", "[1.000000] one", "Mar 25 15:35:53 lb1 sshd[1]: two", ""]), max_size=30
    ),
    st.data(),
)
def test_the_stamped_line_is_the_same_in_whatever_order_it_is_asked_for(lines: list[str], data: st.DataObject) -> None:
    of = page("".join(f"{line}\n" for line in [*lines, "bare"]))
    source = SOURCES["verifier"]
    starts = [0, *(newline + 1 for newline in line_starts(of.data)[:-1])]
    for number in data.draw(st.lists(st.integers(0, len(starts) - 1), max_size=20)):
        before = [open_envelope(line) for line in lines[:number]]
        here = of.line_at(starts[number])
        expected = here.message
        if not here.message.layers:
            stamped = [each for each in before if each.layers and each.program != "sshd"]
            expected = stamped[-1] if stamped else expected
        assert of.stamped(next(here.parts()), source) == expected


def test_a_bare_line_looks_for_its_stamp_within_the_bounds_of_a_record() -> None:
    for lines, is_stamped in ((MAX_LINES - 2, True), (MAX_LINES - 1, False)):
        text = "[1.000000] one\n" + "bare\n" * lines + "back-edge from insn 5 to 2\n" * 3
        of = page(text)
        for at in (of.data.index(b"back"), of.data.index(b"bare"), of.data.index(b"back")):
            found = of.stamped(next(of.line_at(at).parts()), SOURCES["verifier"])
            assert (found.uptime == 1.0) is (is_stamped or of.data[at : at + 4] == b"bare")
        far = page("[1.000000] one\n" + "y" * (MAX_BYTES + lines - MAX_LINES) + "\nbare\n")
        assert far.stamped(next(far.line_at(len(far.data) - 2).parts()), SOURCES["verifier"]).uptime is None


def test_a_bare_line_of_a_source_that_has_no_continuations_has_no_time() -> None:
    (match,) = scan(pattern("queue {q:int} full", source="bird"), "2022-12-03 20:30:51.893 <RMT> a\n  queue 6 full\n")
    assert (match.time, match.host) == (None, None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Mar 25 15:35:53 lb1 kernel: a", "Mar 25 15:35:53 lb1 kernel: b", True),
        ("Mar 25 15:35:53 lb1 kernel: a", "b", True),
        ("[1.000000] a", "Mar 25 15:35:53 lb1 kernel: b", True),
        ("Mar 25 15:35:53 lb1 kernel: a", "Mar 25 15:35:53 lb2 kernel: b", False),
        ("Mar 25 15:35:53 lb1 a[1]: a", "Mar 25 15:35:53 lb1 a[2]: b", False),
        ("[1.000000][ T1] a", "[1.000000][ T2] a", False),
        ("[1.000000][ T1] a", "[1.000000] a", True),
    ],
)
def test_two_lines_are_of_one_stream_unless_both_name_what_differs(one: str, other: str, same: bool) -> None:
    assert same_stream(open_envelope(one), open_envelope(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "seconds"),
    [
        ("[1.000000] a", "[3.500000] b", 2.5),
        ("Mar 25 15:35:53 lb1 kernel: [9.000000] a", "Mar 25 19:00:00 lb1 kernel: [10.000000] b", 1.0),
        ("Mar 25 15:35:53 lb1 kernel: a", "Mar 25 15:35:59 lb1 kernel: b", 6.0),
        ("Dec 31 23:59:59 lb1 kernel: a", "Jan  1 00:00:01 lb1 kernel: b", 2.0),
        ("[1.000000] a", "Mar 25 15:35:59 lb1 kernel: b", None),
        ("a", "b", None),
    ],
)
def test_time_passes_as_the_log_says(one: str, other: str, seconds: float | None) -> None:
    messages = open_envelope(one), open_envelope(other)
    assert seconds_between(*messages) == seconds
    assert seconds_between(*map(Moment.of, messages)) == seconds


def test_newlines_are_found_and_told_by_position() -> None:
    newlines = line_starts(b"a\n\nbc\n")
    assert newlines == [1, 2, 5]
    assert [line_index(newlines, at) for at in (0, 1, 2, 3, 5)] == [0, 0, 1, 2, 2]


def test_many_hits_in_a_log_without_stamps_stay_quick() -> None:
    text = "".join(f"{number}: (bf) r{number % 10} = r1\n" for number in range(20_000))
    began = time.process_time()
    assert len(fields_in(pattern("(bf) r1 = {x:word}", source="verifier"), text)) == 2000
    assert time.process_time() - began < 2
