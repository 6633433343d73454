"""Without Hyperscan the same answers, only slower; and compiling in a process of its own."""

import subprocess
import sys
from pathlib import Path

from kb.catalog import entry_files, shipped_dir
from kb.load import load_file

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
import sys
if sys.argv[1] == "without":
    sys.modules["hyperscan"] = None
sys.argv[1:] = sys.argv[2:]
from app.cli import main
main()
"""


def run(mode: str, log: Path, cache: Path) -> bytes:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, mode, "scan", "--json", str(log)],
        cwd=ROOT,
        env={"FAULTBOOK_CACHE": str(cache / mode), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def test_scan_without_hyperscan_prints_the_same_rows(tmp_path: Path) -> None:
    log = tmp_path / "all.log"
    examples = []
    for path in entry_files(shipped_dir()):
        entry = load_file(path).entry
        assert entry is not None
        examples += [text for each in entry.matchers for text in (*(one.text for one in each.match), *each.no_match)]
    log.write_bytes(b"\n\xff\xfe \x00 ordinary\r\n".join(text.encode() for text in examples))
    with_it = run("with", log, tmp_path)
    assert with_it.count(b"\n") > 100
    assert run("without", log, tmp_path) == with_it


def test_the_set_is_compiled_in_a_process_of_its_own(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from kb.book import open_book; from kb.catalog import shipped_dir;"
        f"book = open_book([shipped_dir()], Path({str(tmp_path)!r}));"
        "assert len(book.ids) > 50; assert 'yaml' not in sys.modules; assert 'kb.load' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=120)
    assert next(tmp_path.iterdir()).name.startswith("entries-")
