import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.correlate import MAX_KEYS, Correlator
from matchers.envelopes import open_envelope
from matchers.spec import Matcher
from matchers.threshold import Threshold
from tests.support import fields_in, keys, pattern, regex, scan, sequence, set_of

DOWN = "{iface:iface}: link is down, carrier {lost:int}"
UP = "{iface:iface}: link is up"


def flapping(
    count: int = 3, within_s: float = 600.0, *, hold: bool = False, where: str = "", by: str = "iface"
) -> Matcher:
    threshold = Threshold(count, within_s, tuple(by.split()), hold)
    return pattern(DOWN, threshold=threshold, where=where)


def down(seconds: float, iface: str = "eth0", lost: int = 0) -> str:
    return f"[{seconds:12.6f}] {iface}: link is down, carrier {lost}"


def lines_of(matcher: Matcher, lines: list[str], *, paste: bool = False) -> list[int]:
    """The lines at which something is reported."""
    return [match.line for match in scan(matcher, "\n".join(lines), paste=paste)]


# --- thresholds -----------------------------------------------------------------------------------------------------


def test_a_threshold_is_reported_once_by_the_line_that_reaches_it() -> None:
    assert lines_of(flapping(), [down(second) for second in range(1, 9)]) == [3]


def test_the_match_tells_the_count_and_the_last_values() -> None:
    assert fields_in(flapping(2), f"{down(1, lost=7)}\n{down(2, lost=8)}") == [{"iface": "eth0", "lost": 8, "count": 2}]


def test_only_matches_within_the_time_count() -> None:
    assert lines_of(flapping(3, 10), [down(0), down(9), down(11), down(18)]) == [4]
    assert lines_of(flapping(3, 10), [down(0), down(6), down(12), down(18)]) == []
    assert lines_of(flapping(3, 10), [down(0), down(5), down(10)]) == [3]


def test_after_silence_a_threshold_is_reported_again() -> None:
    lines = [down(second) for second in (0, 1, 2, 3, 14, 15, 16, 17)]
    assert lines_of(flapping(3, 10), lines) == [3, 7]


def test_without_silence_a_storm_is_one_report() -> None:
    assert lines_of(flapping(3, 10), [down(second) for second in range(100)]) == [3]


def test_groups_count_for_themselves() -> None:
    lines = [down(n, f"eth{n % 3}") for n in range(12)]
    assert lines_of(flapping(4), lines) == [10, 11, 12]
    assert lines_of(flapping(4, by="iface lost"), [down(n, lost=n) for n in range(9)]) == []


def test_equal_names_on_two_hosts_are_two_things() -> None:
    lines = [f"Mar 25 15:35:0{n} lb{n % 3} kernel: eth0: link is down, carrier 0" for n in range(9)]
    assert lines_of(flapping(3), lines) == [7, 8, 9]
    assert lines_of(flapping(4), lines) == []


def test_a_line_that_says_that_it_came_repeatedly_counts_as_often() -> None:
    line = "Mar 25 15:35:53 lb1 kernel: message repeated {} times: [ eth0: link is down, carrier 1]"
    assert lines_of(flapping(5), [line.format(4)]) == []
    assert lines_of(flapping(5), [line.format(5)]) == [1]
    assert lines_of(flapping(5), [line.format(999_999_999)]) == [1]
    assert lines_of(flapping(5), [line.format(2), line.format(3)]) == [2]


def test_a_condition_without_aggregates_says_which_matches_count() -> None:
    lines = [down(n, lost=n % 2) for n in range(6)]
    assert lines_of(flapping(3, where="lost == 1"), lines) == [6]
    assert lines_of(flapping(3, where="lost == 2"), lines) == []


def test_a_condition_on_the_first_and_last_value_is_asked_when_the_count_is_reached() -> None:
    falls = flapping(3, where="lost.last < lost.first")
    assert fields_in(falls, "\n".join(down(n, lost=9 - n) for n in range(3))) == [
        {"iface": "eth0", "lost.first": 9, "lost.last": 7, "count": 3}
    ]
    assert lines_of(falls, [down(n, lost=9) for n in range(6)]) == []
    assert lines_of(falls, [down(n, lost=min(9, 13 - n)) for n in range(8)]) == [6]


def test_the_first_value_is_that_of_the_matches_that_count() -> None:
    lines = [down(0, lost=100), down(50, lost=9), down(65, lost=8), down(70, lost=7)]
    (found,) = fields_in(flapping(3, 60, where="lost.first > lost.last"), "\n".join(lines))
    assert (found["lost.first"], found["lost.last"]) == (9, 7)


def test_a_condition_may_mix_aggregates_and_plain_fields() -> None:
    lines = [down(n, lost=9 - n) for n in range(3)]
    assert len(lines_of(flapping(3, where="lost.first > lost.last and lost == 7 and count == 3"), lines)) == 1
    assert lines_of(flapping(3, where="lost.first > lost.last and lost == 6"), lines) == []


