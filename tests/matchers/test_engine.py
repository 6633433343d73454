import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.engine import Scanner, scan_text
from matchers.match import Match
from tests.support import (
    DOWN,
    LINES,
    UP,
    block,
    every_kind,
    feed,
    fields_in,
    matcher_set,
    pattern,
    pieces_of,
    scan,
    set_of,
)

_LINES = st.lists(st.sampled_from(LINES), max_size=25)
_NOISE = st.binary(max_size=40)
_STREAMS = st.one_of(
    st.builds(lambda lines, end: b"\n".join(lines) + end, _LINES, st.sampled_from([b"", b"\n", b"\n\n"])),
    st.lists(st.sampled_from(LINES) | _NOISE | st.just(b"\n"), max_size=25).map(b"".join),
)

SETS = {name: every_kind(name) for name in ("hyperscan", "re")}


def check_places(data: bytes, matches: list[Match]) -> None:
    """Rows come in order, and what is not assembled stands in the stream as it says."""
    assert [match.offset for match in matches] == sorted(match.offset for match in matches)
    for match in matches:
        assert match.line == data.count(b"\n", 0, match.offset) + 1
        assert match.offset == 0 or data[match.offset - 1 : match.offset] == b"\n"
        assert match.end == len(data) or data[match.end : match.end + 1] == b"\n"
        if not match.assembled:
            assert data[match.offset : match.end].decode("utf-8", "replace") == match.text


# --- however the bytes are cut --------------------------------------------------------------------------------------


@settings(max_examples=120)
@given(_STREAMS, st.lists(st.integers(0, 10_000), max_size=12), st.booleans())
def test_any_cutting_gives_the_same_matches_in_their_places(data: bytes, cuts: list[int], paste: bool) -> None:
    whole = scan_text(SETS["hyperscan"], data, paste=paste)
    assert list(feed(SETS["hyperscan"], pieces_of(data, cuts), paste=paste)) == whole
    check_places(data, whole)


@settings(max_examples=60)
@given(_STREAMS, st.lists(st.integers(0, 10_000), max_size=12), st.integers(1, 60))
def test_any_cutting_gives_the_same_matches_also_where_lines_are_cut(data: bytes, cuts: list[int], most: int) -> None:
    scanner = Scanner(SETS["hyperscan"], max_line_bytes=most)
    whole = [*scanner.feed(data), *scanner.finish()]
    assert list(feed(SETS["hyperscan"], pieces_of(data, cuts), max_line_bytes=most)) == whole
    assert scanner.lines_cut == sum(len(line) > most for line in data.split(b"\n"))
    check_places(data, whole)


@settings(max_examples=150)
@given(_STREAMS, st.booleans())
def test_both_ways_to_scan_give_the_same_matches(data: bytes, paste: bool) -> None:
    assert scan_text(SETS["hyperscan"], data, paste=paste) == scan_text(SETS["re"], data, paste=paste)


def test_byte_by_byte_is_the_same_as_all_at_once() -> None:
    data = b"\n".join(LINES)
    assert list(feed(every_kind(), (data[at : at + 1] for at in range(len(data))))) == scan_text(every_kind(), data)


def long_stream(lines: int, filler: bytes) -> bytes:
    """A stream in which blocks, sequences and single lines come again and again amid other lines."""
    pieces = []
    for number in range(lines):
        pieces.append(filler)
        if number % 97 == 0:
            pieces += [b"eth%d: unit hang" % (number % 7), filler, b"queue %d" % number, filler, b"clean %x" % number]
        if number % 89 == 0:
            pieces += [b"eth%d: link is down" % (number % 5), filler, b"eth%d: link is up" % (number % 5)]
    return b"\n".join(pieces)


