"""`faultbook search`: full-text search of the entries, in English and Chinese."""

import sys

import click

from app.books import book_for
from app.options import entries_option, language_of, language_option
from app.terminal import Painter, print_json, wants_colour, write_error
from kb.recognise import Suggestion
from kb.search import Excerpt, Hit, open_index
from kb.search.found import Found, find
from kb.template import visible

_MORE = {"en": "… and {n} more; --limit shows them", "zh": "…… 还有 {n} 条，用 --limit 查看"}
_NEAR = {"en": 'did you mean "{text}"?', "zh": "您要找的是不是“{text}”？"}


@click.command(epilog="Examples: faultbook search 网卡重启; faultbook search --json 'bpf_map_lookup_elem ENOENT'")
@click.argument("query", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: entry, title, url, score.")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, help="Most entries to print (default 10).")
@language_option
@entries_option
def command(*, query: tuple[str, ...], as_json: bool, limit: int, lang: str | None, entries: tuple[str, ...]) -> None:
    """Find the entries about QUERY: symptoms in plain words, error texts, identifiers, in English or Chinese.

    Exit 0: something was found, 1: nothing was, 2: wrong use.
    """
    text, language = " ".join(query), lang or language_of()
    book = book_for(entries)
    found = find(book, open_index(book), text, language, limit=limit)
    for number, hit in enumerate(found.hits):
        article = book.article(hit.entry)
        if article is None:
            continue
        if as_json:
            print_json(Suggestion(article, hit.score).row(language))
        else:
            _print(hit, article.severity or article.kind, Painter(wants_colour(sys.stdout)), first=not number)
    if not as_json and found.total > len(found.hits):
        print("\n" + _MORE[language].format(n=found.total - len(found.hits)))
    if not found.hits:
        _say_nothing_found(found, language, quiet=as_json)
        raise click.exceptions.Exit(1)


def _say_nothing_found(found: Found, language: str, *, quiet: bool) -> None:
    if found.did_you_mean is not None:
        write_error(f"nothing was found; {_NEAR[language].format(text=found.did_you_mean)}")
    elif not quiet:
        write_error("nothing was found; try other words, or paste the error itself: faultbook lookup -")


def _print(hit: Hit, severity: str, paint: Painter, *, first: bool) -> None:
    """Title, severity and id, then the passages it was found by."""
    title, *passages = hit.excerpts
    print("" if first else "\n", end="")
    print(f"{_marked(title, paint)}  {paint(f'[{severity}]', 'cyan')}  {paint(hit.entry, 'dim')}")
    for passage in passages:
        print(f"  {_marked(passage, paint)}")


def _marked(excerpt: Excerpt, paint: Painter) -> str:
    return "".join(
        paint(visible(piece.text), "bold") if piece.highlighted else visible(piece.text) for piece in excerpt.pieces
    )
