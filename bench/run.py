"""One run: which measurements, in which order."""

import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bench.answers import measure_answers, rule_paste, shipped_paste
from bench.corpora import MAIN, MIB, RATES, SHIPPED_RATES, TITLES, Corpus, make_corpus
from bench.jobs import measure_jobs
from bench.measure import PLAIN, Bench, Row, Settings
from bench.peers import PEERS, Faultbook, Peer
from bench.process import Launcher, ProcessFailed, faultbook_command
from bench.raw import Raw, raw_of_plain, raw_of_rules, raw_of_shipped, shipped_entries
from bench.results import Results, machine
from bench.rules import Rule, RuleSet, make_rules, write_rules
from bench.search import ENTRIES, measure_search
from bench.shipped import make_shipped
from bench.web import measure_web
from kb.catalog import SHIPPED, shipped_dir

_DENSE = "20"
_OTHERS_SHARE = 4  # the other logs are smaller than the main one: full of hits, they take longer
_PROOF_BYTES = 1 << 16
_COMPILE_TIMEOUT_S = 600

PARTS: Mapping[str, str] = {
    PLAIN: "raw Hyperscan with the plain regexes of the other tools, in place of faultbook's expressions",
    "shipped": "the shipped entries on kernel-framed text, and where the time goes",
    "jobs": "scan with two jobs against one",
    "lookup": "lookup of a 10 KB paste as a whole process, and the matching alone",
    "web": "serve under a mixed load from four readers on this machine",
    "search": "the search index of 1,000 entries: building, opening, asking",
}


@dataclass(frozen=True)
class Plan:
    """What is measured; `names` are those of peers and of `PARTS`."""

    sizes: Sequence[int]
    names: frozenset[str]
    corpora: Sequence[str]
    main_bytes: int
    lookups: int
    seed: int
    literal_free: int
    settings: Settings
    web_s: float = 20.0


@dataclass(frozen=True)
class _Work:
    """One set of rules, compiled, and who is measured with it."""

    bench: Bench
    rules: RuleSet
    peers: Sequence[Peer]
    raw: Raw
    plain: Raw | None
    proof: Corpus


