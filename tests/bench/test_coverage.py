"""The measure of coverage, on a tiny list of its own, and the sentences of tests/families.yaml."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.coverage.command import main
from bench.coverage.envelopes import show
from bench.coverage.lists import Format, ListsError, read_lists
from bench.coverage.measure import measure
from bench.coverage.report import list_shares
from bench.coverage.serving import FAMILIES_FILE, ServingError, read_serving, warnings
from bench.coverage.values import fill
from bench.process import ROOT
from kb.book import Book, open_book
from kb.catalog import entry_files, shipped_dir

HEAD = ["id", "family", "class", "subsystem", "level", "prefix", "format", "args", "file", "function", "versions"]
BIRD = [
    "m1 mtu ospf ospf RMT bird|%s: MTU mismatch with nbr %R on %s (remote %d, local %d)|proto,rid,ifname,mtu,mtu",
    "n1 noise ospf ospf INFO bird|%s: Nothing is wrong with %I on %s|proto,ip,ifname",
]
MTU = BIRD[0].removeprefix("m1 mtu")
VERIFIER = ["r1 register register verifier verifier verifier|R%d !read_ok|regno"]


def row(text: str, versions: str = "2.0.8 3.1.2") -> str:
    head, message, args = text.split("|")
    return "\t".join([*head.split(), message, args, "proto/ospf/dbdes.c", "", versions])


def write_list(folder: Path, name: str, rows: list[str]) -> None:
    lines = ["\t".join(HEAD), *map(row, rows)]
    (folder / f"{name}.tsv").write_text("".join(f"{line}\n" for line in lines), "utf-8")


@pytest.fixture(scope="module")
def book(shared_cache: Path) -> Book:
    return open_book([shipped_dir()], shared_cache)


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    families = "family\tlist\nmtu\tbird\nnoise\tbird\nregister\tverifier\nlater\tnetdev\n"
    (tmp_path / "families.tsv").write_text(families, "utf-8")
    write_list(tmp_path, "bird", BIRD)
    write_list(tmp_path, "verifier", VERIFIER)
    return tmp_path


def made(text: str, args: str, **others: str) -> Format:
    values = {"list": "netdev", "prefix": "pr", "category": "", "subsystem": "ice", "level": "warn", "file": ""}
    values |= others
    versions = tuple(values.pop("versions", "").split())
    kinds = tuple(args.split(",")) if args else ()
    return Format(id="x", family="y", text=text, args=kinds, function="", versions=versions, **values)


def test_a_known_format_is_recognised_by_its_entry_and_an_unknown_one_by_nobody(book: Book, lists: Path) -> None:
    answers = {each.format.id: each for each in measure(book.matchers, read_lists(lists), seed=1, per_format=2)}
    assert answers["m1"].is_recognised
    assert dict(answers["m1"].entries) == {"bird-ospf-mtu-mismatch": 6}
    assert set(answers["r1"].entries) == {"bpf-verifier-uninitialized-register"}
    assert len(answers["n1"].missed) == answers["n1"].shown == 6
    assert {each.envelope for each in answers["n1"].missed} == {"own log", "syslog", "BIRD 3"}


def test_a_seed_gives_the_same_values_and_another_seed_other_ones(book: Book, lists: Path) -> None:
    formats = [each for each in read_lists(lists) if each.id == "n1"]
    one, same, other = (measure(book.matchers, formats, seed=seed, per_format=2) for seed in (7, 7, 8))
    assert one == same
    assert one[0].missed != other[0].missed


def test_formats_of_a_configuration_are_counted_apart(book: Book, lists: Path) -> None:
    write_list(lists, "bird", [*BIRD, "c1 noise config conf ERR bird|Nothing of %s is wrong|ident"])
    formats = [each for each in read_lists(lists) if each.list == "bird"]
    shares = list_shares(measure(book.matchers, formats, seed=1, per_format=1))
    counted = {share.name: (share.recognised, share.formats) for share in shares}
    assert counted == {"bird": (1, 3), "bird, without configuration": (1, 2), "bird, configuration": (0, 1)}


@pytest.mark.parametrize(
    ("text", "args", "others", "expected"),
    [
        ("queue %#x of %08x", "num,num", {}, r"queue 0x[0-9a-f]{1,4} of 0000[0-9a-f]{4}"),
        ("%pM at %pI4, err %pe", "mac,ip4,esym", {}, r"02(:[0-9a-f]{2}){5} at (\d+\.){3}\d+, err -E[A-Z]+"),
        ("100%% of %d", "queue", {}, r"100% of \d\d?"),
        ("turned %s", "lit:on|off", {}, "turned (on|off)"),
        (
            "%s.%s: %m",
            "proto,proto,errstr",
            {"list": "bird", "prefix": "bird"},
            r"\w+\.(ipv4|ipv6|import|mpls): [A-Z].+",
        ),
        ("bind%#m", "errstr", {"list": "bird", "prefix": "bird"}, r"bind: [A-Z].+"),
        ("map %q: %w", "goq,goerr", {"list": "libbpf", "prefix": "go"}, r'map "\w+": [a-z ]+'),
    ],
)
def test_a_value_is_of_the_kind_its_list_names(text: str, args: str, others: dict[str, str], expected: str) -> None:
    message = made(text, args, **others)
    for seed in range(20):
        assert re.fullmatch(expected, fill(message, random.Random(seed)))


@pytest.mark.parametrize(
    ("others", "line"),
    [
        ({"prefix": "dev"}, r"\[ *\d+\.\d{6}\] ice 0000:3b:00\.0: went away"),
        ({"prefix": "netdev", "subsystem": "bonding"}, r"\[ *\d+\.\d{6}\] bond0: went away"),
        ({"prefix": "mlx5", "subsystem": "mlx5"}, r"\[.+\] mlx5_core 0000:3b:00\.0: \w+:\d+:\(pid \d+\): went away"),
        ({"prefix": "panic"}, r"\[.+\] Kernel panic - not syncing: went away"),
        ({"prefix": "extackmod"}, r"Error: ice: went away\."),
        ({"prefix": "libbpf", "list": "libbpf"}, "libbpf: went away"),
        (
            {"prefix": "birdcfg", "list": "bird", "level": "ERR", "versions": "1.6.8"},
            r"[-\d]+ [:.\d]+ <ERR> /etc/bird\.conf, line \d+: went away",
        ),
        (
            {"prefix": "birdcfg", "list": "bird", "level": "WARN", "versions": "2.0.8"},
            r"[-\d]+ [:.\d]+ <WARN> /etc/bird/bird\.conf:\d+:\d+: went away",
        ),
        ({"prefix": "btftype", "list": "verifier"}, r"\[\d+\] (STRUCT|INT) \w+ size=.* went away"),
        ({"prefix": "verifier", "list": "verifier"}, "went away"),
    ],
)
def test_a_message_stands_as_its_printing_function_puts_it(others: dict[str, str], line: str) -> None:
    for seed in range(20):
        shown = next(show(made("went away", "", **others), "went away", random.Random(seed)))
        assert re.fullmatch(line, shown.lines[shown.begin])


def test_a_kernel_warning_stands_between_its_brackets() -> None:
    shown = next(show(made("went away", "", prefix="WARN"), "went away", random.Random(1)))
    said = [line.partition("] ")[2] for line in shown.lines]
    assert said[0] == "------------[ cut here ]------------"
    assert said[1] == "went away"
    assert said[2].startswith("WARNING: CPU: ")
    assert (shown.begin, shown.end) == (1, 2)


def test_an_entry_for_several_families_is_warned_of_until_a_sentence_says_why(book: Book, lists: Path) -> None:
    write_list(lists, "bird", [f"m1 mtu{MTU}", f"m2 noise{MTU}"])
    answers = measure(book.matchers, read_lists(lists), seed=1, per_format=1)
    assert [line.split()[0] for line in warnings(answers, {})] == ["bird-ospf-mtu-mismatch"]
    told = lists / "told.yaml"
    told.write_text("bird-ospf-mtu-mismatch: {families: [mtu], why: One check prints both.}\n", "utf-8")
    assert next(warnings(answers, read_serving(told))).endswith("does not say why for noise")
    told.write_text("bird-ospf-mtu-mismatch: {families: [mtu, noise], why: One check prints both.}\n", "utf-8")
    assert list(warnings(answers, read_serving(told))) == []


def test_the_command_prints_tables_or_one_json_object(lists: Path) -> None:
    call = [sys.executable, "-m", "bench", "coverage", str(lists)]
    text = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(r"(?m)^bird +1 +2 +50\.0 % +0 +1$", text)
    assert re.search(r"(?m)^mtu +1 +1 +100\.0 % +0 +bird-ospf-mtu-mismatch$", text)
    assert re.search(r"(?m)^  noise  n1  own log: .*Nothing is wrong with", text)
    done = subprocess.run([*call, "--json", "--only", "verifier"], cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert [(each["name"], each["percent"]) for each in told["lists"]] == [("verifier", 100.0)]
    assert told["missed"] == told["warnings"] == []


def test_the_shares_are_given_as_markdown_too(lists: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(lists), "--markdown"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert "| bird: ospf | 1 | 2 | 50.0 % | 0 | 1 |" in rows
    assert "| mtu | 1 | 1 | 100.0 % | 0 | `bird-ospf-mtu-mismatch` |" in rows


def test_lists_that_cannot_be_read_are_one_clear_line(lists: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(lists / "absent")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert main([str(lists), "--only", "drivers"]) == 2
    assert 'there is no list "drivers"' in capsys.readouterr().err
    (lists / "bird.tsv").write_text("id\tfamily\tprefix\tformat\targs\na\tb\n", "utf-8")
    with pytest.raises(ListsError, match=r"bird\.tsv:2: 2 columns, the first line has 5"):
        read_lists(lists)
    (lists / "bird.tsv").write_text("id\tfamily\n", "utf-8")
    with pytest.raises(ListsError, match='there is no column "prefix"'):
        read_lists(lists)


@pytest.mark.parametrize(
    "text", ["[]", "a: {families: [b]}", "a: {families: [b, b], why: It is.}", "a: {families: x, why: y}", "{"]
)
def test_a_file_of_sentences_that_says_something_else_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "families.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ServingError, match=re.escape(str(path))):
        read_serving(path)


SERVED = read_serving(FAMILIES_FILE)


def test_every_entry_that_serves_several_families_exists() -> None:
    assert set(SERVED) <= {path.stem for path in entry_files(shipped_dir())}
    assert list(SERVED) == sorted(SERVED)


@pytest.mark.parametrize("entry", SERVED)
def test_why_one_article_serves_several_families_is_a_sentence(entry: str) -> None:
    served = SERVED[entry]
    assert len(served.families) > 1
    assert re.fullmatch(r"[A-Za-z]\S*( \S+){4,}\.", served.why)


def test_no_two_entries_have_the_same_sentence() -> None:
    reasons = [served.why for served in SERVED.values()]
    assert len(reasons) == len(set(reasons))
