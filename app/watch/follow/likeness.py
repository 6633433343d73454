"""Whose bytes are in a file: a log's own, renamed, a copy of them, or a compressed file of them."""

from app.watch.follow.beside import Sibling, Siblings
from app.watch.follow.contents import Contents, PackedContents, PlainContents, head_of, tail_of
from app.watch.follow.generation import Generation
from app.watch.follow.identity import TAIL_BYTES, FileKey
from app.watch.follow.past import Past, holds

_LINE_SEARCH_BYTES = 1 << 20


def is_renamed(contents: Contents, head: PlainContents | None) -> bool:
    """Whether an older file is the log's own, renamed, rather than a copy: it was made before the one at the path."""
    if contents.packed or head is None:
        return not contents.packed
    return 0 < contents.key.born_ns < head.key.born_ns


def is_copy_of_head(sibling: Sibling, head: Generation) -> bool:
    """Whether somebody is copying the file at the path: what is there of the copy is made later and begins alike.

    How large the file is by then is noted in `head`, so that its end will be missed when it is cut.
    """
    made_before = 0 < sibling.key.born_ns < head.place.born_ns
    if sibling.name.packed or made_before:
        return False
    size = sibling.contents.size()  # asked first: both may grow meanwhile, the copy never past what is copied
    return head.fits() and size <= head.size and is_beginning(sibling.contents, head.contents, size)


def copies_of_head(siblings: Siblings, head: Generation | None) -> set[FileKey]:
    """The files that are copies of the one at the path, as far as can be told."""
    return set() if head is None else {each.key for each in siblings.all if is_copy_of_head(each, head)}


def is_copy(sibling: Sibling, siblings: Siblings, past: Past) -> bool:
    """Whether somebody copied a file that was read and is still there."""
    return any(
        each.place in siblings.keys and holds(sibling.contents, each) and sibling.contents.size() == each.size
        for each in past.records
    )


def is_whole(contents: Contents, generation: Generation) -> bool:
    """Whether these are all bytes of a generation whose own file was removed and is only held open."""
    own = generation.contents
    if not isinstance(own, PlainContents) or generation.is_lost or generation.place != own.key or not own.is_gone():
        return False
    size = own.size()  # it may have grown since it was looked at
    return (
        size > 0
        and all(each_of(contents, size) == each_of(own, size) for each_of in (head_of, tail_of))
        and contents.size() == size
    )


def is_beginning(one: Contents, whole: Contents, size: int | None = None) -> bool:
    """Whether `whole`, a plain file, begins with the first `size` bytes of `one`, as far as the outermost of them tell.

    Without `size`: with all that `one` holds.
    """
    if isinstance(whole, PackedContents):
        return False
    size = one.size() if size is None else size
    return size <= whole.size() and all(
        one.read_at(at, min(TAIL_BYTES, size - at)) == whole.read_at(at, min(TAIL_BYTES, size - at))
        for at in (0, max(0, size - TAIL_BYTES))
    )


def line_start(contents: PlainContents) -> int:
    """Where the line begins that the end of a file is in."""
    size = contents.size()
    at = max(0, size - _LINE_SEARCH_BYTES)
    newline = contents.read_at(at, size - at).rfind(b"\n")
    return at + newline + 1 if newline >= 0 or at == 0 else size
