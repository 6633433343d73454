"""`faultbook lint --cost`: what each matcher costs the scan."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from app.terminal import print_json
from kb.book import load_dirs
from kb.catalog import entry_files, shipped_dir
from kb.cost import costs
from kb.entry import Entry
from kb.load import load_file
from kb.sound import is_usable


def print_costs(targets: Sequence[Path], *, as_json: bool) -> None:
    """A line for each matcher, the most expensive first: MB/s with it alone, candidate lines per MB, its fixed text."""
    found_in_dirs = load_dirs([path for path in targets if path.is_dir()]).values()
    entries = [entry for entry in found_in_dirs if isinstance(entry, Entry)]
    files = map(load_file, (path for path in targets if not path.is_dir()))
    entries += [loaded.entry for loaded in files if loaded.entry is not None]
    usable = [entry for entry in entries if is_usable(entry)]
    found = sorted(costs(usable, _sample()), key=lambda cost: cost.mb_per_s / (1 + cost.candidates_per_mb))
    if not as_json:
        print(f"{'MB/s':>8}  {'lines/MB':>8}  matcher (shortest fixed text)")
    for cost in found:
        if as_json:
            print_json(dataclasses.asdict(cost))
        else:
            print(
                f"{cost.mb_per_s:8.0f}  {cost.candidates_per_mb:8.1f}  {cost.entry} / {cost.matcher} ({cost.literal!r})"
            )


def _sample() -> bytes:
    """Ordinary text: the quiet logs of a checkout, else the examples of the shipped entries."""
    quiet = sorted((shipped_dir().parent / "tests" / "quiet").glob("*.log"))
    files = quiet or entry_files(shipped_dir())
    return b"".join(path.read_bytes() for path in files)
