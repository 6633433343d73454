"""The verdict: whether a version that a paste or a form tells has the problem of an entry, and why that is said.

`affected` and `fixed` are said only where a range of the entry proves them for the stream the version belongs to. A
stream that no range names is unknown: what mainline has says nothing of a vendor's kernel. A stable branch has what
mainline had when it left it. docs/versions.md says how it is done.
"""

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from kb.entry import Affected, Article, Both, VersionRange
from kb.facts import Driver, Facts, Kernel
from kb.verdict_words import reason
from kb.versions import OUT_OF_TREE, Stream, Version, running_kernel, stream_of
from kb.versions.components import DRIVERS, PROGRAMS, modules_of
from kb.versions.kernel_org import base, is_mainline
from kb.versions.kernel_org import parse as parse_release
from kb.versions.version import Relation

State = Literal["affected", "fixed", "unknown"]
FROM_THE_FIRST = "0"
"""`introduced` of a range that holds from the first version of its stream on."""
_SAY_IN_TREE = {
    **dict.fromkeys(("mlx4", "mlx4_core", "mlx4_en"), "4.0-0"),
    **dict.fromkeys(("mlx5", "mlx5_core"), "5.0-0"),
    **dict.fromkeys(("virtio_net", "gve"), "1.0.0"),
    **{"veth": "1.0", "tun": "1.6", "bridge": "2.3"},
}
"""What `ethtool -i` prints for drivers of the kernel that have a version of their own: `DRIVER_VERSION` and the like in
drivers/net/virtio_net.c, veth.c, tun.c, google/gve/gve_main.c, mlx4/mlx4.h, net/bridge/br_private.h (Linux 6.1), and
mlx5/core/mlx5_core.h of older ones."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one version; `reason` is a sentence that names stream, version and range."""

    state: State
    reason: Both[str] = field(default_factory=Both)
    component: str | None = None
    stream: str | None = None
    version: str | None = None


def has_ranges(article: Article) -> bool:
    """Whether the entry says of any version that it is affected or fixed."""
    return any(each.ranges for each in article.affected)


def asked(article: Article) -> tuple[str, ...]:
    """What a form asks for, as `kb.facts.facts_of` takes it: `kernel`, drivers, programs."""
    names: dict[str, None] = {}
    for each in article.affected:
        if each.ranges and each.component not in PROGRAMS:
            names["kernel"] = None
        if each.ranges and (each.component in PROGRAMS or any(one.stream == OUT_OF_TREE for one in each.ranges)):
            names[each.component] = None
    return tuple(names)


def judge(article: Article, facts: Facts) -> Verdict:
    """The verdict on the versions of `facts`: affected where one component is, fixed where all that have ranges are."""
    verdicts = [_judge(each, facts) for each in article.affected if each.ranges]
    if not verdicts:
        return Verdict("unknown", reason("no-ranges"))
    for state in ("affected", "unknown"):
        for verdict in verdicts:
            if verdict.state == state:
                return verdict
    return verdicts[0]


def _judge(affected: Affected, facts: Facts) -> Verdict:
    if affected.component in PROGRAMS:
        told = tuple(dict.fromkeys(each.version for each in facts.programs if each.name == affected.component))
        return _of_program(affected, told)
    foreign = _foreign_driver(affected.component, facts)
    if foreign is not None:
        return _of_foreign(affected, foreign)
    return _of_kernel(affected, facts.kernels)


def _of_program(affected: Affected, told: tuple[str, ...]) -> Verdict:
    name = affected.component
    if len(told) != 1:
        return Verdict("unknown", _nothing_or_several(name, told), name)
    return _in_stream(affected, "mainline", told[0], told[0])


def _of_foreign(affected: Affected, driver: Driver) -> Verdict:
    if not driver.version:
        return Verdict("unknown", reason("foreign-driver", name=driver.name), affected.component, OUT_OF_TREE)
    return _in_stream(affected, OUT_OF_TREE, driver.version, driver.version)


def _of_kernel(affected: Affected, kernels: tuple[Kernel, ...]) -> Verdict:
    name = affected.component
    if len(kernels) != 1:
        return Verdict("unknown", _nothing_or_several("kernel", tuple(each.release for each in kernels)), name)
    kernel = kernels[0]
    if kernel.stream is None:
        return Verdict("unknown", reason("unknown-kernel", version=kernel.release), name, None, kernel.release)
    if kernel.stream == "mainline" or kernel.stream.startswith("stable "):
        return _of_release(affected, kernel.version or kernel.release)
    return _in_stream(affected, kernel.stream, kernel.version, kernel.release)


def _nothing_or_several(name: str, told: tuple[str, ...]) -> Both[str]:
    if not told:
        return reason("kernel-not-told" if name == "kernel" else "not-told", name=name)
    if len(set(told)) == 1:
        return reason("builds", name=name, version=told[0])
    different = list(dict.fromkeys(told))
    return reason("several", name=name, versions=", ".join(different[:3]) + ", …" * (len(different) > 3))


