import json
import time
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matchers.envelopes import MAX_LAYERS, Message, open_envelope

IXGBE = "ixgbe 0000:83:00.0 enp131s0f0: NIC Link is Down"


def stamp_of(line: str) -> str | None:
    stamp = open_envelope(line).time
    return stamp.text if stamp else None


def journal(**fields: object) -> str:
    return json.dumps({"__REALTIME_TIMESTAMP": "1648190153123456", "_TRANSPORT": "kernel", **fields})


def logfmt(message: str) -> str:
    return "time=2022-03-25T15:35:53Z level=error msg=" + json.dumps(message, ensure_ascii=False)


def kmsg(message: str) -> str:
    escaped = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\x{byte:02x}" for byte in message.encode()
    )
    return f"3,1234,686973797868,-;{escaped}"


WRAPS: dict[str, Callable[[str], str]] = {
    "dmesg": lambda m: f"[686973.797868] {m}",
    "dmesg padded": lambda m: f"[    1.234567] {m}",
    "printk with a thread": lambda m: f"[    1.234567][  T123] {m}",
    "printk with a processor": lambda m: f"[    1.234567][    C3] {m}",
    "dmesg with a thread": lambda m: f"[    1.234567] [  T123] {m}",
    "dmesg -d": lambda m: f"[    1.234567 <    0.000003>] {m}",
    "dmesg -t -d": lambda m: f"[<    0.000003>] {m}",
    "dmesg -T": lambda m: f"[Fri Mar 25 15:35:53 2022] {m}",
    "dmesg -T -d": lambda m: f"[Fri Mar 25 15:35:53 2022 <    0.000003>] {m}",
    "dmesg iso": lambda m: f"2022-03-25T15:35:53,797868+08:00 {m}",
    "dmesg -x": lambda m: f"kern  :err   : [686973.797868] {m}",
    "dmesg -x -T": lambda m: f"daemon:notice: [Fri Mar 25 15:35:53 2022] {m}",
    "dmesg -x -t": lambda m: f"kern  :warn  : {m}",
    "dmesg -r": lambda m: f"<3>[686973.797868] {m}",
    "dmesg -r -t": lambda m: f"<3>{m}",
    "dmesg -e": lambda m: f"[Mar25 15:35] {m}",
    "dmesg -e, one digit": lambda m: f"[Mar 5 15:35] {m}",
    "dmesg -e, later": lambda m: f"[  +0.000003] {m}",
    "dmesg -e, much later": lambda m: f"[ +12.000003] {m}",
    "kmsg": kmsg,
    "kmsg continued": lambda m: kmsg(m).replace(",-;", ",c;", 1),
    "kmsg with a caller": lambda m: kmsg(m).replace(",-;", ",-,caller=T123;", 1),
    "syslog": lambda m: f"Mar 25 15:35:53 lb1 kernel: {m}",
    "syslog, one digit": lambda m: f"Mar  5 15:35:53 lb1 kernel: {m}",
    "syslog with a priority": lambda m: f"<3>Mar 25 15:35:53 lb1 kernel: {m}",
    "syslog, process": lambda m: f"Mar 25 15:35:53 lb1 systemd-networkd[123]: {m}",
    "syslog, dmesg": lambda m: f"Mar 25 15:35:53 lb1 kernel: [686973.797868] {m}",
    "syslog, no blank": lambda m: f"Mar 25 15:35:53 lb1 kernel:[686973.797868] {m}",
    "syslog without host": lambda m: f"Mar 25 15:35:53 kernel: {m}",
    "syslog without host and tag": lambda m: f"Mar 25 15:35:53: [686973.797868] {m}",
    "syslog without date": lambda m: f"15:35:53 kernel: [687078.764725] {m}",
    "syslog without date and tag": lambda m: f"15:35:53 [687078.764725] {m}",
    "syslog, tag only": lambda m: f"kernel: {m}",
    "broadcast": lambda m: f" kernel:[686973.797868] {m}",
    "short-precise": lambda m: f"Mar 25 15:35:53.123456 lb1 kernel: {m}",
    "rsyslog": lambda m: f"2022-03-25T15:35:53.123456+08:00 lb1 kernel: {m}",
    "short-iso": lambda m: f"2022-03-25T15:35:53+0800 lb1 kernel: {m}",
    "short-iso UTC": lambda m: f"2022-03-25T15:35:53Z lb1 kernel: {m}",
    "short-full": lambda m: f"Fri 2022-03-25 15:35:53 CST lb1 kernel: {m}",
    "short-full, number": lambda m: f"Fri 2022-03-25 15:35:53 +08 lb1 kernel: {m}",
    "short-monotonic": lambda m: f"[686973.797868] lb1 kernel: {m}",
    "short-delta": lambda m: f"[686973.797868 <    0.000003 >] lb1 kernel: {m}",
    "short-unix": lambda m: f"1648190153.123456 lb1 kernel: {m}",
    "from an IPv6 host": lambda m: f"Mar 25 15:35:53 2001:db8::1 kernel: {m}",
    "repeated": lambda m: f"Mar 25 15:35:53 lb1 kernel: message repeated 3 times: [ {m}]",
    "repeated, dmesg": lambda m: f"Mar 25 15:35:53 lb1 kernel: message repeated 3 times: [ [686973.797868] {m}]",
    "rfc5424": lambda m: f'<3>1 2022-03-25T15:35:53.003Z lb1 kernel 123 ID47 [a@32473 iut="3"][x y="]\\]"] {m}',
    "rfc5424, nil": lambda m: f"<3>1 - - - - - - {m}",
    "rfc5424, mark": lambda m: f"<3>1 2022-03-25T15:35:53Z lb1 kernel - - - \ufeff{m}",
    "journal": lambda m: journal(MESSAGE=m),
    "journal, bytes": lambda m: journal(MESSAGE=list(m.encode())),
    "journal, several": lambda m: journal(MESSAGE=[m]),
    "journal, sequence": lambda m: "\x1e" + journal(MESSAGE=m),
    "docker": lambda m: json.dumps({"log": f"{m}\n", "stream": "stderr", "time": "2022-03-25T15:35:53.123456789Z"}),
    "cri": lambda m: f"2022-03-25T15:35:53.123456789Z stderr F {m}",
    "cri, part": lambda m: f"2022-03-25T15:35:53.123456789+08:00 stdout P {m}",
    "docker logs -t": lambda m: f"2022-03-25T15:35:53.123456789Z {m}",
    "json": lambda m: json.dumps({"level": "error", "ts": 1648190153.5, "msg": m}),
    "json by another key": lambda m: json.dumps({"@timestamp": "2022-03-25T15:35:53Z", "message": m}),
    "json error": lambda m: json.dumps({"level": "error", "error": m}),
    "logfmt": logfmt,
    "bird": lambda m: f"2022-12-03 20:30:51.893 <RMT> {m}",
    "bird, seconds": lambda m: f"2022-12-03 20:30:51 <INFO> {m}",
    "bird 1, old": lambda m: f"03-12-2022 20:30:51 <RMT> {m}",
    "bird, short": lambda m: f"20:30:51.893 <TRACE> {m}",
    "bird, class only": lambda m: f"<RMT> {m}",
    "bird 3": lambda m: f"2022-12-03 20:30:51.893 [0001] <RMT> {m}",
    "bird, own format": lambda m: f"Dec  3 20:30:51 <RMT> {m}",
    "bird, terminal": lambda m: f"bird: <RMT> {m}",
    "bird, syslog": lambda m: f"Dec  3 20:30:51 lb1 bird6[77]: <RMT> {m}",
    "bird, UDP": lambda m: f"<28>Dec  3 20:30:51.123456 lb1 bird: {m}",
    "glog": lambda m: f"E0325 15:35:53.123456 12345 BpfLoader.cpp:96] {m}",
    "Go's log": lambda m: f"2022/03/25 15:35:53 {m}",
    "date and time": lambda m: f"[2022-03-25 15:35:53,123] {m}",
    "docker, rsyslog, dmesg": lambda m: json.dumps(
        {
            "log": f"Mar 25 15:35:53 lb1 kernel: [686973.797868] {m}\n",
            "stream": "stdout",
            "time": "2022-03-25T08:00:00Z",
        }
    ),
    "cri, logfmt": lambda m: "2022-03-25T15:35:53.123456789Z stderr F " + logfmt(m),
    "syslog, json": lambda m: "Mar 25 15:35:53 lb1 loader[12]: " + json.dumps({"msg": m}),
}


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
def test_the_same_message_comes_out_of_every_envelope(wrap: Callable[[str], str]) -> None:
    message = open_envelope(wrap(IXGBE))
    assert message.lines == (IXGBE,)
    assert message.layers


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
@given(tail=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60))
def test_any_message_without_control_characters_comes_out_as_it_went_in(wrap: Callable[[str], str], tail: str) -> None:
    message = f"{IXGBE}: {tail}"
    # These spell out escapes that writers do not escape themselves.
    assume("#" not in tail and "\\" not in tail)
    assert open_envelope(wrap(message)).lines == (message,)


