import json

import pytest

from matchers.confirm import MAX_GAP
from matchers.errors import MatcherError
from tests.support import block, fields_in, matcher_set, optional, pattern, regex, scan, set_of

HANG = block(
    ["{driver:=ixgbe} {pci:pci} {iface:iface}: Detected Tx Unit Hang", "Detected Tx Unit Hang (XDP)"],
    "Tx Queue <{queue:int}>",
    "TDH, TDT <{tdh:hex}>, <{tdt:hex}>",
    "next_to_use <{use:hex}>",
    "next_to_clean <{clean:hex}>",
)
LINES = [
    "ixgbe 0000:83:00.0 p4p1: Detected Tx Unit Hang (XDP)",
    "  Tx Queue             <24>",
    "  TDH, TDT             <84>, <136>",
    "  next_to_use          <136>",
    "  next_to_clean        <84>",
]
FIELDS = {
    **{"driver": "ixgbe", "pci": "0000:83:00.0", "iface": "p4p1", "queue": 24},
    **{"tdh": "84", "tdt": "136", "use": "136", "clean": "84"},
}


def dmesg(lines: list[str], caller: str = "", second: int = 7) -> list[str]:
    return [f"[{second:5}.000000]{caller} {line}" for line in lines]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(LINES),
        "\n".join(dmesg(LINES)),
        "\n".join(dmesg(LINES, "[  T12]")),
        "\r\n".join(dmesg(LINES)),
        "\n".join([dmesg(LINES)[0], *(" " * 12 + line for line in LINES[1:])]),
        "\n".join(f"Mar 25 15:35:53 lb1 kernel: {line}" for line in LINES),
        "Mar 25 15:35:53 lb1 kernel: " + "#012".join(LINES),
        json.dumps({"MESSAGE": "\n".join(LINES), "_TRANSPORT": "kernel", "__CURSOR": "s=1"}),
        json.dumps({"MESSAGE": list("\n".join(LINES).encode()), "_TRANSPORT": "kernel", "__CURSOR": "s=1"}),
        json.dumps({"log": "\n".join(LINES) + "\n", "stream": "stderr", "time": "2022-03-25T15:35:53.1Z"}),
        "\n".join(f"2022-03-25T15:35:53.123456789Z stderr F {line}" for line in LINES),
        "3,1234,686973797868,-;" + "\\x0a".join(LINES),
        "time=2022-03-25T15:35:53Z level=error msg=" + json.dumps("\n".join(LINES)),
        "\n".join(f"<4>[    7.000000] {line}" for line in LINES),
    ],
)
def test_a_block_is_recognised_in_every_envelope(text: str) -> None:
    for paste in (False, True):
        assert fields_in(HANG, f"before\n{text}\nafter", paste=paste) == [FIELDS]


@pytest.mark.parametrize("missing", range(5))
def test_every_step_that_is_not_optional_must_be_there(missing: int) -> None:
    assert scan(HANG, "\n".join(LINES[:missing] + LINES[missing + 1 :])) == []


def test_steps_come_in_order() -> None:
    assert scan(HANG, "\n".join([LINES[0], LINES[2], LINES[1], *LINES[3:]])) == []


@pytest.mark.parametrize("after", range(4))
def test_up_to_eight_other_lines_may_stand_between_two_steps(after: int) -> None:
    for count, expected in ((MAX_GAP, [FIELDS]), (MAX_GAP + 1, [])):
        lines = dmesg([*LINES[: after + 1], *["something else"] * count, *LINES[after + 1 :]])
        assert fields_in(HANG, "\n".join(lines)) == expected


def test_eight_lines_may_stand_in_every_gap() -> None:
    lines = [each for line in LINES for each in (line, *["something else"] * MAX_GAP)]
    assert fields_in(HANG, "\n".join(dmesg(lines))) == [FIELDS]


