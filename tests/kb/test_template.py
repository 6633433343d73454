"""Values in articles: hostile text stays text, what is not known stays a gap, commands get only strict values."""

import json
import re
import shlex
import subprocess

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.entry import Article, Both, Computed, Input
from kb.spans import code_blocks, spans
from kb.template import as_prose, commands, fill, gap, slots, stray_braces, values_of, visible, visible_json
from matchers.fieldtypes import TYPES, Value

TYPE_OF = {
    "n": "int",
    "iface": "iface",
    "addr": "ip",
    "obj": "path",
    "prog": "ident",
    "driver": "=ixgbe|igb",
    "age": "duration",
}
LOOSE = {"who": "word", "what": "text", "name": "quoted"}
ARTICLE = Article(
    "a",
    "problem",
    "draft",
    Both("T"),
    inputs={"nproc": Input("int", 1, 64), "dev": Input("iface")},
    values={
        "combined": Computed("64 - nproc", 1, 63),
        "share": Computed("n / nproc", 0, 1000),
        "silly": Computed("iface - 1", 0, 10),
        "bomb": Computed("'aaaaaaaa' * 999999999999", 0, 10),
        "truth": Computed("n == 1", 0, 10),
        "broken": Computed("n +", 0, 10),
    },
    field_types=TYPE_OF | LOOSE,
)


def filled(text: str, **given: Value) -> str:
    return fill(text, values_of(ARTICLE, given))


@pytest.mark.parametrize(
    ("text", "given_values", "result"),
    [
        ("on {{ iface }}", {"iface": "eth0"}, "on eth0"),
        ("on {{iface}}", {"iface": "eth0"}, "on eth0"),
        ("`ip link show dev {{ iface }}`", {"iface": "eth0"}, "`ip link show dev eth0`"),
        (
            "```console\n$ ip link show dev {{ iface }}\n```\n",
            {"iface": "eth0"},
            "```console\n$ ip link show dev eth0\n```\n",
        ),
        ("{{ n }} of {{ n }}", {"n": 5}, "5 of 5"),
        ("`{{ age }}`", {"age": "200 ms"}, "`'200 ms'`"),
        ("{{ combined }}", {"nproc": 56}, "8"),
        ("{{ combined }}", {"nproc": "56"}, "8"),
        ("says {{ what }}", {"what": "hello there"}, "says hello there"),
        ("no slots", {}, "no slots"),
    ],
)
def test_a_known_value_takes_the_place_of_its_slot(text: str, given_values: dict[str, Value], result: str) -> None:
    assert filled(text, **given_values) == result


@pytest.mark.parametrize("text", ["{{ iface }}", "`{{ iface }}`", "```console\n$ ip link show {{ iface }}\n```"])
def test_a_value_that_is_not_known_is_a_gap_that_no_shell_gives_a_meaning(text: str) -> None:
    assert filled(text) == text.replace("{{ iface }}", "‹iface›")
    assert shlex.split(gap("iface")) == ["‹iface›"]


@pytest.mark.parametrize(
    ("given_values", "slot"),
    [
        ({"nproc": 64}, "combined"),  # 0, below the least
        ({"nproc": 0}, "combined"),  # nproc itself is out of bounds
        ({"nproc": 65}, "nproc"),
        ({"nproc": "many"}, "nproc"),
        ({}, "combined"),
        ({"n": 7, "nproc": 2}, "share"),  # 3.5 is no whole number
        ({"n": 7, "nproc": 0}, "share"),
        ({"iface": "eth0"}, "silly"),
        ({}, "bomb"),
        ({"n": 1}, "truth"),
        ({"n": 1}, "broken"),
        ({"combined": 5}, "combined"),  # nobody gives what is worked out
        ({"iface": "an-interface-name-that-is-too-long"}, "iface"),
        ({"driver": "tg3"}, "driver"),
        ({"addr": "300.1.2.3"}, "addr"),
        ({"addr": "999"}, "addr"),
        ({"nothing": "x"}, "iface"),
    ],
)
def test_what_is_missing_out_of_bounds_or_of_another_type_is_a_gap(given_values: dict[str, Value], slot: str) -> None:
    assert filled(f"{{{{ {slot} }}}} and `{{{{ {slot} }}}}`", **given_values) == f"‹{slot}› and `‹{slot}›`"


