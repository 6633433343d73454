"""Numbered lines, who has been given which, and the judgement of what was recorded."""

import time
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

HOST = "soak-1"
ENTRY = "soak-record"
ENTRY_YAML = f"""\
id: {ENTRY}
title: {{en: A numbered record of a soak run}}
matchers:
  - name: record
    source: kernel
    pattern: 'soak: {{log:ident}} wrote record {{n:int}} sum {{sum:hex}}'
    examples:
      match:
        - text: 'soak: rename wrote record 12 sum 0badcafe'
          fields: {{log: rename, n: 12, sum: 0badcafe}}
      no_match: ['soak: rename wrote record 12']
identity: [log]
fix: {{en: Nothing is to be done.}}
"""
_QUIET = (
    "lb1 systemd[1]: Started Session {n} of User alice.",
    "lb1 sshd[{n}]: Accepted publickey for bob from 192.0.2.17 port 50022 ssh2: ED25519",
    "lb1 kernel: [ 1043.{n:06}] eth0: renamed from veth7a1c",
    "lb1 CRON[{n}]: (root) CMD (test -x /usr/sbin/anacron || run-parts /etc/cron.daily)",
)


def record(log: str, number: int) -> str:
    """A line that the entry recognises; its sum is of log and number."""
    return f"Nov 21 01:02:03 lb1 kernel: soak: {log} wrote record {number} sum {check(log, number)}"


def check(log: str, number: int) -> str:
    """Eight hex digits that belong to log and number, never all decimal."""
    return f"{zlib.crc32(f'{log} {number}'.encode()):08x}"


def quiet(number: int) -> str:
    """A line that nothing recognises."""
    return f"Nov 21 01:02:03 {_QUIET[number % len(_QUIET)].format(n=number)}"


@dataclass(slots=True)
class Verdict:
    """What is wrong with a run; all zero: nothing."""

    given: int = 0
    recorded: int = 0
    lost: int = 0
    twice: int = 0
    spliced: int = 0
    wrong: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.twice or self.spliced or self.wrong or self.notes)

    def note(self, message: str) -> None:
        """Something else is wrong."""
        self.notes.append(message)

    def __str__(self) -> str:
        counts = f"given {self.given}, recorded {self.recorded}"
        faults = f"lost {self.lost}, twice {self.twice}, spliced {self.spliced}, wrong {self.wrong}"
        return "; ".join([counts, faults, *self.notes])


class Truth:
    """Every recognisable line that was given, how often, and where it was written."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()
        self._paths: dict[str, str] = {}
        self.given_at: dict[str, float] = {}
        self.total = 0

    def give(self, log: str, path: Path, text: str) -> None:
        """This line is being written to the log at this path."""
        self._paths[log] = str(path)
        self._given[text] += 1
        self.given_at[text] = time.monotonic()
        self.total += 1

    def judge(self, rows: Iterable[Mapping[str, Any]]) -> Verdict:
        """Compare with what was recorded; a row with a `count` stands for so many lines of its log."""
        verdict = Verdict(given=self.total)
        recorded: Counter[str] = Counter()
        for row in rows:
            verdict.recorded += 1
            recorded[row["text"]] += 1
            if row["text"] not in self._given:
                verdict.spliced += 1
                continue
            verdict.wrong += not self._is_right(row)
        for text, times in self._given.items():
            verdict.lost += max(0, times - recorded[text])
            verdict.twice += max(0, recorded[text] - times)
        return verdict

    def missing(self, rows: Iterable[Mapping[str, Any]], most: int = 5) -> list[str]:
        """Some of the lines that are lost or twice, for whoever looks for the reason."""
        recorded = Counter(row["text"] for row in rows)
        off = ((text, recorded[text] - times) for text, times in self._given.items() if recorded[text] != times)
        return [f"{by:+d} {text[28:]}" for text, by in islice(off, most)]

    def _is_right(self, row: Mapping[str, Any]) -> bool:
        log, number = row["fields"].get("log"), row["fields"].get("n")
        return (
            row["text"].endswith(record(str(log), int(number or 0)))
            and row["fields"].get("sum") == check(str(log), int(number or 0))
            and row["path"] == self._paths.get(str(log))
            and (row["entry"], row["matcher"], row["source"]) == (ENTRY, "record", "kernel")
            and row.get("host") in ("lb1", HOST)
        )


def write_entry(folder: Path) -> None:
    """The entry that recognises the records."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{ENTRY}.yaml").write_text(ENTRY_YAML, "utf-8")


class Lines:
    """Makes the lines of one log; the entry recognises every `every`-th."""

    def __init__(self, log: str, truth: Truth, every: int) -> None:
        self.log = log
        self._truth = truth
        self._every = every
        self._number = 0

    def restart(self) -> None:
        """The same lines again from here on."""
        self._number = 0

    def make(self, path: Path, count: int) -> bytes:
        """So many lines, to be written to the log at `path`."""
        out = []
        for _ in range(count):
            self._number += 1
            text = quiet(self._number)
            if self._number % self._every == 0:
                text = record(self.log, self._number)
                self._truth.give(self.log, path, text)
            out.append(text)
        return ("\n".join(out) + "\n").encode()
