import time

import pytest

from matchers.sourcecode import is_placeholder, is_source_code
from tests.support import fields_in, pattern, scan

MESSAGE = "back-edge from insn 5 to 2"
MATCHER = pattern("back-edge from insn {from:int} to {to:int}", source="verifier")

CODE = [
    '.errstr = "{}",',
    '\t.errstr_unpriv = "{}",',
    '__msg("{}")',
    '+__failure __msg("{}")',
    'SEC("?xdp") __failure __msg("{}")',
    '    assert matcher.search("{}\\n")',
    '\tif !strings.HasPrefix(line, "{}") {{',
    'EXPECT_TRUE(regex.Test("{}"));',
    'ASSERT_HAS_SUBSTR(log_buf, "{}", "verifier_log");',
    '    "{}\\n"',
    '    "{}"',
    '\t"%s: ", "{}",',
    '"{}",',
    '"{}");',
    '\tpr_err("{}\\n",',
    'error_set (&err, "{}", 3);',
    '_ ("{}");',
    'x = "{}"',
    'return "{}";',
    'printf("a\\n" "{}");',
    '+\t\t"{}"',
    "// {}",
    "  /* {} */",
    " * {} */",
    'verbose(env, "{}\\n", t, w);',
    'const char *m = L"{}";',
    'log.Print("xdp_main: {}")',
    '["a", "{}", "b"]',
    "print('{}\\n')",
    'verbose(env, "prog: {} of the program\\n");',
    'logger -t test "{}"',
    '$ echo "<4>{}" > /dev/kmsg',
    "# grep -r '{}' /var/log",
]

PROSE = [
    "{}",
    '"{}"',
    'we get "{}" in dmesg',
    'he said, "{}"',
    'the error, "{}", came up (twice), "{}", and again',
    'see this ("{}")',
    '- "{}"',
    '* "{}"',
    'error: "{}"',
    'Why "{}"?',
    "`{}`",
    "'{}'",
    '> "{}"',
    "（{}）",
    "日志里有“{}”，怎么办",
    'msg="{}"',
    'err="permission denied: {} (3 lines omitted)"',
    '{{"msg":"{}","a":1}}',
    '{{"level":"error", "msg": "{}"}}',
    '"log":"{}\\n","stream":"stderr"',
    '{{\\"msg\\": \\"{}\\", \\"a\\": 1}}',
    "libbpf: {}\\n",
    "verifier says = {}",
    "call(x, {})",
    "grep finds {} in it",
]


@pytest.mark.parametrize("line", CODE)
def test_a_message_in_source_code_is_not_recognised(line: str) -> None:
    assert scan(MATCHER, line.format(MESSAGE), paste=True) == []


@pytest.mark.parametrize("line", PROSE)
def test_a_message_that_somebody_quotes_is_recognised(line: str) -> None:
    assert fields_in(MATCHER, line.format(MESSAGE, MESSAGE), paste=True) == [{"from": 5, "to": 2}]


def test_source_code_does_not_hide_a_message_behind_it() -> None:
    line = f'expected __msg("{MESSAGE}"), got back-edge from insn 7 to 3'
    assert fields_in(MATCHER, line) == [{"from": 7, "to": 3}]


def test_a_format_is_no_message() -> None:
    matcher = pattern("failed to load {prog:word}: {error:text}", source="loader")
    for text in (
        "failed to load %s: %d",
        "failed to load %-5s: -22",
        "failed to load xdp: %s",
        "failed to load {}: {}",
        "failed to load <%s>: x",
        "failed to load %08lx: x",
        "failed to load xdp: error %pI4",
    ):
        assert fields_in(matcher, text) == []
    assert fields_in(matcher, "failed to load xdp: no such file") == [{"prog": "xdp", "error": "no such file"}]


@pytest.mark.parametrize(
    "value",
    ["%s", "%d", "%08x", "%llu", "%*pbl", "%zu", "%.3s", "%pM", "eth%d", "0x%x", "{}", "<%s>", "%d of %d", "%c,"],
)
def test_placeholders_are_told(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    [
        *("50%", "50% full", "100%done", "100 %", "a%20b", "{x}"),
        *("fe80::1%p4p1", "::%p1p1", "fe80::%d0", "2001:db8:a:b%c1"),
        *("16@%xmm0", "-4@%dil", "8@%rdi -1@%cl"),
    ],
)
def test_percentages_zones_and_registers_are_no_placeholders(value: str) -> None:
    assert not is_placeholder(value)


@pytest.mark.parametrize("fill", ['"', "(", ", ", '("', "\\n", " ", "=", '", "', "a"])
def test_only_the_surroundings_are_looked_at(fill: str) -> None:
    text = fill * 300_000
    began = time.process_time()
    for start in range(0, len(text), len(text) // 100):
        is_source_code(text, start, start + 10)
    assert time.process_time() - began < 0.5
