"""The BPF verifier's log, whichever program printed it: libbpf, bpftool, ip, tc, a Go or Rust loader.

It has no stamps. A log ends where the next begins; libbpf brackets it with `-- BEGIN PROG LOAD LOG --` and `-- END PROG
LOAD LOG --` (libbpf src/libbpf.c), the kernel closes it with `processed N insns` (kernel/bpf/verifier.c,
print_verification_stats()). A Go loader's error is the end of a log in one line, with the number of lines
that it left out (cilium/ebpf, internal/errors.go, VerifierError.Error()).
"""

import re

from matchers.sources.source import Source

VERIFIER = Source(
    "verifier",
    continues=re.compile(r"(?!libbpf: |-- BEGIN PROG LOAD LOG|Verifier analysis)"),
    whole=re.compile(r"[^\s(] \(\d+ line\(s\) omitted\)"),
)