def test_blank_lines_and_lines_of_other_programs_do_not_count() -> None:
    noise = ["", "Mar 25 15:35:53 lb1 cron[12]: job"] * 20
    lines = [f"Mar 25 15:35:53 lb1 kernel: {line}" for line in LINES]
    assert fields_in(HANG, "\n".join([*lines[:2], *noise, *lines[2:4], *noise, lines[4]])) == [FIELDS]


def test_lines_of_a_program_that_logs_strangers_are_no_steps() -> None:
    hostile = f"Mar 25 15:35:53 lb1 sshd[3]: Invalid user {LINES[1].strip()}"
    lines = dmesg(LINES)
    assert scan(HANG, "\n".join([lines[0], hostile, *lines[2:]])) == []
    bare = [LINES[0], hostile, *LINES[2:]]
    assert scan(HANG, "\n".join(bare)) == []
    assert len(scan(HANG, "\n".join(bare), paste=True)) == 1


def test_blocks_that_two_processors_write_at_once_are_told_apart_by_their_callers() -> None:
    other = [
        line.replace("p4p1", "p4p2").replace("83:00.0", "83:00.1").replace("<24>", "<7>").replace("<84>", "<5>")
        for line in LINES
    ]
    one, two = dmesg(LINES, "[   C3]"), dmesg(other, "[  T77]")
    for order in (zip(one, two, strict=True), zip(two, one, strict=True)):
        found = fields_in(HANG, "\n".join(line for pair in order for line in pair))
        assert sorted((each["iface"], each["queue"], each["clean"]) for each in found) == [
            ("p4p1", 24, "84"),
            ("p4p2", 7, "5"),
        ]


def test_two_blocks_behind_each_other_are_two_matches() -> None:
    later = [line.replace("<24>", "<25>") for line in LINES]
    found = scan(HANG, "\n".join(dmesg(LINES) + dmesg(later)))
    assert [(match.fields["queue"], match.line) for match in found] == [(24, 1), (25, 6)]


def test_a_block_does_not_reach_over_a_jump_in_time() -> None:
    assert scan(HANG, "\n".join(dmesg(LINES[:2]) + dmesg(LINES[2:], second=14))) == []
    assert len(scan(HANG, "\n".join(dmesg(LINES[:2]) + dmesg(LINES[2:], second=11)))) == 1


def test_the_place_of_a_block_is_from_its_first_line_to_its_last() -> None:
    text = "x\n" + "\n".join(dmesg(LINES)) + "\ny\n"
    (match,) = scan(HANG, text)
    assert (match.line, match.offset, match.end) == (2, 2, len(text) - 3)
    assert (match.text, match.assembled) == (text[2:-3], False)


def test_a_block_with_foreign_lines_in_it_is_assembled_without_them() -> None:
    lines = dmesg(LINES)
    text = "\n".join([lines[0], "Mar 25 15:35:53 lb1 cron[1]: x", *lines[1:]])
    (match,) = scan(HANG, text)
    assert (match.text, match.assembled) == ("\n".join(lines), True)
    assert (match.offset, match.end) == (0, len(text))


VERIFIER = block(
    optional("{insn:int}: ({opcode:hex}) {code:text}"),
    "R{reg:int} invalid mem access '{kind:word}'",
    optional("processed {count:int} insns"),
    source="verifier",
)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("R0 invalid mem access 'inv'", {"reg": 0, "kind": "inv"}),
        (
            "12: (61) r1 = r0\nR0 invalid mem access 'inv'",
            {"insn": 12, "opcode": "61", "code": "r1 = r0", "reg": 0, "kind": "inv"},
        ),
        ("R0 invalid mem access 'inv'\nprocessed 12 insns", {"reg": 0, "kind": "inv", "count": 12}),
        ("R0 invalid mem access 'inv'\n12: (61) r1 = r0", {"reg": 0, "kind": "inv"}),
    ],
)
def test_an_optional_step_adds_its_fields_where_it_is_there(text: str, fields: dict[str, int | str]) -> None:
    assert fields_in(VERIFIER, text) == [fields]


