"""What a host may tell of itself with its deliveries, as far as `facts` in watch.yaml allows it: versions, no names.

kernel        the running kernel's release: "6.1.0-18-amd64"
os            the distribution and its version: "debian 12"
nic_drivers   the drivers of its network interfaces and their versions: {"ixgbe": "5.19.6"};
              one that tells no version comes with the kernel and has its release
bird          the version that `bird --version` tells: "2.0.12"
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

_NET = Path("/sys/class/net")
_MODULES = Path("/sys/module")


def collect(wanted: Sequence[str]) -> dict[str, Any]:
    """The facts that are wanted and known; costs a few files, and a run of `bird`."""
    found = {name: _HOW[name]() for name in wanted}
    return {name: value for name, value in found.items() if value}


def _kernel() -> str:
    return os.uname().release


def _os(path: Path = Path("/etc/os-release")) -> str:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return ""
    pairs = dict(re.findall(r'(?m)^(ID|VERSION_ID)="?([^"\n]{1,60})"?$', text))
    return " ".join(pairs[name] for name in ("ID", "VERSION_ID") if name in pairs)


def _nic_drivers(net: Path = _NET, modules: Path = _MODULES) -> Mapping[str, str]:
    drivers = {Path(os.path.realpath(link)).name for link in net.glob("*/device/driver")}
    return {name: _line(modules / name / "version") or _kernel() for name in sorted(drivers)}


def _bird() -> str:
    import subprocess  # noqa: PLC0415

    try:
        done = subprocess.run(
            ["bird", "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    told = re.search(rb"BIRD version ([0-9][0-9A-Za-z.+-]{0,40})", done.stdout)
    return told[1].decode() if told else ""


def _line(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()[:60]
    except OSError:
        return ""


_HOW: Mapping[str, Callable[[], Any]] = {"kernel": _kernel, "os": _os, "nic_drivers": _nic_drivers, "bird": _bird}
