"""The command line of `python -m bench coverage`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.coverage.lists import ListsError, read_lists
from bench.coverage.measure import measure
from bench.coverage.report import as_json, as_markdown, as_text
from bench.coverage.serving import FAMILIES_FILE, ServingError, read_serving, warnings
from kb.book import open_book
from kb.catalog import EntriesError, entry_dirs


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0: measured, 2: wrong use, or the lists cannot be read."""
    options = _parser().parse_args(arguments)
    try:
        formats = [each for each in read_lists(options.lists) if not options.only or each.list in options.only]
        unknown = sorted(set(options.only or ()) - {each.list for each in formats})
        if unknown:
            raise ListsError(f'there is no list "{unknown[0]}" in {options.lists}')
        book = open_book(entry_dirs(options.entries or ()))
        served = read_serving(options.families)
    except (ListsError, ServingError, EntriesError) as error:
        print(f"bench coverage: {error}", file=sys.stderr)
        return 2
    for complaint in book.complaints:
        print(f"bench coverage: left out: {complaint}", file=sys.stderr)
    answers = measure(book.matchers, formats, seed=options.seed, per_format=options.per_format)
    warned = list(warnings(answers, served))
    if options.json:
        print(json.dumps(as_json(answers, warned), ensure_ascii=False))
    elif options.markdown:
        print(as_markdown(answers), end="")
    else:
        print(as_text(answers, warned), end="")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench coverage", description="How many of the listed message formats are recognised."
    )
    parser.add_argument("lists", type=Path, metavar="LISTS_DIR", help="holds families.tsv and the lists it names")
    parser.add_argument("--only", action="append", metavar="LIST", help="measure this list (may be repeated)")
    parser.add_argument("--entries", action="append", metavar="DIR", help="entries to use (default: the shipped set)")
    parser.add_argument("--families", type=Path, default=FAMILIES_FILE, metavar="FILE", help="why one article serves")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the values (default 1)")
    parser.add_argument("--per-format", type=_positive, default=3, metavar="K", help="sets of values (default 3)")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON object")
    shape.add_argument("--markdown", action="store_true", help="the tables of docs/coverage.md")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'"{text}" is not a number of sets; write 1 or more')
    return int(text)
