"""The speed runner: what it measures must be true, and the same tomorrow."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench import finds
from bench.answers import high
from bench.corpora import NEAR_MISS, RATES, Corpus, Hit, make_corpus, ordinary_lines
from bench.floors import Floor
from bench.process import ROOT, Launcher
from bench.raw import raw_of_plain, raw_of_rules, shipped_entries
from bench.rules import HIT_RULES, RuleSet, literal_free_rules, make_rules, write_rules
from bench.shipped import make_shipped
from kb.book import open_book
from kb.catalog import shipped_dir
from matchers.engine import scan_text
from matchers.wording import parse, to_regex

SIZE = 1 << 16


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    return write_rules(make_rules(60, seed=1), tmp_path_factory.mktemp("rules"), literal_free=1)


def corpus_of(name: str, rules: RuleSet, folder: Path, seed: int = 1) -> Corpus:
    folder.mkdir(exist_ok=True)
    return make_corpus(name, rules, size=SIZE, seed=seed, folder=folder)


def found_by_re(corpus: Corpus, rules: RuleSet) -> list[tuple[int, str]]:
    regexes = [(rule.id, re.compile(rule.regex)) for rule in rules.rules]
    lines = corpus.path.read_text("ascii").splitlines()
    return [(number, rule) for number, line in enumerate(lines, 1) for rule, regex in regexes if regex.search(line)]


def test_ordinary_lines_hold_nothing_that_a_shipped_entry_recognises(shared_cache: Path) -> None:
    lines = "".join(f"{line}\n" for line in ordinary_lines(10_000, seed=1))
    assert scan_text(open_book([shipped_dir()], shared_cache).matchers, lines.encode(), keep_beaten=True) == []


def test_a_seed_always_gives_the_same_log_and_another_seed_another_one(rules: RuleSet, tmp_path: Path) -> None:
    one, same, other = (corpus_of("1", rules, tmp_path / f"{number}", seed) for number, seed in enumerate((7, 7, 8)))
    assert one.path.read_bytes() == same.path.read_bytes()
    assert one.hits == same.hits
    assert one.path.read_bytes() != other.path.read_bytes()


@pytest.mark.parametrize("name", ["none", "0.01", "1", NEAR_MISS])
def test_the_true_hits_are_those_that_re_finds(name: str, rules: RuleSet, tmp_path: Path) -> None:
    corpus = corpus_of(name, rules, tmp_path)
    data = corpus.path.read_bytes()
    assert found_by_re(corpus, rules) == [(hit.line, hit.rule) for hit in corpus.hits]
    assert [data.count(b"\n", 0, hit.offset) + 1 for hit in corpus.hits] == [hit.line for hit in corpus.hits]
    assert len(corpus.hits) == round(10_000 * RATES.get(name, 0))
    assert corpus.size == len(data) >= SIZE


def test_a_smaller_set_is_the_beginning_of_a_larger_one() -> None:
    assert make_rules(HIT_RULES, seed=1) == make_rules(500, seed=1)[:HIT_RULES]


def test_a_rule_means_the_same_as_a_pattern_and_as_a_plain_regex() -> None:
    rng = random.Random(1)
    for rule in make_rules(200, seed=3):
        exact, message, near = re.compile(to_regex(parse(rule.pattern))), rule.message(rng), rule.near_miss(rng)
        assert exact.search(message)
        assert re.search(rule.regex, message)
        assert not exact.search(near)
        assert not re.search(rule.regex, near)


def test_rules_that_did_not_change_are_not_written_again(tmp_path: Path) -> None:
    first = write_rules(make_rules(40, seed=1), tmp_path, literal_free=2)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    write_rules(make_rules(40, seed=1), tmp_path, literal_free=2)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    assert first.count == 40
    write_rules(make_rules(40, seed=1), tmp_path)
    assert len(list(tmp_path.glob("*.yaml"))) == 40


def test_a_literal_free_rule_finds_a_hex_dump() -> None:
    rule = literal_free_rules(1)[0]
    dump = "skb raw: " + " ".join(f"{byte:02x}" for byte in range(16))
    assert re.search(rule.regex, dump)
    assert re.search(to_regex(parse(rule.pattern)), dump)


def test_a_head_ends_with_a_line_and_keeps_its_hits(rules: RuleSet, tmp_path: Path) -> None:
    corpus = corpus_of("1", rules, tmp_path)
    head = corpus.head(5000)
    assert head.path.read_bytes() == corpus.path.read_bytes()[: head.size]
    assert head.path.read_bytes().endswith(b"\n")
    assert [hit for hit in corpus.hits if hit.offset < head.size] == head.hits
    assert corpus.head(corpus.size) is corpus


def test_raw_hyperscan_reads_the_rules_in_both_forms(rules: RuleSet, tmp_path: Path) -> None:
    data = corpus_of("1", rules, tmp_path).path.read_bytes()
    assert raw_of_rules(rules).mb_per_s(data) > 0
    assert raw_of_plain(rules).mb_per_s(data) > 0


def test_shipped_hits_stand_where_they_are_said_to_stand(tmp_path: Path) -> None:
    corpus = make_shipped("shipped-20", shipped_entries(), size=SIZE, seed=1, folder=tmp_path)
    lines = corpus.path.read_bytes().splitlines(keepends=True)
    assert corpus.hits
    assert all(sum(map(len, lines[: hit.line - 1])) == hit.offset for hit in corpus.hits)
    assert sum(hit.lines for hit in corpus.hits) / len(lines) == pytest.approx(0.2, abs=0.02)


def test_what_is_found_twice_or_elsewhere_is_wrong() -> None:
    hits = [Hit(3, 200, "a"), Hit(8, 700, "b", lines=3)]
    assert finds.of_rows([(3, "a"), (9, "b")], hits) == finds.Finds(2, 2, 0)
    assert finds.of_rows([(3, "b"), (3, "a"), (3, "a")], hits) == finds.Finds(1, 2, 2)
    assert finds.of_lines([3, 4], hits) == finds.Finds(1, 2, 1)
    assert finds.of_counts({"a": 2, "c": 1}, hits) == finds.Finds(1, 2, 2)
    assert finds.of_lines([3], hits) + finds.of_lines([], hits) == finds.Finds(1, 4, 0)
    assert finds.of_total(3, hits) == finds.Finds(2, 2, 1)


def test_a_run_says_what_a_program_used_and_when_it_was_too_slow(tmp_path: Path) -> None:
    with Launcher(tmp_path) as launcher:
        run = launcher.run([sys.executable, "-c", "b = b'x' * (50 << 20); print(len(b))"], timeout_s=60)
        assert run.stdout.read_text() == f"{50 << 20}\n"
        assert run.code == 0
        assert run.peak_kib > 50 << 10
        assert launcher.run([sys.executable, "-c", "import signal; signal.pause()"], timeout_s=0.2).timed_out
        assert launcher.run([sys.executable, "-c", "raise SystemExit('no')"], timeout_s=60).complaint() == "no"


def test_the_99th_percentile_leaves_one_of_a_hundred_above_it() -> None:
    assert high(range(1, 101)) == 99
    assert high([1.0, 2.0]) == 2.0


def test_a_floor_is_missed_reached_or_not_measured() -> None:
    verdicts = [Floor("speed", value, 0.5, 0.9, "x raw").verdict for value in (None, 0.4, 0.5, 0.9)]
    assert verdicts == ["not measured", "MISSED", "ok", "aim"]
    assert Floor("time", 70.0, 80, 50, "ms", at_most=True).verdict == "ok"
    assert Floor("time", 81.0, 80, 50, "ms", at_most=True).verdict == "MISSED"


def test_the_command_prints_a_row_of_what_it_measured(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "--quick", "--only", "faultbook", "--mib", "2", "--rules", "40"]
    run = subprocess.run([*command, "--dir", tmp_path], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert re.search(r"^faultbook +[0-9.,]+ \([0-9.e-]+\) +rows", run.stdout, re.MULTILINE)
    assert re.search(r"^20 % hits +40 +faultbook .* ([0-9]{3,})/\1$", run.stdout, re.MULTILINE)
