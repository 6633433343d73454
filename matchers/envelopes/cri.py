"""What containerd and CRI-O write for a container.

    2022-03-25T15:35:53.123456789Z stderr F libbpf: prog 'xdp_lb': BPF program load failed: Permission denied

Time, stream and tags: `F` a whole line, `P` a part of one that was too long (parts are not joined here).
Source: Kubernetes, CRI logging design and parseCRILog() of the kubelet's log reader.
"""

import re
from typing import Final

from matchers import times
from matchers.envelopes.layer import Layer

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "cri"
STARTS: Final = "0123456789"

_HEADER = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)"
    r" (?:stdout|stderr) [FP](?::\S{1,100})?(?: |$)",
    re.ASCII,
)


def strip(text: str) -> Layer | None:
    """Take off time, stream and tags."""
    m = _HEADER.match(text)
    if m is None:
        return None
    time = times.full(m[1], m[2], m[3], m[4], m[5], zone=m[6])
    return Layer(text[m.end() :], time=time) if time else None
