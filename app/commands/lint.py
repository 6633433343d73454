"""`faultbook lint`: check entries."""

import dataclasses
import json
import os
import sys
from pathlib import Path

import click

from app.options import entries_option
from app.terminal import Painter, print_json, wants_colour, write_error
from kb.catalog import EntriesError, entry_dirs, shipped_dir
from kb.problem import UNREADABLE, Problem


@click.command(
    epilog="Examples: faultbook lint; faultbook lint entries/bird; faultbook lint --json my-entries/ | jq .message; "
    "faultbook lint --schema > entry.schema.json"
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[DIR or FILE...]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per problem.")
@click.option("--cost", is_flag=True, help="Also measure what each matcher costs the scan.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of an entry and do nothing else.")
@click.option(
    "--quiet-logs",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A directory of ordinary logs (*.log) that no matcher may hit.",
)
@entries_option
def command(
    *,
    paths: tuple[Path, ...],
    as_json: bool,
    cost: bool,
    schema: bool,
    quiet_logs: Path | None,
    entries: tuple[str, ...],
) -> None:
    """Check entries: their form, patterns, links, each one's own examples, and collisions between entries.

    Without PATHS the shipped entries are checked. Exit 0: no errors (advice does not fail), 1: errors, 2: PATHS that
    cannot be read.
    """
    if schema:
        from kb.schema import json_schema  # noqa: PLC0415

        print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return
    from kb.lint import lint  # noqa: PLC0415 - imports YAML

    try:
        around = entry_dirs(entries)
    except EntriesError as error:
        raise click.UsageError(str(error)) from None
    targets = paths or tuple(around)
    for path in targets:
        if not os.path.exists(path):  # noqa: PTH110 - Path.exists() raises where a parent is closed
            raise click.UsageError(f'"{path}" does not exist; give a directory of entries or a file')
    report = lint(targets, around, quiet_logs or _quiet_beside(targets))
    paint = Painter(wants_colour(sys.stdout))
    for problem in report.problems:
        if as_json:
            print_json(dataclasses.asdict(problem))
        else:
            print(_line(problem, paint))
    if cost:
        from app.commands.cost import print_costs  # noqa: PLC0415

        print_costs(targets, as_json=as_json)
    advice = len(report.problems) - report.errors
    if not as_json:
        write_error(f"{report.files} entries checked, {report.errors} errors, {advice} pieces of advice")
    if not report.files:
        raise click.UsageError("there are no entries here; an entry is a .yaml file whose name does not begin with _")
    if any(problem.rule in UNREADABLE and Path(problem.path) in targets for problem in report.problems):
        raise click.exceptions.Exit(2)
    if report.errors:
        raise click.exceptions.Exit(1)


def _quiet_beside(targets: tuple[Path, ...]) -> Path | None:
    """The ordinary logs of a checkout, when its own entries are checked as a whole."""
    quiet = shipped_dir().parent / "tests" / "quiet"
    whole = any(path.is_dir() and path.resolve() == shipped_dir() for path in targets)
    return quiet if whole and quiet.is_dir() else None


def _line(problem: Problem, paint: Painter) -> str:
    from kb.template import visible  # noqa: PLC0415

    place = f"{problem.path}:{problem.line}:{problem.column}:"
    level = paint(problem.level, "red" if problem.level == "error" else "yellow")
    return f"{paint(visible(place), 'bold')} {level}: {visible(problem.message)} {paint(f'[{problem.rule}]', 'dim')}"
