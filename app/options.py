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