@given(st.text(st.characters(), max_size=200))
def test_opening_never_raises_on_any_text(text: str) -> None:
    assert open_envelope(text).lines


LEAD = st.sampled_from(
    [wrap("").removesuffix("}") for wrap in WRAPS.values()]
    + [
        "",
        "{",
        "[",
        "<",
        '{"log":',
        '{"MESSAGE":[',
        "msg=",
        'level=x msg="',
        "#012",
        "\\x0a",
        "\\n",
        "}",
        '"',
        "\n",
        "]",
    ]
)


@given(st.lists(LEAD | st.text(st.characters(), max_size=10), max_size=8).map("".join))
def test_opening_never_raises_on_pieces_of_envelopes(text: str) -> None:
    message = open_envelope(text)
    assert message.lines
    assert len(message.layers) <= MAX_LAYERS


@pytest.mark.parametrize(
    ("name", "stamp"),
    [
        ("dmesg", None),
        ("dmesg -T", "2022-03-25T15:35:53"),
        ("dmesg iso", "2022-03-25T15:35:53.797868+08:00"),
        ("dmesg -e", "--03-25T15:35"),
        ("dmesg -e, later", None),
        ("kmsg", None),
        ("syslog", "--03-25T15:35:53"),
        ("syslog, one digit", "--03-05T15:35:53"),
        ("syslog without date", "15:35:53"),
        ("short-precise", "--03-25T15:35:53.123456"),
        ("rsyslog", "2022-03-25T15:35:53.123456+08:00"),
        ("short-iso", "2022-03-25T15:35:53+08:00"),
        ("short-full", "2022-03-25T15:35:53"),
        ("short-full, number", "2022-03-25T15:35:53+08:00"),
        ("short-unix", "2022-03-25T06:35:53.123456Z"),
        ("rfc5424", "2022-03-25T15:35:53.003Z"),
        ("rfc5424, nil", None),
        ("journal", "2022-03-25T06:35:53.123456Z"),
        ("docker", "2022-03-25T15:35:53.123456789Z"),
        ("cri, part", "2022-03-25T15:35:53.123456789+08:00"),
        ("json", "2022-03-25T06:35:53.5Z"),
        ("json error", None),
        ("logfmt", "2022-03-25T15:35:53Z"),
        ("bird", "2022-12-03T20:30:51.893"),
        ("bird 1, old", "2022-12-03T20:30:51"),
        ("bird, short", "20:30:51.893"),
        ("bird, class only", None),
        ("bird, own format", "--12-03T20:30:51"),
        ("glog", "--03-25T15:35:53.123456"),
        ("Go's log", "2022-03-25T15:35:53"),
        ("date and time", "2022-03-25T15:35:53.123"),
    ],
)
def test_the_time_is_what_the_line_says(name: str, stamp: str | None) -> None:
    assert stamp_of(WRAPS[name](IXGBE)) == stamp


