"""`faultbook run -- COMMAND...`: run a loader or tool as it is, and explain at its end what went wrong."""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout

import click

from app.options import entries_option, language_of, language_option
from app.run.child import CannotRun, run
from app.terminal import Painter, wants_colour, write_error


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Examples: faultbook run -- ip link set dev eth0 xdp obj prog.o sec xdp; "
    "faultbook run --lang zh -- bpftool prog load prog.o /sys/fs/bpf/prog",
)
@language_option
@entries_option
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
def command(words: tuple[str, ...], lang: str | None, entries: tuple[str, ...]) -> None:
    """Run COMMAND, its output untouched and live; at its end say on standard error what was recognised in it.

    No shell is involved, nothing is recorded or sent. The exit status is the command's (128 + n when signal n ended
    it), 127 when there is no such command, 126 when it cannot be run.
    """
    try:
        ended = run(words)
    except CannotRun as error:
        write_error(str(error))
        raise click.exceptions.Exit(error.code) from None
    sys.stdout.flush()
    _explain(ended.tails, lang or language_of(), entries)
    raise click.exceptions.Exit(ended.code)


def _explain(tails: Sequence[bytes], language: str, entries: Sequence[str]) -> None:
    """What is known of what was printed; whatever hinders this must not change how the command ended."""
    printed = [tail for tail in tails if tail.strip()]
    if not printed:
        return
    from app.answers import print_answer  # noqa: PLC0415 - nothing of this delays the command
    from app.books import book_for  # noqa: PLC0415
    from kb.recognise import recognise  # noqa: PLC0415

    try:
        book = book_for(entries)
        answers = {answer.article.id: answer for tail in printed for answer in recognise(book, tail)}
        paint = Painter(wants_colour(sys.stderr))
        with redirect_stdout(sys.stderr):
            for answer in answers.values():
                print()
                print_answer(answer, language, paint)
    except click.ClickException as error:
        write_error(error.format_message())
    except OSError as error:
        write_error(f"what was printed could not be explained: {error.strerror or error}")
