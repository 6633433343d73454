"""The command line as people and scripts meet it: exit codes, one clear line for an error, pure JSON, safe text."""

import bz2
import gzip
import json
import lzma
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner

from app.cli import cli
from kb.catalog import shipped_dir

ROOT = Path(__file__).resolve().parents[2]
LINE = "demo: eth0 failed 5 times: no signal"
ROW_KEYS = ["entry", "matcher", "source", "path", "line", "offset", "end", "time", "host", "fields", "text"]
Run = Callable[..., Any]


def rows(text: str) -> list[dict[str, Any]]:
    """Every line of a JSON Lines output; fails on anything else between them."""
    return [json.loads(line) for line in text.splitlines()]


def log(tmp_path: Path, text: str | bytes = LINE + "\n", name: str = "a.log") -> str:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def is_quiet(text: str) -> bool:
    return "Traceback" not in text and all(char in "\n\t" or char.isprintable() for char in text)


# Exit codes


def test_what_is_recognised_exits_0(call: Run) -> None:
    assert call("lookup", LINE).code == 0


def test_what_is_not_recognised_exits_1_and_says_what_to_try(call: Run) -> None:
    result = call("lookup", "nothing of interest")
    assert (result.code, result.out) == (1, "")
    assert re.fullmatch(r"faultbook: nothing was recognised; try .*\n", result.err)


def test_a_scan_that_matched_nothing_exits_0(call: Run, tmp_path: Path) -> None:
    result = call("scan", log(tmp_path, "all is well\n"))
    assert (result.code, result.out, result.err) == (0, "Nothing recognised in 1 file.\n", "")


def test_a_scan_in_which_one_file_is_missing_reads_the_others_and_exits_2(call: Run, tmp_path: Path) -> None:
    result = call("scan", "--json", str(tmp_path / "gone.log"), log(tmp_path))
    assert result.code == 2
    assert [row["entry"] for row in rows(result.out)] == ["demo-fault"]
    assert re.fullmatch(r"faultbook: \S+gone\.log: there is no such file; check the path\n", result.err)


def test_an_article_that_is_there_exits_0_and_one_that_is_not_exits_1(call: Run) -> None:
    assert call("show", "demo-fault").code == 0
    result = call("show", "demo-falt")
    assert (result.code, result.out) == (1, "")
    assert result.err == 'faultbook: there is no entry "demo-falt"; did you mean "demo-fault"?\n'


def test_lint_exits_0_on_advice_and_1_on_errors(call: Run, entries: Path, tmp_path: Path) -> None:
    result = call("lint", str(entries))
    assert result.code == 0
    assert "advice" in result.out
    (tmp_path / "bad.yaml").write_text("id: bad\n")
    result = call("lint", str(tmp_path))
    assert result.code == 1
    assert f"{tmp_path}/bad.yaml:1:1: error: " in result.out


WRONG_USE = {
    "no command": [],
    "an unknown command": ["scna"],
    "an unknown option": ["scan", "--jsno"],
    "an option without its value": ["scan", "--entries"],
    "an unknown language": ["lookup", "--lang", "fr", "x"],
    "no entry to show": ["show"],
    "a value that is none": ["show", "demo-fault", "iface"],
    "a value of an unknown name": ["show", "demo-fault", "ifcae=eth0"],
    "a value of another type": ["show", "demo-fault", "nproc=many"],
    "a value out of its bounds": ["show", "demo-fault", "nproc=65"],
    "a hostile value": ["show", "demo-fault", "iface=$(reboot)"],
    "no such directory of entries": ["lookup", "--entries", "/nowhere", "x"],
    "a file as the directory of entries": ["lookup", "--entries", "/etc/hostname", "x"],
    "nothing to lint": ["lint", "/nowhere"],
    "no such quiet logs": ["lint", "--quiet-logs", "/nowhere"],
    "a directory with no such name": ["scan", "/nowhere\x1b[31m\nsecond line"],
    "a file in a file": ["scan", "/etc/hostname/x"],
}


@pytest.mark.parametrize("arguments", WRONG_USE.values(), ids=WRONG_USE)
def test_wrong_use_exits_2_with_one_clear_line(call: Run, arguments: list[str]) -> None:
    result = call(*arguments)
    assert result.code == 2
    assert re.fullmatch(r"faultbook: [^\n]+\n", result.err)
    assert is_quiet(result.err)
    assert "; " in result.err or "did you mean" in result.err.lower()