@pytest.mark.parametrize(
    ("line", "stamp"),
    [
        (
            '{"log":"Mar 25 15:35:53 lb1 kernel: x\\n","stream":"stdout","time":"2022-03-25T08:00:00Z"}',
            "2022-03-25T08:00:00Z",
        ),
        ("2022-03-25T08:00:00.123456789Z stderr F time=2022-03-25T07:59:59Z level=info msg=x", "2022-03-25T07:59:59Z"),
        ("Mar 25 15:35:53 lb1 bird: 20:30:51.893 <TRACE> x", "--03-25T15:35:53"),
        ("Mar 25 15:35:53 lb1 bird: 2022-12-03 20:30:51.893 <TRACE> x", "2022-12-03T20:30:51.893"),
    ],
)
def test_of_several_times_the_fullest_counts_and_among_equals_the_innermost(line: str, stamp: str) -> None:
    assert stamp_of(line) == stamp


@pytest.mark.parametrize(
    ("name", "host", "program", "pid"),
    [
        ("dmesg", None, "kernel", None),
        ("dmesg -x -T", None, "kernel", None),
        ("dmesg -r -t", None, "kernel", None),
        ("dmesg -e, later", None, "kernel", None),
        ("kmsg", None, "kernel", None),
        ("syslog", "lb1", "kernel", None),
        ("syslog, process", "lb1", "systemd-networkd", "123"),
        ("syslog without host", None, "kernel", None),
        ("from an IPv6 host", "2001:db8::1", "kernel", None),
        ("short-monotonic", "lb1", "kernel", None),
        ("short-unix", "lb1", "kernel", None),
        ("rfc5424", "lb1", "kernel", "123"),
        ("rfc5424, nil", None, None, None),
        ("journal", None, "kernel", None),
        ("docker", None, None, None),
        ("cri", None, None, None),
        ("logfmt", None, None, None),
        ("bird", None, "bird", None),
        ("bird, class only", None, "bird", None),
        ("bird 3", None, "bird", None),
        ("bird, UDP", "lb1", "bird", None),
        ("docker, rsyslog, dmesg", "lb1", "kernel", None),
        ("syslog, json", "lb1", "loader", "12"),
        ("glog", None, None, None),
    ],
)
def test_host_and_program_are_those_the_line_names(
    name: str, host: str | None, program: str | None, pid: str | None
) -> None:
    message = open_envelope(WRAPS[name](IXGBE))
    assert (message.host, message.program, message.pid) == (host, program, pid)