def test_an_optional_step_that_is_not_there_does_not_take_a_line_of_the_next_block() -> None:
    text = "R0 invalid mem access 'a'\nR1 invalid mem access 'b'\nprocessed 7 insns"
    assert fields_in(VERIFIER, text) == [{"reg": 0, "kind": "a"}, {"reg": 1, "kind": "b", "count": 7}]


def test_an_optional_step_does_not_hide_the_step_behind_it() -> None:
    matcher = block("unit hang", optional("queue {q:int}"), "the reset is done", "end of report")
    text = "unit hang\nthe reset is done\nend of report\nqueue 5\nthe reset is done"
    assert fields_in(matcher, text) == [{}]
    assert fields_in(matcher, "unit hang\nqueue 5\nthe reset is done\nend of report") == [{"q": 5}]


def test_an_optional_step_that_is_missing_costs_no_gap() -> None:
    matcher = block("unit hang", optional("queue {q:int}"), "the reset is done")
    noise = "\n".join(["something else"] * MAX_GAP)
    assert len(scan(matcher, f"unit hang\n{noise}\nthe reset is done")) == 1


def test_a_block_needs_a_step_that_must_be_there() -> None:
    with pytest.raises(MatcherError, match="every step of the block is optional"):
        set_of(block(optional("unit hang"), optional("queue {q:int}")))


def test_a_step_of_several_wordings_takes_the_first_that_fits() -> None:
    assert fields_in(HANG, "\n".join(["Detected Tx Unit Hang (XDP)", *LINES[1:]])) == [
        {name: value for name, value in FIELDS.items() if name not in ("driver", "pci", "iface")}
    ]


def test_one_line_is_no_two_steps() -> None:
    matcher = block("link {a:word} is down", "link {b:word} is down")
    assert scan(matcher, "link x is down") == []
    assert fields_in(matcher, "link x is down\nlink y is down") == [{"a": "x", "b": "y"}]
    assert len(scan(matcher, "link x is down\n" * 4)) == 2


def test_where_speaks_of_the_fields_of_all_steps() -> None:
    text = "\n".join(LINES)
    steps = [*HANG.steps]
    assert len(scan(block(*steps, where="tdh == clean and queue > 20"), text)) == 1
    assert scan(block(*steps, where="tdh != clean"), text) == []


def test_unless_speaks_of_every_line_of_the_record() -> None:
    matcher = pattern("Detected Tx Unit Hang", unless=["next_to_use <0>"])
    text = "[1.000000] ixgbe: Detected Tx Unit Hang\n   Tx Queue <1>\n   next_to_use <{}>\n[1.000000] next_to_use <0>"
    assert len(scan(matcher, text.format(5))) == 1
    assert scan(matcher, text.format(0)) == []
    assert scan(pattern("Detected Tx Unit Hang", unless=["{n:int} is fine"]), "Detected Tx Unit Hang, 3 is fine") == []


def test_a_block_of_tcpdump_stays_within_its_packet() -> None:
    matcher = block(
        "ttl {ttl:int}, id {id:int}, offset 0", "{src:ip}.{sport:int} > {dst:ip}.{port:int}: Flags [", source="tcpdump"
    )
    one = "19:26:28.377695 IP (tos 0x0, ttl 49, id 1, offset 0, flags [DF], proto TCP (6), length 40)"
    other = "19:26:28.377700 IP (tos 0x0, ttl 48, id 2, offset 0, flags [DF], proto TCP (6), length 40)"
    flags = "    192.0.2.1.1 > 192.0.2.2.80: Flags [F.], seq 0"
    fields = {"src": "192.0.2.1", "sport": 1, "dst": "192.0.2.2", "port": 80}
    assert fields_in(matcher, f"{one}\n{flags}\n{other}\n{flags}") == [
        {"ttl": 49, "id": 1, **fields},
        {"ttl": 48, "id": 2, **fields},
    ]
    assert fields_in(matcher, f"{one}\n{other}\n{flags}") == [{"ttl": 48, "id": 2, **fields}]


