"""What tests of the command line share: the command in this process and as a child, and a small set of entries."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli import main
from tests.databases import database, postgresql, postgresql_database, sqlite_database

__all__ = ["database", "postgresql", "postgresql_database", "sqlite_database"]  # fixtures of whoever has a store
ROOT = Path(__file__).resolve().parents[2]
DEMO = """\
id: demo-fault
title:
  en: The demo port fails
  zh: 演示端口出错
severity: error
components: [nic]
summary:
  en: 'Port {{ iface }} has failed {{ n }} times and says {{ what }}.'
matchers:
  - name: fault
    source: kernel
    pattern: 'demo: {iface:iface} failed {n:int} times: {what:text}'
    examples:
      match:
        - text: 'demo: eth0 failed 5 times: no signal'
          fields: {iface: eth0, n: 5, what: no signal}
      no_match: ['demo: eth0 failed']
inputs:
  nproc: {type: int, min: 1, max: 64}
values:
  half: {is: 'nproc - n', min: 1, max: 64}
diagnosis:
  en: |
    ```console
    # ip -s link show dev {{ iface }}
    ```
fix:
  en: |
    Give it fewer queues.

    ```console
    # ethtool -L {{ iface }} combined {{ half }}
    ```
"""
OTHER = """\
id: demo-other
title: {en: Another demo}
matchers:
  - name: other
    source: kernel
    pattern: 'demo: failed {n:int} times'
    examples: {match: ['demo: failed 5 times']}
fix: {en: Restart it.}
"""
LINE = "demo: eth0 failed 5 times: no signal"


@dataclass(frozen=True)
class Result:
    """What a run of the command gave."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture(scope="session")
def environment(shared_cache: Path) -> dict[str, str]:
    """A plain environment with the tests' cache."""
    kept = {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TZ", "VIRTUAL_ENV", "PYTHONPATH")
    }
    return kept | {"FAULTBOOK_CACHE": str(shared_cache), "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="session")
def entries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with two entries."""
    directory = tmp_path_factory.mktemp("entries")
    (directory / "demo-fault.yaml").write_text(DEMO, "utf-8")
    (directory / "demo-other.yaml").write_text(OTHER, "utf-8")
    return directory


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], entries: Path) -> Run:
    """Run `faultbook` in this process on the demo entries: call("lookup", "--json", "-", stdin=b"...", env={...})."""

    def run(*arguments: str, stdin: bytes = b"", env: Mapping[str, str] = {}, encoding: str = "utf-8") -> Result:
        with monkeypatch.context() as patch:
            for name in os.environ:
                patch.delenv(name)
            for name, value in (environment | {"FAULTBOOK_ENTRIES": str(entries)} | dict(env)).items():
                patch.setenv(name, value)
            out, err = io.BytesIO(), io.BytesIO()
            patch.setattr(sys, "argv", ["faultbook", *arguments])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            patch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding=encoding, write_through=True))
            patch.setattr(
                sys, "stderr", io.TextIOWrapper(err, encoding=encoding, errors="backslashreplace", write_through=True)
            )
            with pytest.raises(SystemExit) as ended:
                main()
            code = ended.value.code
            assert isinstance(code, int)
            return Result(code, out.getvalue().decode(encoding), err.getvalue().decode(encoding))

    return run


@pytest.fixture
def child(environment: dict[str, str], entries: Path) -> Run:
    """Run the real command as a child on the demo entries; `before` is shell text that runs it: 'exec "$@" >&-'."""

    def run(
        *arguments: str | bytes,
        stdin: bytes = b"",
        env: Mapping[str, str] = {},
        before: str = 'exec "$@"',
        python: tuple[str, ...] = ("-m", "app"),
    ) -> Result:
        done = subprocess.run(
            ["/bin/sh", "-c", before, "sh", sys.executable, *python, *arguments],
            input=stdin,
            capture_output=True,
            cwd=ROOT,
            env=environment | {"FAULTBOOK_ENTRIES": str(entries)} | dict(env),
            timeout=60,
            check=False,
        )
        return Result(
            done.returncode,
            done.stdout.decode("utf-8", "surrogateescape"),
            done.stderr.decode("utf-8", "surrogateescape"),
        )

    return run