def test_an_inner_program_has_not_the_process_id_of_the_outer_one() -> None:
    message = open_envelope("Mar 25 15:35:53 lb1 relay[12]: [686973.797868] x")
    assert (message.program, message.pid) == ("kernel", None)
    assert open_envelope("Mar 25 15:35:53 lb1 bird[12]: <INFO> x").pid == "12"


@pytest.mark.parametrize(
    ("name", "uptime"),
    [("dmesg", 686973.797868), ("dmesg padded", 1.234567), ("kmsg", 686973.797868), ("short-monotonic", 686973.797868)],
)
def test_the_uptime_is_in_seconds(name: str, uptime: float) -> None:
    assert open_envelope(WRAPS[name](IXGBE)).uptime == uptime


@pytest.mark.parametrize(
    ("name", "caller"),
    [
        ("printk with a thread", "T123"),
        ("printk with a processor", "C3"),
        ("dmesg with a thread", "T123"),
        ("kmsg with a caller", "T123"),
        ("dmesg", None),
    ],
)
def test_the_caller_of_printk_is_read(name: str, caller: str | None) -> None:
    assert open_envelope(WRAPS[name](IXGBE)).caller == caller


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("dmesg -x", ("dmesg",)),
        ("syslog, dmesg", ("syslog", "dmesg")),
        ("short-monotonic", ("monotonic",)),
        ("repeated, dmesg", ("syslog", "repeated", "dmesg")),
        ("rfc5424", ("rfc5424",)),
        ("journal", ("journal",)),
        ("docker, rsyslog, dmesg", ("docker", "syslog", "dmesg")),
        ("cri, logfmt", ("cri", "logfmt")),
        ("syslog, json", ("syslog", "json")),
        ("bird, syslog", ("syslog", "bird")),
        ("glog", ("glog",)),
        ("Go's log", ("stamp",)),
    ],
)
def test_the_layers_are_named_from_the_outside_in(name: str, layers: tuple[str, ...]) -> None:
    assert open_envelope(WRAPS[name](IXGBE)).layers == layers


