"""Streams of versions, and how each compares.

A stream is known by the component it belongs to and its name: `mainline`, `stable 5.10`, `el8`, `fc38`, `amzn2 5.10`,
`debian 5.10`, `ubuntu 5.15` of the kernel and its parts, `out-of-tree` of a driver, `mainline` of a program. What is
not in this registry is unknown, never guessed. One module per way of comparing; a new one is a module and a word here.
"""

from kb.versions.components import DRIVERS, KERNEL, PROGRAMS
from kb.versions.debian import DEBIAN
from kb.versions.dotted import stream as dotted_stream
from kb.versions.enterprise import ENTERPRISE
from kb.versions.kernel_org import KERNEL_ORG
from kb.versions.rpm import RPM
from kb.versions.version import Family, Running, Stream, Version

OUT_OF_TREE = "out-of-tree"
FAMILIES: tuple[Family, ...] = (ENTERPRISE, RPM, DEBIAN, KERNEL_ORG)
"""All ways of numbering kernels; no release is of two."""

STREAM_FORMS = "mainline, stable 5.10, el8, fc38, amzn2 5.10, debian 5.10, ubuntu 5.15"
"""The kernel's streams, as examples for people."""


def is_versioned(component: str) -> bool:
    """Whether anything is known of this component's versions."""
    return component in KERNEL or component in PROGRAMS


def stream_of(component: str, name: str) -> Stream | None:
    """The stream of this name, None where the component has none such."""
    if component in PROGRAMS:
        return dotted_stream(name) if name == "mainline" else None
    if component not in KERNEL:
        return None
    if name == OUT_OF_TREE:
        return dotted_stream(name) if component in DRIVERS else None
    return next((stream for family in FAMILIES if (stream := family.named(name))), None)


def running_kernel(release: str, build: str = "") -> Running | None:
    """The stream and version of a kernel release (`uname -r`); None for one of no known vendor, or changed by hand.

    `build` is what follows the release in a banner, in an Oops header or in `uname -a`.
    """
    return next((found for family in FAMILIES if (found := family.running(release, build))), None)


__all__ = ["FAMILIES", "OUT_OF_TREE", "STREAM_FORMS", "Running", "Stream", "Version", "is_versioned"]
__all__ += ["running_kernel", "stream_of"]
