"""Building an index, or bringing an older one up to date, aside; then it is renamed and never written again.

What changed is told by a digest of each article, so that a new entry costs milliseconds and a touched file nothing.
One process builds, the others wait for it and read. Where the cache cannot be written the index is built in memory.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kb.book import Book
from kb.search import generation
from kb.search.facets import Values, values_of
from kb.search.fields import document, schema
from kb.search.generation import Generation
from kb.search.library import FileIndex, FileStorage, RamStorage, W3Codec

_WRITER_MIB = 256  # beyond it Whoosh writes runs aside and merges them, which takes twice as long


def generation_of(book: Book, cache_dir: Path | None = None) -> Generation:
    """The index of a book: as it is kept, brought up to date, or built."""
    if book.cache_file is None:
        return in_memory(book)
    directory, stem = cache_dir or book.cache_file.parent, book.cache_file.stem
    path = directory / generation.name_of(stem, book.key)
    kept = generation.read(path)
    if kept is not None:
        return kept
    try:
        with _alone(directory, stem):
            made = generation.read(path) or _replace(book, path, stem)
    except OSError:
        made = None
    return made or in_memory(book)


def in_memory(book: Book) -> Generation:
    """An index that nothing keeps."""
    entries, facets = _digests(book), _facets(book)
    index = RamStorage().create_index(schema())
    _write(index, book, set(entries), {})
    return Generation(index, entries, facets)


def _replace(book: Book, path: Path, stem: str) -> Generation | None:
    """Make the generation aside, rename it, and remove older ones; who reads those keeps the files open."""
    older = generation.siblings(path.parent, stem)
    aside = Path(tempfile.mkdtemp(prefix=f"{stem}.aside-", dir=path.parent))
    try:
        _make(book, aside, older)
        if path.exists():
            shutil.rmtree(path)  # it was not what was written
        aside.rename(path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    for each in older:
        if each != path:
            shutil.rmtree(each, ignore_errors=True)
    return generation.read(path)


def _make(book: Book, aside: Path, older: list[Path]) -> None:
    """Fill a directory: from the newest older generation where one can be used, else from nothing."""
    entries, facets = _digests(book), _facets(book)
    usable = [(path.stat().st_mtime, path, found) for path in older if (found := generation.read(path)) is not None]
    old = max(usable, key=lambda each: each[0], default=None)
    known: Mapping[str, str] = old[2].entries if old is not None else {}
    changed = {name for name in {*known, *entries} if known.get(name) != entries.get(name)}
    if old is not None and 2 * len(changed) <= len(entries):
        _link(old[1], aside)
        index = FileStorage(str(aside)).open_index()
    else:
        known, changed = {}, set(entries)
        index = FileStorage(str(aside)).create_index(schema())
    if changed:
        _write(index, book, changed, known)
    index.close()
    for lock in aside.glob("*LOCK"):
        lock.unlink()
    generation.seal(aside, entries, facets)


def _link(old: Path, aside: Path) -> None:
    """The files of the old generation under their names in the new one; Whoosh writes new files and alters none."""
    for name in os.listdir(old):  # noqa: PTH208
        if name != generation.MANIFEST:
            os.link(old / name, aside / name)


def _write(index: "FileIndex", book: Book, changed: set[str], known: Mapping[str, str]) -> None:
    """Take out what the index knows of the changed entries, and put in what they are now."""
    writer = index.writer(limitmb=_WRITER_MIB, codec=W3Codec(compression=0))
    if known:
        with index.reader() as reader:
            for number, stored in reader.iter_docs():
                if stored["id"] in changed:
                    writer.delete_document(number)
    for name in sorted(changed):
        article = book.article(name)
        if article is not None and article.status != "retired":
            writer.add_document(id=name, **document(article))
    writer.commit()


def _digests(book: Book) -> dict[str, str]:
    digests = {}
    for name in book.ids:
        text = book.article_json(name) or ""
        digests[name] = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return digests


def _facets(book: Book) -> dict[str, Values]:
    return {name: values_of(article) for name in book.ids if (article := book.article(name)) is not None}


@contextmanager
def _alone(directory: Path, stem: str) -> Iterator[None]:
    """While no other process builds an index of these entries."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(directory / f"{stem}.search.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
