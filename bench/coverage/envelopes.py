"""A message as it stands in real text: what its printer and its log put around it.

Kernel messages are shown in dmesg and syslog, BIRD's in its own log, in syslog and as BIRD 3 writes them, the
verifier's in a bare log, between libbpf's brackets and at the end of a Go loader's error, a tool's bare and in syslog.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bench.coverage.lists import Format

_PCI = "0000:3b:00.0"
_DRIVERS = {"mlx5": "mlx5_core", "bnxt": "bnxt_en", "i40evf": "iavf"}
_VIRTUAL = {"bonding": "bond0", "veth": "veth0", "tun": "tun0", "net/bridge": "br0", "net/8021q": "eth0.100"}
_EXTACK = frozenset({"extack", "extackmod", "bondnl"})
_PARSES_TYPES = re.compile(
    r"btf_(?:parse_\w+|verifier_log_\w+|resolve|add_type|check_(?:meta|sec_info|type_tags)"
    r"|\w+_(?:check_meta|check_member|check_kflag_member|resolve|log)|func_check|func_proto_check)"
)
"""Functions of kernel/bpf/btf.c that speak while types are loaded, rather than a program."""
_PROCESSED = "processed 13 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 1"


@dataclass(frozen=True, slots=True)
class Shown:
    """Lines of a log; those from `begin` to before `end` are the message."""

    envelope: str
    lines: tuple[str, ...]
    begin: int
    end: int


def show(message: Format, text: str, rng: random.Random) -> Iterator[Shown]:
    """The message in every envelope of its list; `text` is it with values."""
    if message.list == "bird":
        return _in_bird(message, text, rng)
    if message.prefix in ("libbpf", "bpftool", "go") or message.prefix in _EXTACK:
        return _from_tool(message, text)
    if message.prefix.startswith(("verifier", "btf", "stream")):
        return _in_verifier(message, text, rng)
    return _in_kernel(message, text, rng)


def _in_bird(message: Format, text: str, rng: random.Random) -> Iterator[Shown]:
    """BIRD, sysdep/unix/main.c, unix_read_config() and cf_warn(): where in the configuration it is."""
    if message.prefix == "birdcfg":
        line, column = rng.randint(1, 900), rng.randint(1, 60)
        if all(each.startswith("1.") for each in message.versions):
            text = f"/etc/bird.conf, line {line}: {text}"
        else:
            text = f"/etc/bird/bird.conf:{line}:{column}{':' if message.level == 'WARN' else ''} {text}"
    level = message.level if message.level.isupper() else "INFO"
    stamp = f"2024-08-20 02:{rng.randrange(60):02}:{rng.randrange(60):02}.{rng.randrange(1000):03}"
    yield _whole("own log", f"{stamp} <{level}> {text}")
    yield _whole("syslog", f"Aug 20 {stamp[11:19]} rr1 bird[902]: {text}")
    if any(each.startswith("3.") for each in message.versions):
        yield _whole("BIRD 3", f"{stamp} [{rng.randrange(16):04x}] <{level}> {text}")


def _from_tool(message: Format, text: str) -> Iterator[Shown]:
    """iproute2, lib/libnetlink.c, nl_dump_ext_ack(); libbpf, src/libbpf.c; bpftool, src/main.h, p_err()."""
    if message.prefix in _EXTACK:
        module = f"{_module(message)}: " if message.prefix == "extackmod" else ""
        text = f"Error: {module}{text}" + ("" if text.endswith(".") else ".")
    elif message.prefix == "libbpf":
        text = f"libbpf: {text}"
    elif message.prefix == "bpftool" and message.level == "err":
        text = f"Error: {text}"
    elif message.prefix == "go":
        yield _whole("Go's log", f"2024/08/20 02:14:33 loading objects: {text}")
    yield _whole("bare", text)
    program = "ip" if message.prefix in _EXTACK else "lb-agent"
    yield _whole("syslog", "\n".join(f"Aug 20 02:14:33 lb1 {program}[812]: {line}" for line in text.split("\n")))


def _module(message: Format) -> str:
    """The name the kernel puts before NL_SET_ERR_MSG_MOD(): the driver's, or of net/ that of the file."""
    if message.subsystem.startswith("net/"):
        return message.file.rpartition("/")[2].removesuffix(".c")
    return _DRIVERS.get(message.subsystem, message.subsystem)


def _in_verifier(message: Format, text: str, rng: random.Random) -> Iterator[Shown]:
    """A log by itself, and in libbpf's brackets (src/libbpf.c, libbpf_prog_load(), bpf_object_load_btf())."""
    if message.prefix == "stream":
        yield _whole("bare", text)
    elif message.prefix.startswith("btf") or _PARSES_TYPES.fullmatch(message.function):
        before, begun = _type_lines(message, rng)
        yield _amid("bare", before, begun + text, ())
        yield _amid("libbpf", ("libbpf: -- BEGIN BTF LOAD LOG ---", *before), begun + text, ("-- END BTF LOAD LOG --",))
    else:
        trace = _trace(rng)
        yield _amid("bare", trace, text, (_PROCESSED,))
        failed = "libbpf: prog 'xdp_filter': BPF program load failed: Permission denied"
        opening = "libbpf: prog 'xdp_filter': -- BEGIN PROG LOAD LOG --"
        yield _amid("libbpf", (failed, opening, *trace), text, (_PROCESSED, "-- END PROG LOAD LOG --"))
        yield _whole("Go", _go_error(trace[-1], text, rng))


