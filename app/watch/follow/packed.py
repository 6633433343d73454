"""Which generation a compressed file beside a log is.

The bytes tell, but generations may begin alike or be equal. So the order tells, too: files beside the log and
generations stand in the same one.
"""

from collections.abc import Sequence

from app.watch.follow.beside import Sibling, Siblings
from app.watch.follow.generation import Generation, Record
from app.watch.follow.identity import FileKey
from app.watch.follow.likeness import is_whole
from app.watch.follow.past import Past, holds


def note_compressed(
    siblings: Siblings, queue: Sequence[Generation], past: Past, in_work: Sequence[Record] = ()
) -> dict[FileKey, Record]:
    """Know by their new files the generations that were compressed; gives them by these files.

    `in_work` are those that are not over, and not open yet.
    """
    found: dict[FileKey, Record] = {}
    note_queued(siblings, queue, past)
    for whole in (True, False):  # what was written to a file before it was compressed comes second
        for sibling in siblings.all:
            known = past.keys() | {each.place for each in queue} | found.keys()
            if not sibling.name.packed or sibling.key in known:
                continue
            gone = {each.place for each in found.values()}
            records = [*past.records, *(each for each in in_work if each.place not in gone)]
            record = compressed(sibling, siblings, records, past, whole=whole)
            if record is not None:
                past.move(record.place, sibling.key)
                found[sibling.key] = record
    return found


def note_queued(siblings: Siblings, queue: Sequence[Generation], past: Past) -> None:
    """Know by their new files the generations in work that were compressed, and are read by their descriptors."""
    for sibling in siblings.all:
        taken = {each.place for each in queue} | past.places()
        if sibling.name.packed and sibling.key not in taken:
            queued = next((each for each in queue if is_whole(sibling.contents, each)), None)
            if queued is not None:
                queued.place = sibling.key


def compressed(
    sibling: Sibling, siblings: Siblings, records: Sequence[Record], past: Past, *, whole: bool
) -> Record | None:
    """The generation, of `records` in order, of which this is the compressed file; `whole`: with no byte more.

    Generations that are known bound where it can stand. Names tell only where they do not count rotations. What holds
    but the beginning is believed last, of the one of which most is known, and of the newest of these.
    """
    ages = {each.place: age for age, each in enumerate(records) if each.is_known}
    place = siblings.all.index(sibling)
    after = max((ages.get(each.key, -1) for each in siblings.all[:place]), default=-1)
    before = min((ages.get(each.key, len(records)) for each in siblings.all[place + 1 :]), default=len(records))
    free = [each for each in records if past.may_be_copied(each, siblings.keys)]
    between = [each for each in free if after < ages.get(each.place, -1) < before]
    same_name = []
    if not sibling.name.is_counted:
        same_name = [each for each in free if past.paths.get(each.place) == sibling.name.plain_path]
    fitting = (each for each in [*same_name, *between, *free] if holds(sibling.contents, each))
    if whole:
        return next((each for each in fitting if sibling.contents.size() == each.size), None)
    in_work = [each for each in free if not each.over]  # of these nothing is lost where the order deceives
    likely = sorted(between, key=lambda each: (-each.size, -ages[each.place]))
    return next((each for each in [*same_name, *likely, *in_work] if holds(sibling.contents, each)), None)
