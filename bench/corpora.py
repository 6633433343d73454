"""Seeded logs: ordinary invented syslog with so many hits, lines that nearly hit, and where every true hit stands.

    none, 0.01, 1, 20     percent of the lines are messages of the first forty rules
    shipped-0.01, -20     percent of the lines belong to examples of the shipped entries (bench.shipped)
    near-miss             every line is a message of some rule of the set but for the last letter of its last fixed word

Stamps are ISO 8601 with microseconds (as rsyslog writes them) and the older `Mar  1 00:00:00`, a thousand lines of
each in turn. All text is ASCII. Host names and people are invented, addresses come from the ranges for documentation.
"""

import random
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from bench.rules import HIT_RULES, RuleSet

MIB = 1 << 20
RATES = {"none": 0.0, "0.01": 0.0001, "1": 0.01, "20": 0.2}
MAIN = "0.01"
NEAR_MISS = "near-miss"
SHIPPED_RATES = {"shipped-0.01": 0.0001, "shipped-20": 0.2}
TITLES = {
    "none": "no hits",
    "0.01": "0.01 % hits",
    "1": "1 % hits",
    "20": "20 % hits",
    NEAR_MISS: "near misses",
    "shipped-0.01": "shipped, 0.01 % of lines",
    "shipped-20": "shipped, 20 % of lines",
}
_SEGMENT = 10_000  # lines that are made at once; one hit in each is 0.01 %
_STAMP_RUN = 1_000
_PER_STAMP = 25  # lines within one stamp: a busy host
_START = datetime(2024, 3, 1)

