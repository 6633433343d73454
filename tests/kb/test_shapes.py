"""One matcher, every shape in which its text really comes: the same fault gives the same fields from each of them."""

import json
from collections.abc import Callable

import pytest

from kb.book import Book, open_book
from kb.catalog import shipped_dir
from matchers.engine import scan_text
from matchers.match import Match

HANG = [
    "ixgbe 0000:83:00.0 p4p1: Detected Tx Unit Hang (XDP)",
    "  Tx Queue             <24>",
    "  TDH, TDT             <84>, <136>",
    "  next_to_use          <136>",
    "  next_to_clean        <84>",
    "tx_buffer_info[next_to_clean]",
    "  time_stamp           <0>",
    "  jiffies              <128edcdc0>",
]
FIELDS = {
    "driver": "ixgbe",
    "pci": "0000:83:00.0",
    "iface": "p4p1",
    "queue": 24,
    "tdh": "84",
    "tdt": "136",
    "next_to_use": "136",
    "next_to_clean": "84",
}
STAMP = "[686973.797868] "
SYSLOG = "Mar 25 15:35:53 lb1 kernel: "


def each_line(prefix: str) -> str:
    return "".join(f"{prefix}{line}\n" for line in HANG)


def first_line(prefix: str, indent: str = "") -> str:
    return f"{prefix}{HANG[0]}\n" + "".join(f"{indent}{line}\n" for line in HANG[1:])


def other_cpu_between() -> str:
    noise = [
        "[686973.797870] bond0: (slave p4p2): link status up again after 0 ms\n",
        "[686973.797871] perf: interrupt took too long (2510 > 2500), lowering the sample rate\n",
    ]
    return "".join(f"{STAMP}{line}\n" + noise[number % 2] for number, line in enumerate(HANG))


def other_programs_between() -> str:
    noise = "Mar 25 15:35:53 lb1 sshd[4711]: Connection closed by 198.51.100.7 port 4022\n" * 12
    return "".join(f"{SYSLOG}{line}\n{noise}" for line in HANG)


