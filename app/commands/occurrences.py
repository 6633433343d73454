"""`faultbook occurrences`: what was recorded, here or on a server."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from app.options import store_url
from app.terminal import Painter, print_json, visible_lines, wants_colour

Rows = Iterator[Mapping[str, Any]]
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PAGE = 1000


@click.command(
    epilog="Examples: faultbook occurrences --since 1h; "
    "faultbook occurrences --json --entry mlx5-tx-timeout | jq .host; "
    "FAULTBOOK_TOKEN_FILE=token faultbook occurrences --server https://faults.example.net"
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per row.")
@click.option("--server", metavar="URL", help="Ask this server; the token is read from the file $FAULTBOOK_TOKEN_FILE.")
@click.option("--db", metavar="URL", help="Read this store: sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE.")
@click.option("--state-dir", type=click.Path(path_type=Path), metavar="DIR", help="Read the store of a watcher there.")
@click.option("--entry", metavar="ENTRY", help="Only of this entry.")
@click.option("--host", metavar="HOST", help="Only what this host's watcher recorded.")
@click.option("--since", metavar="TIME", help="Only what was recorded since: 90s, 10m, 1h, 7d, or ISO 8601 (UTC).")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="The N that were recorded last.")
def command(
    *,
    as_json: bool,
    server: str | None,
    db: str | None,
    state_dir: Path | None,
    entry: str | None,
    host: str | None,
    since: str | None,
    limit: int | None,
) -> None:
    """List what was recorded, in the order of recording.

    Without --server, --db and --state-dir: what a watcher on this machine recorded in the user's state directory.
    """
    if sum(each is not None for each in (server, db, state_dir)) > 1:
        raise click.UsageError("give one of --server, --db and --state-dir")
    after = _time(since) if since else None
    # The last N come newest first, and are turned round here.
    wanted = {"entry": entry, "host": host, "since": after, "order": "desc" if limit else "asc"}
    rows = _asked(server, wanted, limit) if server else _stored(_url(db, state_dir), wanted, limit)
    show = print_json if as_json else _Table()
    for row in reversed(list(rows)) if limit else rows:
        show(row)


def _url(db: str | None, state_dir: Path | None) -> str:
    from app.store.location import FILE_NAME, url_of  # noqa: PLC0415 - a server needs none of it

    return url_of(state_dir / FILE_NAME) if state_dir else store_url(db)


def _time(text: str) -> datetime:
    from app.store.times import parse_time  # noqa: PLC0415

    ago = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    try:
        if ago:
            return datetime.now(UTC) - timedelta(seconds=int(ago[1]) * _UNITS[ago[2]])
        return parse_time(text)
    except (ValueError, OverflowError):
        message = f'"{text}" is no time; write 90s, 10m, 1h, 7d, or 2026-11-21T03:00:00Z'
        raise click.BadParameter(message, param_hint="--since") from None


def _stored(url: str, wanted: Mapping[str, Any], limit: int | None) -> Rows:
    from app.store.errors import StoreError  # noqa: PLC0415 - SQLAlchemy takes a while to import, and --help needs none
    from app.store.occurrences import Query  # noqa: PLC0415
    from app.store.store import open_store  # noqa: PLC0415

    try:
        store = open_store(url, readonly=True)
        after, left = None, limit
        while left is None or left > 0:
            page = store.page(Query(**wanted, limit=min(left or _PAGE, _PAGE), after=after))
            yield from page.rows
            after, left = page.next, None if left is None else left - len(page.rows)
            if after is None:
                break
        store.close()
    except StoreError as error:
        raise click.UsageError(str(error)) from None


def _asked(server: str, wanted: Mapping[str, Any], limit: int | None) -> Rows:
    from app.commands.listing import ServerError, pages  # noqa: PLC0415 - http.client is for --server

    token_file = os.environ.get("FAULTBOOK_TOKEN_FILE")
    try:
        yield from pages(server, wanted, limit, Path(token_file) if token_file else None)
    except ServerError as error:
        raise click.UsageError(str(error)) from None


class _Table:
    """Prints rows for people: when, which host and entry, how often, and the first line."""

    def __init__(self) -> None:
        self._paint = Painter(wants_colour(sys.stdout))

    def __call__(self, row: Mapping[str, Any]) -> None:
        text = {name: " ".join(visible_lines(str(row.get(name) or ""))) for name in ("host", "entry", "path", "source")}
        at = visible_lines(str(row.get("seen_at", "")))[0][:19]
        count = f" ({row['count']} times)" if isinstance(row.get("count"), int) and row["count"] > 1 else ""
        first = visible_lines(str(row.get("text", "")))[0][:200]
        where = f"{text['path'] or text['source']}:{row['line']}" if row.get("line") else text["path"] or text["source"]
        print(
            self._paint(f"{at}Z", "dim"),
            text["host"],
            self._paint(text["entry"], "bold") + count,
            self._paint(f"{where}:", "dim"),
            first,
        )