_HOSTS = ("lb1", "lb2", "gw1", "web3", "db-7")
_BODIES = (
    "sshd[{pid}]: Accepted publickey for {user} from {ip} port {port} ssh2: ED25519 SHA256:{b64}",
    "sshd[{pid}]: Disconnected from user {user} {ip} port {port}",
    "sshd[{pid}]: Invalid user {user} from {ip} port {port}",
    "sshd[{pid}]: pam_unix(sshd:session): session opened for user {user}(uid={n}) by (uid=0)",
    "systemd[1]: Started Session {n} of User {user}.",
    "systemd[1]: {unit}.service: Deactivated successfully.",
    "systemd[1]: Starting {unit}.service - Rotate and compress old files...",
    "systemd-networkd[{pid}]: {iface}: Gained carrier",
    "CRON[{pid}]: (root) CMD (test -x /usr/lib/{unit}/run && /usr/lib/{unit}/run --quiet --limit {n})",
    "kernel: [{sec}.{us}] {iface}: renamed from eth{small}",
    "kernel: [{sec}.{us}] IPv6: ADDRCONF(NETDEV_CHANGE): {iface}: link becomes ready",
    "kernel: [{sec}.{us}] nft-in: IN={iface} OUT= MAC={mac} SRC={ip} DST={ip2} LEN={small} TTL=63 ID={n} "
    "DF PROTO=TCP SPT={port} DPT=443",
    'kernel: [{sec}.{us}] audit: type=1400 audit({sec}.{us}:{n}): apparmor="STATUS" operation="profile_load" '
    'name="{unit}" pid={pid}',
    'nginx[{pid}]: {ip} - - "GET /api/v1/{unit}/{n} HTTP/1.1" 200 {n} "-" "curl/8.5.0" rt=0.{small} '
    "upstream={ip2}:{port}",
    'nginx[{pid}]: {ip} - {user} "POST /{unit}/session HTTP/2.0" 204 0 "https://www.example.org/{b64}" rt=0.{small}',
    "haproxy[{pid}]: {ip}:{port} [01/Mar/2024:00:{two}:{two}.{us}] fe_main be_{unit}/srv{small} "
    "0/0/{small}/{small}/{n} 200 {n} - - ---- {n}/{n}/0/0/0 0/0",
    "postfix/smtpd[{pid}]: connect from mail{small}.example.net[{ip}]",
    "postfix/qmgr[{pid}]: {hex}: from=<{user}@example.org>, size={n}, nrcpt=1 (queue active)",
    "dhclient[{pid}]: DHCPACK of {ip} from {ip2}",
    "chronyd[{pid}]: Selected source {ip} (ntp{small}.example.net)",
    "kubelet[{pid}]: I0301 00:{two}:{two}.{us} {pid} reconciler.go:{n}] "
    "operationExecutor.VerifyControllerAttachedVolume started for volume {unit}",
    'containerd[{pid}]: time="2024-03-01T00:{two}:{two}Z" level=info msg="cleaning up dead shim" id={hex}{hex} '
    "namespace=k8s.io",
    "dnsmasq[{pid}]: query[A] {unit}.example.org from {ip}",
    "dnsmasq[{pid}]: reply {unit}.example.org is {ip2}",
    "bird: ospf{small}: Neighbor {ip} on {iface} changed state from Exchange to Loading",
    "keepalived_vrrp[{pid}]: ({unit}) Receive advertisement from {ip} priority {small} interval 1 sec",
    "NetworkManager[{pid}]: <info>  [{sec}.{us}] device ({iface}): state change: config -> ip-config (reason 'none')",
    "sudo[{pid}]:    {user} : TTY=pts/{small} ; PWD=/home/{user} ; USER=root ; COMMAND=/usr/bin/systemctl {unit}",
    'dockerd[{pid}]: level=info msg="ignoring event" container={hex}{hex} module=libcontainerd topic=/tasks/delete',
    # What the same programs say while all is well: words of the rules occur in ordinary logs, too.
    "netagent[{pid}]: bonet: tx ring {small} is ready on {iface}",
    "netagent[{pid}]: {iface}: velnic link partner is up, speed {n}",
    "netagent[{pid}]: flowd flow table: peer {ip} added after {small} ms",
    "netagent[{pid}]: session {unit} of bgpagent established",
)
_USERS = ("alice", "bob", "carol", "deploy", "backup", "oracle", "git", "admin")
_UNITS = ("logrotate", "apt-daily", "fstrim", "cart", "billing", "inventory", "search", "mailer", "metrics", "auth")
_IFACES = ("eth0", "eth1", "bond0", "bond0.100", "ens3f0np0", "veth7a1c", "lo")


class Hit(NamedTuple):
    """A true hit: where its first line stands, its rule's (or entry's) id, and of how many lines it is."""

    line: int  # from 1
    offset: int  # bytes, from 0
    rule: str
    lines: int = 1


@dataclass(frozen=True)
class Corpus:
    """A log on disk and its true hits, in order."""

    name: str
    path: Path
    size: int
    hits: Sequence[Hit]

    def head(self, size: int) -> "Corpus":
        """The first `size` bytes, up to the end of a line, as a file of its own beside this one."""
        if size >= self.size:
            return self
        path = self.path.with_suffix(f".head-{size}")
        with self.path.open("rb") as file:
            data = file.read(size) + file.readline()
        if not path.exists() or path.stat().st_size != len(data):
            path.write_bytes(data)
        return Corpus(self.name, path, len(data), [hit for hit in self.hits if hit.offset < len(data)])


def make_corpus(name: str, rules: RuleSet, *, size: int, seed: int, folder: Path) -> Corpus:
    """Write the corpus called `name` (a key of `RATES`, or `near-miss`) of at least `size` bytes."""
    rng = random.Random(f"{name} {seed}")
    # Hits do not depend on the size of the set, so that corpora but the near-miss one are shared by all sizes.
    path = folder / (f"near-miss-{rules.count}.log" if name == NEAR_MISS else f"hits-{name}.log")
    pool = _near_misses(rules, rng) if name == NEAR_MISS else _ordinary(rng)
    hits: list[Hit] = []
    offset, number = 0, 1
    with path.open("wb") as file:
        while offset < size:
            bodies, found = _segment(rng, pool, rules, RATES.get(name, 0.0))
            lines = [stamp + body for stamp, body in zip(_stamps(number), bodies, strict=True)]
            ends = array("Q", accumulate(len(line) + 1 for line in lines))
            hits += [Hit(number + at, offset + (ends[at - 1] if at else 0), rule) for at, rule in found]
            file.write(("\n".join(lines) + "\n").encode("ascii"))
            offset += ends[-1]
            number += _SEGMENT
    remove_heads(path)
    return Corpus(name, path, offset, hits)


