"""Tools on a log, in turn: how many megabytes each searches in a second of CPU, and what it finds.

A round is: raw Hyperscan, a tool on the log, the tool on an empty file; then the same for the next tool. Rounds
repeat, and medians are reported: a machine that slows down for a while slows all of them. What the empty file cost
(the start of the program, loading its rules) is taken off; a slow tool gets a head of the log that it can search
within the time of a run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.corpora import MAIN, Corpus
from bench.finds import Finds
from bench.peers import Peer, Ripgrep
from bench.process import Launcher, Run
from bench.raw import Raw
from bench.rules import RuleSet

MB = 1e6
PLAIN = "hyperscan-plain"
_FIRST_HEAD = 1 << 16
_HEAD_STEP = 4
_GROWTH = 16  # at most from one trial run to the next: the rate on a small head says little about a large one
_FEW_HITS = 10
_LEAST_S = 0.001  # a run that costs no more than an empty one


@dataclass(frozen=True)
class Settings:
    """How long everything may take, in seconds of one core."""

    rounds: int = 5
    run_s: float = 3.0
    """A run: heads are chosen so that none takes longer."""
    row_s: float = 6.0
    """A tool on one log, trial runs not counted."""
    patience: float = 3.0
    """So many times as long for fast tools on the main log, which all of them should read to its end."""
    timeout_s: float = 10.0
    sampled_s: float = 1.5
    """What is looked at to say where the time goes."""


@dataclass(frozen=True)
class Row:
    """A tool on one log. Rates are megabytes (10**6 bytes) for each second; `note` says why there are none."""

    tool: str
    corpus: str
    rules: int
    mb_per_cpu_s: float | None = None
    mb_per_wall_s: float | None = None
    x_raw: float | None = None
    x_ripgrep: float | None = None
    raw_mb_per_s: float | None = None
    start_cpu_s: float | None = None
    peak_mib: float | None = None
    read_mib: float | None = None
    rounds: int = 0
    finds: Finds | None = None
    note: str = ""


@dataclass
class Trial:
    """One tool's runs on one log while they are made. `empty` are its runs on an empty file."""

    peer: Peer
    corpus: Corpus
    runs: list[Run] = field(default_factory=list)
    empty: list[Run] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    finds: Finds | None = None
    note: str = ""

    @property
    def is_main(self) -> bool:
        """A fast tool on the main log."""
        return self.corpus.name == MAIN and not self.peer.only_main

    def start_s(self, unit: Callable[[Run], float]) -> float:
        """What the start costs, in the unit given."""
        return median(map(unit, self.empty))

    def rate(self, run: Run, unit: Callable[[Run], float]) -> float:
        """Megabytes a second in one run, its start taken off."""
        return self.corpus.size / MB / max(_LEAST_S, unit(run) - self.start_s(unit))

    def row(self, rules: int, ripgrep: "Trial | None") -> Row:
        """What is reported; with the trial of ripgrep on the same log also how it compares."""
        if self.note:
            return Row(self.peer.name, self.corpus.name, rules, finds=self.finds, note=self.note)
        rates = [self.rate(run, cpu_s) for run in self.runs]
        return Row(
            tool=self.peer.name,
            corpus=self.corpus.name,
            rules=rules,
            mb_per_cpu_s=median(rates),
            mb_per_wall_s=median(self.rate(run, wall_s) for run in self.runs),
            x_raw=median(rate / raw for rate, raw in zip(rates, self.raw, strict=True)),
            x_ripgrep=self._times(ripgrep, rates),
            raw_mb_per_s=median(self.raw),
            start_cpu_s=self.start_s(cpu_s),
            peak_mib=max(run.peak_kib for run in self.runs) / 1024,
            read_mib=self.corpus.size / (1 << 20),
            rounds=len(self.runs),
            finds=self.finds,
        )

    def _times(self, other: "Trial | None", rates: Sequence[float]) -> float | None:
        if other is None or other.note or other is self:
            return None
        others = [other.rate(run, cpu_s) for run in other.runs]
        return median(own / theirs for own, theirs in zip(rates, others, strict=False))


def cpu_s(run: Run) -> float:
    """User and system time."""
    return run.cpu_s


def wall_s(run: Run) -> float:
    """Time by the clock."""
    return run.wall_s


