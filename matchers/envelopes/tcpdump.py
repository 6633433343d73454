"""A packet as tcpdump prints it. Only its time is read: the line stays whole, as `tcpdump` matchers know it.

    19:26:28.377695 IP 192.0.2.1.443 > 198.51.100.7.51514: Flags [S.], seq 1, ack 2
    2022-03-25 19:26:28.377695 24:6e:96:00:00:01 > 24:6e:96:00:00:02, ethertype IPv4 (0x0800), length 74: ...
    1648190153.123456 eth0  In  IP6 2001:db8::1 > 2001:db8::2: ICMP6, echo request

With `-tttt -e` and `-tt -i any` in the last two lines. Six digits after the point, nine with --nano. Source:
tcpdump(1), "Timestamps" and option -t. `-ttttt` (since the first packet) looks like a time of day and is taken for
one; `-ttt` (since the last packet) begins with a blank and is left alone.
"""

import re
from typing import Final

from matchers import times
from matchers.envelopes.layer import Layer
from matchers.times import Stamp

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "tcpdump"
STARTS: Final = "0123456789"

_MAC = r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}"
_PROTOCOL = r"(?:IP6?|ARP|RARP|LLDP|LACPv1|STP|MPLS|PPPoE|EAPOL|IS-IS|IPX|vlan|AoE|CDPv\d|ethertype)"
_PACKET = re.compile(
    r"(?:(?:(\d{4})-(\d\d)-(\d\d) )?(\d\d:\d\d:\d\d)|(\d{9,10}))\.(\d{6}(?:\d{3})?) "
    r"(?:[\w.@:-]{1,16} {1,6}(?:In|Out|B|M|P) {1,4})?"
    rf"(?:{_PROTOCOL}[ ,]|{_MAC} (?:>|\())",
    re.ASCII,
)


def strip(text: str) -> Layer | None:
    """Read the time and leave the line as it is."""
    m = _PACKET.match(text)
    time = _time(m) if m else None
    return Layer(text, time=time, whole=True) if time else None


def _time(m: re.Match[str]) -> Stamp | None:
    if m[5]:
        return times.epoch(int(m[5]), m[6])
    return times.full(m[1], m[2], m[3], m[4], m[6]) if m[1] else times.of_day(m[4], m[6])