def ordinary_lines(count: int, seed: int) -> list[str]:
    """Stamped ordinary lines without hits."""
    rng = random.Random(f"lines {seed}")
    stamps = _stamps(1)
    return [next(stamps) + body for body in rng.choices(_ordinary(rng), k=count)]


def remove_heads(path: Path) -> None:
    """Heads of an earlier run in the same folder may be of other text."""
    for head in path.parent.glob(f"{path.stem}.head-*"):
        head.unlink()


def _segment(
    rng: random.Random, pool: Sequence[str], rules: RuleSet, rate: float
) -> tuple[list[str], list[tuple[int, str]]]:
    """Lines without stamps, and (index, rule) of those that are hits."""
    bodies = rng.choices(pool, k=_SEGMENT)
    places = sorted(rng.sample(range(_SEGMENT), round(_SEGMENT * rate)))
    found = []
    for at in places:
        rule = rng.choice(rules.rules[:HIT_RULES])
        bodies[at] = f"{rng.choice(_HOSTS)} netagent[{rng.randrange(300, 32768)}]: {rule.message(rng)}"
        found.append((at, rule.id))
    return bodies, found


def _near_misses(rules: RuleSet, rng: random.Random) -> list[str]:
    """Every rule of the set at the least twice, in no order."""
    wanted = max(2 * rules.count, 4000)
    chosen = [rules.rules[at % rules.count] for at in range(wanted)]
    return [f"{rng.choice(_HOSTS)} netagent[{rng.randrange(300, 32768)}]: {rule.near_miss(rng)}" for rule in chosen]


def _ordinary(rng: random.Random) -> list[str]:
    return [f"{rng.choice(_HOSTS)} {rng.choice(_BODIES).format_map(_values(rng))}" for _ in range(20_000)]


def _values(rng: random.Random) -> dict[str, object]:
    return {
        "pid": rng.randrange(300, 32768),
        "n": rng.randrange(1, 100_000),
        "small": rng.randrange(1, 100),
        "two": f"{rng.randrange(60):02}",
        "sec": rng.randrange(1000, 900_000),
        "us": f"{rng.randrange(1_000_000):06}",
        "port": rng.randrange(1024, 65536),
        "ip": f"192.0.2.{rng.randrange(256)}",
        "ip2": f"198.51.100.{rng.randrange(256)}",
        "mac": ":".join(f"{rng.randrange(256):02x}" for _ in range(14)),
        "hex": f"{rng.randrange(1 << 64):016x}",
        "b64": f"{rng.randrange(1 << 128):032X}",
        "user": rng.choice(_USERS),
        "unit": rng.choice(_UNITS),
        "iface": rng.choice(_IFACES),
    }


def _stamps(number: int) -> Iterator[str]:
    """The stamps of a segment whose first line is `number`, each with the blank behind it."""
    for at in range(number - 1, number - 1 + _SEGMENT, _PER_STAMP):
        when = _START + timedelta(seconds=at // _PER_STAMP, microseconds=at * 7919 % 1_000_000)
        iso = when.isoformat(timespec="microseconds") + "+00:00 "
        old = f"{when:%b} {when.day:2} {when:%H:%M:%S} "
        stamp = iso if at // _STAMP_RUN % 2 == 0 else old
        yield from (stamp for _ in range(_PER_STAMP))