@dataclass(frozen=True)
class Bench:
    """What every measurement needs."""

    launcher: Launcher
    folder: Path
    settings: Settings

    @property
    def empty_log(self) -> Path:
        """A file without a byte."""
        path = self.folder / "empty.log"
        path.touch()
        return path

    def compare(self, peers: Sequence[Peer], rules: RuleSet, corpus: Corpus, *, raw: Raw, proof: Corpus) -> list[Row]:
        """Measure these tools on this log, in turn; where it holds few hits, `proof` shows what a tool finds."""
        trials = [self._first(peer, rules, corpus, proof) for peer in peers]
        data = corpus.path.read_bytes()
        for number in range(self.settings.rounds):
            for trial in trials:
                if not trial.note and number < self._rounds(trial):
                    self._round(trial, rules, raw, data)
        ripgrep = next((trial for trial in trials if trial.peer.name == Ripgrep.name), None)
        return [trial.row(rules.count, ripgrep) for trial in trials]

    def plain(self, rules: RuleSet, corpus: Corpus, raw: Raw, plain: Raw) -> Row:
        """Hyperscan with the plain regexes of the other tools, against that with faultbook's own expressions."""
        data = corpus.path.read_bytes()
        pairs = [(plain.mb_per_s(data), raw.mb_per_s(data)) for _ in range(self.settings.rounds)]
        rate, own = median(rate for rate, _ in pairs), median(own for _, own in pairs)
        return Row(
            PLAIN,
            corpus.name,
            rules.count,
            rate,
            x_raw=median(a / b for a, b in pairs),
            raw_mb_per_s=own,
            rounds=len(pairs),
        )

    def _round(self, trial: Trial, rules: RuleSet, raw: Raw, data: bytes) -> None:
        rate = raw.mb_per_s(data)
        run = self._run(trial.peer, rules, trial.corpus.path)
        trial.note = self._failure(trial, run)
        if trial.note:
            return
        trial.raw.append(rate)
        trial.runs.append(run)
        trial.empty.append(self._run(trial.peer, rules, self.empty_log))

    def _rounds(self, trial: Trial) -> int:
        """As many as fit the row's time; one at the least."""
        if not trial.runs:
            return 1
        once_s = trial.runs[0].cpu_s + trial.start_s(cpu_s)
        row_s = self.settings.row_s * (self.settings.patience if trial.is_main else 1)
        return max(1, min(self.settings.rounds, int(row_s / max(once_s, _LEAST_S))))

    def _first(self, peer: Peer, rules: RuleSet, corpus: Corpus, proof: Corpus) -> Trial:
        """Trial runs: the head that fits, and whether the tool finds what is there."""
        trial = Trial(peer, corpus.head(_FIRST_HEAD))
        empty = self._run(peer, rules, self.empty_log)
        trial.note = self._failure(trial, empty, "an empty log")
        if trial.note:
            return trial
        trial.empty.append(empty)
        self._grow(trial, rules, corpus)
        if not trial.note and corpus.hits and trial.finds is not None and trial.finds.true < _FEW_HITS:
            self._prove(trial, rules, proof)
        return trial

    def _grow(self, trial: Trial, rules: RuleSet, corpus: Corpus) -> None:
        """Find the largest head that a run has time for."""
        run_s = self.settings.run_s * (self.settings.patience if trial.is_main else 1)
        while True:
            run = self._run(trial.peer, rules, trial.corpus.path)
            trial.note = self._failure(trial, run)
            if trial.note:
                return
            trial.finds = trial.peer.finds(rules, run.stdout, trial.corpus.hits)
            trial.note = _blind(trial.finds)
            size = min(trial.rate(run, cpu_s) * MB * run_s, trial.corpus.size * _GROWTH)
            larger = corpus.head(_head_below(size, corpus.size))
            if trial.note or larger.size <= trial.corpus.size:
                return
            trial.corpus = larger

    def _prove(self, trial: Trial, rules: RuleSet, proof: Corpus) -> None:
        """The head of a slow tool may hold no hit at all: look at a log that is full of them, too."""
        run = self._run(trial.peer, rules, proof.path)
        trial.note = self._failure(trial, run, "64 KiB full of hits")
        if not trial.note and trial.finds is not None:
            trial.finds += trial.peer.finds(rules, run.stdout, proof.hits)
            trial.note = _blind(trial.finds)

    def _failure(self, trial: Trial, run: Run, what: str = "") -> str:
        """Why a run does not count; "" where it does."""
        if run.timed_out:
            return f"takes over {self.settings.timeout_s:g} s for {what or f'{trial.corpus.size >> 10} KiB'}"
        return "" if run.code in trial.peer.done else f"fails: {run.complaint()}"

    def _run(self, peer: Peer, rules: RuleSet, log: Path) -> Run:
        return self.launcher.run(peer.command(rules, log), timeout_s=self.settings.timeout_s)


def _blind(finds: Finds) -> str:
    """A tool that finds nothing may be as fast as it likes."""
    return "finds nothing with so many rules" if finds.true and not finds.found else ""


def _head_below(size: float, whole: int) -> int:
    """The largest size of head (64 KiB times a power of four, or the whole log) that is not above `size`."""
    if size >= whole:
        return whole
    head = _FIRST_HEAD
    while head * _HEAD_STEP <= size:
        head *= _HEAD_STEP
    return head
