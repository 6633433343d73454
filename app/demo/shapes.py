"""Lines as programs write them, in the forms of the entries' own examples, with values that vary.

A shape gives messages as `PROGRAM: TEXT`; the log puts time and host before them. A test holds that every fault is
recognised as its entry, every sign of recovery as such, and no healthy line as anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

Values = Mapping[str, str]
Shape = Callable[[Random, Values], list[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What one kind of trouble writes: `lines` each time it is seen, `over` where something says that it ended."""

    entry: str
    lines: Shape
    over: Shape | None = None


def _kernel(random: Random, *texts: str) -> list[str]:
    uptime_s = random.uniform(400_000, 900_000)
    return [f"kernel: [{uptime_s:13.6f}] {text}" for text in texts]


def _tx_hang(random: Random, values: Values) -> list[str]:
    where = f"ixgbe {values['pci']} {values['iface']}"
    queue, clean, used = random.randrange(32), random.randrange(256), random.randrange(256)
    return _kernel(
        random,
        f"{where}: Detected Tx Unit Hang (XDP)",
        f"  Tx Queue             <{queue}>",
        f"  TDH, TDT             <{clean}>, <{used}>",
        f"  next_to_use          <{used}>",
        f"  next_to_clean        <{clean}>",
        "tx_buffer_info[next_to_clean]",
        "  time_stamp           <0>",
        f"  jiffies              <{random.randrange(1 << 32):x}>",
        f"{where}: tx hang {random.randrange(1, 9)} detected on queue {queue}, resetting adapter",
        f"{where}: initiating reset due to tx timeout",
        f"{where}: Reset adapter",
    )


def _mtu_mismatch(_random: Random, values: Values) -> list[str]:
    sizes = f"(remote {values['mtu']}, local 1500)"
    return [f"bird: ospf1: MTU mismatch with nbr {values['neighbor']} on {values['iface']} {sizes}"]


def _slave_down(random: Random, values: Values) -> list[str]:
    return _kernel(random, f"bond0: (slave {values['iface']}): link status definitely down, disabling slave")


def _slave_up(random: Random, values: Values) -> list[str]:
    up = "link status definitely up, 10000 Mbps full duplex"
    return _kernel(random, f"bond0: (slave {values['iface']}): {up}")


def _link_flaps(random: Random, values: Values) -> list[str]:
    where = f"{values['driver']} {values['pci']} {values['iface']}"
    down, up = f"{where}: NIC Link is Down", f"{where}: NIC Link is Up 10 Gbps, Flow Control: RX/TX"
    return _kernel(random, down, up, down, up, down)


def _link_up(random: Random, values: Values) -> list[str]:
    where = f"{values['driver']} {values['pci']} {values['iface']}"
    return _kernel(random, f"{where}: NIC Link is Up 10 Gbps, Flow Control: RX/TX")


def _script_failed(random: Random, values: Values) -> list[str]:
    status = random.choice((1, 1, 1, 2))
    return [f"Keepalived_vrrp[2211]: VRRP_Script({values['script']}) failed (exited with status {status})"]


def _script_succeeded(_random: Random, values: Values) -> list[str]:
    return [f"Keepalived_vrrp[2211]: VRRP_Script({values['script']}) succeeded"]


def _hold_timer(_random: Random, values: Values) -> list[str]:
    return [f"bird: {values['peer']}: Error: Hold timer expired"]


def _table_full(random: Random, _values: Values) -> list[str]:
    return _kernel(random, "nf_conntrack: nf_conntrack: table full, dropping packet")


def _queue_timeout(random: Random, values: Values) -> list[str]:
    waited_ms, queue = random.randrange(5_000, 20_000), random.randrange(8)
    where = f"{values['driver']} {values['pci']} {values['iface']}"
    return _kernel(random, f"{where}: NETDEV WATCHDOG: CPU: 3: transmit queue {queue} timed out {waited_ms} ms")


FAULTS: Final[Mapping[str, Fault]] = {
    fault.entry: fault
    for fault in (
        Fault("ixgbe-tx-unit-hang", _tx_hang),
        Fault("bird-ospf-mtu-mismatch", _mtu_mismatch),
        Fault("bonding-slave-link-down", _slave_down, _slave_up),
        Fault("nic-link-flapping", _link_flaps, _link_up),
        Fault("keepalived-vrrp-script-failed", _script_failed, _script_succeeded),
        Fault("bgp-hold-timer-expired", _hold_timer),
        Fault("nf-conntrack-table-full", _table_full),
        Fault("netdev-watchdog-tx-timeout", _queue_timeout),
    )
}


def healthy(random: Random) -> str:
    """A line of a host that has nothing to tell."""
    number = random.randrange(1_000, 60_000)
    return random.choice(
        (
            f"systemd[1]: Started Session {number} of user root.",
            f"CROND[{number}]: (root) CMD (/usr/lib64/sa/sa1 1 1)",
            f"sshd[{number}]: Accepted publickey for ops from 198.51.100.14 port {number} ssh2",
            f"chronyd[998]: Selected source 192.0.2.{random.randrange(1, 250)}",
            "systemd[1]: Starting Cleanup of Temporary Directories...",
        )
    )