def test_a_go_loaders_error_of_one_line_is_joined_with_no_other_line() -> None:
    matcher = block(
        optional("{insn:int}: ({opcode:hex}) {code:text}"),
        "R{reg:int} min value is negative",
        optional("R{out:int} offset is outside of the packet"),
        source="verifier",
    )
    stamp = "Aug 20 02:14:33 lb1 agent[812]: program xdp_filter: load program: permission denied: "
    first = "4: (61) r2 = *(u32 *)(r1 +4): R2 invalid mem access 'scalar' (31 line(s) omitted)"
    middle = "R4 min value is negative, either use unsigned index or do a if (index >=0) check. (14 line(s) omitted)"
    last = "R1 offset is outside of the packet (9 line(s) omitted)"
    for head in (stamp, stamp.partition("]: ")[2]):
        text = "\n".join(head + line for line in (first, middle, last))
        for paste in (False, True):
            assert fields_in(matcher, text, paste=paste) == [{"reg": 4}]
    log = "4: (61) r2 = *(u32 *)(r1 +4)\nR2 min value is negative"
    fields = {"insn": 4, "opcode": "61", "code": "r2 = *(u32 *)(r1 +4)", "reg": 2}
    assert fields_in(matcher, log) == [fields]
    assert fields_in(matcher, f"{stamp}{first}\n{log}") == [fields]


def test_a_line_of_a_block_that_stood_first_is_not_told_again() -> None:
    header = pattern("{driver:=ixgbe} {pci:pci} {iface:iface}: Detected Tx Unit Hang", name="header")
    matchers = matcher_set(("e", [HANG, header]))
    alone = "[    9.000000] ixgbe 0000:83:00.0 p4p1: Detected Tx Unit Hang"
    found = scan(matchers, "\n".join([*dmesg(LINES), alone]))
    assert [(match.matcher, match.line) for match in found] == [("m", 1), ("header", 6)]


def test_a_free_regex_gives_only_values_of_their_types() -> None:
    matcher = regex(r"dev (?P<iface>\S+) gone", fields={"iface": "iface"})
    assert fields_in(matcher, "dev eth0 gone") == [{"iface": "eth0"}]
    assert fields_in(matcher, "dev $(reboot) gone") == []
    assert fields_in(matcher, "dev $(reboot) gone, dev eth1 gone") == [{"iface": "eth1"}]
    assert fields_in(regex(r"cpu (?P<n>\w+) stuck", fields={"n": "int"}), "cpu x3 stuck") == []


def test_a_group_that_took_nothing_is_absent() -> None:
    matcher = regex(r"stuck for (?P<s>\d+)s(?: \[(?P<comm>[a-z]*)\])?", fields={"s": "int", "comm": "word"})
    assert fields_in(matcher, "stuck for 22s [x]\nstuck for 23s\nstuck for 24s []") == [
        {"s": 22, "comm": "x"},
        {"s": 23},
        {"s": 24},
    ]


def test_a_group_without_a_type_is_refused_when_it_is_compiled() -> None:
    with pytest.raises(MatcherError, match='the group "x" has no type'):
        set_of(regex("stuck for (?P<x>[0-9]+)s"))
    with pytest.raises(MatcherError, match='there is no type "integer"'):
        set_of(regex("stuck for (?P<x>[0-9]+)s", fields={"x": "integer"}))


def test_a_condition_that_does_not_fit_the_fields_is_refused_when_it_is_compiled() -> None:
    with pytest.raises(MatcherError, match="is not a field"):
        set_of(pattern("stuck for {x:int}s", where="y > 1"))
    with pytest.raises(MatcherError, match="not a condition"):
        set_of(pattern("stuck for {x:int}s", where="x + 1"))


def test_an_optional_step_is_not_taken_from_the_message_before() -> None:
    matcher = block(
        optional("{insn:int}: ({opcode:hex}) {code:text}"),
        ["{insn:int}: ({opcode:hex}) {code:text}: math is not allowed", "math is not allowed"],
        source="verifier",
    )
    text = "load: 230: (0f) r4 += r3: math is not allowed\nload: math is not allowed\n"
    assert [match.fields.get("insn") for match in scan(matcher, text)] == [230, None]
