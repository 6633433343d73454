"""The header of glog and klog: loaders and load balancers in C++, programs of Kubernetes.

    E0325 15:35:53.123456 12345 BpfLoader.cpp:96] Can't load bpf program
    E20220325 15:35:53.123456 12345 BpfLoader.cpp:96] ...                       glog since 0.5

Level, month and day, time, thread, file and line. Source: google/glog, README ("Log line format"); kubernetes/klog,
klog.go.
"""

import re
from typing import Final

from matchers import times
from matchers.envelopes.layer import Layer

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "glog"
STARTS: Final = "IWEF"

_HEADER = re.compile(
    r"[IWEF](\d{4})?(\d\d)(\d\d) (\d\d:\d\d:\d\d)\.(\d{6}) {1,8}\d{1,20} [^\s\]:]{1,200}:\d{1,7}\](?: |$)", re.ASCII
)


def strip(text: str) -> Layer | None:
    """Take off everything up to the bracket."""
    m = _HEADER.match(text)
    if m is None:
        return None
    time = times.full(m[1], m[2], m[3], m[4], m[5]) if m[1] else times.yearless(m[2], m[3], m[4], m[5])
    return Layer(text[m.end() :], time=time) if time else None
