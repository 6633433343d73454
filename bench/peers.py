"""The tools that are measured: how each is given the rules, started, and read.

Each is given its own rules file and started as a whole process on a log; what it prints goes to a file. faultbook gets
the rules as entries, the others as plain regexes (`bench.rules.PLAIN`), each in the form in which it is fastest that
we know of.
"""

import importlib.util
import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from bench import finds
from bench.corpora import Hit
from bench.finds import Finds
from bench.process import faultbook_command
from bench.rules import PLAIN, Rule, RuleSet, escape


@dataclass(frozen=True)
class Peer:
    """One tool. `folder` is where its rules file lies, one for each set of rules."""

    folder: Path

    name: ClassVar[str]
    answer: ClassVar[str]
    """What it prints of a hit."""
    program: ClassVar[str] = ""
    package: ClassVar[str] = ""
    """Debian's name of it."""
    only_main: ClassVar[bool] = True
    """Measured on the main log only: it is slow, and the other logs would show the same."""
    done: ClassVar[frozenset[int]] = frozenset({0})
    """Exit codes that say that the log was searched."""

    def missing(self) -> str:
        """Why it cannot be measured here; "" where it can."""
        return "" if shutil.which(self.program) else f"not installed (Debian: {self.package})"

    def prepare(self, rules: RuleSet) -> None:
        """Write the rules in the tool's form."""
        self.rules_path(rules).write_text("".join(f"{rule.regex}\n" for rule in rules.rules))

    def rules_path(self, rules: RuleSet) -> Path:
        """Where `prepare` writes."""
        return self.folder / f"{self.name}-{rules.count}.rules"

    def command(self, rules: RuleSet, log: Path) -> Sequence[str]:
        """The command that searches `log`."""
        raise NotImplementedError

    def finds(self, rules: RuleSet, output: Path, hits: Sequence[Hit]) -> Finds:
        """What its output says."""
        raise NotImplementedError


class Faultbook(Peer):
    """`scan --json`: the full row."""

    name = "faultbook"
    answer = "rows: line, bytes, time, host, fields, text"
    only_main = False

    def missing(self) -> str:
        """It is always there."""
        return ""

    def prepare(self, rules: RuleSet) -> None:
        """Its rules are the entries on disk."""

    def command(self, rules: RuleSet, log: Path) -> Sequence[str]:
        """As a user would."""
        return [*faultbook_command(), "scan", "--json", "--entries", str(rules.directory), str(log)]

    def finds(self, rules: RuleSet, output: Path, hits: Sequence[Hit]) -> Finds:
        """Line and entry of each row must be those of a hit."""
        with output.open("rb") as file:
            return finds.of_rows(((row["line"], row["entry"]) for row in map(json.loads, file)), hits)


class Ripgrep(Peer):
    """The fastest searcher of lines that people have at hand."""

    name = "ripgrep"
    answer = "numbered lines"
    program = "rg"
    package = "ripgrep"
    only_main = False
    done = frozenset({0, 1})  # 1: no line was found

    def command(self, rules: RuleSet, log: Path) -> Sequence[str]:
        """All rules in one file of patterns. Larger limits of regex and DFA, or no mmap, made no difference."""
        return ["rg", "--no-config", "--color", "never", "-n", "-f", str(self.rules_path(rules)), str(log)]

    def finds(self, rules: RuleSet, output: Path, hits: Sequence[Hit]) -> Finds:
        """`NUMBER:line`."""
        with output.open("rb") as file:
            return finds.of_lines((int(line.partition(b":")[0]) for line in file), hits)


class ReLoop(Peer):
    """What a script does: every regex on every line."""

    name = "re"
    answer = "line, rule"

    def missing(self) -> str:
        """It comes with Python."""
        return ""

    def command(self, rules: RuleSet, log: Path) -> Sequence[str]:
        """`bench.re_loop`."""
        return [sys.executable, "-m", "bench.re_loop", str(self.rules_path(rules)), str(log)]

    def finds(self, rules: RuleSet, output: Path, hits: Sequence[Hit]) -> Finds:
        """`NUMBER:rule`."""
        rows = (line.split(":") for line in output.read_text().splitlines())
        return finds.of_rows(((int(number), rules.rules[int(rule)].id) for number, rule in rows), hits)


class Searchkit(ReLoop):
    """The engine of hotsos."""

    name = "searchkit"

    def missing(self) -> str:
        """A Python package."""
        return "" if importlib.util.find_spec("searchkit") else "not installed (PyPI: searchkit)"

    def command(self, rules: RuleSet, log: Path) -> Sequence[str]:
        """`bench.searchkit_loop`."""
        return [sys.executable, "-m", "bench.searchkit_loop", str(self.rules_path(rules)), str(log)]


