"""What a host tells of itself: read, never run; bounded; the same as the programs of this system say."""

import os
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.watch import facts
from app.watch.installed import bird_version
from app.watch.nics import Nic, asked, nics

Program = Callable[..., str]
STATUS = """\
Package: bind9
Status: install ok installed
Version: 1:9.18.1-1

Package: bird2
Status: {status}
Priority: optional
Version: {version}
Description: Internet Routing Daemon

Package: birdseye
Status: install ok installed
Version: 9.9

"""


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def device(root: Path, name: str, driver: str, bus: str = "0000:01:00.0") -> None:
    """A network device with hardware, as sysfs shows it."""
    place = root / "sys/devices" / bus
    place.mkdir(parents=True, exist_ok=True)
    (root / "sys/bus" / driver).mkdir(parents=True, exist_ok=True)
    if not (place / "driver").is_symlink():
        (place / "driver").symlink_to(root / "sys/bus" / driver)
    (root / "sys/class/net" / name).mkdir(parents=True)
    (root / "sys/class/net" / name / "device").symlink_to(place)


def test_only_what_is_wanted_is_told() -> None:
    assert facts.collect([]) == {}
    assert facts.collect(["kernel"]) == {"kernel": os.uname().release, "kernel_build": os.uname().version}
    assert set(facts.collect(["kernel", "os"])) <= {"kernel", "kernel_build", "os"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\nID=debian\n', "debian 12"),
        ("ID='almalinux'\nVERSION_ID='9.4'\n", "almalinux 9.4"),
        ("ID=arch\n", "arch"),
    ],
)
def test_the_distribution_is_told_with_its_version(tmp_path: Path, text: str, told: str) -> None:
    write(tmp_path / "usr/lib/os-release", text)
    assert facts.collect(["os"], tmp_path) == {"os": told}


def test_a_host_that_knows_nothing_tells_nothing(tmp_path: Path) -> None:
    assert facts.collect(["os", "nic_drivers", "bird"], tmp_path) == {}


def test_drivers_tell_their_version_or_the_kernels(tmp_path: Path) -> None:
    device(tmp_path, "eth0", "ixgbe", "0000:01:00.0")
    device(tmp_path, "eth1", "ixgbe", "0000:01:00.1")
    device(tmp_path, "eth2", "virtio_net", "0000:02:00.0")
    (tmp_path / "sys/class/net/br0").mkdir()
    write(tmp_path / "sys/module/ixgbe/version", "5.19.6\n")
    write(tmp_path / "sys/module/ixgbe/taint", "OE\n")
    write(tmp_path / "sys/module/virtio_net/taint", "\n")
    assert facts.collect(["nic_drivers"], tmp_path) == {
        "nic_drivers": {"ixgbe": "5.19.6", "virtio_net": os.uname().release},
        "out_of_tree": "ixgbe",
        "nics": ["eth0 ixgbe 0000:01:00.0", "eth1 ixgbe 0000:01:00.1", "eth2 virtio_net 0000:02:00.0"],
    }


def test_devices_of_one_driver_that_differ_are_told_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        Nic("eth0", "ice", "1.9.11", "4.20 0x80017784", "0000:01:00.0"),
        Nic("eth1", "ice", "1.9.11", "4.40 0x8001c967", "0000:02:00.0"),
    ]
    monkeypatch.setattr(facts, "nics", lambda _root: found)
    told = facts.collect(["nic_drivers"], tmp_path)
    assert told["nic_drivers"] == {"ice": "1.9.11"}
    assert told["nic_firmware"] == {"ice": "4.20 0x80017784, 4.40 0x8001c967"}
    assert told["out_of_tree"] == "none"


def test_what_the_kernel_says_of_a_device_comes_first(tmp_path: Path) -> None:
    device(tmp_path, "eth0", "ixgbe")
    told = Nic("eth0", "ixgbe", "5.19.6", "0x800006d1", "0000:01:00.0")
    assert list(nics(tmp_path, lambda _name: told)) == [told]