def test_not_more_than_six_layers_are_taken_off() -> None:
    assert open_envelope("[    1.234567] " * 8 + "x").lines == ("[    1.234567] [    1.234567] x",)


def test_a_bare_line_is_its_own_message() -> None:
    assert open_envelope(IXGBE) == Message(lines=(IXGBE,))
    assert open_envelope("") == Message(lines=("",))


def test_carriage_returns_at_the_end_are_not_part_of_the_message() -> None:
    assert open_envelope(f"[    1.234567] {IXGBE}\r").lines == (IXGBE,)
    assert not open_envelope(f"{IXGBE}\r").escaped


def test_blanks_before_an_envelope_go_with_it_and_blanks_of_the_message_stay() -> None:
    assert open_envelope(f"    Mar 25 15:35:53 lb1 kernel: {IXGBE}").lines == (IXGBE,)
    assert open_envelope("[    1.234567]  ? dev_watchdog+0x1/0x2").lines == (" ? dev_watchdog+0x1/0x2",)
    assert open_envelope("   ? dev_watchdog+0x1/0x2").lines == ("   ? dev_watchdog+0x1/0x2",)


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("dmesg", False),
        ("syslog, dmesg", False),
        ("cri", False),
        ("kmsg", False),
        ("rfc5424, mark", False),
        ("bird", False),
        ("repeated", True),
        ("json", True),
        ("logfmt", True),
        ("docker", True),
        ("journal", True),
    ],
)
def test_a_message_is_escaped_when_it_is_not_simply_the_end_of_the_line(name: str, escaped: bool) -> None:
    assert open_envelope(WRAPS[name](IXGBE)).escaped is escaped


def test_kmsg_escapes_are_bytes_of_utf_8() -> None:
    message = open_envelope("6,1,2000000,-;a\\x0a\\xe4\\xb8\\xad\\x5cx0a\\xff")
    assert message.lines == ("a", "中\\x0a\ufffd")
    assert message.escaped


def test_rsyslog_writes_control_characters_in_octal() -> None:
    message = open_envelope("Mar 25 15:35:53 lb1 loader[1]: a#012  b#011c#015#012d#177 #040 #999#012")
    assert message.lines == ("a", "  b\tc", "d\x7f #040 #999")
    assert message.escaped
    assert open_envelope("Mar 25 15:35:53 lb1 loader[1]: queue #3 of #400").escaped is False


def test_octal_escapes_are_only_undone_in_syslog() -> None:
    assert open_envelope("[    1.234567] a#012b").lines == ("a#012b",)


def test_lines_put_together_by_rsyslog_lose_their_stamps_each() -> None:
    line = "Mar 25 15:35:53 lb1 kernel: [    1.234567] Call Trace:#012[    1.234568]  <IRQ>#012 bare"
    assert open_envelope(line).lines == ("Call Trace:", " <IRQ>", " bare")


def test_a_repeated_message_says_how_often() -> None:
    assert open_envelope(WRAPS["repeated"](IXGBE)).repeated == 3
    assert open_envelope("Mar 25 15:35:53 lb1 last message repeated 3 times").repeated == 1
    assert open_envelope("message repeated 3 times: [ cut").lines == ("message repeated 3 times: [ cut",)


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("Mar 25 15:35:53 bond0: link down", ("bond0: link down",)),
        ("Mar 25 15:35:53 NETDEV WATCHDOG: eth0 (ixgbe)", ("NETDEV WATCHDOG: eth0 (ixgbe)",)),
        ("Mar 25 15:35:53 ixgbe 0000:83:00.0: removed", ("ixgbe 0000:83:00.0: removed",)),
        ("Mar 25 15:35:53 WARNING: CPU: 3 PID: 1", ("WARNING: CPU: 3 PID: 1",)),
        ("2022-03-25T15:35:53.123456789Z loading program: denied", ("loading program: denied",)),
        ("[    1.234567] systemd[1]: Mounted /", ("systemd[1]: Mounted /",)),
        ("[    1.234567] bond0: link down", ("bond0: link down",)),
        ("[    1.234567] lb1 link: down", ("lb1 link: down",)),
    ],
)
def test_words_of_a_message_are_not_taken_for_a_host_or_a_program(line: str, lines: tuple[str, ...]) -> None:
    assert open_envelope(line).lines == lines


