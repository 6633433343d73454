"""By whose version a component is judged: that of the kernel it is part of, or its own as a program."""

# fmt: off
DRIVERS = frozenset((
    "ixgbe", "igb", "igc", "i40e", "ice", "e1000", "e1000e", "mlx4", "mlx5", "bnxt", "ena", "gve", "tg3", "virtio-net",
    "veth", "tun", "bonding", "bridge", "vlan",
))
"""Parts of the kernel that may also come from out of tree, with a version of their own."""

KERNEL = DRIVERS | frozenset((
    "kernel", "netdev", "ipv4", "ipv6", "tcp", "routing", "netfilter", "ipvs", "neighbour", "tunnel", "gue", "memory",
    "cpu", "selinux", "module", "pcie", "sfp", "nic", "bpf", "verifier", "xdp", "af-xdp", "tc",
))
"""Parts of the kernel."""

PROGRAMS = frozenset((
    "bird", "frr", "calico", "keepalived", "firewalld", "tcpdump", "iproute2", "iptables", "libbpf", "libxdp",
    "bpftool", "cilium-ebpf", "bcc", "clang",
))
"""Programs and libraries, each with its own releases."""
# fmt: on

_MODULES = {
    "mlx4": ("mlx4_en", "mlx4_core"),
    "mlx5": ("mlx5_core",),
    "bnxt": ("bnxt_en",),
    "virtio-net": ("virtio_net",),
    "vlan": ("8021q",),
}


def modules_of(component: str) -> tuple[str, ...]:
    """The names under which the kernel and ethtool know a driver."""
    return _MODULES.get(component, (component,))