class Mtail(Peer):
    """One counter, one action for each rule."""

    name = "mtail"
    answer = "counts by rule"
    program = package = "mtail"

    def rules_path(self, rules: RuleSet) -> Path:
        """It takes a directory of programs, or one file that ends in .mtail."""
        return self.folder / f"mtail-{rules.count}.mtail"

    def prepare(self, rules: RuleSet) -> None:
        """`/regex/ { hits["id"]++ }`; a slash would end the regex."""
        actions = (
            f'/{rule.regex.replace("/", chr(92) + "/")}/ {{\n  hits["{rule.id}"]++\n}}\n' for rule in rules.rules
        )
        self.rules_path(rules).write_text("counter hits by rule\n" + "".join(actions))

    def command(self, rules: RuleSet, log: Path) -> Sequence[str]:
        """One pass, then the counters as JSON."""
        return ["mtail", "--one_shot", "--logtostderr", "--progs", str(self.rules_path(rules)), "--logs", str(log)]

    def finds(self, rules: RuleSet, output: Path, hits: Sequence[Hit]) -> Finds:
        """The JSON of one metric with a value for each label."""
        metrics = json.loads(output.read_text())["hits"]
        values = [value for metric in metrics for value in metric.get("LabelValues", ())]
        return finds.of_counts({value["Labels"][0]: value["Value"].get("Value", 0) for value in values}, hits)


class Sec(Peer):
    """Simple Event Correlator: one `Single` rule each, Perl regexes."""

    name = "sec"
    answer = "rule"
    program = package = "sec"

    def prepare(self, rules: RuleSet) -> None:
        """A `write` to standard output for each hit."""
        form = "type=Single\nptype=RegExp\npattern={0}\ndesc={1}\naction=write - {1}\n\n"
        self.rules_path(rules).write_text("".join(form.format(rule.regex, rule.id) for rule in rules.rules))

    def command(self, rules: RuleSet, log: Path) -> Sequence[str]:
        """From the first byte to the last, then end."""
        conf, source = f"--conf={self.rules_path(rules)}", f"--input={log}"
        return ["sec", conf, source, "--notail", "--fromstart", "--log=/dev/null"]

    def finds(self, rules: RuleSet, output: Path, hits: Sequence[Hit]) -> Finds:
        """A rule's id a line."""
        return finds.of_counts(Counter(output.read_text().splitlines()), hits)


class Fail2ban(Peer):
    """fail2ban-regex: one failregex for each rule, whose first value is the failure's id."""

    name = "fail2ban"
    answer = "count of lines"
    program = "fail2ban-regex"
    package = "fail2ban"

    def prepare(self, rules: RuleSet) -> None:
        """A filter file; `%` would be an interpolation."""
        lines = "\n    ".join(_failregex(rule) for rule in rules.rules)
        self.rules_path(rules).write_text(f"[Definition]\nfailregex =\n    {lines}\n")

    def command(self, rules: RuleSet, log: Path) -> Sequence[str]:
        """Only the totals."""
        return ["fail2ban-regex", "--print-no-missed", str(log), str(self.rules_path(rules))]

    def finds(self, rules: RuleSet, output: Path, hits: Sequence[Hit]) -> Finds:
        """`Lines: N lines, N ignored, N matched, N missed`."""
        total = re.search(r"^Lines: .* ([0-9]+) matched", output.read_text("utf-8", "replace"), re.MULTILINE)
        return finds.of_total(int(total[1]) if total else 0, hits)


class Lnav(Peer):
    """lnav without a terminal, one filter of all rules."""

    name = "lnav"
    answer = "lines"
    program = package = "lnav"

    def prepare(self, rules: RuleSet) -> None:
        """A script of one command."""
        text = "|".join(rule.regex for rule in rules.rules)
        self.rules_path(rules).write_text(f":filter-in {text}\n")

    def command(self, rules: RuleSet, log: Path) -> Sequence[str]:
        """It prints what is left of the log."""
        return ["lnav", "-n", "-f", str(self.rules_path(rules)), str(log)]

    def finds(self, rules: RuleSet, output: Path, hits: Sequence[Hit]) -> Finds:
        """It does not number the lines; its remarks on their order of time are set in."""
        lines = output.read_bytes().splitlines()
        return finds.of_total(sum(not line.startswith(b"   ") for line in lines), hits)


PEERS: tuple[type[Peer], ...] = (Faultbook, Ripgrep, ReLoop, Mtail, Sec, Fail2ban, Lnav, Searchkit)


def _failregex(rule: Rule) -> str:
    parts, named = [], False
    for text, kind in rule.tokens:
        part = PLAIN[kind] if kind else escape(text)
        if kind and not named:
            part, named = f"<F-ID>{part}</F-ID>", True
        parts.append(part.replace("%", "%%"))
    return "".join(parts)