@pytest.mark.parametrize(
    "line",
    [
        "[12.5] foo",
        "[1.234567 foo",
        "[12345] foo",
        "[link] foo",
        "[Fri Mar 25 15:35:53] foo",
        "[Fri Feb 30 15:35:53 2022] foo",
        "[Foo 25 15:35] foo",
        "[0] <INFO> foo",
        "<div> foo",
        "<RMT>foo",
        "<info> foo",
        "<03>foo",
        "<999>foo",
        "1 2022-03-25T15:35:53Z lb1 kernel - - - foo",
        "kern:err: foo",
        "user: level: foo",
        "kernel panic: foo",
        "bird is: foo",
        "15:35:53 foo: bar",
        "15:35:53: foo",
        "25:35:53 kernel: foo",
        "1648190153.123456 foo: bar",
        "2022-02-30 20:30:51 <RMT> foo",
        "2022-02-30T20:30:51Z stderr F foo",
        "2022-03-25 foo",
        "2022/02/30 15:35:53 foo",
        "3,1234,foo;bar",
        "1,2,3;foo",
        "Foo 25 15:35:53 lb1 kernel: foo",
        "Feb 30 15:35:53 lb1 kernel: foo",
        "E1325 15:35:53.123456 1 a.c:1] foo",
        "for (i = 0; i < n; i++) {",
        "{ foo }",
        "{}",
        '{"a": 1}',
        '{"msg": 1}',
        '{"msg": null, "level": "x"}',
        '{"msg": "x"} trailing',
        '[{"msg": "x"}]',
        "level=info",
        "level=info and more prose=true",
        "a=1 b=2",
        "msg=x and level=y",
        "if msg=x level=y",
        "ret = foo(level=1)",
        "  msg = 1;",
        "message repeated many times: [ x]",
    ],
)
def test_source_code_prose_and_broken_stamps_are_bare(line: str) -> None:
    assert open_envelope(line) == Message(lines=(line,))


def test_rfc_5424_needs_closed_structured_data() -> None:
    assert "rfc5424" not in open_envelope('<3>1 2022-03-25T15:35:53Z lb1 kernel - - [a b="c\\"] x').layers
    assert "rfc5424" not in open_envelope("<3>1 2022-03-25T15:35:53Z lb1 kernel - - [a [b] x").layers


def test_an_impossible_date_makes_rfc_5424_no_envelope() -> None:
    assert open_envelope("<3>1 2022-02-30T15:35:53Z lb1 kernel - - - x").time is None


def test_a_priority_alone_says_kernel_only_for_the_kernels_facility() -> None:
    assert open_envelope("<30>bird: <RMT> x") == Message(lines=("x",), program="bird", layers=("syslog", "bird"))
    assert open_envelope("<13>hello").program is None


def test_journal_records_keep_their_fields() -> None:
    line = json.dumps(
        {
            "__CURSOR": "s=7c;i=1",
            "__REALTIME_TIMESTAMP": "1648190153999999",
            "_SOURCE_REALTIME_TIMESTAMP": "1648190153123456",
            "_HOSTNAME": "lb1",
            "_COMM": "loader",
            "_PID": "12",
            "PRIORITY": 3,
            "MESSAGE": "first\n  second\n",
        }
    )
    message = open_envelope(line)
    assert message.lines == ("first", "  second")
    assert stamp_of(line) == "2022-03-25T06:35:53.123456Z"
    assert (message.host, message.program, message.pid, message.cursor) == ("lb1", "loader", "12", "s=7c;i=1")
    assert message.pairs["PRIORITY"] == "3"
    assert "MESSAGE" not in message.pairs


def test_the_journals_kernel_records_say_the_uptime() -> None:
    message = open_envelope(journal(MESSAGE="x", _SOURCE_MONOTONIC_TIMESTAMP="686973797868"))
    assert (message.uptime, message.program) == (686973.797868, "kernel")