def _foreign_driver(component: str, facts: Facts) -> Driver | None:
    """The driver where the facts show that it is not the kernel's own."""
    if component not in DRIVERS:
        return None
    names = modules_of(component)
    drivers = [each for each in facts.drivers if each.name in (component, *names)]
    for driver in drivers:
        if driver.is_own is False or (driver.is_own is None and _is_foreign(driver, facts)):
            return driver
    marked = next((each for each in names if each in facts.out_of_tree), None)
    return Driver(marked, drivers[0].version if drivers else "") if marked else None


def _is_foreign(driver: Driver, facts: Facts) -> bool:
    """Whether a driver's version is its own: not the release of the kernel, nor what the kernel's own driver says.

    Those of Intel end in `-k`; some always say the same (`_SAY_IN_TREE`).
    """
    version = driver.version
    if not version or version in {each.release for each in facts.kernels}:
        return False
    if version == _SAY_IN_TREE.get(driver.name.replace("-", "_")):
        return False
    if version.endswith(("-k", "-NAPI")) or ("-" in version and running_kernel(version) is not None):
        return False
    return any(char.isdigit() for char in version)


_Word = Literal["affected", "unclear", "since-unknown", "after-last", "until-unknown", "fixed", "before"]
_ORDER: tuple[_Word, ...] = get_args(_Word)


@dataclass(frozen=True, slots=True)
class _Finding:
    """What one range says of one version."""

    word: _Word
    range: VersionRange


def _of_release(affected: Affected, text: str) -> Verdict:
    """A kernel of kernel.org: by the ranges of its stable branch, and by what mainline had where that left it."""
    name, version = affected.component, parse_release(text)
    if version is None:
        return Verdict("unknown", reason("unknown-kernel", version=text), name, None, text)
    branch = f"stable {base(version)}"
    own = _findings(affected, branch, text)
    if is_mainline(version):
        return _summed(name, "mainline", text, _findings(affected, "mainline", text) or own)
    mainline = _findings(affected, "mainline", base(version))
    carried = next((each for each in mainline if each.word == "affected"), None)
    if not carried and any(each.word == "fixed" for each in mainline):
        return _summed(name, branch, text, mainline)
    if carried and not own and not carried.range.unfixed:
        said = reason("not-in-branch", carried.range, stream=branch, version=text)
        return Verdict("unknown", said, name, branch, text)
    if carried:
        own = [replace(each, word="affected") if each.word == "since-unknown" else each for each in own] or [carried]
    return _summed(name, branch, text, own or mainline)


def _in_stream(affected: Affected, stream: str, version: str | None, shown: str) -> Verdict:
    """By the ranges of this stream alone."""
    name = affected.component
    if not any(each.stream == stream for each in affected.ranges):
        return Verdict("unknown", reason("no-stream", stream=stream, version=shown), name, stream, version or shown)
    if version is None:
        return Verdict("unknown", reason("no-upload", stream=stream, version=shown), name, stream, shown)
    known = stream_of(name, stream)
    if known is None or known.parse(version) is None:
        return Verdict("unknown", reason("no-version", stream=stream, version=version), name, stream, version)
    return _summed(name, stream, version, _findings(affected, stream, version))


def _findings(affected: Affected, stream: str, version: str) -> list[_Finding]:
    known = stream_of(affected.component, stream)
    parsed = known.parse(version) if known else None
    if known is None or parsed is None:
        return []
    return [_Finding(_word(known, parsed, each), each) for each in affected.ranges if each.stream == stream]


def _word(stream: Stream, version: Version, each: VersionRange) -> _Word:
    """How the version stands to one range; a bound that cannot be read is unclear (lint refuses it)."""
    since: Relation = "reached" if each.introduced == FROM_THE_FIRST else _relation(stream, version, each.introduced)
    fixed: Relation = "before" if each.fixed is None else _relation(stream, version, each.fixed)
    if fixed == "reached":
        return "fixed"
    if since != "reached":
        return since
    return "unclear" if fixed == "unclear" else _word_within(stream, version, each)


def _word_within(stream: Stream, version: Version, each: VersionRange) -> _Word:
    """The same of a version that the range has not yet left by a fix, and that has what was introduced."""
    if each.last_affected is not None and not _is_at_most(stream, version, each.last_affected):
        return "after-last"
    if each.introduced is None:
        return "since-unknown"
    if each.fixed or each.last_affected or each.unfixed or version == stream.parse(each.introduced):
        return "affected"
    return "until-unknown"


def _relation(stream: Stream, version: Version, bound: str | None) -> Relation:
    """`reached` where there is no bound."""
    if bound is None:
        return "reached"
    parsed = stream.parse(bound)
    return stream.relation(version, parsed) if parsed else "unclear"


def _is_at_most(stream: Stream, version: Version, bound: str) -> bool:
    last = stream.parse(bound)
    return last is not None and version <= last


def _summed(component: str, stream: str, version: str, findings: list[_Finding]) -> Verdict:
    """Affected where one range says so; fixed where one does and all others leave the version out; else unknown."""
    words = {each.word for each in findings}
    chosen = next((word for word in _ORDER if word in words), None)
    if chosen is None:
        return Verdict("unknown", reason("no-stream", stream=stream, version=version), component, stream, version)
    said = next(each.range for each in findings if each.word == chosen)
    state: State = chosen if chosen in ("affected", "fixed") else "unknown"
    return Verdict(state, reason(chosen, said, stream=stream, version=version), component, stream, version)
