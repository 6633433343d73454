"""`faultbook scan`: read files once and print what is recognised in them."""

import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from app.books import book_for
from app.inputs import InputError, InputProblem, blocks, total_bytes, walk
from app.options import entries_option, language_of, language_option
from app.progress import Progress
from app.rows import RowWriter
from app.terminal import Painter, has_stdin, has_utf8, wants_colour, write_error
from kb.book import Book
from kb.render import one_line
from matchers.engine import MatcherSet, Scanner
from matchers.match import Match


@click.command(
    epilog="Examples: faultbook scan /var/log; journalctl -k | faultbook scan -; "
    "faultbook scan --json messages.1.gz | jq .entry"
)
@click.argument("paths", nargs=-1, metavar="[PATH... or -]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per match.")
@click.option(
    "--jobs", default=1, type=click.IntRange(1, 64), metavar="N", help="Search with N cores; same rows, same order."
)
@language_option
@entries_option
def command(paths: tuple[str, ...], as_json: bool, jobs: int, lang: str | None, entries: tuple[str, ...]) -> None:
    """Read files (plain, gzip, xz, zstd, bzip2, told by content; directories are walked) or standard input once.

    Prints every match in the order of the files. Exit 0: everything was read (also when nothing matched), 2: something
    could not be read; the rest was.
    """
    if not paths and not has_stdin():
        raise click.UsageError("give files or directories, or pipe a log in: journalctl -k | faultbook scan -")
    # A scan makes no cycles to speak of, and looking for them takes a tenth of the time when there are many rows.
    gc.disable()
    book = book_for(entries)
    with _file_scan(book.matchers, jobs) as scan_file:
        scan = _Scan(book, scan_file, as_json=as_json, language=lang or language_of())
        scan.run(paths or ("-",))
    if scan.failed:
        raise click.exceptions.Exit(2)


_FileScan = Callable[[Scanner, str, Callable[[int], None]], Iterator[Match]]
"""(scanner, path, what is told of the progress) -> every match in the file; the caller finishes the scanner."""


@contextmanager
def _file_scan(matchers: MatcherSet, jobs: int) -> Iterator[_FileScan]:
    if jobs == 1:
        yield _scan_alone
        return
    from app.parallel import ParallelScan  # noqa: PLC0415 - only --jobs needs it

    with ParallelScan(matchers, jobs) as parallel:
        yield parallel.scan


def _scan_alone(scanner: Scanner, path: str, on_read: Callable[[int], None]) -> Iterator[Match]:
    for piece in blocks(path, on_read=on_read):
        yield from scanner.feed(piece)


class _Scan:
    """One run over all inputs: prints rows as they come and remembers only counts."""

    def __init__(self, book: Book, scan_file: _FileScan, *, as_json: bool, language: str) -> None:
        self._book = book
        self._scan_file = scan_file
        self._ascii_only = not has_utf8(sys.stdout)
        self._as_json = as_json
        self._language = language
        self._paint = Painter(wants_colour(sys.stdout))
        self._counts: Counter[str] = Counter()
        self._inputs = 0
        self._lines_cut = 0
        self.failed = False

    def run(self, paths: tuple[str, ...]) -> None:
        # Adding up the sizes costs a walk, so it is done only for somebody who sees the progress.
        with Progress(total_bytes(paths) if sys.stderr.isatty() else None) as progress:
            for path in walk(paths):
                if isinstance(path, InputProblem):
                    self._fail(str(path))
                    continue
                matches = (match for match in self._matches(path, progress) if not match.recovery)
                if self._as_json:
                    self._write_rows(path, matches, progress)
                else:
                    self._print_lines(path, matches, progress)
                sys.stdout.flush()
        if self._lines_cut:
            write_error(f"{self._lines_cut} lines were longer than 1 MiB; the rest of each was not looked at")
        if not self._as_json:
            self._summary()

    def _write_rows(self, path: str, matches: Iterator[Match], progress: Progress) -> None:
        row, write = RowWriter(path, ascii_only=self._ascii_only).row, sys.stdout.write
        for match in matches:
            progress.clear()
            write(row(match) + "\n")

    def _print_lines(self, path: str, matches: Iterator[Match], progress: Progress) -> None:
        for match in matches:
            progress.clear()
            self._counts[match.entry] += 1
            self._print(path, match)

    def _matches(self, path: str, progress: Progress) -> Iterator[Match]:
        scanner = Scanner(self._book.matchers)
        self._inputs += 1
        try:
            yield from self._scan_file(scanner, path, progress.advance)
        except InputError as error:
            self._fail(str(error))
        yield from scanner.finish()
        self._lines_cut += scanner.lines_cut

    def _fail(self, message: str) -> None:
        self.failed = True
        write_error(message)

    def _print(self, path: str, match: Match) -> None:
        name = "stdin" if path == "-" else one_line(path)
        first = one_line(match.text.partition("\n")[0])
        print(f"{self._paint(f'{name}:{match.line}:', 'dim')} {self._paint(match.entry, 'bold')}: {first[:200]}")

    def _summary(self) -> None:
        files = f"{self._inputs} file{'s' if self._inputs != 1 else ''}"
        if not self._counts:
            print(f"Nothing recognised in {files}.")
            return
        print(f"\n{sum(self._counts.values())} matches of {len(self._counts)} problems in {files}:")
        for entry, count in self._counts.most_common():
            article = self._book.article(entry)
            title = one_line(article.title_in(self._language) if article else entry)
            print(f"{count:8}  {self._paint(entry, 'bold')}  {title}")
        print(f"\nRead on: faultbook show {self._counts.most_common(1)[0][0]}")
