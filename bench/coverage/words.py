"""What stands in the place of names and other words, by the kind a list gives them."""

from typing import Final

WORDS: Final[dict[str, tuple[str, ...]]] = {
    "word": ("master4", "import", "handle_rx", "struct", "eth1", "flow_v6"),
    "ident": ("xdp_filter", "sk_buff", "task_struct", "count_packets", "tbl4", "bpf_dummy_ops"),
    "channel": ("ipv4", "ipv6", "import", "mpls"),
    "proto": ("ospf1", "uplink_64500", "bgp_tor2", "kernel4", "bfd1", "v6core"),
    "ifname": ("eth0", "ens1f0np0", "bond0.100", "enp59s0f1", "veth3a1b", "br-lan"),
    "iplink": ("", "%eth0", "%bond0.100"),
    "func": ("ip_rcv_core", "do_check", "cleanup_net", "mlx5e_open"),
    "sym": ("ip_rcv+0x4c/0x110", "napi_poll+0x12/0x90"),
    "path": ("/sys/fs/bpf/flows", "/sys/kernel/btf/vmlinux", "/etc/bird/roa.conf"),
    "progname": ("xdp_filter", "tc_ingress", "count_packets"),
    "mapname": ("flows", "ports_v6", "stats.bss"),
    "helper": ("bpf_map_lookup_elem", "bpf_skb_store_bytes", "bpf_get_current_task", "bpf_timer_init"),
    "regtype": ("scalar", "fp", "ctx", "map_value", "map_value_or_null", "pkt", "trusted_ptr_", "mem", "rdonly_buf"),
    "aluop": ("&=", "*=", "<<=", "^="),
    "cond": ("regno >= MAX_BPF_REG", "!reg->type", "insn_idx < 0"),
    "errstr": ("Permission denied", "Invalid argument", "No such file or directory", "Address already in use"),
    "errno": ("-22", "-12", "-5", "-110"),
    "esym": ("-EINVAL", "-ENOMEM", "-EIO", "-EOPNOTSUPP"),
    "hwstat": ("I40E_ERR_PARAM", "ICE_ERR_AQ_ERROR", "-EIO"),
    "aqerr": ("I40E_AQ_RC_EINVAL", "ICE_AQ_RC_ENOSPC", "LIBIE_AQ_RC_EBUSY", "OK"),
    "goerr": ("permission denied", "invalid argument", "file does not exist", "not supported"),
    "goval": ("Hash", "XDP", "xdp_filter", "5"),
    "gotype": ("*btf.Struct", "*ebpf.Map", "uint32"),
}
