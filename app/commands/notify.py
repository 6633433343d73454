"""`faultbook notify`: try the channels that notifications go to."""

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from app.config import ConfigError, read_url
from app.config_watch import ConfigError as FileError
from app.terminal import visible_lines


@click.group(epilog="Examples: faultbook notify test --notify /etc/faultbook/notify.yaml ops-chat")
def command() -> None:
    """Notifications: try the channels of a configuration."""


@command.command(
    epilog="Examples: faultbook notify test --notify notify.yaml; faultbook notify test --notify notify.yaml ops-chat"
)
@click.argument("channel", required=False)
@click.option(
    "--notify",
    "path",
    metavar="FILE",
    default="/etc/faultbook/notify.yaml",
    show_default=True,
    help="The configuration of serve --notify.",
)
@click.option("--public-url", metavar="URL", help="Where people reach the site, for links in the message.")
def test(channel: str | None, path: str, public_url: str | None) -> int:
    """Send a sample to CHANNEL, or to every one, and say what came back.

    It says that it is a test; an alert of Alertmanager is over at once. Exit 0: all took it, 1: one did not, 2: wrong
    use, or the configuration cannot be used.
    """
    from app.telling.configfile import read_notify, warnings_of  # noqa: PLC0415 - --help needs none of it
    from app.telling.sample import sample  # noqa: PLC0415
    from app.telling.send import send  # noqa: PLC0415

    try:
        config = read_notify(Path(path))
        url = read_url(public_url) if public_url else None
    except (ConfigError, FileError) as error:
        raise click.UsageError(str(error)) from None
    if channel is not None and channel not in config.channels:
        raise click.UsageError(f'{path} has no channel "{channel}"; it has {", ".join(config.channels)}')
    for sentence in warnings_of(config):
        click.echo(f"warning: {sentence}", err=True)
    is_well = True
    for name, each in config.channels.items():
        if channel not in (None, name):
            continue
        now = datetime.now(UTC)
        began = time.perf_counter()
        verdict = send(sample(each.language, now, url), each, now)
        took_ms = (time.perf_counter() - began) * 1000
        is_well &= verdict.outcome == "taken"
        word = {"taken": "took it", "later": "did not take it", "refused": "refused it"}[verdict.outcome]
        said = f" ({verdict.said})" if verdict.said else ""
        print("\n".join(visible_lines(f"{name} ({each.kind}): {word} in {took_ms:.0f} ms{said}")))
    return 0 if is_well else 1
