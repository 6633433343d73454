"""`faultbook demo`: the pages alive within a minute, on a fleet that is simulated."""

import secrets
import signal
import threading

import click


@click.command(epilog="Examples: faultbook demo; faultbook demo --hosts 40 --seed 7 --port 8090")
@click.option(
    "--hosts", default=16, show_default=True, type=click.IntRange(1, 200), metavar="N", help="How many hosts."
)
@click.option("--seed", type=click.IntRange(0, 2**31), metavar="N", help="The same seed gives the same fleet.")
@click.option(
    "--port",
    default=0,
    type=click.IntRange(0, 65_535),
    metavar="PORT",
    help="Port on the loopback address (default: a free one).",
)
def command(hosts: int, seed: int | None, port: int) -> None:
    """Start a server and simulated hosts that write real kinds of log lines, and show incidents as they come and go.

    Uses the shipped entries and a database of its own; nothing of your own store is read or changed, and what it wrote
    is removed when Ctrl-C or SIGTERM ends it. Answers only this machine.
    """
    from app.demo.host import DemoError  # noqa: PLC0415 - --help needs none of this
    from app.demo.run import run  # noqa: PLC0415

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        run(hosts, secrets.randbelow(1_000_000) if seed is None else seed, port, _say, stop)
    except DemoError as error:
        raise click.UsageError(str(error)) from None


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