@pytest.mark.parametrize("filler", [b"nothing of note", b"y" * 5000, b"Mar 25 15:35:53 lb1 cron[12]: job"])
def test_a_long_stream_is_the_same_however_it_is_cut(filler: bytes) -> None:
    data = long_stream(max(120, 500_000 // len(filler)), filler)
    matchers = every_kind()
    whole = scan_text(matchers, data)
    check_places(data, whole)
    assert {match.entry for match in whole} >= {"alone", "bounce", "free", "hang"}
    for size in (65_536, 65_537, 100_003, 262_144):
        assert list(feed(matchers, (data[at : at + size] for at in range(0, len(data), size)))) == whole
    for most in (1000, 100_000):
        (cut,) = {
            repr(list(feed(matchers, pieces_of(data, cuts), max_line_bytes=most)))
            for cuts in ([], [70_001, 9, 300_000])
        }
        assert cut


def test_matches_are_told_while_the_stream_goes_on() -> None:
    scanner = Scanner(set_of(pattern(DOWN)))
    early = list(scanner.feed(b"eth0: link is down\n" + b"nothing of note\n" * 40_000))
    assert [match.line for match in early] == [1]
    assert list(scanner.finish()) == []


def test_a_block_over_the_edge_of_what_is_kept_is_found() -> None:
    matcher = block("unit hang", "clean {c:hex}")
    for filler in (60_000, 65_000, 65_400, 65_480, 65_600, 131_000, 200_000):
        head = b"Mar 25 15:35:53 lb1 kernel: unit hang\n"
        foreign = b"Mar 25 15:35:53 lb1 cron[1]: " + b"z" * filler + b"\n"
        data = b"nothing\n" * 50_000 + head + foreign + b"Mar 25 15:35:53 lb1 kernel: clean 5\n" + b"nothing\n" * 50_000
        found = scan_text(set_of(matcher), data)
        assert len(found) == (filler < 65_430)
        assert list(feed(set_of(matcher), pieces_of(data, range(0, len(data), 65_536)))) == found


# --- lines that are too long ----------------------------------------------------------------------------------------


def test_the_rest_of_a_line_that_is_too_long_is_skipped_and_counted() -> None:
    data = b"eth0: link is down " + b"x" * 3_000_000 + b" eth1: link is down\neth2: link is down\n"
    scanner = Scanner(set_of(pattern(DOWN)))
    found = [*scanner.feed(data), *scanner.finish()]
    assert [(match.line, match.offset, match.fields["iface"]) for match in found] == [
        (1, 0, "eth0"),
        (2, len(data) - 19, "eth2"),
    ]
    assert found[0].end == data.index(b"\n")
    assert found[0].assembled
    assert len(found[0].text) == 1 << 20
    assert scanner.lines_cut == 1


def test_a_line_of_just_the_length_is_whole() -> None:
    line = b"eth0: link is down "
    for extra, cut in ((0, 0), (1, 1)):
        scanner = Scanner(set_of(pattern(DOWN)), max_line_bytes=100)
        found = [*scanner.feed(line + b"x" * (100 - len(line) + extra)), *scanner.finish()]
        assert (len(found), found[0].assembled, scanner.lines_cut) == (1, bool(cut), cut)


_CHILD = """
    from pathlib import Path

    from matchers.engine import Scanner
    from tests.support import pattern, set_of

    scanner = Scanner(set_of(pattern("{iface:iface}: link is down")))
    found = []
    for piece in (b"eth0: link is down ", *[b"x" * 65_536] * 1600, b" eth1: link is down", b"\\neth2: link is down"):
        found += scanner.feed(piece)
    found += scanner.finish()
    print([match.fields["iface"] for match in found], scanner.lines_cut)
    print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_a_line_of_a_hundred_megabytes_needs_little_memory() -> None:
    root = Path(__file__).parents[2]
    out = subprocess.run(
        [sys.executable, "-c", dedent(_CHILD)], cwd=root, env={"PYTHONPATH": str(root)}, capture_output=True, check=True
    ).stdout.splitlines()
    assert out[0] == b"['eth0', 'eth2'] 1"
    assert int(out[1]) < 60 * 1024


# --- whose message it is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "program", "accepted"),
    [
        ("kernel", "kernel", True),
        ("kernel", "sshd[12]", False),
        ("kernel", "bird", False),
        ("bird", "bird", True),
        ("bird", "bird6[12]", True),
        ("bird", "kernel", False),
        ("verifier", "l4lbd[12]", True),
        ("verifier", "sshd[12]", False),
        ("loader", "nginx[12]", False),
        ("loader", "systemd[1]", True),
        ("text", "curl[12]", True),
        ("text", "postfix/smtpd[3]", False),
        ("audit", "audispd", True),
        ("audit", "bird", False),
    ],
)
def test_a_line_of_another_program_is_recognised_in_a_paste_only(source: str, program: str, accepted: bool) -> None:
    line = f"Mar 25 15:35:53 lb1 {program}: eth0: link is down"
    matcher = pattern(DOWN, source=source)
    assert len(scan(matcher, line)) == accepted
    assert len(scan(matcher, line, paste=True)) == 1


def test_a_line_that_names_no_program_may_be_anyones() -> None:
    for source in ("kernel", "bird", "verifier", "loader", "tcpdump", "audit", "text"):
        assert len(scan(pattern(DOWN, source=source), "eth0: link is down")) == 1


# --- envelopes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "time_said", "host", "assembled"),
    [
        ("eth0: link is down", None, None, False),
        ("[   12.345678] eth0: link is down", None, None, False),
        ("[Fri Mar 25 15:35:53 2022] eth0: link is down", "2022-03-25T15:35:53", None, False),
        ("Mar 25 15:35:53 lb1 kernel: eth0: link is down", "--03-25T15:35:53", "lb1", False),
        ("<3>Mar  5 15:35:53 lb1 kernel: eth0: link is down", "--03-05T15:35:53", "lb1", False),
        (
            "2022-03-25T15:35:53.123456+08:00 lb1 kernel: eth0: link is down",
            "2022-03-25T15:35:53.123456+08:00",
            "lb1",
            False,
        ),
        ("2022-03-25T15:35:53.1Z stderr F eth0: link is down", "2022-03-25T15:35:53.1Z", None, False),
        ("2022-03-25T15:35:53.1Z stdout P eth0: link is down and", "2022-03-25T15:35:53.1Z", None, False),
        ("Mar 25 15:35:53 lb1 kernel: eth0: link is#011down", "--03-25T15:35:53", "lb1", True),
        ("Mar 25 15:35:53 lb1 kernel: a#012eth0: link is down", "--03-25T15:35:53", "lb1", True),
        (
            "Mar 25 15:35:53 lb1 kernel: message repeated 2 times: [ eth0: link is down]",
            "--03-25T15:35:53",
            "lb1",
            True,
        ),
        ("3,1234,686973797868,-;eth0: link is\\x09down", None, None, True),
        ("3,1234,686973797868,-;eth0: link is down", None, None, False),
        (
            '{"log":"eth0: link is down\\n","stream":"stderr","time":"2022-03-25T15:35:53.1Z"}',
            "2022-03-25T15:35:53.1Z",
            None,
            True,
        ),
        (
            '{"level":"error","ts":1648190153.25,"msg":"eth0: link \\u0069s down","n":1}',
            "2022-03-25T06:35:53.25Z",
            None,
            True,
        ),
        ('level=error time=2022-03-25T15:35:53Z msg="eth0: link is\\tdown"', "2022-03-25T15:35:53Z", None, True),
        ('{"msg":"{\\"msg\\":\\"eth0: link is\\\\tdown\\",\\"a\\":\\"b\\"}"}', None, None, True),
    ],
)
def test_a_message_is_found_in_its_envelope(
    line: str, time_said: str | None, host: str | None, assembled: bool
) -> None:
    (match,) = scan(pattern(DOWN, source="kernel"), line, paste=True)
    assert (match.fields, match.host, match.assembled) == ({"iface": "eth0"}, host, assembled)
    assert match.time is None or match.time.startswith(time_said[:13] if time_said else "?")
    assert (match.time is None) is (time_said is None)


def test_a_journal_record_has_its_cursor() -> None:
    record = {"__CURSOR": "s=1;i=2", "_TRANSPORT": "kernel", "MESSAGE": "eth0: link is down", "_HOSTNAME": "lb1"}
    (match,) = scan(pattern(DOWN), json.dumps(record))
    assert (match.cursor, match.host, match.text) == ("s=1;i=2", "lb1", "eth0: link is down")
    (match,) = scan(pattern(DOWN), json.dumps({**record, "MESSAGE": list(b"\x07 eth0: link is down \xff")}))
    assert match.fields == {"iface": "eth0"}


@pytest.mark.parametrize(
    "text", ["网卡 down", "naïve down", "\U0001f600 down", 'a "b" down', "a/b <c> & down", "tab\there down"]
)
def test_text_that_json_escapes_is_found(text: str) -> None:
    wording = text.replace("\t", " ")
    for line in (
        json.dumps({"msg": f"eth0: {text}", "a": 1}),
        json.dumps({"msg": f"eth0: {text}", "a": 1})
        .replace("/", "\\/")
        .replace("<", "\\u003c")
        .replace("&", "\\u0026"),
        "level=error msg=" + json.dumps(f"eth0: {text}", ensure_ascii=not text.startswith("\U0001f600")),
        "6,1,2,-;eth0: " + "".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02x}" for b in text.encode()),
    ):
        assert fields_in(pattern(f"{{iface:iface}}: {wording}"), line, paste=True) == [{"iface": "eth0"}]


def test_crlf_and_a_missing_last_newline_change_nothing() -> None:
    for text in ("x\r\neth0: link is down\r\ny\r\n", "x\neth0: link is down", "eth0: link is down\r"):
        (match,) = scan(pattern(DOWN), text)
        assert match.fields == {"iface": "eth0"}
        assert text[match.offset : match.end] == match.text


@pytest.mark.parametrize("piece", ["eth0: link is down", "eth0: unit hang"])
def test_a_line_of_very_many_messages_is_searched_in_linear_time(piece: str) -> None:
    line = "Mar 25 15:35:53 lb1 kernel: " + "#012".join([piece] * 20_000)
    began = time.process_time()
    assert len(scan(SETS["hyperscan"], line)) >= 20_000
    assert time.process_time() - began < 4


# --- which of several stand -----------------------------------------------------------------------------------------

LINK = pattern("link is down", name="link")
DOWN_AT = pattern(DOWN, name="down")


def entries_of(found: list[Match]) -> list[str]:
    return [f"{match.entry}/{match.matcher}" for match in found]


def test_of_one_entry_the_matcher_that_stands_first_in_the_file_wins() -> None:
    assert entries_of(scan(matcher_set(("e", [LINK, DOWN_AT])), "eth0: link is down")) == ["e/link"]
    assert entries_of(scan(matcher_set(("e", [DOWN_AT, LINK])), "eth0: link is down")) == ["e/down"]
    assert entries_of(scan(matcher_set(("e", [DOWN_AT, LINK])), "eth0: link is down", paste=True)) == ["e/down"]
    assert entries_of(scan(matcher_set(("e", [DOWN_AT, LINK])), "-: link is down")) == ["e/link"]


def test_of_two_entries_both_stand_unless_one_beats_the_other() -> None:
    text = "eth0: link is down"
    assert len(scan(matcher_set(("a", [LINK]), ("b", [DOWN_AT])), text)) == 2
    beaten = matcher_set(("a", [LINK]), ("b", [DOWN_AT]), beats={"b": ["a"]})
    assert entries_of(scan(beaten, text)) == ["b/down"]
    assert entries_of(scan(beaten, text, paste=True)) == ["a/link", "b/down"]
    assert entries_of(scan_text(beaten, text.encode(), keep_beaten=True)) == ["a/link", "b/down"]
    assert entries_of(scan_text(beaten, text.encode(), paste=True, keep_beaten=False)) == ["b/down"]
    assert entries_of(scan(beaten, "-: link is down")) == ["a/link"]


def test_an_entry_beats_through_another() -> None:
    chain = matcher_set(
        ("a", [LINK]), ("b", [pattern("no such text")]), ("c", [DOWN_AT]), beats={"c": ["b"], "b": ["a", "c"]}
    )
    assert chain.wins("c", "a")
    assert not chain.wins("a", "c")
    assert entries_of(scan(chain, "-: link is down")) == ["a/link"]


def test_a_line_of_a_block_loses_to_who_beats_the_block_in_any_of_its_lines() -> None:
    hang = block("unit hang", "clean {c:hex}", name="hang")
    matchers = matcher_set(
        ("hang", [hang]), ("clean", [pattern("clean {c:hex}", name="line")]), beats={"clean": ["hang"]}
    )
    assert entries_of(scan(matchers, "unit hang\nx\nclean 5")) == ["clean/line"]
    other_way = matcher_set(
        ("hang", [hang]), ("clean", [pattern("clean {c:hex}", name="line")]), beats={"hang": ["clean"]}
    )
    assert entries_of(scan(other_way, "unit hang\nx\nclean 5\nclean 6")) == ["hang/hang", "clean/line"]


def test_the_lines_between_the_steps_of_a_block_are_not_its_own() -> None:
    matchers = matcher_set(("hang", [block("unit hang", "clean {c:hex}")]), ("link", [LINK]), beats={"hang": ["link"]})
    assert entries_of(scan(matchers, "unit hang\nlink is down\nclean 5")) == ["hang/m", "link/link"]


def test_two_messages_of_one_line_are_two_matches() -> None:
    found = scan(pattern(DOWN), "Mar 25 15:35:53 lb1 kernel: eth0: link is down#012eth1: link is down")
    assert [(match.fields["iface"], match.offset) for match in found] == [("eth0", 0), ("eth1", 0)]
    assert [match.text for match in found] == ["eth0: link is down", "eth1: link is down"]


def test_what_is_not_recorded_and_what_says_that_it_is_over_are_marked() -> None:
    matchers = matcher_set(("e", [pattern(DOWN, record=False), pattern(UP, name="up", recovery=True)]))
    found = scan(matchers, "eth0: link is down\neth0: link is up")
    assert [(match.record, match.recovery) for match in found] == [(False, False), (True, True)]


def test_the_weight_is_what_is_fixed_in_the_wording_that_fits() -> None:
    matcher = pattern("{iface:iface}: link is down now", "link is down")
    assert [match.weight for match in scan(matcher, "eth0: link is down now\nlink is down")] == [14, 10]


def test_an_empty_set_finds_nothing() -> None:
    assert scan(matcher_set(), "eth0: link is down") == []
    assert scan(matcher_set(backend="re"), "") == []


# --- speed ----------------------------------------------------------------------------------------------------------


def syslog(lines: int) -> Iterator[bytes]:
    for number in range(lines):
        if number % 5 == 0:
            yield b"Mar 25 15:35:53 lb1 kernel: [686973.797868] ixgbe 0000:83:00.0 eth%d: link is down\n" % (
                number % 10
            )
        else:
            yield (
                b"Mar 25 15:35:53 lb1 systemd[1]: Started Session %d of user root with some more words to it.\n"
                % number
            )


def test_a_log_of_which_every_fifth_line_is_a_match_is_scanned_quickly() -> None:
    data = b"".join(syslog(20_000))
    matchers = set_of(pattern("{driver:ident} {pci:pci} {iface:iface}: link is down"))
    for size in (1 << 20, 4096):
        began = time.process_time()
        assert sum(1 for _ in feed(matchers, (data[at : at + size] for at in range(0, len(data), size)))) == 4000
        assert len(data) / (time.process_time() - began) > 3e6
