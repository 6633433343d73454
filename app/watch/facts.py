"""What a host may tell of itself with its deliveries, as far as `facts` in watch.yaml allows it: versions, no names.

kernel        kernel: the running kernel's release, "6.1.0-18-amd64"
              kernel_build: what follows it in a banner, "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)"
os            os: the distribution and its version, "debian 12"
nic_drivers   nic_drivers: the drivers of its network devices and their versions, {"ixgbe": "5.19.6"};
              one that tells no version comes with the kernel and has its release
              nic_firmware: the same for firmware, {"ixgbe": "0x800006d1"}
              out_of_tree: those of the drivers that did not come with the kernel, "ice, ixgbe" or "none"
              nics: each device with driver and place on the bus, ["eth0 ixgbe 0000:01:00.0"]
bird          bird: the version of BIRD that is installed, "2.0.12"

Everything is read from the kernel and from files; no program is run. It takes some milliseconds.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, Final

from app.watch.installed import bird_version
from app.watch.nics import Nic, nics

MAX_VALUE: Final = 200
MAX_PARTS: Final = 64
_ROOT: Final = Path("/")


def collect(wanted: Sequence[str], root: Path = _ROOT) -> dict[str, Any]:
    """The facts that are wanted and known: texts, flat mappings, lists; `root` is where files are looked up."""
    found: dict[str, Any] = {}
    for name in wanted:
        found |= _HOW[name](root)
    return {name: shown for name, value in found.items() if (shown := _bounded(value))}


def _bounded(value: Any) -> Any:
    """A value in which everything shows, and that is not longer than anybody needs."""
    if isinstance(value, Mapping):
        return {_text(name): _text(each) for name, each in list(value.items())[:MAX_PARTS] if _text(each)}
    return [_text(each) for each in value[:MAX_PARTS]] if isinstance(value, list) else _text(value)


def _text(value: str) -> str:
    """Firmware and modules say what they like."""
    return " ".join("".join(char if char.isprintable() else " " for char in value).split())[:MAX_VALUE]


def _kernel(_root: Path) -> dict[str, str]:
    system = os.uname()
    return {"kernel": system.release, "kernel_build": system.version}


def _os(root: Path) -> dict[str, str]:
    """os-release(5)."""
    for name in ("etc/os-release", "usr/lib/os-release"):
        try:
            text = (root / name).read_text("utf-8", "replace")
        except OSError:
            continue
        pairs = dict(re.findall(r'(?m)^(ID|VERSION_ID)=["\']?([^"\'\n]{1,60})["\']?$', text))
        return {"os": " ".join(pairs[name] for name in ("ID", "VERSION_ID") if name in pairs)}
    return {}


def _nic_drivers(root: Path) -> dict[str, Any]:
    """By driver; devices of one driver that differ are told as `A, B`."""
    found = nics(root)
    return {
        "nic_drivers": _by_driver(found, lambda each: each.version or os.uname().release),
        "nic_firmware": _by_driver(found, lambda each: each.firmware),
        "out_of_tree": _out_of_tree(root, {each.driver for each in found}),
        "nics": [f"{each.name} {each.driver} {each.bus}".strip() for each in found],
    }


def _out_of_tree(root: Path, drivers: Set[str]) -> str:
    """The drivers that the kernel marks with O (kernel/module/main.c, show_taint()); what is built in has no mark."""
    marked = []
    for driver in sorted(drivers):
        try:
            taint = (root / "sys/module" / driver / "taint").read_text("ascii", "replace")
        except OSError:
            continue
        marked += [driver] if "O" in taint else []
    return ", ".join(marked) or ("none" if drivers else "")


def _by_driver(found: Sequence[Nic], value: Callable[[Nic], str]) -> dict[str, str]:
    values: dict[str, set[str]] = {}
    for each in found:
        values.setdefault(each.driver, set()).add(value(each))
    return {driver: ", ".join(sorted(each for each in own if each)) for driver, own in sorted(values.items())}


def _bird(root: Path) -> dict[str, str]:
    return {"bird": bird_version(root)}


_HOW: Final[Mapping[str, Callable[[Path], dict[str, Any]]]] = {
    "kernel": _kernel,
    "os": _os,
    "nic_drivers": _nic_drivers,
    "bird": _bird,
}