class Runner:
    """Makes logs and rules in a folder and measures; says on `progress` where it is."""

    def __init__(self, plan: Plan, folder: Path, progress: TextIO) -> None:
        self._plan = plan
        self._folder = folder
        self._progress = progress
        made = {"seed": str(plan.seed), "literal-free rules": str(plan.literal_free)}
        self._results = Results({**machine(), **made})
        self._start = time.perf_counter()

    def run(self) -> Results:
        """Measure everything the plan says."""
        with Launcher(self._folder) as launcher:
            bench = Bench(launcher, self._folder, self._plan.settings)
            sets = [self._rule_set(size) for size in self._plan.sizes]
            shared = self._shared_corpora(sets[0])
            for rules in sets:
                self._measure_set(bench, rules, shared)
            if "shipped" in self._plan.names:
                self._measure_shipped(bench)
            if "lookup" in self._plan.names:
                self._measure_answers(bench, sets[-1])
            if "web" in self._plan.names:
                self._measure_web(launcher)
            if "search" in self._plan.names:
                self._say(f"search in {ENTRIES:,} entries")
                self._results.search = measure_search(bench, self._folder, self._plan.seed)
        return self._results

    def _say(self, text: str) -> None:
        print(f"bench: {time.perf_counter() - self._start:4.0f} s  {text}", file=self._progress, flush=True)

    def _rule_set(self, size: int) -> RuleSet:
        rules = make_rules(size, self._plan.seed)
        return write_rules(rules, self._folder / f"rules-{size}", self._plan.literal_free)

    def _shared_corpora(self, rules: RuleSet) -> dict[str, Corpus]:
        """The logs whose hits come from the first rules, which all sets have."""
        names = [name for name in self._plan.corpora if name in RATES]
        self._say(f"making {len(names)} logs of {self._plan.main_bytes >> 20} MiB and less")
        return {name: self._corpus(name, rules) for name in dict.fromkeys([*names, _DENSE])}

    def _corpus(self, name: str, rules: RuleSet) -> Corpus:
        size = self._plan.main_bytes if name == MAIN else self._plan.main_bytes // _OTHERS_SHARE
        return make_corpus(name, rules, size=size, seed=self._plan.seed, folder=self._folder)

    def _measure_set(self, bench: Bench, rules: RuleSet, shared: Mapping[str, Corpus]) -> None:
        peers = self._peers(rules)
        compared = peers or PLAIN in self._plan.names
        if compared or "jobs" in self._plan.names:
            self._say(f"{rules.count:,} rules: compiling")
            self._warm(bench, rules.count, str(rules.directory))
        if compared:
            plain = raw_of_plain(rules) if PLAIN in self._plan.names else None
            work = _Work(bench, rules, peers, raw_of_rules(rules), plain, shared[_DENSE].head(_PROOF_BYTES))
            for name in self._plan.corpora:
                self._measure_corpus(work, shared[name] if name in shared else self._corpus(name, rules))
        if "jobs" in self._plan.names:
            self._say(f"{rules.count:,} rules: two jobs")
            self._results.speedups.append(measure_jobs(bench, rules, shared[MAIN]))

    def _peers(self, rules: RuleSet) -> list[Peer]:
        """Those that are to be measured; for those that are missing a row says so."""
        chosen = [peer(self._folder) for peer in PEERS if peer.name in self._plan.names]
        for peer in chosen:
            if peer.missing():
                self._results.rows.append(Row(peer.name, MAIN, rules.count, note=peer.missing()))
            else:
                peer.prepare(rules)
        return [peer for peer in chosen if not peer.missing()]

    def _measure_corpus(self, work: _Work, corpus: Corpus) -> None:
        bench, rules = work.bench, work.rules
        chosen = [peer for peer in work.peers if corpus.name == MAIN or not peer.only_main]
        self._say(f"{rules.count:,} rules, {TITLES[corpus.name]}: {', '.join(peer.name for peer in chosen) or PLAIN}")
        if work.plain is not None:
            self._results.rows.append(bench.plain(rules, corpus, work.raw, work.plain))
        rows = bench.compare(chosen, rules, corpus, raw=work.raw, proof=work.proof)
        self._results.rows += rows
        own = next((row for row in rows if row.tool == Faultbook.name), None)
        if own is not None and corpus.name in (MAIN, _DENSE):
            self._stages(bench, str(rules.directory), corpus, own)

    def _measure_shipped(self, bench: Bench) -> None:
        self._say("shipped entries")
        self._warm(bench, 0, SHIPPED)
        entries, raw = shipped_entries(), raw_of_shipped()
        rules = RuleSet((), shipped_dir())
        for name in SHIPPED_RATES:
            size = self._plan.main_bytes // _OTHERS_SHARE
            corpus = make_shipped(name, entries, size=size, seed=self._plan.seed, folder=self._folder)
            rows = bench.compare([Faultbook(self._folder)], rules, corpus, raw=raw, proof=corpus)
            self._results.rows += rows
            self._stages(bench, SHIPPED, corpus, rows[0])

    def _measure_answers(self, bench: Bench, rules: RuleSet) -> None:
        self._say("lookup")
        rule: Rule = rules.rules[7]
        example = rule.message(random.Random(self._plan.seed))
        label = f"{rules.count:,} rules"
        asked = (
            (SHIPPED, SHIPPED, *shipped_paste(shipped_entries(), self._plan.seed)),
            (str(rules.directory), label, *rule_paste(rule, example, self._plan.seed)),
        )
        for entries, name, text, expected in asked:
            paste = self._folder / "paste.txt"
            paste.write_text(text, "utf-8")
            runs = self._plan.lookups
            answers = measure_answers(bench, entries, label=name, paste=paste, expected=expected, runs=runs)
            self._results.answers.append(answers)

    def _measure_web(self, launcher: Launcher) -> None:
        self._say("web")
        load = measure_web(self._folder, launcher.environment, seconds=self._plan.web_s, seed=self._plan.seed)
        self._results.web.append(load)

    def _warm(self, bench: Bench, size: int, entries: str) -> None:
        """The first scan compiles the set and keeps it."""
        start = time.perf_counter()
        command = [*faultbook_command(), "scan", "--json", "--entries", entries, str(bench.empty_log)]
        run = bench.launcher.run(command, timeout_s=_COMPILE_TIMEOUT_S)
        if run.code:
            raise ProcessFailed(f"faultbook scan failed: {run.complaint()}")
        self._results.first_run_s[size] = time.perf_counter() - start

    def _stages(self, bench: Bench, entries: str, corpus: Corpus, row: Row) -> None:
        """Shares of CPU time by module, the start taken off; the log is given as often as it takes to see something."""
        if row.mb_per_cpu_s is None or row.read_mib is None:
            return
        log = corpus.head(round(row.read_mib * MIB))
        times = min(64, max(1, round(bench.settings.sampled_s * row.mb_per_cpu_s * 1e6 / log.size)))
        start = self._seconds(bench, entries, [bench.empty_log])
        whole = self._seconds(bench, entries, [log.path] * times)
        own = {module: max(0.0, seconds - start.get(module, 0.0)) for module, seconds in whole.items()}
        total = sum(own.values()) or 1.0
        shares = {module: seconds / total for module, seconds in own.items()}
        rules = f"{row.rules:,} rules, " if row.rules else ""
        label = f"{rules}{TITLES[corpus.name]}"
        self._results.stages[label] = dict(sorted(shares.items(), key=lambda each: -each[1]))

    def _seconds(self, bench: Bench, entries: str, logs: Sequence[Path]) -> Mapping[str, float]:
        out = self._folder / "stages.json"
        scan = ["scan", "--json", "--entries", entries, *map(str, logs)]
        run = bench.launcher.run([sys.executable, "-m", "bench.stages", str(out), *scan], timeout_s=_COMPILE_TIMEOUT_S)
        if run.code:
            raise ProcessFailed(f"bench.stages failed: {run.complaint()}")
        seconds: Mapping[str, float] = json.loads(out.read_text())
        return seconds
