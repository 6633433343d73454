"""`faultbook db upgrade`: the store's schema."""

import click

from app.options import db_option, store_url


@click.group(epilog="Examples: faultbook db upgrade --db sqlite:////var/lib/faultbook/faultbook.db")
def command() -> None:
    """The schema of the store."""


@command.command(epilog="Examples: faultbook db upgrade --db sqlite:////var/lib/faultbook/faultbook.db")
@db_option
def upgrade(url: str | None) -> None:
    """Bring the store to the newest schema; make it where there is none.

    A new or empty file gets its schema by itself when it is first used. After a new version of faultbook: stop the
    server, copy the file, run this, start the server.
    """
    from app.store.errors import StoreError  # noqa: PLC0415 - SQLAlchemy takes a while to import, and --help needs none
    from app.store.store import upgrade_store  # noqa: PLC0415

    try:
        steps = upgrade_store(store_url(url))
    except StoreError as error:
        raise click.UsageError(str(error)) from None
    for step in steps:
        click.echo(f"applied {step}")
    if not steps:
        click.echo("the schema is the newest")
