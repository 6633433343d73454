"""Archives as the programs make them with which hosts rotate their logs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Program

LINE = "[686973.797955] ixgbe 0000:83:00.0 p4p1: tx hang 1 detected on queue 25, resetting adapter\n"
ARCHIVERS = {
    "gzip -9": ("gzip", "gzip", ["-9"]),
    "xz": ("xz", "xz-utils", []),
    "xz -9": ("xz", "xz-utils", ["-9"]),
    "zstd -19": ("zstd", "zstd", ["-19", "-q"]),
    "zstd --long": ("zstd", "zstd", ["--long=27", "-q"]),
    "bzip2": ("bzip2", "bzip2", []),
}


@pytest.mark.parametrize("archiver", ARCHIVERS)
def test_an_archive_of_a_real_program_is_read_whatever_its_name(
    system_program: Program, tmp_path: Path, archiver: str
) -> None:
    name, package, options = ARCHIVERS[archiver]
    text = ("[686973.000001] nothing of note\n" * 500 + LINE) * 20
    packed = subprocess.run(
        [system_program(name, package), *options, "-c"], input=text.encode(), capture_output=True, check=True
    ).stdout
    log = tmp_path / "messages-20220325"
    log.write_bytes(packed)
    done = subprocess.run(
        [sys.executable, "-m", "app", "scan", "--json", str(log)], capture_output=True, text=True, check=True
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["line"] for row in rows] == [501 * number for number in range(1, 21)]
    assert {text[row["offset"] : row["end"]] for row in rows} == {LINE.strip()}
