"""What a paste or a form tells about versions: of the kernel, of drivers and of programs.

Read are the kernel's banner, the header of an Oops or a warning, `uname -r` and `uname -a`, `ethtool -i`, `modinfo`,
the first line of a driver in dmesg, the modules that an Oops marks as from out of tree, and what `bird --version`,
birdc, `bpftool version`, `ip -V`, `tcpdump --version`, `clang --version`, FRR and libbpf say of themselves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from kb.fact_readers import (
    Driver,
    Kernel,
    Program,
    drivers,
    kernel_of,
    kernel_of_vendor,
    kernels,
    out_of_tree,
    programs,
)
from kb.versions.components import PROGRAMS

MOST = 16
"""So many facts of a kind are kept of one text."""
_MAX_GIVEN = 300
_Fact = TypeVar("_Fact")


@dataclass(frozen=True, slots=True)
class Facts:
    """Versions in the order in which they were found, each once. `out_of_tree` are modules that an Oops marks so."""

    kernels: tuple[Kernel, ...] = ()
    drivers: tuple[Driver, ...] = ()
    programs: tuple[Program, ...] = ()
    out_of_tree: frozenset[str] = field(default_factory=frozenset)


def facts_in(text: str) -> Facts:
    """The versions that a pasted text tells."""
    text = text.replace("\r\n", "\n")
    found = _few(drivers(text))
    # A driver without a version of its own shows its kernel's release (net/ethtool/ioctl.c, ethtool_get_drvinfo()).
    telling = [kernel for each in found if each.is_own is not False for kernel in kernel_of_vendor(each.version)]
    return Facts(
        _whole(_few([*kernels(text), *telling])), found, _few(programs(text)), frozenset(_few(out_of_tree(text)))
    )


def facts_of(pairs: Mapping[str, str]) -> Facts:
    """The versions that a form gives: `kernel` (a release, or what `uname -a` prints), else a component's version.

    Empty values are left out, of others 300 characters are looked at.
    """
    given = {name: " ".join(value[:_MAX_GIVEN].split()) for name, value in pairs.items() if value.strip()}
    kernel = given.pop("kernel", "")
    read = _few(kernels(kernel)) or ((kernel_of(kernel.split()[0], kernel),) if kernel else ())
    return Facts(
        _whole(read),
        tuple(Driver(name, value) for name, value in given.items() if name not in PROGRAMS),
        tuple(_program(name, value) for name, value in given.items() if name in PROGRAMS),
    )


def _program(name: str, value: str) -> Program:
    """What a person gave as a program's version: the number alone, or what the program prints."""
    return next((each for each in programs(value) if each.name == name), Program(name, value))


def joined(first: Facts, then: Facts) -> Facts:
    """Both together; what `first` (a form, say) tells of a thing stands, what `then` tells of it does not."""
    own_drivers, own_programs = {each.name for each in first.drivers}, {each.name for each in first.programs}
    return Facts(
        first.kernels or then.kernels,
        first.drivers + tuple(each for each in then.drivers if each.name not in own_drivers),
        first.programs + tuple(each for each in then.programs if each.name not in own_programs),
        first.out_of_tree | then.out_of_tree,
    )


def narrowed(facts: Facts, record: str) -> Facts:
    """The facts as one record of the text has them: of several kernels the one that the record itself names."""
    if len(facts.kernels) < 2:
        return facts
    own = _whole(_few(kernels(record)))
    return joined(Facts(own), facts) if len(own) == 1 else facts


def _few(found: Iterable[_Fact]) -> tuple[_Fact, ...]:
    """Each once, and no more than `MOST`."""
    kept: dict[_Fact, None] = {}
    for each in found:
        kept[each] = None
        if len(kept) == MOST:
            break
    return tuple(kept)


def _whole(found: tuple[Kernel, ...]) -> tuple[Kernel, ...]:
    """Without those whose release stands there again with more told (`uname -r` beside a banner)."""

    def tells_less(each: Kernel, other: Kernel) -> bool:
        if each.release != other.release or other.version is None or each == other:
            return False
        return each.version is None or other.version.startswith(f"{each.version}.")

    return tuple(each for each in found if not any(tells_less(each, other) for other in found))


__all__ = ["MOST", "Driver", "Facts", "Kernel", "Program", "facts_in", "facts_of", "joined", "narrowed"]