def test_a_sum_that_comes_out_whole_is_used() -> None:
    assert filled("`{{ share }}`", n=8, nproc=2) == "`4`"


HOSTILE = [
    "'; rm -rf / #",
    '"; rm -rf / #',
    "$(reboot)",
    "`reboot`",
    "a\nreboot",
    "a\rreboot",
    "a\x1b]0;title\x07",
    "\x1b[31mred\x1b[0m",
    "\x9b31m",
    "-rf",
    "--help",
    "|reboot",
    "> /etc/passwd",
    "a b",
    "$HOME",
    "~",
    "*",
    "\\",
    "&",
    "!!",
    "{{ iface }}",
    "\u202eevil\u2066",
    "a\u2028b",
    "a\0b",
    "../../etc/passwd\n",
    "",
    " eth0",
    "eth0 ",
    "eth0\n",
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", sorted(TYPE_OF))
def test_a_hostile_value_of_a_strict_type_never_reaches_a_command(name: str, value: str) -> None:
    for text in ("`x {{ %s }} y`", "```console\n$ x {{ %s }} y\n```", "    x {{ %s }} y", "> `x {{ %s }} y`"):
        got = filled(text % name, **{name: value})
        assert got == (text % name).replace(f"{{{{ {name} }}}}", f"‹{name}›")


@pytest.mark.parametrize("value", [*HOSTILE, "harmless"])
@pytest.mark.parametrize("name", sorted(LOOSE))
def test_a_loose_value_never_reaches_a_command_whatever_it_is(name: str, value: str) -> None:
    for text in (
        "`x {{ %s }}`",
        "``x ` {{ %s }}``",
        "```console\n$ x {{ %s }}\n```",
        "~~~\n{{ %s }}\n~~~",
        "- item\n\n      $ x {{ %s }}",
        "1. item\n\n   ```console\n   $ x {{ %s }}\n   ```",
        "> ```console\n> $ x {{ %s }}\n> ```",
        "````md\n```console\n$ a\n```\n$ x {{ %s }}\n````",
        "```console\n$ x {{ %s }}",
        "```console\n$ a\n```~\n$ x {{ %s }}\n```",
        "A lone ` here.\n\nRun `x {{ %s }}` now.",
        "- a lone ` here\n- run `x {{ %s }}` now",
        "An escaped \\` here, run `x {{ %s }}` now, and \\` again.",
        "| a ` | b |\n| `x {{ %s }}` | c |",
    ):
        got = filled(text % name, **{name: value})
        assert f"‹{name}›" in got, text
        assert got.replace(f"‹{name}›", "", 1) == (text % name).replace(f"{{{{ {name} }}}}", "", 1)


@given(st.sampled_from(sorted(TYPE_OF)), st.text(max_size=40))
@example("obj", "/a/$(reboot)")
@example("prog", "-x")
@example("n", "-1")
@example("addr", "::1%$(a)")
def test_what_a_shell_reads_in_a_filled_command_is_the_value_and_nothing_else(name: str, value: str) -> None:
    words = shlex.split(filled(f"```console\n$ x {{{{ {name} }}}} y\n```", **{name: value}).splitlines()[1][2:])
    assert words[0] == "x"
    assert words[-1] == "y"
    assert len(words) == 3
    assert not words[1].startswith("-")


def test_a_real_shell_sees_one_word_for_a_value_with_a_blank() -> None:
    command = commands(filled("```console\n$ printf '[%s]' {{ age }} {{ iface }}\n```", age="200 ms", iface="eth0.5"))[
        0
    ]
    shell = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True)
    assert shell.stdout == b"[200 ms][eth0.5]"


