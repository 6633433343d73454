"""Options that several commands share."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

entries_option: Decorator = click.option(
    "--entries",
    multiple=True,
    metavar="DIR",
    help='Entries to use; may be repeated, later ones win by id; the word "shipped" names the shipped set.',
)


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """The language the locale asks for: zh or en (LC_ALL, LC_MESSAGES, LANG, the first that is set)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].lower().startswith("zh") else "en"
    return "en"


language_option: Decorator = click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    default=None,
    help="Language of titles and articles (default: from the locale, else en).",
)

db_option: Decorator = click.option(
    "--db",
    "url",
    metavar="URL",
    help="The store: sqlite:///FILE, or postgresql+psycopg://USER@HOST/DATABASE (default: a file in the user's state "
    "directory).",
)


def store_url(url: str | None) -> str:
    """The store that was asked for, else the one in the user's state directory; a usage error where there is none."""
    from app.config_watch import ConfigError  # noqa: PLC0415 - most commands have no store
    from app.store.location import default_url  # noqa: PLC0415

    try:
        return url or default_url()
    except ConfigError as error:
        raise click.UsageError(f"{error}; or name the store with --db") from None
