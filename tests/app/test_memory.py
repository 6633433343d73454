"""Memory is bounded whatever a file holds or unpacks to; measured as the peak of a child that does nothing else."""

import gzip
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT_MB = 60
LINE = b"demo: eth0 failed 5 times: no signal\n"
MIB = 1 << 20
# VmHWM (proc(5)) is of this program alone; ru_maxrss would also be that of the process it was started from.
PROGRAM = """
import sys
from app.cli import main
try:
    main()
finally:
    with open("/proc/self/status") as status:
        print(next(line.split()[1] for line in status if line.startswith("VmHWM:")), file=sys.stderr)
"""


def peak_mb(stdout: Path, arguments: list[str], environment: dict[str, str], stdin: Iterable[bytes] = ()) -> float:
    """The peak resident memory of the command in MB, its rows written to a file."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    with (
        stdout.open("wb") as out,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.PIPE, cwd=ROOT, env=environment
        ) as child,
    ):
        assert child.stdin is not None
        with suppress(BrokenPipeError):  # it may have enough before the end
            for block in stdin:
                child.stdin.write(block)
        _, told = child.communicate()
    assert child.returncode == 0, told
    return int(told.split()[-1]) / 1024


@pytest.fixture
def env(environment: dict[str, str], entries: Path) -> dict[str, str]:
    return environment | {"FAULTBOOK_ENTRIES": str(entries)}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
class TestPeak:
    def test_a_line_of_100_mb_is_scanned_in_60_mb(self, tmp_path: Path, env: dict[str, str]) -> None:
        path = tmp_path / "one-line.log"
        with path.open("wb") as file:
            file.writelines([LINE[:-1], *[b" word" * (MIB // 5)] * 100, b"\n", LINE])
        assert path.stat().st_size > 100_000_000
        peak = peak_mb(tmp_path / "rows", ["scan", "--json", str(path)], env)
        assert (tmp_path / "rows").read_bytes().count(b'"demo-fault"') == 2
        assert peak < LIMIT_MB

    def test_a_line_of_100_mb_from_a_pipe_is_scanned_in_60_mb(self, tmp_path: Path, env: dict[str, str]) -> None:
        stdin = iter([*[b"x" * MIB] * 100, b"\n", LINE])
        assert peak_mb(tmp_path / "rows", ["scan", "--json", "-"], env, stdin) < LIMIT_MB
        assert (tmp_path / "rows").read_bytes().count(b'"demo-fault"') == 1

    def test_a_gzip_bomb_of_300_mb_is_scanned_in_60_mb(self, tmp_path: Path, env: dict[str, str]) -> None:
        path = tmp_path / "bomb.gz"
        with gzip.open(path, "wb", compresslevel=1) as file:
            file.write(LINE)
            for _ in range(300):
                file.write(b"\0" * MIB)
            file.write(b"\n" + LINE)
        assert path.stat().st_size < 2_000_000
        peak = peak_mb(tmp_path / "rows", ["scan", "--json", str(path)], env)
        assert (tmp_path / "rows").read_bytes().count(b'"demo-fault"') == 2
        assert peak < LIMIT_MB

    def test_a_paste_of_100_mb_is_looked_up_in_60_mb(self, tmp_path: Path, env: dict[str, str]) -> None:
        stdin = iter([LINE, *[b"x" * MIB] * 100])
        assert peak_mb(tmp_path / "answer", ["lookup", "--json", "-"], env, stdin) < LIMIT_MB
        assert b'"demo-fault"' in (tmp_path / "answer").read_bytes()
