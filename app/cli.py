"""The command line: thin. Each command lives in a module of its own, imported only when it runs."""

import gc
import importlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click

from app.terminal import prepare_streams, write_error
from kb.version import VERSION

_COMMANDS = (
    "lookup",
    "scan",
    "watch",
    "occurrences",
    "run",
    "serve",
    "chat",
    "demo",
    "notify",
    "search",
    "show",
    "lint",
    "new",
    "token",
    "db",
)


class _ReaderGone(Exception):
    """The reader of our output (head, less) has enough."""


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that `lookup` starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        gc.disable()  # modules make no garbage, and looking for it takes a twentieth of a `lookup`
        try:
            command: click.Command = importlib.import_module(f"app.commands.{cmd_name}").command
        finally:
            gc.freeze()
            gc.enable()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from matchers.errors import did_you_mean  # noqa: PLC0415

            raise click.UsageError(error.message.rstrip(".") + did_you_mean(args[0], _COMMANDS), ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _ReaderGone from None  # click would exit with 1, which means "no" here


@click.group(
    cls=_LazyGroup,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Examples: faultbook lookup 'MTU mismatch with nbr 192.0.2.1 on bond0 (remote 9000, local 1500)'; "
    "dmesg | faultbook scan -",
)
@click.version_option(VERSION, prog_name="faultbook")
def cli() -> None:
    """Recognise documented Linux networking, eBPF/XDP and BIRD faults in logs, and explain them."""


def main() -> None:
    """The console script. Exit codes: 0 done, 1 the answer is "no", 2 wrong use or unreadable, 130 interrupted."""
    prepare_streams()
    code = _outcome(lambda: cli.main(prog_name="faultbook", standalone_mode=False))
    sys.exit(_outcome(sys.stdout.flush) or code)


def _outcome(step: Callable[[], object]) -> int:
    """The exit code of a step; what goes wrong becomes one line on stderr."""
    try:
        result = step()
    except click.ClickException as error:
        _complain(error)
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    except (_ReaderGone, BrokenPipeError):
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        where = f"{error.filename}: " if error.filename else ""
        write_error(
            f"{where}{error.strerror or error}; what was printed is not complete, check the disk and run it again"
        )
        return 2
    return result if isinstance(result, int) else 0


def _drop_output() -> None:
    """What is still buffered has nowhere to go: without this the interpreter would complain about it at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(error: click.ClickException) -> None:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "faultbook"
    message = error.format_message().replace("\n", " ").rstrip(".")
    write_error(f"{message}; try '{command} --help'")


if __name__ == "__main__":
    main()
