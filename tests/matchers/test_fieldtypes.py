import time

import pytest

from matchers.fieldtypes import TYPES, fits_command, read_value
from matchers.finder import PatternFinder
from matchers.wording import parse, to_pieces
from tests.support import fields_in, pattern

GOOD = [
    *[("int", text, int(text)) for text in ("0", "-12", "+7", "1500", "00012", "12345678901234567890")],
    *[("hex", text, text) for text in ("84", "0x1f", "0XAB", "128edcdc0", "ffffffffffffffff", "0")],
    *[("ip", text, text) for text in ("192.0.2.1", "0.0.0.0", "255.255.255.255", "192.0.2.1%eth0")],
    *[("ip", text, text) for text in ("::", "::1", "2001:db8::", "2001:db8::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::")],
    *[("ip", text, text) for text in ("::2:3:4:5:6:7:8", "::ffff:192.0.2.1", "fe80::1%p4p1", "fe80::1%bond0.100")],
    *[("prefix", text, text) for text in ("192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::/0", "2001:db8::1/128")],
    *[("mac", text, text) for text in ("52:54:00:12:34:56", "AA-BB-CC-DD-EE-FF")],
    *[("pci", text, text) for text in ("0000:83:00.0", "83:00.1", "10000:e1:00.7")],
    *[
        ("iface", text, text)
        for text in ("eth0", "bond0.100", "br-1a2b3c", "enp131s0f0np0", "wg_home", "eth0:1", "1eth")
    ],
    ("iface", "veth12ab@if5", "veth12ab"),
    ("iface", "tun0@NONE", "tun0"),
    *[
        ("ident", text, text)
        for text in ("ixgbe", "bird6", "mlx5_core", "xdp_l4lb.main", "kube-proxy", "_start", "a" * 128)
    ],
    *[
        ("path", text, text)
        for text in ("/", "/sys/fs/bpf/x", "./prog.o", "../a/b.c", "/proc/1/ns/net", "/a=b", "/x..y")
    ],
    *[("duration", text, text) for text in ("30s", "200 ms", "1h", "1.5s", "0.000003 usec", "2 minutes", "30 seconds")],
    *[
        ("duration", f"3 {unit}", f"3 {unit}")
        for unit in ("ns", "nsecs", "us", "msec", "sec", "min", "mins", "hours", "d", "days")
    ],
    ("flags", "G           OE", "G OE"),
    ("flags", "G        W  OE", "G W OE"),
    ("flags", "P", "P"),
    *[("word", text, text) for text in ("ospf1", "(a)", "网卡", "x" * 256)],
    ("quoted", "'a b'", "a b"),
    ("quoted", '"a"', "a"),
    ("quoted", "`a'", "a"),
    ("quoted", "''", ""),
    ("text", " a b ", "a b"),
    ("text", "x" * 1024, "x" * 1024),
    *[("flags", text, value) for text, value in (("G", "G"), ("G           OE", "G OE"), ("P   W  OEL", "P W OEL"))],
    ("=ixgbe|ixgbevf", "ixgbevf", "ixgbevf"),
    ("=a.c|b", "a.c", "a.c"),
]

BAD = [
    *[("int", text) for text in ("", "1.5", "1 ", "a", "--1", "1" * 21, "١٢", "0x1")],
    *[("hex", text) for text in ("", "0x", "g", "-1", "1f ", "f" * 17, "1_f")],
    *[
        ("ip", text)
        for text in (
            "",
            "192.0.2",
            "192.0.2.256",
            "192.0.2.01",
            "192.0.2.1.5",
            "1",
            "::1::",
            ":::",
            "1:2:3:4:5:6:7:8:9",
        )
    ],
    *[
        ("ip", text)
        for text in ("52:54:00:12:34:56", "12:34:56", "2001:db8::g", "::ffff:192.0.2.300", "fe80::1%", "dead")
    ],
    *[("prefix", text) for text in ("192.0.2.0", "192.0.2.0/33", "2001:db8::/129", "192.0.2.0/", "192.0.2.0/2x")],
    *[("mac", text) for text in ("52:54:00:12:34", "52:54:00:12:34:56:78", "52:54:00:12:34:5g", "525400123456")],
    *[("pci", text) for text in ("83:00", "83:00.8", "0:83:00.0", "0000:83:00.0.1", "zz:00.0")],
    *[("iface", text) for text in ("", "eth 0", "-eth0", "eth0.", "a" * 16, "eth0/1", "$(id)", "网卡")],
    *[("ident", text) for text in ("", "0x1", "a.", "a b", "a" * 129, "a;b", "-a")],
    *[("path", text) for text in ("", "prog.o", "a/b", "/a b", "/a;b", "/a'b", "/a$(id)", "/x.", "/x]", ".../x")],
    *[("duration", text) for text in ("", "30", "s", "30 parsecs", "30  s", "-1s", "1.s", "30sx")],
    *[("flags", text) for text in ("", "g", "G oe", "G 4", " G", "G" * 31)],
    *[("word", text) for text in ("", "a b", "x" * 257, "\t")],
    *[("quoted", text) for text in ("a", "'a", "'a\"", "'a'b'")],
    *[("text", text) for text in ("", "a\nb", "x" * 1025)],
    *[("flags", text) for text in ("", "g", "G oe", "G 5", "G-", "A" * 31)],
    *[("=a|b", text) for text in ("", "c", "a|b", "A")],
]


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_a_type_takes_its_values(kind: str, text: str, value: int | str) -> None:
    assert read_value(kind, text) == value


