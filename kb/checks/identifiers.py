"""The id is the file's name, and no other file of the set has it."""

from collections.abc import Iterator
from pathlib import Path

from kb.checks.subject import Subject
from kb.problem import Problem


def check(subject: Subject) -> Iterator[Problem]:
    """`bird-ospf-mtu-mismatch` lies in `bird-ospf-mtu-mismatch.yaml`."""
    name = Path(subject.loaded.path).stem
    if name != subject.entry.id:
        yield subject.problem(
            ("id",), f'the id is "{subject.entry.id}" and the file\'s name "{name}"; make them equal', "id-is-file-name"
        )
    other = subject.world.paths.get(subject.entry.id)
    if other is not None and other != subject.loaded.path:
        yield subject.problem(
            ("id",), f'the id "{subject.entry.id}" also stands in {other}; choose another', "id-unique"
        )