def test_a_negative_number_is_no_option_of_a_command_and_stays_readable_in_a_sentence() -> None:
    assert filled("```console\n# kill {{ n }}\n```", n=-1) == "```console\n# kill ‹n›\n```"
    assert filled("```console\n# x --at={{ n }}\n```", n=-1) == "```console\n# x --at=-1\n```"
    assert filled("at `off {{ n }} size 8`", n=-8) == "at `off -8 size 8`"


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_in_prose_is_one_line_that_no_terminal_acts_on(value: str) -> None:
    got = filled("It says {{ what }}.", what=value)
    assert "\n" not in got
    assert all(char.isprintable() for char in got)
    assert "\u202e" not in got


@pytest.mark.parametrize("char", list("\\`*_{}[]()<>#+!|~&-"))
def test_what_means_something_in_markdown_is_escaped_in_prose(char: str) -> None:
    assert as_prose(f"a{char}b") == f"a\\{char}b"


def test_a_value_in_prose_cannot_open_code_links_or_html() -> None:
    got = filled("It says {{ what }}.", what="<b>x</b> [x](javascript:y) `z` ![i](j) {{ iface }}")
    assert not re.search(r"[<>`\[\](){}!]", re.sub(r"\\.", "", got))


def test_a_long_value_is_cut_in_prose() -> None:
    assert len(filled("{{ what }}", what="x" * 5000)) < 400


def test_values_are_not_filled_in_twice() -> None:
    assert filled("{{ what }} {{ iface }}", what="{{ iface }}", iface="eth0") == "\\{\\{ iface \\}\\} eth0"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("`{{ '{{' }}.Names}}`", "`{{.Names}}`"),
        ("{{ '{{' }}", "{{"),
        ("```console\n$ docker ps --format {{ '{{' }}.ID}}\n```", "```console\n$ docker ps --format {{.ID}}\n```"),
        ("a { b } c", "a { b } c"),
        ("`${iface}` {}", "`${iface}` {}"),
    ],
)
def test_literal_braces_stand_where_they_are_asked_for(text: str, result: str) -> None:
    assert filled(text, iface="eth0") == result
    assert list(slots(text)) == []
    assert list(stray_braces(text)) == []


@pytest.mark.parametrize(("text", "at"), [("a {{ iface", 2), ("`{{ iface }`", 1), ("{{ a }} {{", 8), ("{{ `x` }}", 0)])
def test_braces_that_are_never_closed_are_found(text: str, at: int) -> None:
    assert list(stray_braces(text)) == [at]


def test_slots_say_what_they_ask_for_whether_in_a_command_and_where() -> None:
    text = "On {{ iface }}:\n\n```console\n$ x {{ n }}\n```\n\nor `y {{ addr }}`."
    found = [(each.expression, each.in_command, each.offset) for each in slots(text)]
    assert found == [("iface", False, 3), ("n", True, text.index("{{ n")), ("addr", True, text.index("{{ addr"))]


def test_a_mark_is_put_around_every_value_and_gap() -> None:
    got = fill(
        "{{ iface }} `{{ iface }}` {{ n }}",
        values_of(ARTICLE, {"iface": "eth0"}),
        mark=lambda each: f"<{'gap' if each.is_gap else each.name} {each.text}>",
    )
    assert got == "<iface eth0> `<iface eth0>` <gap ‹n›>"


def test_a_command_never_holds_what_the_eye_cannot_see() -> None:
    turned = values_of(ARTICLE, {"obj": "/tmp/\u202egnp.sh"})
    assert fill("`cat {{ obj }}` {{ obj }}", turned) == "`cat ‹obj›` /tmp/\\\\u202egnp.sh"


def code_of(markdown: str) -> list[str]:
    return [markdown[start:end] for start, end, kind in spans(markdown) if kind != "prose"]