@pytest.mark.parametrize(("kind", "text"), BAD)
def test_a_type_refuses_what_only_looks_like_its_values(kind: str, text: str) -> None:
    with pytest.raises(ValueError):
        read_value(kind, text)


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_a_value_is_captured_in_the_middle_and_at_the_ends_of_a_message(kind: str, text: str, value: int | str) -> None:
    if kind == "text" or text in ("", "/"):  # takes what stands around it; is no value by itself
        return
    found = {"x": value}
    assert fields_in(pattern(f"takes {{x:{kind}}} badly"), f"it takes {text} badly.") == [found]
    assert fields_in(pattern(f"takes {{x:{kind}}}"), f"it takes {text}") == [found]
    assert fields_in(pattern(f"{{x:{kind}}} taken"), f"it has {text} taken, so") == [found]


@pytest.mark.parametrize("kind", sorted(set(TYPES) - {"word", "text", "quoted", "flags"}))
@pytest.mark.parametrize("around", ["{}.", "{}, and", "({})", "{}; so", "{}: so", "{} so", "{}", "{}…", "{}网卡"])
def test_a_value_ends_where_the_sentence_goes_on(kind: str, around: str) -> None:
    text, value = next((text, value) for name, text, value in GOOD if name == kind and len(text) > 1)
    if kind == "path" and around.endswith("网卡"):  # a name of a file may go on like this
        return
    before, _, after = around.partition("{}")
    assert fields_in(pattern(f"saw {before}{{x:{kind}}}"), f"I saw {before}{text}{after}") == [{"x": value}]


@pytest.mark.parametrize(
    ("text", "src", "port"),
    [
        ("IP6 2001:db8::1.443 > 2001:db8::2.51514: Flags [S]", "2001:db8::1", 443),
        ("IP6 ::1.443 > ::1.51514: Flags [S]", "::1", 443),
        ("IP6 1:2:3:4:5:6:7:8.443 > ::1.51514: Flags [S]", "1:2:3:4:5:6:7:8", 443),
        ("IP 192.0.2.1.443 > 198.51.100.7.51514: Flags [S]", "192.0.2.1", 443),
    ],
)
def test_an_address_of_tcpdump_is_told_from_its_port(text: str, src: str, port: int) -> None:
    found = fields_in(pattern("{src:ip}.{sport:int} > {dst:ip}.{port:int}: Flags", source="tcpdump"), text)
    assert [(each["src"], each["sport"]) for each in found] == [(src, port)]


def test_an_address_may_be_followed_by_the_colon_of_the_message() -> None:
    matcher = pattern("nbr {n:ip}: down now")
    for address in ("2001:db8::1", "2001:db8::", "::", "1:2:3:4:5:6:7:8", "192.0.2.1", "fe80::1%eth0"):
        assert fields_in(matcher, f"nbr {address}: down now") == [{"n": address}]


def test_what_looks_like_an_address_and_is_none_does_not_hide_the_next_one() -> None:
    assert fields_in(pattern("from {n:ip} gone"), "from 1:2:3 gone, from 52:54:00:12:34:56 gone, from ::1 gone") == [
        {"n": "::1"}
    ]


@pytest.mark.parametrize("kind", [*TYPES, "=aa|ab"])
@pytest.mark.parametrize("wording", ["{{x:{}}} fail", "{{x:{}}}: fail", "fail {{x:{}}} end", "fail {{x:{}}}"])
def test_a_pattern_is_linear_whatever_a_megabyte_holds(kind: str, wording: str) -> None:
    finder = PatternFinder(to_pieces(parse(wording.format(kind))))
    for fill in ("a", ":", "1", " "):
        text = fill * (1 << 20)
        began = time.process_time()
        assert not any(finder.hits(text))
        assert time.process_time() - began < 0.5


@pytest.mark.parametrize("fill", ["fail a ", "fail a: fail ", "fail a end", "fail   ", "a: fai", ": fail", "fail a en"])
def test_many_false_beginnings_and_stops_in_a_megabyte_take_no_longer(fill: str) -> None:
    text = (fill * (1 << 20))[: 1 << 20]
    for wording in (
        "fail {x:text} end {n:int}",
        "{x:text}: fail {n:int}",
        "{x:word}: fail {n:int}",
        "f{x:text}d {n:int}",
    ):
        began = time.process_time()
        assert not any(PatternFinder(to_pieces(parse(wording))).hits(text))
        assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("int", 64, True),
        ("iface", "eth0", True),
        ("path", "/sys/fs/bpf/x", True),
        ("path", "./prog.o", False),  # a point begins no option, but nothing needs it
        ("int", -1, True),
        ("ident", "_x", False),
        ("=a|b", "a", True),
        ("=-f|b", "-f", False),
        ("word", "eth0", False),
        ("text", "eth0", False),
        ("quoted", "eth0", False),
    ],
)
def test_only_strict_values_that_begin_harmlessly_go_into_commands(kind: str, value: int | str, fits: bool) -> None:
    assert fits_command(kind, value) is fits
