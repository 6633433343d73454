"""`faultbook watch`: follow logs for ever and record what is recognised."""

import os
import signal
import sys
from pathlib import Path

import click

from app.config_watch import ConfigError, WatchConfig, config_of_paths, load_config
from app.options import entries_option
from app.terminal import print_json, write_error

DEFAULT_CONFIG = "/etc/faultbook/watch.yaml"


@click.command(
    epilog="Examples: faultbook watch /var/log/syslog /var/log/bird.log; faultbook watch --config watch.yaml; "
    "dmesg --follow | faultbook watch -; faultbook watch --status"
)
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@click.option("--config", metavar="FILE", help=f"The configuration (default without PATHs: {DEFAULT_CONFIG}).")
@click.option("--status", is_flag=True, help="Ask the running watcher how it stands.")
@click.option("--json", "as_json", is_flag=True, help="The status as one JSON object.")
@entries_option
def command(paths: tuple[str, ...], config: str | None, status: bool, as_json: bool, entries: tuple[str, ...]) -> None:
    """Follow files (through rotation, for ever), the systemd journal or standard input, and record what is recognised.

    With PATHs (files, quoted globs, or - for standard input) and no configuration, occurrences go into the local store
    in your state directory; faultbook occurrences lists them. SIGTERM ends it, SIGHUP reads entries and configuration
    again, SIGUSR1 logs the status. After a restart it goes on where it stopped.
    """
    if as_json and not status:
        raise click.UsageError("--json goes with --status; faultbook occurrences --json lists what was recorded")
    if status:
        _print_status(_status_config(paths, config), as_json)
        return
    # Until it watches there is nothing to save.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    _watch(paths, config, entries)


def _watch(paths: tuple[str, ...], config: str | None, entries: tuple[str, ...]) -> None:
    from app.watch.contract import RecorderError  # noqa: PLC0415 - --status needs none of this
    from app.watch.service import Watcher  # noqa: PLC0415
    from app.watch.state import StateError  # noqa: PLC0415
    from kb.book import Book, open_book  # noqa: PLC0415
    from kb.catalog import EntriesError, entry_dirs  # noqa: PLC0415

    def load() -> tuple[WatchConfig, Book]:
        loaded = _configuration(paths, config)
        return loaded, open_book(entry_dirs(entries or loaded.entries))

    try:
        loaded, book = load()
        watcher = Watcher(loaded, book, stderr=sys.stderr, load=load)
    except (ConfigError, EntriesError, StateError, RecorderError) as error:
        raise _refusal(error) from None
    del loaded, book
    watcher.run()


def _configuration(paths: tuple[str, ...], config: str | None) -> WatchConfig:
    if paths and config is not None:
        raise click.UsageError("give PATHs, or a --config that names them, not both")
    if not paths:
        return load_config(_config_file(config))
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir() raises where a parent is closed
            raise click.UsageError(f"{path} is a directory; name files in it, or quote a glob: '{path}/*.log'")
    return config_of_paths(paths)


def _config_file(config: str | None) -> str:
    if config is None and not Path(DEFAULT_CONFIG).exists():
        raise click.UsageError("give files to follow, or --config FILE; docs/watch.md shows a configuration")
    return config or DEFAULT_CONFIG


def _status_config(paths: tuple[str, ...], config: str | None) -> WatchConfig:
    """Where to ask: by the configuration that is there, else in the user's state directory."""
    try:
        if config is None and (paths or not Path(DEFAULT_CONFIG).exists()):
            return config_of_paths(paths or ("-",))
        return _configuration(paths, config)
    except ConfigError as error:
        raise _refusal(error) from None


def _refusal(error: Exception) -> click.exceptions.Exit:
    write_error(str(error))
    return click.exceptions.Exit(2)


def _print_status(config: WatchConfig, as_json: bool) -> None:
    from app.watch.desk import ask  # noqa: PLC0415
    from app.watch.status import report  # noqa: PLC0415
    from kb.template import visible  # noqa: PLC0415

    try:
        plain = ask(config.state_dir)
    except PermissionError as error:
        write_error(f"{config.state_dir}: {error.strerror}; ask as the user that the watcher runs as")
        raise click.exceptions.Exit(2) from None
    except (OSError, ValueError):
        write_error(f"no watcher runs on {config.state_dir}; start one, or give its --config")
        raise click.exceptions.Exit(1) from None
    if as_json:
        print_json(plain)
        return
    for line in report(plain):
        print(visible(line))