def test_lint_of_what_holds_no_entry_or_cannot_be_read_exits_2(call: Run, tmp_path: Path) -> None:
    result = call("lint", str(tmp_path))
    assert result.code == 2
    assert "there are no entries here; an entry is a .yaml file" in result.err
    result = call("lint", "/dev/null")
    assert result.code == 2
    assert result.out == "/dev/null:1:1: error: is not a regular file; an entry is a plain text file [not-a-file]\n"


@pytest.mark.parametrize("arguments", [["scna"], ["scan", "--jsno"], ["lookup", "--langg", "en"]])
def test_what_is_misspelt_is_answered_with_what_was_meant(call: Run, arguments: list[str]) -> None:
    assert "did you mean" in call(*arguments).err.lower()


def test_wrong_use_names_the_help_of_the_command(call: Run) -> None:
    assert call("scan", "--jsno").err.endswith("try 'faultbook scan --help'\n")
    assert call().err == "faultbook: Missing command; try 'faultbook --help'\n"


@pytest.mark.parametrize("arguments", [[], ["lookup"], ["scan"], ["show"], ["lint"], ["new"]], ids=str)
def test_every_command_has_help_with_examples(arguments: list[str]) -> None:
    result = CliRunner().invoke(cli, [*arguments, "--help"])
    assert result.exit_code == 0
    assert "Examples: " in result.output
    assert "faultbook" in result.output


def test_the_version_is_told(call: Run) -> None:
    result = call("--version")
    assert result.code == 0
    assert re.fullmatch(r"faultbook, version \d+\.\d+\.\d+\n", result.out)


# What is printed


def test_lookup_prints_title_evidence_values_and_commands_to_run(call: Run) -> None:
    result = call("lookup", "[  1.5] " + LINE)
    assert result.err == ""
    assert result.out == (
        "The demo port fails  [error]\n"
        "  Port eth0 has failed 5 times and says no signal.\n"
        "\n"
        "  Seen:\n"
        "    [  1.5] demo: eth0 failed 5 times: no signal\n"
        "  Values: iface=eth0  n=5  what=no signal\n"
        "\n"
        "  First to run:\n"
        "    ip -s link show dev eth0\n"
        "\n"
        "  Then, to repair it (read the article before):  (‹…›: fill in yourself)\n"
        "    ethtool -L eth0 combined ‹half›\n"
        "\n"
        "  Whole article: faultbook show demo-fault\n"
    )


def test_lookup_joins_its_words_and_reads_stdin_for_a_dash_or_nothing(call: Run) -> None:
    for result in (
        call("lookup", *LINE.split(" ")),
        call("lookup", "-", stdin=LINE.encode()),
        call("lookup", stdin=b"x\n" + LINE.encode() + b"\ny\n"),
    ):
        assert result.code == 0
        assert result.out.startswith("The demo port fails")


def test_lookup_full_prints_whole_articles_with_the_values(call: Run) -> None:
    result = call("lookup", "--full", LINE)
    assert "# ethtool -L eth0 combined ‹half›" in result.out
    assert "# The demo port fails" in result.out


def test_lookup_explain_says_how_near_the_others_were(call: Run) -> None:
    result = call("lookup", "--explain", "demo: eth0 failed 5 time")
    assert result.code == 1
    assert "Near, but not matched:\n  demo-" in result.out
    assert 'then expects "times' in result.out


def test_lookup_explain_works_beside_broken_entries(call: Run, entries: Path, tmp_path: Path) -> None:
    matcher = "matchers:\n  - {name: m, source: text, pattern: 'demo: {x'}\n"
    (tmp_path / "bad.yaml").write_text(f"id: bad\ntitle: {{en: T}}\n{matcher}fix: {{en: F}}\n")
    (tmp_path / "worse.yaml").write_text("id: [\n")
    result = call("lookup", "--explain", "--json", "--entries", str(entries), "--entries", str(tmp_path), LINE)
    assert result.code == 0
    assert rows(result.out)[0]["matches"][0]["entry"] == "demo-fault"
    assert "Matched:" in result.err
    assert "Traceback" not in result.err


