"""`re` as a log matcher, every rule on every line: `python -m bench.re_loop REGEXES LOG` prints `line:rule`."""

import re
import sys
from pathlib import Path


def main() -> None:
    """Rules count from 0, lines from 1."""
    regexes, log = sys.argv[1:]
    searches = [re.compile(line).search for line in Path(regexes).read_bytes().splitlines()]
    out = sys.stdout.write
    with Path(log).open("rb") as file:
        for number, line in enumerate(file, 1):
            for rule, search in enumerate(searches):
                if search(line):
                    out(f"{number}:{rule}\n")


if __name__ == "__main__":
    main()