def test_in_a_paste_one_match_answers_unless_the_count_is_held() -> None:
    lines = [down(1)]
    assert lines_of(flapping(3), lines, paste=True) == [1]
    assert lines_of(flapping(3, hold=True), lines, paste=True) == []
    assert lines_of(flapping(3, hold=True), [down(n) for n in range(3)], paste=True) == [3]
    assert lines_of(flapping(3, where="lost.first > lost.last"), lines, paste=True) == [1]
    assert lines_of(flapping(3, where="lost == 5"), lines, paste=True) == []


def test_thresholds_stand_beside_every_kind_of_one_message() -> None:
    threshold = Threshold(2, 60.0, ())
    assert lines_of(regex("oops [0-9]+", threshold=threshold), ["oops 1", "oops 2"]) == [2]
    assert lines_of(keys({"op": "LOAD"}, threshold=threshold), ["type=BPF op=LOAD", "type=BPF op=LOAD"]) == [2]


# --- the log's own time ---------------------------------------------------------------------------------------------


def yearless(*stamps: str) -> list[str]:
    return [f"{stamp} lb1 kernel: eth0: link is down, carrier 0" for stamp in stamps]


@pytest.mark.parametrize(
    ("stamps", "reported"),
    [
        (("Dec 31 23:59:50", "Dec 31 23:59:59", "Jan  1 00:00:05"), [3]),
        (("Feb 28 23:59:59", "Feb 29 00:00:01", "Feb 29 00:00:03"), [3]),
        (("Feb 29 23:59:59", "Mar  1 00:00:01", "Mar  1 00:00:03"), [3]),
        (("Apr 30 23:59:59", "May  1 00:00:01", "May  1 00:00:03"), [3]),
        (("Mar 25 15:35:53", "Mar 25 15:36:53", "Mar 25 15:37:53"), []),
        (("Mar 25 15:35:53", "Mar 26 15:35:53", "Mar 27 15:35:53"), []),
        (("Mar 25 15:35:53", "Mar 25 15:35:50", "Mar 25 15:35:51"), [3]),
    ],
)
def test_years_that_are_not_named_and_months_end_where_they_do(stamps: tuple[str, ...], reported: list[int]) -> None:
    assert lines_of(flapping(3, 30), yearless(*stamps)) == reported


def test_a_time_of_day_goes_on_after_midnight() -> None:
    packets = [
        f"{clock}.000001 IP 192.0.2.1 > 192.0.2.2: ICMP echo request" for clock in ("23:59:58", "23:59:59", "00:00:01")
    ]
    matcher = pattern("{src:ip} > {dst:ip}: ICMP echo request", source="tcpdump", threshold=Threshold(3, 10, ("src",)))
    assert lines_of(matcher, packets) == [3]
    assert lines_of(matcher, [packets[0], packets[1], packets[2].replace("00:00", "00:10")]) == []


def test_seconds_since_boot_go_before_the_stamp_of_whoever_wrote_the_line() -> None:
    lines = [f"Mar 25 {hour}:35:53 lb1 kernel: {down(second)}" for hour, second in ((10, 1), (15, 2), (20, 3))]
    assert lines_of(flapping(3, 30), lines) == [3]


def test_a_reboot_begins_anew() -> None:
    assert lines_of(flapping(3, 30), [down(90_000), down(90_001), down(3), down(4), down(5)]) == [5]


def test_without_stamps_the_order_counts() -> None:
    lines = ["eth0: link is down, carrier 0"] * 3
    assert lines_of(flapping(3, 0.001), lines) == [3]


def test_lines_without_a_stamp_between_stamped_ones_count() -> None:
    assert lines_of(flapping(3, 30), [down(1), "eth0: link is down, carrier 0", down(2)]) == [3]


# --- sequences ------------------------------------------------------------------------------------------------------

BOUNCE = sequence(DOWN, UP, within_s=10, by=["iface"])


def up(seconds: float, iface: str = "eth0") -> str:
    return f"[{seconds:12.6f}] {iface}: link is up"


def test_a_sequence_is_reported_by_the_line_that_completes_it() -> None:
    text = f"{down(1, lost=3)}\nother\n{up(4)}\n"
    (match,) = scan(BOUNCE, text)
    assert (match.line, match.fields) == (3, {"iface": "eth0", "lost": 3})
    assert match.text == f"{down(1, lost=3)}\n{up(4)}"
    assert match.assembled
    assert text[match.offset : match.end] == up(4)
    assert match.weight > scan(pattern(UP), text)[0].weight


@pytest.mark.parametrize(
    ("lines", "reported"),
    [
        ([up(1), down(2)], []),
        ([down(1), up(11)], [2]),
        ([down(1), up(11.1)], []),
        ([down(1), up(2, "eth1")], []),
        ([down(1), up(2), up(3)], [2]),
        ([down(1), down(2), up(3)], [3]),
        ([down(1), down(9), up(15)], [3]),
        ([down(1), up(2), down(3), up(4)], [2, 4]),
        ([down(1), down(2, "eth1"), up(3, "eth1"), up(4)], [3, 4]),
        ([down(1), "eth0: link is up"], [2]),
    ],
)
def test_the_steps_of_a_sequence_follow_each_other_in_time(lines: list[str], reported: list[int]) -> None:
    assert lines_of(BOUNCE, lines) == reported