def test_scan_prints_a_line_for_each_match_and_a_summary(call: Run, tmp_path: Path) -> None:
    path = log(tmp_path, f"x\n{LINE}\n{LINE.replace('eth0', 'eth1')}\ndemo: failed 7 times\n")
    result = call("scan", path)
    assert result.err == ""
    assert result.out.splitlines() == [
        f"{path}:2: demo-fault: demo: eth0 failed 5 times: no signal",
        f"{path}:3: demo-fault: demo: eth1 failed 5 times: no signal",
        f"{path}:4: demo-other: demo: failed 7 times",
        "",
        "3 matches of 2 problems in 1 file:",
        "       2  demo-fault  The demo port fails",
        "       1  demo-other  Another demo",
        "",
        "Read on: faultbook show demo-fault",
    ]


def test_show_fills_in_the_values_that_are_given(call: Run) -> None:
    result = call("show", "demo-fault", "iface=eth7", "n=3", "nproc=8")
    assert "# ip -s link show dev eth7" in result.out
    assert "# ethtool -L eth7 combined 5" in result.out


# JSON


def test_scan_json_prints_rows_with_exactly_their_keys(call: Run, tmp_path: Path) -> None:
    path = log(tmp_path, f"well\nMar 25 15:35:53 lb1 kernel: [1.5] {LINE} 题\n")
    result = call("scan", "--json", path)
    assert (result.code, result.err) == (0, "")
    (row,) = rows(result.out)
    assert list(row) == ROW_KEYS
    assert row == {
        "entry": "demo-fault",
        "matcher": "fault",
        "source": "kernel",
        "path": path,
        "line": 2,
        "offset": 5,
        "end": Path(path).stat().st_size - 1,
        "time": "--03-25T15:35:53",
        "host": "lb1",
        "fields": {"iface": "eth0", "n": 5, "what": "no signal 题"},
        "text": f"Mar 25 15:35:53 lb1 kernel: [1.5] {LINE} 题",
    }


def test_scan_json_says_where_escapes_were_undone(call: Run) -> None:
    text = json.dumps({"log": f"[1.5] {LINE}\n", "stream": "stderr", "time": "2022-03-25T15:35:53.1Z"})
    (row,) = rows(call("scan", "--json", "-", stdin=text.encode() + b"\n").out)
    assert list(row) == [*ROW_KEYS, "assembled"]
    assert row["assembled"] is True
    assert row["path"] == "-"


def test_scan_json_gives_the_cursor_of_a_journal_row(call: Run) -> None:
    text = json.dumps(
        {"__CURSOR": "s=1;i=2", "_TRANSPORT": "kernel", "MESSAGE": LINE, "__REALTIME_TIMESTAMP": "1648222553000000"}
    )
    (row,) = rows(call("scan", "--json", "-", stdin=text.encode() + b"\n").out)
    assert row["cursor"] == "s=1;i=2"
    assert set(row) - set(ROW_KEYS) <= {"assembled", "cursor"}


def test_scan_json_prints_nothing_at_all_where_nothing_matches(call: Run) -> None:
    result = call("scan", "--json", stdin=b"well\n")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_lookup_json_prints_one_object(call: Run) -> None:
    result = call("lookup", "--json", LINE)
    assert (result.code, result.err) == (0, "")
    assert rows(result.out) == [
        {
            "matches": [
                {
                    "entry": "demo-fault",
                    "title": "The demo port fails",
                    "url": "/entries/demo-fault",
                    "matcher": "fault",
                    "fields": {"iface": "eth0", "n": 5, "what": "no signal"},
                    "text": LINE,
                    "verdict": None,
                }
            ],
            "suggestions": [],
        }
    ]


def test_lookup_json_of_nothing_is_an_empty_object_and_exits_1(call: Run) -> None:
    result = call("lookup", "--json", "x")
    assert (result.code, result.err) == (1, "")
    assert rows(result.out) == [{"matches": [], "suggestions": []}]


