"""`faultbook lookup`: a pasted error in, the articles that explain it out."""

import sys
from collections.abc import Sequence

import click

from app.books import book_for
from app.options import entries_option, language_of, language_option
from app.terminal import Painter, has_stdin, print_json, wants_colour, write_error
from kb.book import Book
from kb.recognise import MAX_PASTE, Answer, Suggestion, answer_json, recognise

_PERHAPS = {"en": "No matcher knows it; search finds near it:", "zh": "没有匹配器能识别；搜索找到的相近条目："}


@click.command(
    epilog="Examples: faultbook lookup 'back-edge from insn 1456 to 1458'; dmesg | tail -50 | faultbook lookup -; "
    "faultbook lookup --full - < oops.txt"
)
@click.argument("text", nargs=-1, metavar="[TEXT or -]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with all matches.")
@click.option("--explain", is_flag=True, help="Also show what matched, which entries were near, and what failed.")
@click.option("--full", is_flag=True, help="Print whole articles with the values filled in.")
@language_option
@entries_option
def command(
    *, text: tuple[str, ...], as_json: bool, explain: bool, full: bool, lang: str | None, entries: tuple[str, ...]
) -> None:
    """Recognise the problems in a pasted TEXT (or standard input) and print what is known about them.

    Exit 0: something was recognised, 1: nothing was, 2: wrong use.
    """
    paste = _paste(text)
    if len(paste) > MAX_PASTE:
        write_error(
            f"the text is longer than {MAX_PASTE} bytes; only that much is looked at, use faultbook scan for whole logs"
        )
    language = lang or language_of()
    book = book_for(entries)
    answers = recognise(book, paste)
    suggestions = () if answers else _suggestions(book, paste)
    if as_json:
        print_json(answer_json(answers, language, suggestions))
    else:
        _print(answers, language, full)
        _print_suggestions(suggestions, language)
    if explain:
        from app.commands.explain import print_explanation  # noqa: PLC0415 - reads the entries' YAML

        print_explanation(
            paste[:MAX_PASTE].decode("utf-8", "replace"), answers, entries, sys.stderr if as_json else sys.stdout
        )
    if not answers:
        if not as_json:
            write_error(
                "nothing was recognised; try a longer piece of the log, or --explain to see which entries were near"
            )
        raise click.exceptions.Exit(1)


def _suggestions(book: Book, paste: bytes) -> Sequence[Suggestion]:
    """What search offers for a text that no matcher knows."""
    from kb.search import open_index  # noqa: PLC0415 - Whoosh takes longer than most answers
    from kb.search.found import suggest  # noqa: PLC0415

    text = paste[:MAX_PASTE].decode("utf-8", "replace")
    return suggest(book, open_index(book), text) if text.strip() else ()


def _paste(text: tuple[str, ...]) -> bytes:
    if text and text != ("-",):
        return " ".join(text).encode("utf-8", "surrogateescape")
    if sys.stdin is None or not (text or has_stdin()):
        raise click.UsageError("give the error as TEXT, or pipe it in: dmesg | faultbook lookup -")
    return sys.stdin.buffer.read(MAX_PASTE + 1)


def _print_suggestions(suggestions: Sequence[Suggestion], language: str) -> None:
    if not suggestions:
        return
    from app.answers import plain  # noqa: PLC0415
    from kb.render import one_line  # noqa: PLC0415

    print(_PERHAPS[language])
    for each in suggestions:
        print(f"  {one_line(plain(each.article.title_in(language)))}\n    faultbook show {each.article.id}")


def _print(answers: list[Answer], language: str, full: bool) -> None:
    from app.answers import print_answer, print_article  # noqa: PLC0415 - --json needs none of it

    paint = Painter(wants_colour(sys.stdout))
    for number, answer in enumerate(answers):
        if number:
            print()
        if full:
            print_article(answer.article, answer.values, language)
        else:
            print_answer(answer, language, paint)
