"""Each kind of damage by itself: what is undone, what is left alone, and that undamaged text shows no sign."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.engine import MatcherSet
from matchers.repair import (
    MAX_REPAIRED,
    UNDOINGS,
    Trust,
    Variant,
    blanks,
    encoding,
    escapes,
    html_text,
    line_ends,
    markdown,
    marks,
    numbering,
    objects,
    prompts,
    prose,
    quoted_printable,
    quoting,
    repairs,
    tables,
    terminal,
    typography,
    unseen,
    wraps,
)
from matchers.repair.code import code_lines, looks_like_code
from matchers.repair.pasted import MAX_READINGS, Reading, scan_paste
from matchers.repair.starts import Starts, split_messages
from matchers.repair.undoing import Undoing
from tests.support import block, matcher_set, pattern, regex, set_of

QUIET = Path(__file__).resolve().parents[1] / "quiet"
STAMPED = "[686973.797868] ixgbe 0000:83:00.0 p4p1: Detected Tx Unit Hang (XDP)\n[686973.797868]   Tx Queue   <24>\n"

UNDONE: list[tuple[Undoing, str, str]] = [
    (line_ends, "a\r\nb\rc\r\r\nd", "a\nb\nc\nd"),
    (line_ends, "a\u2028b\x0bc\x85d", "a\nb\nc\nd"),
    (unseen, "\ufeffli\u200bnk \u00addo\u2060wn", "link down"),
    (terminal, "\x1b[01;31m\x1b[Klink\x1b[m\x1b[K down", "link down"),
    (terminal, "\x1b]8;;https://example.net/\x1b\\link\x1b]8;;\x1b\\ down\x1b]0;title\x07", "link down"),
    (terminal, "^[[31mlink^[[0m down", "link down"),
    (terminal, "\\033[31mlink\\033[0m \\x1b[1mdown\\u001b[0m", "link down"),
    (terminal, "[31mlink[0m down", "link down"),
    (terminal, "l\bli\bin\bnk\bk _\bd_\bo_\bw_\bn", "link down"),
    (terminal, "link\x1b[5Cdown\x1b[2;1Hagain", "link down\nagain"),
    (
        tables,
        "| # | log |\n|---|---|\n| 1 | link down a\\|b |\n| 2 | link up again |",
        "log\nlink down a|b\nlink up again",
    ),
    (tables, "| ens1 | is down |\n| ens2 | is up |", "ens1 is down\nens2 is up"),
    (quoting, "> a\n>> b\n> > c\n>d", "a\nb\nc\nd"),
    (quoting, "| a\n|   b\n│ c", "a\n  b\nc"),
    (quoting, "He wrote:\n> only one line", "He wrote:\nonly one line"),
    (numbering, "     1\ta\n     2\tb", "a\nb"),
    (numbering, "7:a\n8-b\n12:c", "a\nb\nc"),
    (numbering, "/var/log/x:7:a\n/var/log/x:8:b\nother.log:1:c", "a\nb\nc"),
    (numbering, "  9 | a\n 10 |   b", "a\n  b"),
    (numbering, "1. a\n2. b", "a\nb"),
    (prompts, "root@lb1:~# a\n[root@lb1 ~]# b\n(venv) me@lb1:/tmp$ c", "a\nb\nc"),
    (prompts, "- a\n- b", "a\nb"),
    (blanks, "a  b  c  d", "a b c d"),
    (blanks, "a \nb\t\nc  ", "a\nb\nc"),
    (blanks, "a\n\nb\n\nc\n\n", "a\nb\nc\n"),
    (blanks, "    a\n      b\n    c", "a\n  b\nc"),
    (quoted_printable, "a=3D1 =E2=80=9Cb=E2=80=9D cut=\n off", "a=1 “b” cut off"),
    (html_text, "a &lt;b&gt; &amp;amp; &quot;c&#39;&nbsp;d", "a <b> &amp; \"c'\u00a0d"),
    (html_text, "<p>a<br>b<br/>\nc</p><pre class='x'>d</pre>", "\na\nb\nc\n\nd\n"),
    (prose, "报错：link of p4p1 went down。怎么办？", "报错：\nlink of p4p1 went down\n。怎么办？"),
    (typography, "‘a’ “b”…\u00a0—c– d→e ﬁ（f）", "'a' \"b\"... --c- d->e fi(f)"),
    (markdown, "```console\na\n```", "\n\na\n\n"),
    (
        markdown,
        "we see `link of p4p1 down` **today** in nf\\_conntrack",
        "we see \nlink of p4p1 down\n today in nf_conntrack",
    ),
    (objects, '3. {"msg":"a"} and so on', '3.\n{"msg":"a"}\nand so on'),
    (escapes, '"error":"line one\\nline \\"two\\"","code":1', '"error":\nline one\nline "two"\n,"code":1'),
    (
        escapes,
        '{\\"msg\\":\\"{\\\\\\"error\\\\\\":\\\\\\"a b c\\\\\\\\nd\\\\\\"}\\"}',
        '{"msg":\n{"error":"a b c\\nd"}\n}',
    ),
    (escapes, "one\\ntwo\\tthree", "one\ntwo\tthree"),
    (escapes, "rcu: #0111-...!: #012", "rcu: \t1-...!: \n"),
]

LEFT_ALONE: list[tuple[Undoing, str]] = [
    (terminal, "[mlx5_core] [  1.000000] [31] done"),
    (tables, "a | b\nc | d"),
    (quoting, "MTU(9000)\n> 3498 is not allowed"),
    (numbering, "12: (61) r1 = *(u32 *)(r0 +0)\n13: (95) exit"),
    (numbering, "19:26:28.377695 IP a > b\n19:26:29.377695 IP a > b"),
    (numbering, "2022-12-03 20:30:51 <RMT> a\n2022-12-04 20:30:51 <RMT> b"),
    (numbering, "l4lb.c:312:5: warning: loop not unrolled"),
    (numbering, "7: a\n3: b"),
    (prompts, "// back-edge from insn 5 to 2"),
    (prompts, '- printf("link down");\n- printf("link up");'),
    (blanks, "Tx Queue             <24>\nTDH, TDT             <84>, <136>"),
    (blanks, '    pr_err("link down\\n");\n    return 1;'),
    (quoted_printable, "invalid read off=08 size=8\nid=\n0018"),
    (html_text, "TDH, TDT <0>, <a> <RMT> &c. x&y;"),
    (prose, "link of p4p1 went down"),
    (typography, "'a' \"b\"... -- (c)"),
    (markdown, "Error: `bpf_link_create` failed"),
    (objects, '{"msg":"a"}'),
    (objects, "struct x = { a, b };"),
    (escapes, 'pr_err("link down\\n");'),
    (escapes, '.errstr = "back-edge from insn 5 to 2\\n",'),
    (escapes, 'printf "link down\\nlink up\\n"'),
    (escapes, '{"log":"link down\\n","stream":"stderr"}'),
]


@pytest.mark.parametrize(("undoing", "damaged", "repaired"), UNDONE)
def test_damage_shows_and_is_undone(undoing: Undoing, damaged: str, repaired: str) -> None:
    assert undoing.signs(damaged)
    assert undoing.undo(damaged) == repaired


@pytest.mark.parametrize(("undoing", "text"), LEFT_ALONE)
def test_what_only_looks_like_damage_is_left_alone(undoing: Undoing, text: str) -> None:
    assert not undoing.signs(text) or undoing.undo(text) == text


PIECES = st.sampled_from(
    [
        *"ab1 \n\t\r\\\"'`<>&|=*#[]{}()%;:.,-+~^$@?",
        *("\x1b[", "\x1b]", "\b", "\u200b", "网", "“", "…", "=3D", "=\n", "&lt;", "<br>", "```", "\\n", '\\"', '":"'),
        *("xxx", "<redacted>", "0000:83:00", "[1.000000] ", "> ", "1: ", "root@x:~# ", '{"a":"b"}'),
    ]
)


@settings(max_examples=300)
@given(st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=60).map("".join))
def test_repair_never_raises_and_is_bounded(text: str) -> None:
    variants = list(repairs(Variant(text)))
    assert len(variants) <= 2
    for variant in variants:
        assert variant.undone
        assert len(variant.text) <= 4 * len(text) + 100
    assert not marks.has_sure_marks(text) or marks.signs(text)
    for join in (wraps.join_wrapped, wraps.join_cut):
        assert sorted(join(text).replace("\n", " ").split()) or not text.split()
    encoding.to_utf8(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_recoded_to_utf8(data: bytes) -> None:
    encoding.to_utf8(data)


def test_damages_in_one_another_are_undone_from_the_outside_in() -> None:
    text = "> link =E2=80=9Cp4p1=E2=80=9D is =1B[31mdown=1B[0m &amp;lt;b=3D1&amp;gt;=\n> \n> again\n"
    (variant,) = repairs(Variant(text))
    assert variant.text.split() == ["link", '"p4p1"', "is", "down", "<b=1>", "again"]
    assert set(variant.undone) >= {"quoting", "quoted-printable", "terminal codes", "HTML", "typography"}


def test_no_more_than_a_quarter_of_a_mebibyte_is_repaired() -> None:
    (variant,) = repairs(Variant("> a\n" * MAX_REPAIRED))
    assert len(variant.text) <= MAX_REPAIRED


@pytest.mark.parametrize(
    "name",
    [
        "kernel-boot-5.15.log",
        "kernel-boot-vm.log",
        "kernel-boot-kmsg.log",
        "bird-healthy-2.log",
        "verifier-success-old.log",
        "sshd.log",
    ],
)
def test_undamaged_logs_are_read_once(name: str) -> None:
    matchers = set_of(pattern("Detected Tx Unit Hang"))
    text = (QUIET / name).read_text("utf-8").partition("\n")[2]
    assert len(list(scan_paste(matchers, text[:10_240].rpartition("\n")[0].encode()))) == 1


# Encodings.


@pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_text_in_other_encodings_becomes_utf8(name: str) -> None:
    assert encoding.to_utf8(STAMPED.encode(name)) == STAMPED.encode()


def test_chinese_in_gb18030_becomes_utf8() -> None:
    assert encoding.to_utf8("网卡报错 link down".encode("gb18030")).decode() == "网卡报错 link down"


@pytest.mark.parametrize("data", [b"", b"plain", "网卡".encode(), "网卡".encode()[:-1], b"a\0b", b"\xff\xff\xff"])
def test_what_is_utf8_or_nothing_known_stays(data: bytes) -> None:
    assert encoding.to_utf8(data) is data


# Wraps.


def test_lines_are_joined_where_the_next_word_had_no_room() -> None:
    text = "one two three four\nfive six seven eight\nnine\nten eleven\n"
    assert wraps.join_wrapped(text) == "one two three four five six seven eight nine\nten eleven\n"


@pytest.mark.parametrize(
    "begin", ["[1.5] x", "Mar 25 15:35:53 x", "2022-12-03 x", "12: (61) r1", '{"a":1}', "<6>[1.5] x", "$ x"]
)
def test_a_line_that_begins_like_a_message_is_never_joined(begin: str) -> None:
    text = f"some words of a line\n{begin}\n"
    assert wraps.join_wrapped(text) == text
    assert begin in wraps.joined_paragraphs(text, " ").split("\n")


def test_lines_cut_at_a_column_are_joined_without_a_blank() -> None:
    line = "".join(chr(97 + number % 26) for number in range(100))
    text = f"{line[:80]}\n{line[80:]}\n"
    assert wraps.is_surely_cut(text)
    assert wraps.join_cut(text) == f"{line}\n"


def test_a_blank_that_was_lost_at_the_column_comes_back() -> None:
    text = "x" * 40 + " " + "y" * 38 + "\nz z\n" + "w" * 80 + "\nv\n"
    assert wraps.join_cut(text) == "x" * 40 + " " + "y" * 38 + " z z\n" + "w" * 80 + "v\n"


def test_source_code_is_never_joined() -> None:
    text = 'some words before\nprintf("table full,\ndropping packet\\n");\nsome words behind'
    assert wraps.joined_paragraphs(text, " ").split("\n") == text.split("\n")


@pytest.mark.parametrize(
    "line",
    [
        'printf("a b")',
        '  "a b",',
        "// a b",
        "/* a b */",
        'x = "a";',
        "+\tfoo();",
        "@@ -1 +1 @@",
        "#include <x>",
        "int main(void) {",
    ],
)
def test_code_is_told_by_its_look(line: str) -> None:
    assert looks_like_code(line)


@pytest.mark.parametrize(
    "line", ["* connect to x failed", "rcu { 2}", 'comm="x" scontext=a', "link down;", '{"a":"b"}', "- Type: 1"]
)
def test_messages_do_not_look_like_code(line: str) -> None:
    assert not looks_like_code(line)


def test_the_lines_of_an_open_literal_are_code() -> None:
    assert code_lines(['f("a', "b", 'c");', "d"]) == [True, True, True, False]
    assert code_lines(['verbose(env, "Total', 'length too long");', "d"]) == [True, True, False]


def test_a_literal_that_begins_behind_a_comma_and_ends_on_a_later_line_is_code() -> None:
    assert code_lines(["dev_err(dev,", '        "Failed to', 'enable");', "d"]) == [False, True, True, False]
    assert code_lines(["he wrote,", '"link is down"', '"error": "a', "d"]) == [False, True, False, False]


# Lost newlines.


def cut(line: str, matchers: MatcherSet) -> list[str]:
    return split_messages(line, [Starts(matchers._row_of(index)) for index in range(matchers.count)]).split("\n")


HANG = set_of(
    block("{driver:=ixgbe|igb} {pci:pci}: Detected Hang", "TDH <{tdh:hex}>", "next {code:text}"),
    pattern("Detected Hang"),
)


def test_a_line_is_cut_where_steps_begin() -> None:
    assert cut("ixgbe 0000:83:00.0: Detected Hang  TDH <84> next one two", HANG) == [
        "ixgbe 0000:83:00.0: Detected Hang",
        "  TDH <84>",
        " next one two",
    ]


def test_a_line_is_cut_where_its_stamp_comes_again() -> None:
    line = "[1.000001] ixgbe 0000:83:00.0: Detected Hang[1.000002]   TDH <84>[1.000003] other"
    assert cut(line, HANG) == [
        "[1.000001] ixgbe 0000:83:00.0: Detected Hang",
        "[1.000002]   TDH <84>",
        "[1.000003] other",
    ]


def test_a_line_is_cut_in_words_that_lost_newlines_glued() -> None:
    assert cut("ixgbe 0000:83:00.0: Detected HangTDH <84>", HANG) == ["ixgbe 0000:83:00.0: Detected Hang", "TDH <84>"]


@pytest.mark.parametrize(
    "line", ["ixgbe 0000:83:00.0: Detected Hang", "nothing known", 'f("Detected Hang"); g("TDH <1>");']
)
def test_a_line_of_one_message_or_of_code_is_not_cut(line: str) -> None:
    assert cut(line, HANG) == [line]


# Values blacked out.


@pytest.mark.parametrize(
    "mark", ["xxx", "XXXX", "x.x.x.x", "<redacted>", "<IP>", "[REDACTED]", "***", "*.*.*.*", "████", "REDACTED"]
)
def test_marks_are_marks(mark: str) -> None:
    assert marks.is_mark(mark)
    assert marks.has_sure_marks(f"from {mark} on")


@pytest.mark.parametrize("value", ["eth0", "192.0.2.1", "x", "xx", "...", "veth_xxx0", "<84>", "[tls]", "0x1f", "a*b"])
def test_values_are_no_marks(value: str) -> None:
    assert not marks.is_mark(value)


@pytest.mark.parametrize(
    "text", ["Starting up...", "nf_conntrack: table full", "TDH <84> <a> <RMT>", "0000:83:00.0", "f(x) a* b"]
)
def test_text_without_marks_shows_none(text: str) -> None:
    assert not marks.signs(text)


def readings(matchers: MatcherSet, text: str) -> list[Reading]:
    return list(scan_paste(matchers, text.encode()))


def fields_of(matchers: MatcherSet, text: str) -> list[tuple[dict[str, int | str], set[str]]]:
    last = [each for each in readings(matchers, text) if each.findings][-1]
    return [(finding.match.fields, set(finding.blacked_out)) for finding in last.findings]


@pytest.mark.parametrize("mark", ["xxx", "192.0.2.xxx", "<ip>", "<redacted>", "...", "*.*.*.*", "192.0.x.x"])
def test_a_strict_value_takes_a_mark(mark: str) -> None:
    matchers = set_of(pattern("nbr {neighbor:ip} lost on {iface:iface} after {count:int} tries"))
    assert fields_of(matchers, f"nbr {mark} lost on eth0 after 3 tries") == [
        ({"iface": "eth0", "count": 3}, {"neighbor"})
    ]


def test_a_free_regex_takes_a_mark() -> None:
    matchers = set_of(regex(r"CPU#(?P<cpu>\d+) stuck for (?P<seconds>\d+)s!", fields={"cpu": "int", "seconds": "int"}))
    assert fields_of(matchers, "CPU#xxx stuck for 22s!") == [({"seconds": 22}, {"cpu"})]


def test_a_choice_takes_no_mark() -> None:
    matchers = set_of(pattern("{driver:=ixgbe|igb} {iface:iface}: link down"))
    assert not any(each.findings for each in readings(matchers, "xxx eth0: link down"))


def test_a_pci_address_without_its_function_is_given_as_it_was_there() -> None:
    matchers = set_of(pattern("{driver:=ixgbe} {pci:pci}: link down"))
    assert fields_of(matchers, "ixgbe 0000:83:00: link down") == [({"driver": "ixgbe", "pci": "0000:83:00"}, set())]


def test_a_condition_on_a_mark_is_not_held_against_it() -> None:
    matchers = set_of(pattern("remote {remote:int}, local {local:int} differ", where="remote != local"))
    assert fields_of(matchers, "remote xxx, local 1500 differ") == [({"local": 1500}, {"remote"})]
    assert not any(each.findings for each in readings(matchers, "remote 1500, local 1500 differ xxx"))


def test_placeholders_of_a_format_are_no_marks() -> None:
    matchers = set_of(pattern("remote {remote:int}, local {local:int} differ"))
    assert not any(each.findings for each in readings(matchers, "remote %d, local %u differ, XXX"))


# Readings.


def test_readings_are_bounded() -> None:
    matchers = matcher_set(
        ("a", [block("first step of a {n:int}", "second step of a")]), ("b", [pattern("b {x:ip} broke down")])
    )
    text = '> "error":"first step\\n> of a 3 second step of a b xxx broke\\n> down\\\\n[1.000000] [2.000000]'
    found = readings(matchers, text)
    assert 2 < len(found) <= MAX_READINGS
    assert found[0].trust is Trust.EQUAL
    assert found[0].undone == ()


def test_what_is_joined_counts_less_than_what_is_cleaned() -> None:
    matchers = set_of(pattern("link of {iface:iface} went down today"))
    trusts = {each.undone: each.trust for each in readings(matchers, "> link of eth0\n> went down today\n> again")}
    assert trusts[("quoting",)] is Trust.BETTER
    assert trusts[("quoting", "line wraps")] in (Trust.EQUAL, Trust.GUESS)


def test_every_undoing_has_a_name_of_its_own() -> None:
    names = [each.NAME for each in (*UNDOINGS, escapes, encoding, marks, wraps)]
    assert len(set(names)) == len(names)
