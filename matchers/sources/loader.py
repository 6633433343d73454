"""What a loader or tool says on its own account: libbpf, libxdp, cilium/ebpf, bpftool, ip, tc, clang.

One line is one message.
"""

from matchers.sources.source import Source

LOADER = Source("loader")