SHAPES: dict[str, str] = {
    "raw dmesg": each_line(STAMP),
    "dmesg with a caller id": each_line("[686973.797868][   C24] "),
    "dmesg with level": each_line("kern  :err   : " + STAMP),
    "dmesg -T": each_line("[Fri Mar 25 15:35:53 2022] "),
    "stamp on the first line, the others bare and indented": first_line(STAMP, "                "),
    "journalctl short with an indented message": first_line(SYSLOG, " " * len(SYSLOG)),
    "rsyslog with a prefix on each line": each_line(SYSLOG + STAMP),
    "rsyslog with #012": SYSLOG + "#012".join(HANG) + "\n",
    "rsyslog with an ISO stamp": each_line("2022-03-25T15:35:53.797868+08:00 lb1 kernel: "),
    "RFC 5424": each_line("<3>1 2022-03-25T15:35:53.797868+08:00 lb1 kernel - - - "),
    "journalctl short-iso": each_line("2022-03-25T15:35:53+0800 lb1 kernel: "),
    "journalctl cat": each_line(""),
    "journalctl json, one entry": json.dumps({"MESSAGE": "\n".join(HANG), "_TRANSPORT": "kernel", "_HOSTNAME": "lb1"})
    + "\n",
    "journalctl json, an entry a line": "".join(
        json.dumps({"MESSAGE": line, "SYSLOG_IDENTIFIER": "kernel", "_HOSTNAME": "lb1", "__CURSOR": f"s=1;i={n}"})
        + "\n"
        for n, line in enumerate(HANG)
    ),
    "/dev/kmsg": "3,2345,686973797868,-;" + "\\x0a".join(HANG) + "\n SUBSYSTEM=pci\n DEVICE=+pci:0000:83:00.0\n",
    "Docker": "".join(
        json.dumps({"log": STAMP + line + "\n", "stream": "stdout", "time": "2022-03-25T15:35:53.8Z"}) + "\n"
        for line in HANG
    ),
    "Kubernetes CRI": each_line("2022-03-25T15:35:53.797868123Z stdout F " + STAMP),
    "other CPUs between the lines": other_cpu_between(),
    "other programs between the lines": other_programs_between(),
    "Windows line ends": each_line(STAMP).replace("\n", "\r\n"),
    "as the seed has it, host cut off": each_line("Mar 25 15:35:53: " + STAMP),
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return open_book([shipped_dir()], tmp_path_factory.mktemp("cache"))


def hangs(book: Book, text: str) -> list[Match]:
    return [match for match in scan_text(book.matchers, text.encode()) if match.entry == "ixgbe-tx-unit-hang"]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_hang_gives_the_same_fields_from_every_shape(book: Book, shape: str) -> None:
    found = hangs(book, SHAPES[shape])
    assert [match.fields for match in found] == [FIELDS]


@pytest.mark.parametrize(
    ("prefix", "missing"),
    [("ixgbe 0000:83:00.0 p4p1: ", set()), ("ixgbe 0000:83:00.0: ", {"iface"}), ("ixgbe 0000:83:00.0: p4p1: ", set())],
)
def test_the_drivers_three_prefixes_give_the_same_fields(book: Book, prefix: str, missing: set[str]) -> None:
    text = each_line(STAMP).replace("ixgbe 0000:83:00.0 p4p1: ", prefix)
    assert [match.fields for match in hangs(book, text)] == [{k: v for k, v in FIELDS.items() if k not in missing}]


def test_a_repeated_message_is_recognised(book: Book) -> None:
    text = (
        SYSLOG
        + "message repeated 3 times: [ ixgbe 0000:83:00.0 p4p1: tx hang 1 detected on queue 25, resetting adapter]\n"
    )
    assert [(match.matcher, match.fields["queue"]) for match in hangs(book, text)] == [("hang-reset", 25)]


VERIFIER_LOG = [
    "229: (67) r3 <<= 2                    ; R3_w=scalar()",
    "; if (buf->head + len > buf->tail) {",
    "230: (0f) r4 += r3",
    "math between pkt pointer and register with unbounded min value is not allowed",
    "processed 211 insns (limit 1000000) max_states_per_insn 0 total_states 14 peak_states 14 mark_read 7",
]
MESSAGE = VERIFIER_LOG[3]


def libbpf() -> str:
    lines = [
        "libbpf: prog 'xdp_main': BPF program load failed: Permission denied",
        "libbpf: prog 'xdp_main': -- BEGIN PROG LOAD LOG --",
    ]
    return "\n".join(
        [*lines, *VERIFIER_LOG, "-- END PROG LOAD LOG --", "libbpf: prog 'xdp_main': failed to load: -13", ""]
    )


CILIUM = (
    "field XdpMain: program xdp_main: load program: permission denied: "
    f"230: (0f) r4 += r3: {MESSAGE} (12 line(s) omitted)"
)
NEW_KERNEL = [
    *VERIFIER_LOG[:4],
    "reason: the register may hold any value",
    "at: prog.c:112",
    "causal path: 221 -> 226 -> 230",
    "suggestion: bound the register before the addition",
    VERIFIER_LOG[4],
]
VERIFIER_SHAPES: dict[str, str] = {
    "libbpf": libbpf(),
    "bpftool": libbpf() + "Error: failed to load object file\n",
    "iproute2": "\n".join(
        [
            "Prog section 'xdp' rejected: Permission denied (13)!",
            "Verifier analysis:",
            "",
            *VERIFIER_LOG,
            "",
            "Error fetching program/map!",
            "",
        ]
    ),
    "cilium/ebpf, one line": CILIUM + "\n",
    "cilium/ebpf through syslog": f"Mar 25 15:35:53 lb1 l4lb[881]: {CILIUM}\n",
    "logfmt with escaped newlines": 'time="2022-03-25T15:35:53Z" level=error msg="loading failed" error="'
    + "\\n".join(VERIFIER_LOG)
    + '"\n',
    "JSON with escaped newlines": json.dumps(
        {"level": "error", "ts": 1648190153.5, "msg": "load", "err": "\n".join(VERIFIER_LOG)}
    )
    + "\n",
    "Docker": json.dumps({"log": CILIUM + "\n", "stream": "stderr", "time": "2022-03-25T15:35:53.8Z"}) + "\n",
    "the block of newer kernels behind it": "\n".join(NEW_KERNEL) + "\n",
    "the last line alone": MESSAGE,
}


@pytest.mark.parametrize("shape", VERIFIER_SHAPES)
def test_a_verifier_rejection_is_recognised_in_every_shape(book: Book, shape: str) -> None:
    found = scan_text(book.matchers, VERIFIER_SHAPES[shape].encode())
    mine = [match for match in found if match.entry == "bpf-verifier-unbounded-min-value"]
    assert [match.fields["pointer"] for match in mine] == ["pkt"]
    if shape != "the last line alone":
        assert mine[0].fields["insn"] == 230


RENDERERS: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: f"Dec  3 20:30:51 lb1 bird[4711]: {text}",
    lambda text: f"Dec  3 20:30:51 lb1 bird: <RMT> {text}",
    lambda text: f"2022-12-03 20:30:51.893 <RMT> {text}",
    lambda text: f"03-12-2022 20:30:51 <RMT> {text}",
    lambda text: f"<RMT> {text}",
    lambda text: f"2022-12-03T20:30:51.9Z stdout F 2022-12-03 20:30:51.893 <RMT> {text}",
]


@pytest.mark.parametrize("render", RENDERERS, ids=lambda render: render("…"))
def test_birds_message_is_recognised_in_its_own_log_and_through_syslog(
    book: Book, render: Callable[[str], str]
) -> None:
    text = render("ospf1: MTU mismatch with nbr 192.0.2.126 on bond0 (remote 9000, local 1500)")
    found = scan_text(book.matchers, text.encode())
    assert [(match.entry, match.fields) for match in found] == [
        (
            "bird-ospf-mtu-mismatch",
            {"protocol": "ospf1", "neighbor": "192.0.2.126", "iface": "bond0", "remote": 9000, "local": 1500},
        )
    ]
