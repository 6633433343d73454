"""Readers of what programs and the kernel say of their versions: each finds one wording wherever it stands in a text.

The text is hostile. A reader has no repetition without a bound, so that it takes time linear in the text, and it is
only tried where its sign, a plain text, is there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kb.versions import running_kernel


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel release as `uname -r` gives it; `stream` and `version` are None where it does not tell them."""

    release: str
    stream: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver's version as `ethtool -i` or `modinfo` gives it.

    `is_own` is whether the driver is the kernel's own, None where that is not told.
    """

    name: str
    version: str
    firmware: str = ""
    is_own: bool | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """A program's version as it gives it itself; `name` is its component."""

    name: str
    version: str


_RELEASE = r"(\d{1,2}\.\d{1,3}[0-9A-Za-z.+~_-]{0,90})"
_KERNELS = (
    # init/version-timestamp.c, linux_proc_banner
    ("Linux version ", rf"\bLinux version {_RELEASE} (\([^\n]{{0,700}})"),
    # uname(1); without the build `CentOS Linux release 7.9.2009` reads the same.
    ("Linux ", rf"\bLinux [0-9A-Za-z_.-]{{1,64}} {_RELEASE} (#\d[^\n]{{0,300}})"),
    # lib/dump_stack.c, dump_stack_print_info(); kernel/hung_task.c prints the same words without CPU and PID.
    ("ainted", rf"\b(?:Not t|T)ainted(?:: [A-Z ]{{1,40}}?)? {{1,8}}{_RELEASE} (#[^\n]{{1,200}})"),
    ("uname -r", rf"uname -r[ \t]{{0,8}}\n[ \t]{{0,8}}{_RELEASE}[ \t]{{0,8}}(?:\n|\Z)()"),
)
# Output of `uname -r` without the command: a line of nothing else that only a vendor's kernel is called, or the first.
_BARE = r"(?m)^[ \t]{0,8}(\d{1,2}\.\d{1,3}\.\d{1,4}-[0-9A-Za-z.+~_-]{1,80})[ \t]{0,8}$"
_FIRST = r"\s{0,80}([3-9]\.\d{1,3}\.\d{1,4})[ \t]{0,8}(?:\n|\Z)"
_PROGRAMS = (
    ("bird", "BIRD ", r"\bBIRD (?:version )?v?(\d[0-9A-Za-z.+~_-]{1,40})"),
    ("bpftool", "bpftool v", r"\bbpftool v(\d[0-9A-Za-z.+~_-]{1,60})"),
    ("libbpf", "using libbpf v", r"\busing libbpf v(\d[0-9A-Za-z.]{1,20})"),
    ("iproute2", "iproute2-", r"\b(?:ip|tc|bridge|ss) utility, iproute2-([0-9A-Za-z.+~-]{1,40})"),
    ("tcpdump", "tcpdump version ", r"\btcpdump version (\d[0-9A-Za-z.+~-]{1,40})"),
    # The kernel's banner names its compiler in brackets; that one built no BPF program.
    ("clang", "clang version ", r"(?m)^[^\n(]{0,60}\bclang version (\d{1,4}\.\d{1,4}\.\d{1,4}(?:rc\d{1,2}|git)?)"),
    ("frr", "FRRouting ", r"\bFRRouting (\d[0-9A-Za-z.+~-]{1,40})"),
)
_VALUE = r"[0-9A-Za-z.+~_-]"
_ETHTOOL = (
    r"(?m)^[>| \t]{0,8}driver: ([0-9A-Za-z_]{1,40})[ \t]{0,8}\n"
    rf"[>| \t]{{0,8}}version:[ \t]{{0,8}}({_VALUE}{{0,80}})[ \t]{{0,8}}$"
    r"(?:\n[>| \t]{0,8}firmware-version:[ \t]{0,8}([^\n]{0,100}))?"
)
_MODINFO = (
    r"(?m)^[>| \t]{0,8}filename:[ \t]{1,16}/(?:usr/)?lib/modules/[^/\s]{1,90}/(\w[\w-]{0,19})/(?:[^/\s]{1,60}/){0,9}"
    rf"([0-9A-Za-z_-]{{1,40}})\.ko\S{{0,4}}\n(?:[>| \t]{{0,8}}version:[ \t]{{1,16}}({_VALUE}{{1,80}}))?"
)
_INTEL = rf"\b([0-9a-z_]{{2,20}}): Intel\(R\) [^\n]{{0,80}}? - version (\d{_VALUE}{{1,40}})"
# Where packages and DKMS put modules; depmod prefers them to the kernel's own (depmod.d(5)).
_FOREIGN = ("updates", "extra", "weak-updates")
_MODULES = "Modules linked in:"
_MODULES_SPAN = 8000
_MARKED = r"\b([0-9A-Za-z_]{2,60})\([A-Z]{0,6}O[A-Z]{0,6}[+-]?\)"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def kernel_of(release: str, build: str = "") -> Kernel:
    """The kernel of a release and what follows it where it was found."""
    found = running_kernel(release, build)
    return Kernel(release, found.stream, found.version) if found else Kernel(release)


def kernel_of_vendor(version: str) -> Iterator[Kernel]:
    """The kernel where a version can only be the release of one: `5.15.0-91-generic`, not `5.19.6`."""
    if "-" in version and running_kernel(version) is not None:
        yield kernel_of(version)


def kernels(text: str) -> Iterator[Kernel]:
    """Banners, headers of an Oops or warning, output of uname."""
    for sign, pattern in _KERNELS:
        if sign in text:
            for match in _compiled(pattern).finditer(text):
                yield kernel_of(match[1], match[2])
    first = _compiled(_FIRST).match(text)
    if first:
        yield kernel_of(first[1])
    for match in _compiled(_BARE).finditer(text):
        yield from kernel_of_vendor(match[1])


def programs(text: str) -> Iterator[Program]:
    """What programs say of themselves, at their start or when asked."""
    for name, sign, pattern in _PROGRAMS:
        if sign in text:
            yield from (Program(name, match[1].rstrip(".")) for match in _compiled(pattern).finditer(text))


def drivers(text: str) -> Iterator[Driver]:
    """`ethtool -i`, `modinfo`, and the line with which Intel's drivers greet."""
    if "driver: " in text:
        for match in _compiled(_ETHTOOL).finditer(text):
            yield Driver(match[1], match[2], (match[3] or "").strip())
    if "filename:" in text:
        for match in _compiled(_MODINFO).finditer(text):
            is_own = True if match[1] == "kernel" else False if match[1] in _FOREIGN else None
            yield Driver(match[2].replace("-", "_"), match[3] or "", is_own=is_own)
    if "Intel(R) " in text:
        yield from (Driver(match[1], match[2]) for match in _compiled(_INTEL).finditer(text))


def out_of_tree(text: str) -> Iterator[str]:
    """Modules that the kernel marks with O where it lists them (kernel/module/main.c, print_modules())."""
    at = text.find(_MODULES)
    while at >= 0:
        yield from (match[1] for match in _compiled(_MARKED).finditer(text, at, at + _MODULES_SPAN))
        at = text.find(_MODULES, at + _MODULES_SPAN)
