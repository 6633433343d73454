"""`faultbook token`: who may deliver to the server, see what was recorded, and change things."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import click

from app.options import db_option, store_url
from app.store.times import iso
from app.terminal import print_json, write_error

if TYPE_CHECKING:
    from app.store.store import Store
    from app.store.tokens import Kind

KINDS = ("host", "viewer", "operator")


@click.group(epilog="Examples: faultbook token add host db-7 > token")
def command() -> None:
    """Tokens: who may deliver to the server, see what was recorded, and change things."""


@command.command(
    epilog="Examples: faultbook token add host db-7 --db sqlite:////var/lib/faultbook/faultbook.db > token; "
    "faultbook token add viewer alice"
)
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("name")
@db_option
def add(kind: str, name: str, url: str | None) -> None:
    """Add a token of a KIND and print it; nobody can read it again later.

    host: NAME is the host that may deliver, as in its watch.yaml; two tokens are valid at once, so that one can be
    replaced without losing a row. viewer: NAME says who may see what was recorded. operator: may change things, too.
    """
    with _store(url) as store:
        token, secret = store.add_token(cast("Kind", kind), name)
    print(secret)
    write_error(f"token {token.id} for {kind} {name} was added; it is shown only this once, keep it in a file")


@command.command("list", epilog="Examples: faultbook token list --json | jq 'select(.revoked_at == null)'")
@db_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object per token.")
def list_tokens(url: str | None, as_json: bool) -> None:
    """List the tokens in the store, oldest first; what they are cannot be read again."""
    with _store(url) as store:
        found = store.list_tokens()
    for token in found:
        revoked = None if token.revoked_at is None else iso(token.revoked_at)
        if as_json:
            row = {"id": token.id, "kind": token.kind, "name": token.name}
            print_json({**row, "created_at": iso(token.created_at), "revoked_at": revoked})
        else:
            state = "valid" if revoked is None else f"revoked {revoked[:19]}Z"
            print(f"{token.id}  {token.kind:8}  {token.name}  since {iso(token.created_at)[:19]}Z  {state}")
    if not found and not as_json:
        print("No token in the store: only this machine is answered.", file=sys.stderr)


@command.command(epilog="Examples: faultbook token revoke 3f9a10c2")
@click.argument("token_id", metavar="ID")
@db_option
def revoke(token_id: str, url: str | None) -> None:
    """Make the token with this ID (see token list) invalid, from the next request on."""
    with _store(url) as store:
        token = store.revoke_token(token_id)
    print(f"token {token.id} for {token.kind} {token.name} is invalid now")


@contextmanager
def _store(url: str | None) -> "Iterator[Store]":
    from app.store.errors import StoreError  # noqa: PLC0415 - SQLAlchemy takes a while to import, and --help needs none
    from app.store.store import open_store  # noqa: PLC0415
    from app.store.tokens import TokenError  # noqa: PLC0415

    try:
        store = open_store(store_url(url), environment={})
        try:
            yield store
        finally:
            store.close()
    except (StoreError, TokenError) as error:
        raise click.UsageError(str(error)) from None
