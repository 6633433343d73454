"""Everything one run measured."""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from bench.answers import Answers
from bench.jobs import Speedup
from bench.measure import Row
from bench.search import SearchTimes
from bench.web import WebLoad
from kb.version import VERSION


@dataclass
class Results:
    """`first_run_s` is the first scan after entries changed, by number of rules; `stages` are shares of CPU time."""

    machine: Mapping[str, str]
    rows: list[Row] = field(default_factory=list)
    speedups: list[Speedup] = field(default_factory=list)
    answers: list[Answers] = field(default_factory=list)
    first_run_s: dict[int, float] = field(default_factory=dict)
    stages: dict[str, Mapping[str, float]] = field(default_factory=dict)
    web: list[WebLoad] = field(default_factory=list)
    search: SearchTimes | None = None

    def row(self, tool: str, corpus: str, rules: int) -> Row | None:
        """The row of a tool on a log with so many rules."""
        found = (row for row in self.rows if (row.tool, row.corpus, row.rules) == (tool, corpus, rules))
        return next(found, None)


def machine() -> Mapping[str, str]:
    """What the numbers depend on."""
    return {
        "cpu": _cpu(),
        "cores": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "hyperscan": version("hyperscan"),
        "rg": _ripgrep(),
        "faultbook": VERSION,
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _ripgrep() -> str:
    if not shutil.which("rg"):
        return "-"
    return (
        subprocess.run(["rg", "--version"], capture_output=True, text=True, check=False)
        .stdout.split("\n")[0]
        .removeprefix("ripgrep ")
    )
