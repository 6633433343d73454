"""`python -m bench`: make logs and rules, measure, print tables."""

import argparse
import contextlib
import dataclasses
import importlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.floors import floors_of
from bench.measure import Settings
from bench.peers import PEERS
from bench.process import ProcessFailed
from bench.rules import HIT_RULES
from bench.run import PARTS, Plan, Runner
from bench.table import render

_OTHERS = {
    "watch": "bench.watch",
    "chat": "bench.chat",
    "store": "bench.store",
    "coverage": "bench.coverage.command",
}
"""What measures something else altogether, by its first word."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0: measured, 1: `--check` and a promise is missed, 2: wrong use, or faultbook fails."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in _OTHERS:
        return int(importlib.import_module(_OTHERS[given[0]]).main(given[1:]))
    options = _parser().parse_args(given)
    if options.list:
        print(_listing())
        return 0
    plan = _plan(options)
    try:
        with _folder(options.dir) as folder:
            results = Runner(plan, folder, sys.stderr).run()
    except (ProcessFailed, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    floors = floors_of(results)
    if options.json:
        told = [dataclasses.asdict(each) | {"verdict": each.verdict} for each in floors]
        print(json.dumps(dataclasses.asdict(results) | {"floors": told}))
    else:
        print(render(results, floors), end="")
    return int(options.check and any(each.verdict == "MISSED" for each in floors))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Faultbook and its peers on the same logs, in one run."
    )
    parser.add_argument("--list", action="store_true", help="what can be measured here, and what is missing")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="measure this (a name of --list; may be repeated)"
    )
    parser.add_argument(
        "--rules", type=_sizes, metavar="N,N", help="sizes of the rule sets (default 40,1000,10000; quick: 40,1000)"
    )
    parser.add_argument(
        "--mib", type=int, metavar="N", help="size of the main log, the others a quarter (default 256; quick: 32)"
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="runs of each, in turn (default 5; quick: 2)")
    parser.add_argument(
        "--literal-free", type=int, default=0, metavar="N", help="add N rules without literal text, which nothing hits"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of logs and rules (default 1)")
    parser.add_argument("--quick", action="store_true", help="a look in a minute: smaller, fewer, less exact")
    parser.add_argument(
        "--dir", type=Path, help="keep logs, rules and caches here (about 1.6 GB; default: a fresh one, removed)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--check", action="store_true", help="exit 1 when less than the least is reached")
    return parser


def _sizes(text: str) -> list[int]:
    try:
        sizes = sorted({int(part) for part in text.replace("_", "").split(",")})
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not a list of numbers; write 40,1000,10000') from None
    if sizes[0] < HIT_RULES:
        raise argparse.ArgumentTypeError(f"a set has {HIT_RULES} rules at the least: those that are hit")
    return sizes


def _plan(options: argparse.Namespace) -> Plan:
    names = [peer.name for peer in PEERS] + list(PARTS)
    unknown = [name for name in options.only or () if name not in names]
    if unknown:
        print(f'bench: there is no "{unknown[0]}" to measure; there are {", ".join(names)}', file=sys.stderr)
        raise SystemExit(2)
    quick = options.quick
    settings = Settings(rounds=2, run_s=0.5, row_s=1.0, timeout_s=8.0, sampled_s=0.5) if quick else Settings()
    if options.rounds:
        settings = dataclasses.replace(settings, rounds=options.rounds)
    return Plan(
        sizes=options.rules or ([40, 1_000] if quick else [40, 1_000, 10_000]),
        names=frozenset(options.only or names),
        corpora=("0.01", "20", "near-miss") if quick else ("none", "0.01", "1", "20", "near-miss"),
        main_bytes=(options.mib or (32 if quick else 256)) << 20,
        lookups=10 if quick else 100,
        seed=options.seed,
        literal_free=options.literal_free,
        settings=settings,
        web_s=6.0 if quick else 20.0,
    )


def _listing() -> str:
    lines = []
    for peer in PEERS:
        missing = peer(Path()).missing()
        lines.append(f"{peer.name:18} {missing or 'prints ' + peer.answer}")
    return "\n".join([*lines, *(f"{name:18} {what}" for name, what in PARTS.items())])


@contextlib.contextmanager
def _folder(chosen: Path | None) -> Iterator[Path]:
    """The folder to work in: the one chosen, which stays, or a fresh one."""
    if chosen is not None:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen.resolve()
        return
    folder = Path(tempfile.mkdtemp(prefix="faultbook-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