def test_lint_json_prints_a_row_for_each_problem(call: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("id: bad\ntitle: {en: T}\n")
    result = call("lint", "--json", str(tmp_path))
    assert (result.code, result.err) == (1, "")
    assert all(list(row) == ["path", "line", "column", "level", "message", "rule"] for row in rows(result.out))
    assert ("missing-part", "error") in {(row["rule"], row["level"]) for row in rows(result.out)}


def test_lint_schema_and_show_json_print_one_document(call: Run) -> None:
    assert json.loads(call("lint", "--schema").out)["title"] == "faultbook entry"
    assert json.loads(call("show", "--json", "demo-fault").out)["id"] == "demo-fault"


# Language and colour


@pytest.mark.parametrize(
    ("arguments", "env", "title"),
    [
        ([], {"LC_ALL": "C.UTF-8"}, "The demo port fails"),
        ([], {"LC_ALL": "zh_CN.UTF-8"}, "演示端口出错"),
        ([], {"LC_ALL": "", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "演示端口出错"),
        ([], {"LC_ALL": "", "LANG": "zh_TW"}, "演示端口出错"),
        ([], {"LC_ALL": "de_DE.UTF-8", "LANG": "zh_CN"}, "The demo port fails"),
        ([], {"LC_ALL": ""}, "The demo port fails"),
        (["--lang", "en"], {"LC_ALL": "zh_CN.UTF-8"}, "The demo port fails"),
        (["--lang", "zh"], {}, "演示端口出错"),
    ],
)
def test_the_option_then_the_locale_choose_the_language(
    call: Run, arguments: list[str], env: Mapping[str, str], title: str
) -> None:
    assert call("lookup", *arguments, LINE, env=env).out.startswith(title)
    assert rows(call("lookup", "--json", *arguments, LINE, env=env).out)[0]["matches"][0]["title"] == title
    assert title in call("scan", *arguments, stdin=LINE.encode(), env=env).out
    assert call("show", *arguments, "demo-fault", env=env).out.startswith(f"# {title}")


def test_what_is_missing_in_one_language_comes_in_the_other(call: Run) -> None:
    result = call("lookup", "--lang", "zh", LINE)
    assert "Port eth0 has failed 5 times" in result.out
    assert "Another demo" in call("scan", "--lang", "zh", stdin=b"demo: failed 5 times\n").out


def on_terminal(arguments: list[str], environment: Mapping[str, str], stdin: bytes = b"") -> str:
    """What the command prints where stdout and stderr are a terminal."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "app", *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=follower, stderr=follower, cwd=ROOT, env=dict(environment)
    ) as child:
        os.close(follower)
        assert child.stdin is not None
        child.stdin.write(stdin)
        child.stdin.close()
        out = b""
        while True:
            try:
                block = os.read(leader, 65536)
            except OSError:  # EIO: the last process that had the other end is gone
                break
            if not block:
                break
            out += block
    os.close(leader)
    return out.decode()


def test_colour_appears_on_a_terminal_and_no_color_is_obeyed(environment: dict[str, str], entries: Path) -> None:
    env = environment | {"FAULTBOOK_ENTRIES": str(entries), "TERM": "xterm"}
    assert "\x1b[1mThe demo port fails\x1b[0m" in on_terminal(["lookup", LINE], env)
    plain = on_terminal(["lookup", LINE], env | {"NO_COLOR": "1"})
    assert "The demo port fails  [error]" in plain
    assert "\x1b" not in plain


def test_an_article_is_set_on_a_terminal(environment: dict[str, str], entries: Path) -> None:
    pytest.importorskip("rich")
    env = environment | {"FAULTBOOK_ENTRIES": str(entries), "TERM": "xterm"}
    shown = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(["show", "demo-fault", "iface=eth7"], env))
    assert "ip -s link show dev eth7" in shown
    assert "```" not in shown
    assert "\x1b" not in shown


def test_there_is_no_colour_and_no_progress_where_there_is_no_terminal(child: Run, tmp_path: Path) -> None:
    result = child("scan", log(tmp_path, b"0123456789\n" * 500_000), env={"TERM": "xterm"})
    assert (result.code, result.err) == (0, "")
    assert "\x1b" not in result.out


# Inputs


def test_scan_reads_stdin_for_a_dash_and_for_nothing(call: Run) -> None:
    for arguments in (["-"], []):
        result = call("scan", *arguments, stdin=LINE.encode())
        assert result.out.startswith(f"stdin:1: demo-fault: {LINE}\n")


def test_scan_walks_directories_in_order(call: Run, tmp_path: Path) -> None:
    for name in ("b.log", "a/z.log", "a/y.log", "c"):
        log(tmp_path, LINE, name)
    found = [
        Path(row["path"]).relative_to(tmp_path).as_posix() for row in rows(call("scan", "--json", str(tmp_path)).out)
    ]
    assert found == ["a/y.log", "a/z.log", "b.log", "c"]


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": lambda data: bytes(zstandard.ZstdCompressor().compress(data)),
    "bz2": bz2.compress,
}


@pytest.mark.parametrize("kind", PACKERS)
def test_archives_are_told_by_content_and_give_the_rows_of_their_text(call: Run, tmp_path: Path, kind: str) -> None:
    text = f"x\n{LINE}\n".encode()
    plain = rows(call("scan", "--json", log(tmp_path, text)).out)
    packed = rows(call("scan", "--json", log(tmp_path, PACKERS[kind](text), "misnamed.txt")).out)
    assert [row | {"path": ""} for row in packed] == [row | {"path": ""} for row in plain]


@pytest.mark.parametrize("kind", PACKERS)
def test_a_broken_archive_keeps_its_rows_and_exits_2(call: Run, tmp_path: Path, kind: str) -> None:
    text = f"{LINE}\n".encode() + os.urandom(400_000)
    result = call("scan", "--json", log(tmp_path, PACKERS[kind](text)[:-200_000], "broken"), log(tmp_path))
    assert result.code == 2
    # bzip2 gives a block only when it is whole
    assert [Path(row["path"]).name for row in rows(result.out)] == (["a.log"] if kind == "bz2" else ["broken", "a.log"])
    assert re.fullmatch(r"faultbook: \S+broken: [^\n]+; [^\n]+\n", result.err)


def test_lines_that_are_too_long_are_counted_on_stderr(call: Run, tmp_path: Path) -> None:
    path = log(tmp_path, LINE.encode() + b" " + b"x" * (1 << 20) + b"\n")
    for arguments in ([], ["--json"]):
        result = call("scan", *arguments, path)
        assert result.code == 0
        assert result.err.startswith("faultbook: 1 lines were longer than 1 MiB")
    assert [row["line"] for row in rows(result.out)] == [1]


# Entries


def test_entries_of_the_environment_and_of_the_option(call: Run, entries: Path) -> None:
    known = "MTU mismatch with nbr 192.0.2.126 on bond0 (remote 9000, local 1500)"
    shipped = {"FAULTBOOK_ENTRIES": ""}
    assert call("lookup", known).code == 1
    assert call("lookup", known, env=shipped).code == 0
    assert call("lookup", "--entries", "shipped", known).code == 0
    assert call("lookup", LINE, env=shipped).code == 1
    assert call("lookup", "--entries", str(entries), LINE, env=shipped).code == 0
    assert call("lookup", "--entries", "shipped", "--entries", str(entries), known + "\n" + LINE).code == 0


def test_of_two_entries_with_one_id_the_later_directorys_counts(call: Run, entries: Path, tmp_path: Path) -> None:
    mine = (entries / "demo-fault.yaml").read_text("utf-8").replace("The demo port fails", "My own words")
    (tmp_path / "x.yaml").write_text(mine, "utf-8")
    for first, second, title in ((entries, tmp_path, "My own words"), (tmp_path, entries, "The demo port fails")):
        assert call("lookup", "--entries", str(first), "--entries", str(second), LINE).out.startswith(title)
        assert call("lookup", LINE, env={"FAULTBOOK_ENTRIES": f"{first}:{second}"}).out.startswith(title)


@pytest.mark.parametrize("command", [["lookup", LINE], ["lookup", "--json", LINE], ["show", "demo-fault"]], ids=str)
def test_a_broken_entry_is_named_and_the_rest_works(
    call: Run, entries: Path, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "bad.yaml").write_text("id: bad\ntitle: [\n")
    (tmp_path / "worse.yaml").write_bytes(b"\xff")
    result = call(*command, "--entries", str(entries), "--entries", str(tmp_path))
    assert result.code == 0
    assert "The demo port fails" in result.out
    place = re.escape(f"{tmp_path}/bad.yaml:3:1: ")
    assert re.fullmatch(
        rf"faultbook: left out {place}[^\n]*\(and 1 more\); run faultbook lint on these entries\n", result.err
    )


def test_without_any_entries_nothing_is_recognised_and_nothing_breaks(call: Run, tmp_path: Path) -> None:
    assert call("lookup", "--entries", str(tmp_path), LINE).code == 1
    assert call("scan", "--entries", str(tmp_path), stdin=LINE.encode()).code == 0
    assert call("show", "--entries", str(tmp_path), "x").code == 1


def test_the_shipped_set_is_used_where_nothing_is_said(child: Run) -> None:
    result = child("show", sorted(shipped_dir().rglob("[a-z]*.yaml"))[0].stem, env={"FAULTBOOK_ENTRIES": ""})
    assert result.code == 0
    assert result.out.startswith("# ")


# Hostile text

EVIL = "\x1b]0;owned\x07\x1b[31mred\x9b2J\u202eevil\u2066\u200b\x08\x7f"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]")


@pytest.mark.parametrize("arguments", [[], ["--json"]], ids=["people", "json"])
def test_hostile_text_in_logs_and_file_names_reaches_no_terminal(
    call: Run, tmp_path: Path, arguments: list[str]
) -> None:
    name = "evil\x1b[2J\n\u202e\x9b.log"
    text = f"demo: eth0 failed 5 times: {EVIL}\n"
    for result in (
        call("scan", *arguments, log(tmp_path, text, name)),
        call("scan", *arguments, str(tmp_path), str(tmp_path / f"gone{EVIL}")),
        call("lookup", *arguments, "--explain", text),
        call("lookup", *arguments, "--explain", f"demo: eth0 failed 5 {EVIL}"),
        call("lookup", *arguments, "-", stdin=text.encode()),
        call("show", *arguments, f"x{EVIL}"),
        call("show", *arguments, "demo-fault", f"iface={EVIL}"),
        call("lint", *arguments, str(tmp_path / f"x{EVIL}.yaml")),
        call("lookup", *arguments, "--entries", f"/x{EVIL}", "x"),
        call(f"x{EVIL}"),
        call("scan", f"--x{EVIL}"),
    ):
        assert not RAW.search(result.out), result.out
        assert not RAW.search(result.err), result.err


def test_json_of_hostile_text_still_says_what_the_text_is(call: Run) -> None:
    text = f"demo: eth0 failed 5 times: {EVIL} 题"
    (row,) = rows(call("scan", "--json", stdin=text.encode()).out)
    assert row["text"] == text


def test_hostile_text_never_stands_in_a_command(call: Run) -> None:
    result = call("lookup", "demo: $(reboot) failed 5 times: `reboot`; reboot")
    assert result.code == 1
    out = call("lookup", "demo: eth0 failed 5 times: $(reboot)").out
    assert "reboot" not in out.partition("First to run")[2]


def test_an_entry_with_escapes_in_its_words_reaches_no_terminal(call: Run, entries: Path, tmp_path: Path) -> None:
    words = r'"\e[31mred\u202e"'
    text = f"id: demo-fault\ntitle: {{en: {words}}}\nsummary: {{en: {words}}}\nsymptoms: {{en: [{words}]}}\n"
    matcher = (entries / "demo-other.yaml").read_text().partition("matchers:")[2].partition("fix:")[0]
    (tmp_path / "demo-fault.yaml").write_text(f"{text}matchers:{matcher}fix: {{en: {words}}}\n")
    for arguments in (
        ["lookup", "demo: failed 5 times"],
        ["lookup", "--full", "demo: failed 5 times"],
        ["show", "demo-fault"],
        ["lint"],
    ):
        result = call(*arguments, "--entries", str(tmp_path))
        assert "\\x1b[31mred" in result.out or arguments == ["lint"]
        assert not RAW.search(result.out + result.err)


def test_names_and_text_that_are_not_utf8_are_printed_somehow(call: Run, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.log")
    Path(path).write_bytes(b"demo: eth0 failed 5 times: " + b"\xff\xed\xa0\x80\n")
    result = call("scan", path)
    assert result.code == 0
    assert "\\udcff\\udcfe.log:1: demo-fault" in result.out
    (row,) = rows(call("scan", "--json", path).out)
    assert row["path"].endswith("��.log")
    assert "there is no entry" in call("show", os.fsdecode(b"\xff")).err
    assert call("lookup", os.fsdecode(b"\xff") + LINE).code == 0


def test_broken_escapes_in_json_logs_are_printed_somehow(call: Run) -> None:
    text = b'{"log": "[1.5] %s \\ud800 \\u001b[31m\\n", "stream": "stderr", "time": "2022-03-25T15:35:53.1Z"}\n'
    text = text.replace(b"%s", LINE.encode())
    assert not RAW.search(call("scan", stdin=text).out)
    (row,) = rows(call("scan", "--json", stdin=text).out)
    assert row["fields"]["what"].startswith("no signal \ufffd \x1b[31m")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gb18030"])
def test_a_terminal_that_cannot_show_a_character_gets_an_escape(call: Run, encoding: str) -> None:
    result = call("lookup", "--lang", "zh", LINE + " 题é", encoding=encoding)
    assert result.code == 0
    assert ("演示端口" if encoding == "gb18030" else "\\u6f14\\u793a") in result.out
    (row,) = rows(call("scan", "--json", stdin=(LINE + " 题é").encode(), encoding=encoding).out)
    assert row["fields"]["what"] == "no signal 题é"


# The process


def test_the_real_command_answers_and_its_exit_code_is_the_commands(child: Run, tmp_path: Path) -> None:
    result = child("lookup", "--json", "-", stdin=LINE.encode())
    assert (result.code, result.err) == (0, "")
    assert rows(result.out)[0]["matches"][0]["entry"] == "demo-fault"
    assert child("lookup", "x").code == 1
    result = child("scan", str(tmp_path / "gone"))
    assert result.code == 2
    assert "Traceback" not in result.err


def test_a_reader_that_has_enough_ends_the_command_quietly(child: Run, tmp_path: Path) -> None:
    path = log(tmp_path, f"{LINE}\n" * 20_000)
    for arguments in (["scan", path], ["scan", "--json", path], ["lint", "--schema"]):
        result = child(*arguments, before='{ "$@"; echo "$?" >&2; } | head -n 1')
        assert len(result.out.splitlines()) == 1
        assert result.err == "0\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_clear_line_and_exits_2(child: Run) -> None:
    result = child("show", "demo-fault", before='exec "$@" > /dev/full')
    assert result.code == 2
    assert re.fullmatch(r"faultbook: No space left on device; [^\n]+\n", result.err)


@pytest.mark.parametrize(
    ("arguments", "before", "code"),
    [
        (["lookup", LINE], 'exec "$@" >&-', 0),
        (["lookup", "x"], 'exec "$@" 2>&-', 1),
        (["scan"], 'exec "$@" <&-', 2),
        (["scan", "-"], 'exec "$@" <&-', 2),
        (["lookup", "-"], 'exec "$@" <&-', 2),
        (["scna"], 'exec "$@" >&- 2>&- <&-', 2),
    ],
)
def test_streams_that_are_closed_are_no_trouble(child: Run, arguments: list[str], before: str, code: int) -> None:
    result = child(*arguments, before=before)
    assert result.code == code
    assert "Traceback" not in result.err
    assert result.out in ("", "Nothing recognised in 1 file.\n")


def test_an_interrupt_ends_a_scan_with_130_and_no_traceback(
    environment: dict[str, str], entries: Path, tmp_path: Path
) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    # Jobs in the background ignore interrupts, and what they start does: so it is switched on again.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from app.cli import main; main()"
    )
    command = [sys.executable, "-c", program, "scan", str(fifo)]
    env = environment | {"FAULTBOOK_ENTRIES": str(entries)}
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=env) as child,
        fifo.open("wb", buffering=0) as writer,  # waits until the scan has opened it
    ):
        writer.write(b"x\n")
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert b"Traceback" not in err


def test_stdin_may_be_a_terminal_only_where_something_is_given(environment: dict[str, str], entries: Path) -> None:
    leader, follower = pty.openpty()
    env = environment | {"FAULTBOOK_ENTRIES": str(entries)}
    for arguments in (["scan"], ["lookup"]):
        command = [sys.executable, "-m", "app", *arguments]
        done = subprocess.run(command, stdin=follower, capture_output=True, cwd=ROOT, env=env, check=False)
        assert done.returncode == 2
        assert b"pipe" in done.stderr
    os.close(leader)
    os.close(follower)