@pytest.mark.parametrize(
    ("markdown", "code"),
    [
        ("a `b` c", ["`b`"]),
        ("a ``b ` c`` d", ["``b ` c``"]),
        ("a `b\nc` d", ["`b\nc`"]),
        ("a `b\n\nc` d", []),
        ("a `b", []),
        ("a \\`b` c", []),
        ("a \\\\`b` c", ["`b`"]),
        ("```c\nx\n```\ny", ["```c\nx\n```\n"]),
        ("~~~\n```\n~~~\ny", ["~~~\n```\n~~~\n"]),
        ("````\n```\nx\n```\n````\ny", ["````\n```\nx\n```\n````\n"]),
        ("```\nx\n`````\ny", ["```\nx\n`````\n"]),
        ("```\nx", ["```\nx"]),
        ("```inline``` text", ["```inline```"]),
        ("- a\n\n  ```c\n  x\n  ```\n- b", ["  ```c\n  x\n  ```\n"]),
        ("1. ```c\n   x\n   ```\n2. b", ["1. ```c\n   x\n   ```\n"]),
        ("a\n\n    x\n\nb", ["    x\n"]),
        ("a\n\n    x\n\n    y\nb", ["    x\n\n    y\n"]),
        ("a\n    b", []),
        ("- a\n\n    b", []),
        ("1. a\n\n   b\n\n       x\n", ["       x\n"]),
        ("### A\n    x\n", ["    x\n"]),
        ("\tx\n", ["\tx\n"]),
    ],
)
def test_code_is_told_from_prose(markdown: str, code: list[str]) -> None:
    assert code_of(markdown) == code


@given(st.text(alphabet="`~ab \n\t-1.>#|\\{}", max_size=80))
def test_the_pieces_of_a_text_are_the_text(markdown: str) -> None:
    pieces = list(spans(markdown))
    assert "".join(markdown[start:end] for start, end, _kind in pieces) == markdown
    for block in code_blocks(markdown):
        assert 0 <= block.start < block.end <= len(markdown)


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("```console\n$ a\nout\n# b -x\n```", ["a", "b -x"]),
        ("text\n\n1. So:\n\n   ```console\n   $ a\n   ```", ["a"]),
        ("```c\n# define X\n```\n\n```console\n$ a\n```", ["a"]),
        ("```bash\n# only a comment\nmake\n```", []),
        ("```console\nonly output\n```\n\n```console\n# b\n```", ["b"]),
        ("```console\n$ a \\\n    --long \\\n    b\nout\n```", ["a --long b"]),
        ("```console\n$ a \\\n> b\n```", ["a b"]),
        ("```\n$ a\n```", []),
        ("", []),
    ],
)
def test_the_commands_of_the_first_console_block_are_found(markdown: str, expected: list[str]) -> None:
    assert commands(markdown) == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 题", "plain 题"),
        ("a\tb\nc", "a\\x09b\\x0ac"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b2J", "\\x9b2J"),
        ("\x7f", "\\x7f"),
        ("\u202ex\u2066", "\\u202ex\\u2066"),
        ("\u200e\u200f\u061c", "\\u200e\\u200f\\u061c"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_a_terminal_would_act_on_or_hide_is_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(max_size=40) | st.text(alphabet='\x1b\x9b\u202e\u2028\ud800\U000e0041ab"\\\n', max_size=20))
def test_visible_json_says_the_same_and_holds_nothing_a_terminal_acts_on(text: str) -> None:
    made = visible_json(json.dumps({"text": text}, ensure_ascii=False))
    assert visible(made) == made
    assert json.loads(made)["text"] == re.sub("[\ud800-\udfff]", "\ufffd", text)


def test_every_type_is_either_strict_or_never_in_commands() -> None:
    assert {name for name, kind in TYPES.items() if not kind.in_commands} == {"word", "text", "quoted", "flags"}
