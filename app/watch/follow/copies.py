"""Files beside a log that are copies of it: what they tell of a log that was copied and cut.

A log that was cut and written anew may look as before. Its copy tells: it holds what the log held at the last look, and
the log does not hold all of it any more. A copy grows while it is made, so as long as nobody knows what a file is, it
is looked at again when it was written to.
"""

from collections.abc import Sequence

from app.watch.follow.beside import Sibling, Siblings
from app.watch.follow.contents import PlainContents
from app.watch.follow.generation import Generation, Record
from app.watch.follow.identity import FileKey
from app.watch.follow.likeness import is_beginning
from app.watch.follow.packed import compressed
from app.watch.follow.past import Past, holds
from app.watch.follow.place import Stamp, stamp_of


class Copies:
    """The files beside one log of which nobody knows what they are."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self._undecided: dict[str, Stamp | None] = {}

    def note(self, siblings: Siblings, queue: Sequence[Generation]) -> None:
        """All was found out that can be told from these files."""
        known = self._known(queue)
        self._undecided = {each.name.path: each.stamp for each in siblings.all if each.key not in known}

    def are_written_to(self) -> bool:
        """Whether one of them was written to since."""
        return any(stamp_of(path) != stamp for path, stamp in self._undecided.items())

    def tell_of_truncation(
        self, record: Record, contents: PlainContents, siblings: Siblings, queue: Sequence[Generation]
    ) -> bool:
        """Whether a file that nobody knows holds what this one held at the last look, and it or one that was rotated
        away later holds what this one does not.
        """
        known = self._known(queue)
        was_copied = False  # a file that nobody knows holds it
        for each in siblings.all:
            if each.key in known:
                continue
            holds_it = holds(each.contents, record)
            if each.name.packed and not ((holds_it or was_copied) and self._is_new(each, siblings)):
                continue
            was_copied = was_copied or holds_it
            if was_copied and not is_beginning(each.contents, contents):
                return True
        return False

    def _is_new(self, packed: Sibling, siblings: Siblings) -> bool:
        """Whether a compressed file is of no generation that is over."""
        return compressed(packed, siblings, self._past.records, self._past, whole=True) is None

    def _known(self, queue: Sequence[Generation]) -> set[FileKey]:
        return self._past.keys() | {each.place for each in queue}