def _go_error(before: str, text: str, rng: random.Random) -> str:
    """The end of the log as one line (cilium/ebpf, internal/errors.go, VerifierError.Format())."""
    last = ": ".join([before, *text.split("\n")])
    return f"program xdp_filter: load program: permission denied: {last} ({rng.randint(2, 90)} line(s) omitted)"


def _trace(rng: random.Random) -> tuple[str, ...]:
    at = rng.randint(1, 200)
    if rng.random() < 0.5:
        return ("0: (bf) r6 = r1", f"{at}: (61) r2 = *(u32 *)(r1 +4)")
    return (
        "0: R1=ctx() R10=fp0",
        "; void *data = (void *)(long)ctx->data; @ filter.bpf.c:31",
        f"{at}: (61) r2 = *(u32 *)(r1 +4)         ; R1=ctx() R2_w=pkt(r=0)",
    )


def _type_lines(message: Format, rng: random.Random) -> tuple[tuple[str, ...], str]:
    """What the kernel prints of a type before what is wrong: whole lines, and the beginning of the message's own.

    kernel/bpf/btf.c, __btf_verifier_log_type(), btf_verifier_log_member(), btf_verifier_log_vsi(), and the log_details
    of the kinds, which stand within such a line.
    """
    record, number = f"[{rng.randint(1, 900)}] ", rng.randint(1, 900)
    struct = f"{record}STRUCT flow_key size=16 vlen=3"
    if message.prefix == "btfmember":
        return (struct,), f"\tsaddr type_id={number} bits_offset={rng.randrange(0, 128, 8)} "
    if message.prefix == "btfvsi":
        return (f"{record}DATASEC .bss size=8 vlen=1",), f"\t type_id={number} offset=0 size={rng.randint(1, 64)} "
    if message.prefix == "btftype":
        return (), rng.choice([f"{struct} ", f"{record}INT u32 size=4 bits_offset=0 nr_bits=32 encoding=(none) "])
    return (), f"{record}STRUCT flow_key " if message.function.endswith("_log") else ""


def _in_kernel(message: Format, text: str, rng: random.Random) -> Iterator[Shown]:
    text = _printed_by(message, text, rng)
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    if message.prefix.startswith("WARN"):  # since 4.14: kernel/panic.c, __warn_printk()
        before = ("------------[ cut here ]------------",)
        place = f"{message.file or 'net/core/dev.c'}:{rng.randint(10, 9000)} dev_work+0x1a2/0x1c0"
        after = (f"WARNING: CPU: {rng.randrange(64)} PID: {rng.randint(2, 9999)} at {place}", "---[ end trace ]---")
    seconds = f"{rng.randint(1, 99_999):5}.{rng.randrange(10**6):06}"
    clock = f"Aug 20 {rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
    for envelope, header in {"dmesg": f"[{seconds}] ", "syslog": f"{clock} lb1 kernel: [{seconds}] "}.items():
        lines = "\n".join(header + line for line in text.split("\n"))
        yield _amid(envelope, _each(header, before), lines, _each(header, after))


def _each(header: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(header + line for line in lines)


def _printed_by(message: Format, text: str, rng: random.Random) -> str:
    """What the printing function puts before the text."""
    virtual = _VIRTUAL.get(message.subsystem)
    device = f"{_DRIVERS.get(message.subsystem, message.subsystem)} {_PCI}"
    netdev = virtual or ("eth0" if "/" in message.subsystem else f"{device} ens1f0")
    work = "" if message.level == "info" else f"mlx5_work:{rng.randint(50, 3000)}:(pid {rng.randint(1, 9999)}): "
    heads = {
        "dev": f"{device}: ",
        "netdev": f"{netdev}: ",
        "bridge": f"{netdev}: ",
        "slave": f"bond0: (slave eth{rng.randrange(4)}): ",
        "mlx5": f"{device}: {work}",
        "mlx5qos": f"{device}: {work}QoS: ",
        "esw": f"{device}: E-Switch: ",
        "WARNdev": f"netdevice: {virtual or 'ens1f0'}: ",
        "netpoll": "netpoll: netconsole: ",
        "panic": "Kernel panic - not syncing: ",
    }
    return heads.get(message.prefix, "") + text


def _whole(envelope: str, text: str) -> Shown:
    return _amid(envelope, (), text, ())


def _amid(envelope: str, before: tuple[str, ...], text: str, after: tuple[str, ...]) -> Shown:
    lines = text.split("\n")
    return Shown(envelope, (*before, *lines, *after), len(before), len(before) + len(lines))