def test_a_line_does_not_follow_itself() -> None:
    assert lines_of(sequence("link is {a:ident}", "link is {b:ident}"), ["link is down"]) == []
    twice = sequence("link is {a:ident}", "link is {b:ident}")
    assert lines_of(twice, ["link is down", "link is up", "link is gone"]) == [2, 3]
    thrice = sequence("link is {a:ident}", "link is {b:ident}", "link is {c:ident}")
    assert lines_of(thrice, ["link is down", "link is up", "link is gone"]) == [3]


def test_a_line_may_end_a_sequence_and_begin_the_next() -> None:
    matcher = sequence(["began {n:int}", "ended {n:int}"], "ended {m:int}")
    assert fields_in(matcher, "began 1\nended 2\nended 3") == [{"n": 1, "m": 2}, {"n": 2, "m": 3}]


def test_two_wordings_of_a_step_that_fit_one_line_are_one_step() -> None:
    matcher = sequence(["link is down", "link is {state:ident}"], ["came back", "came {how:ident}"], "and is fine")
    assert fields_in(matcher, "link is down\ncame back\nand is fine") == [{}]


def test_a_sequence_has_its_condition() -> None:
    text = f"{down(1, lost=3)}\n{up(4)}"
    assert len(scan(sequence(DOWN, UP, by=["iface"], where="lost == 3"), text)) == 1
    assert scan(sequence(DOWN, UP, by=["iface"], where="lost == 4"), text) == []


def test_sequences_of_two_hosts_do_not_mix() -> None:
    stamp = "Mar 25 15:35:53"
    lines = [f"{stamp} lb1 kernel: eth0: link is down, carrier 0", f"{stamp} lb2 kernel: eth0: link is up"]
    assert lines_of(BOUNCE, lines) == []


# --- bounds and cost ------------------------------------------------------------------------------------------------


def test_the_groups_that_were_seen_last_are_kept() -> None:
    lines = [down(1, "eth0"), *(down(1, f"veth{n}") for n in range(MAX_KEYS)), up(2, "eth0"), up(2, "veth0")]
    assert lines_of(BOUNCE, lines) == [len(lines)]
    assert lines_of(flapping(2), [*lines[:-2], down(2, "eth0"), down(2, f"veth{MAX_KEYS - 1}")]) == [len(lines)]


def held_by(correlator: Correlator) -> int:
    """A rough size: characters of all that is kept."""
    return len(repr(vars(correlator)))


def test_what_is_kept_does_not_grow_with_the_lines() -> None:
    matchers = set_of(sequence(DOWN, UP, by=["iface"]), flapping(5))
    correlator, message = Correlator(), open_envelope(down(1))
    (found,) = scan(pattern(DOWN), down(1))
    sizes = []
    for number in range(3 * MAX_KEYS):
        match = replace(found, fields={"iface": f"v{number}", "lost": 0}, text="x" * 10_000)
        correlator.sequence(matchers[0], 0, match, message)
        correlator.threshold(matchers[1], match, message, 1)
        if number in (MAX_KEYS + 1, 3 * MAX_KEYS - 1):
            sizes.append(held_by(correlator))
    assert sizes[1] < sizes[0] * 1.1
    assert sizes[1] < MAX_KEYS * 6000


def test_a_hundred_thousand_matches_of_one_group_are_quick() -> None:
    text = "\n".join(down(n / 100) for n in range(10_000))
    began = time.process_time()
    assert len(scan(flapping(100_000, 1e9), text)) == 0
    assert time.process_time() - began < 3


def test_a_long_line_of_a_step_is_kept_in_part() -> None:
    text = f"{down(1)} {'x' * 100_000}\n{up(2)}\n"
    (match,) = scan(BOUNCE, text)
    assert len(match.text) < 5000
    assert match.text.endswith(up(2))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["eth0", "eth1"])), max_size=30), st.integers(2, 4))
def test_a_threshold_agrees_with_counting(events: list[tuple[int, str]], count: int) -> None:
    """Against a model: per group the recent times, and whether it was told since the last silence."""
    events = sorted(events)
    expected, recent, told, last = [], dict[str, list[int]](), dict[str, bool](), dict[str, int]()
    for line, (second, iface) in enumerate(events, start=1):
        if second - last.get(iface, second) > 10:
            recent[iface], told[iface] = [], False
        last[iface] = second
        recent[iface] = [at for at in recent.get(iface, []) if second - at <= 10] + [second]
        if len(recent[iface]) >= count and not told.get(iface):
            told[iface] = True
            expected.append(line)
    assert lines_of(flapping(count, 10), [down(second, iface) for second, iface in events]) == expected