def test_what_user_space_wrote_to_the_kernels_log_keeps_its_name_in_the_journal() -> None:
    assert open_envelope(journal(MESSAGE="x", SYSLOG_IDENTIFIER="systemd")).program == "systemd"


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (None, ("",)),
        (["a", "b"], ("a", "b")),
        (["a", [98, 255]], ("a", "b\ufffd")),
        ([1, 2, 999], ("",)),
        ([[[97]]], ("",)),
        ([], ("",)),
        ({"a": "b"}, ("",)),
    ],
)
def test_the_journals_message_has_many_shapes(value: object, lines: tuple[str, ...]) -> None:
    assert open_envelope(journal(MESSAGE=value)).lines == lines


def test_docker_says_which_stream_it_was() -> None:
    message = open_envelope(WRAPS["docker"](IXGBE))
    assert message.pairs == {"stream": "stderr", "time": "2022-03-25T15:35:53.123456789Z"}


def test_a_json_record_gives_its_message_and_then_its_other_texts() -> None:
    line = json.dumps(
        {
            "time": "2022-03-25 15:35:53",
            "host": {"name": "lb1"},
            "ident": "loader[12]:",
            "logger": "main",
            "level": "error",
            "log_": "one-word",
            "error": "permission denied:\n0: R1=ctx()",
            "message": "load failed",
            "again": "load failed",
            "attempt": 3,
            "ok": False,
            "stack": ["main go", "load go"],
        }
    )
    message = open_envelope(line)
    assert message.lines == ("load failed", "permission denied:", "0: R1=ctx()", "main go", "load go")
    assert (message.host, message.program, message.pid) == ("lb1", "loader", "12")
    assert message.pairs["attempt"] == "3"
    assert message.pairs["ok"] == "false"
    assert message.pairs["host.name"] == "lb1"
    assert stamp_of(line) == "2022-03-25T15:35:53"


def test_text_that_was_quoted_twice_is_unquoted_twice() -> None:
    twice = json.dumps({"msg": "load failed", "error": 'denied: "0: R1=ctx()\\n1: \\"x\\""'})
    assert open_envelope(twice).lines == ("load failed", 'denied: "0: R1=ctx()', '1: "x""')
    once = json.dumps({"msg": "x", "error": "a b\nc\\nd"})
    assert open_envelope(once).lines == ("x", "a b", "c\\nd")


def test_logfmt_escapes_are_undone() -> None:
    message = open_envelope(
        'time="2022-03-25T15:35:53Z" level=error msg="loading: \\"xdp\\" permission denied"'
        ' err="0: R1=ctx()\\n\\t1: \\u4e2d"'
    )
    assert message.lines == ('loading: "xdp" permission denied', "0: R1=ctx()", "\t1: 中")
    assert message.pairs["level"] == "error"


def test_logfmt_quoted_twice_is_unquoted_twice() -> None:
    assert open_envelope('level=error msg="denied: 0: x\\\\n1: y"').lines == ("denied: 0: x", "1: y")


def test_logfmt_may_be_cut_in_its_last_value() -> None:
    assert open_envelope('level=error msg=denied err="0: R1=ctx()\\n1: R').lines == ("denied", "0: R1=ctx()", "1: R")
    assert open_envelope('level=error msg="denied: x\\').lines == ("denied: x",)


def test_logfmt_without_a_message_stays_whole_and_gives_its_pairs() -> None:
    line = "level=info component=bgp peer=192.0.2.1"
    message = open_envelope(line)
    assert message.lines == (line,)
    assert message.pairs["peer"] == "192.0.2.1"


def test_audit_records_stay_whole_and_say_their_time() -> None:
    line = 'type=AVC msg=audit(1648190153.123:456): avc:  denied  { map_create } for  pid=12 comm="loader"'
    message = open_envelope(line)
    assert (message.lines, message.layers, message.escaped) == ((line,), ("audit",), False)
    assert stamp_of(line) == "2022-03-25T06:35:53.123Z"
    assert open_envelope(f"node=lb1 {line}").host == "lb1"


