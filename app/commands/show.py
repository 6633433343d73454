"""`faultbook show`: one article in the terminal."""

import click

from app.answers import print_article
from app.books import book_for
from app.options import entries_option, language_of, language_option
from app.terminal import print_json, write_error
from kb.plainform import to_plain
from kb.template import values_of
from matchers.errors import did_you_mean


@click.command(
    epilog="Examples: faultbook show ixgbe-tx-unit-hang; "
    "faultbook show ixgbe-tx-unit-hang iface=p4p1 nproc=56 --lang zh"
)
@click.argument("entry")
@click.argument("values", nargs=-1, metavar="[NAME=VALUE...]")
@click.option("--json", "as_json", is_flag=True, help="The article as one JSON object.")
@language_option
@entries_option
def command(entry: str, values: tuple[str, ...], as_json: bool, lang: str | None, entries: tuple[str, ...]) -> None:
    """Print the article ENTRY, with your own values filled in.

    Exit 0: printed, 1: there is no such entry, 2: wrong use.
    """
    book = book_for(entries)
    article = book.article(entry)
    if article is None:
        write_error(f'there is no entry "{entry}"{did_you_mean(entry, set(book.ids))}')
        raise click.exceptions.Exit(1)
    given: dict[str, int | str] = {}
    known = article.name_types()
    for pair in values:
        name, equals, value = pair.partition("=")
        if not equals or name not in known:
            hint = did_you_mean(name, set(known)) or f"; this article knows {', '.join(sorted(known)) or 'none'}"
            raise click.UsageError(f'"{pair}" is not NAME=VALUE with a name of this article{hint}')
        given[name] = value
    filled = values_of(article, given)
    for name, raw in given.items():
        if name not in filled.known:
            raise click.UsageError(
                f'"{raw}" cannot be the value of {name}; it should be of the type {known[name]}, within its bounds'
            )
    if as_json:
        print_json(to_plain(article))
        return
    print_article(article, filled, lang or language_of())
