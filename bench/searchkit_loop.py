"""searchkit, the engine of hotsos: `python -m bench.searchkit_loop REGEXES LOG` prints `line:rule` for each hit.

Facts used (searchkit's README and searchdef.py): a search is registered for a path with a tag; patterns are matched
from the beginning of a line; results carry `tag` and `linenumber`.
"""

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Rules count from 0, lines from 1."""
    regexes, log = sys.argv[1:]
    searchkit = importlib.import_module("searchkit")
    searcher = searchkit.FileSearcher()
    for rule, line in enumerate(Path(regexes).read_text().splitlines()):
        searcher.add(searchkit.SearchDef(f".*{line}", tag=str(rule), store_result_contents=False), log)
    for result in searcher.run():
        print(f"{result.linenumber}:{result.tag}")


if __name__ == "__main__":
    main()