@pytest.mark.parametrize(
    ("line", "stamp"),
    [
        ("19:26:28.377695 IP 192.0.2.1.443 > 198.51.100.7.51514: Flags [S.]", "19:26:28.377695"),
        ("19:26:28.377695 24:6e:96:00:00:01 > 24:6e:96:00:00:02, ethertype IPv4", "19:26:28.377695"),
        ("19:26:28.377695123 IP6 2001:db8::1 > 2001:db8::2: ICMP6", "19:26:28.377695123"),
        ("19:26:28.377695 eth0  In  IP 192.0.2.1 > 198.51.100.7: ICMP echo", "19:26:28.377695"),
        ("19:26:28.377695 ARP, Request who-has 192.0.2.1", "19:26:28.377695"),
        ("2022-03-25 19:26:28.377695 IP 192.0.2.1 > 198.51.100.7: ICMP", "2022-03-25T19:26:28.377695"),
        ("1648190153.123456 IP 192.0.2.1 > 198.51.100.7: ICMP", "2022-03-25T06:35:53.123456Z"),
    ],
)
def test_packets_of_tcpdump_stay_whole_and_say_their_time(line: str, stamp: str) -> None:
    message = open_envelope(line)
    assert (message.lines, message.layers, message.escaped) == ((line,), ("tcpdump",), False)
    assert stamp_of(line) == stamp


def test_the_time_between_two_packets_is_not_a_time_of_day() -> None:
    line = " 00:00:00.000003 IP 192.0.2.1 > 198.51.100.7: ICMP"
    assert open_envelope(line) == Message(lines=(line,))


@pytest.mark.parametrize(
    "name", ["DBG", "DEBUG", "TRACE", "INFO", "RMT", "REMOTE", "WARN", "ERR", "AUTH", "FATAL", "BUG", "???"]
)
def test_every_class_of_bird_is_known(name: str) -> None:
    assert open_envelope(f"2022-12-03 20:30:51.893 <{name}> x").lines == ("x",)


def test_json_is_read_safely() -> None:
    assert open_envelope('{"msg": "x", "n": ' + "9" * 10_000 + "}").pairs["n"] == "9" * 10_000
    assert open_envelope('{"msg": "x", "n": NaN, "m": -Infinity}').pairs["n"] == "NaN"
    assert open_envelope('{"msg": "a", "msg": "b"}').lines == ("b",)
    assert open_envelope('{"msg": "\\ud800x"}').lines == ("\ufffdx",)
    assert open_envelope('{"msg": "tab\there"}').lines == ("tab\there",)
    deep = '{"msg": ' + "[" * 200_000 + "]" * 200_000 + "}"
    assert open_envelope(deep).lines == (deep,)
    nested = '{"a":' * 50 + '{"msg": "x"}' + "}" * 50
    assert open_envelope(nested).lines == (nested,)


def test_json_longer_than_a_line_may_be_is_bare() -> None:
    line = '{"msg": "' + "x" * (1 << 20) + '"}'
    assert open_envelope(line).lines == (line,)


def test_all_text_from_json_is_plain_text() -> None:
    message = open_envelope('{"msg": "x", "n": 12}')
    assert {type(value) for value in (*message.lines, *message.pairs.values())} == {str}


HOSTILE = {
    "brackets": "[" * 500_000,
    "blanks after a bracket": "[    1.234567][" + " " * 500_000,
    "open structured data": '<3>1 - - - - - [a b="' + "\\" * 500_000,
    "many elements": "<3>1 - - - - - " + '[a b="c"]' * 50_000 + "[",
    "open quotes": "level=x msg=" + '"a ' * 200_000,
    "many pairs": "level=x " * 100_000 + "!",
    "backslashes": 'level=x msg="' + "\\" * 500_001,
    "octal": "Mar 25 15:35:53 lb1 a[1]: " + "#012" * 100_000 + "#",
    "kmsg": "1,2,3,-" + ",a=b" * 100_000,
    "a long word": "Mar 25 15:35:53 " + "a" * 500_000,
    "colons": "Mar 25 15:35:53 " + "a:" * 250_000,
    "JSON quotes": '{"log":"stream","MESSAGE":"_' + '\\"' * 250_000 + "}",
    "repeated": "message repeated 3 times: [" * 20_000 + "]" * 20_000,
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_hostile_lines_take_linear_time(line: str) -> None:
    began = time.process_time()
    open_envelope(line)
    assert time.process_time() - began < 2
