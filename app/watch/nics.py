"""The network devices of this host: what `ethtool -i` shows, asked of the kernel itself.

The ioctl needs no privilege: include/uapi/linux/ethtool.h, ETHTOOL_GDRVINFO and struct ethtool_drvinfo; it is the same
on all architectures. Devices without hardware behind them (bridges, veth, tunnels) come and go, and are left out.
"""

import array
import fcntl
import os
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MAX_NICS: Final = 64
_SIOCETHTOOL: Final = 0x8946
_GDRVINFO: Final = 0x00000003
_DRVINFO: Final = struct.Struct("=I32s32s32s32s32s12s5I")
"""cmd, driver, version, fw_version, bus_info, erom_version, reserved2, and five counts."""
_IFREQ: Final = struct.Struct("16sP16x")
"""ifr_name and ifr_data; the union in struct ifreq is larger than a pointer."""
_NOTHING: Final = frozenset(("", "N/A", "n/a"))


@dataclass(frozen=True, slots=True)
class Nic:
    """A device; what it does not tell is "". `bus` is its place: 0000:01:00.0."""

    name: str
    driver: str
    version: str = ""
    firmware: str = ""
    bus: str = ""


Ask = Callable[[str], Nic | None]
"""What the kernel says of a device by its name; None where it does not say."""


def nics(root: Path, ask: Ask | None = None) -> Sequence[Nic]:
    """The devices with hardware, by name; those of the system itself are asked, of another root only read."""
    if ask is None:
        ask = asked if root == Path("/") else lambda _name: None
    found = []
    for place in sorted((root / "sys/class/net").glob("*/device"))[:MAX_NICS]:
        name = place.parent.name
        driver = Path(os.path.realpath(place / "driver")).name if (place / "driver").exists() else ""
        told = ask(name) or Nic(name, driver, bus=Path(os.path.realpath(place)).name)
        if told.driver or driver:
            driver = told.driver or driver
            version = told.version or _line(root / "sys/module" / driver / "version")
            found.append(Nic(name, driver, version, told.firmware, told.bus))
    return found


def asked(name: str) -> Nic | None:
    """What the driver of a device tells; None where it tells nothing, or the device is gone."""
    info = array.array("B", bytes(_DRVINFO.size))
    struct.pack_into("=I", info, 0, _GDRVINFO)
    address, _length = info.buffer_info()
    request = _IFREQ.pack(os.fsencode(name)[:15], address)
    try:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as channel:
            fcntl.ioctl(channel, _SIOCETHTOOL, request)
    except OSError:
        return None
    _command, *texts = _DRVINFO.unpack(info.tobytes())[:5]
    driver, version, firmware, bus = map(_text, texts)
    return Nic(name, driver, version, firmware, bus)


def _text(data: bytes) -> str:
    text = data.partition(b"\0")[0].decode("ascii", "replace").strip()
    return "" if text in _NOTHING else text


def _line(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()[:60]
    except OSError:
        return ""