def test_a_device_that_is_not_there_tells_nothing() -> None:
    assert asked("nosuchdevice0") is None


def test_the_kernel_says_what_ethtool_shows(system_program: Program) -> None:
    ethtool = system_program("ethtool", "ethtool", "/usr/sbin", "/sbin")
    compared = 0
    for _index, name in socket.if_nameindex():
        told = asked(name)
        done = subprocess.run([ethtool, "-i", name], capture_output=True, text=True, check=False)
        shown = dict(re.findall(r"(?m)^([a-z-]+): ?(.*)$", done.stdout))
        if told is None or not shown:
            continue
        compared += 1
        assert (told.driver, told.version, told.bus) == (shown["driver"], shown["version"], shown["bus-info"])
        assert told.firmware == ("" if shown["firmware-version"] == "N/A" else shown["firmware-version"])
    if not compared:
        pytest.skip("no network device here has a driver")


@pytest.mark.parametrize(
    ("version", "told"),
    [("2.0.12-7", "2.0.12"), ("1:2.13.1+ds-1~bpo12+1", "2.13.1"), ("3.0.1-cznic.1", "3.0.1"), ("2.0.7.1-1", "2.0.7.1")],
)
def test_the_list_of_debians_packages_tells_birds_version(tmp_path: Path, version: str, told: str) -> None:
    write(tmp_path / "var/lib/dpkg/status", STATUS.format(status="install ok installed", version=version))
    assert bird_version(tmp_path) == told


def test_a_package_that_was_removed_tells_nothing(tmp_path: Path) -> None:
    write(tmp_path / "var/lib/dpkg/status", STATUS.format(status="deinstall ok config-files", version="2.0.12-7"))
    assert bird_version(tmp_path) == ""


def test_names_of_files_tell_birds_version_where_packages_carry_it(tmp_path: Path) -> None:
    (tmp_path / "usr/share/doc/bird-1.6.8").mkdir(parents=True)
    (tmp_path / "usr/share/doc/bird-lg-9.9").mkdir(parents=True)
    assert bird_version(tmp_path) == "1.6.8"


def test_the_program_itself_holds_its_version(tmp_path: Path) -> None:
    write(tmp_path / "usr/sbin/bird", b"\x7fELF\0\0BIRD \0BIRD version 2.17.1\n\0more")
    assert bird_version(tmp_path) == "2.17.1"


def test_birds_own_program_tells_what_it_prints(system_program: Program, tmp_path: Path) -> None:
    bird = system_program("bird", "bird2", "/usr/sbin")
    done = subprocess.run([bird, "--version"], capture_output=True, text=True, check=False)
    (tmp_path / "usr/sbin").mkdir(parents=True)
    (tmp_path / "usr/sbin/bird").symlink_to(bird)
    assert f"BIRD version {bird_version(tmp_path)}" == (done.stdout + done.stderr).strip()


def test_a_fifo_in_the_place_of_a_file_holds_nothing_up(tmp_path: Path) -> None:
    (tmp_path / "usr/sbin").mkdir(parents=True)
    os.mkfifo(tmp_path / "usr/sbin/bird")
    assert bird_version(tmp_path) == ""


def test_what_a_host_tells_is_bounded_and_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Nic(f"eth{n}", f"d{n}", "\x1b[31m\u202e" + "1" * 999, "fw\x00\n2", "b") for n in range(500)]
    monkeypatch.setattr(facts, "nics", lambda _root: many)
    told = facts.collect(["nic_drivers"], tmp_path)
    assert len(told["nic_drivers"]) == len(told["nics"]) == facts.MAX_PARTS
    assert told["nic_firmware"]["d0"] == "fw 2"
    assert len(told["nic_drivers"]["d0"]) == facts.MAX_VALUE
    assert told["nic_drivers"]["d0"].isprintable()
