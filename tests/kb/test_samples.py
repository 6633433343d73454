"""Every C sample of every article compiles as a BPF program, the `bad` ones too: only the verifier refuses them."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from kb.book import load_dirs
from kb.catalog import shipped_dir
from kb.entry import LANGUAGES, Entry

Program = Callable[[str, str], str]

SAMPLE = re.compile(r"^( *)```c\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
KIND = re.compile(r"/\* (bad|good) \*/\n")

# What a sample may use without declaring it. Headers of the kernel and of libbpf (Debian: linux-libc-dev, libbpf-dev),
# and three maps; a sample about anything else declares that itself.
PRELUDE = """
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ptrace.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/version.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
struct bpf_list_head { __u64 opaque[2]; } __attribute__((aligned(8)));
struct bpf_list_node { __u64 opaque[3]; } __attribute__((aligned(8)));
#endif

struct value { __u64 count; __u32 len; char data[64]; };
struct trace_event_raw_write { __u64 common; long id; __u64 fd; const char *buf; __u64 count; };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct value);
} values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 8);
	__uint(key_size, 4);
	__uint(value_size, 4);
} programs SEC(".maps");

char LICENSE[] SEC("license") = "GPL";
"""


class Sample(NamedTuple):
    """One `bad` or `good` block, where it stands and what it says."""

    entry: str
    place: str
    kind: str
    text: str


def samples_of(entry: Entry) -> Iterator[Sample]:
    for part in ("cause", "fix"):
        for language in LANGUAGES:
            markdown = getattr(entry.article, part).in_language(language) or ""
            for number, found in enumerate(SAMPLE.finditer(markdown)):
                text = re.sub(f"^{found[1]}", "", found[2], flags=re.MULTILINE)
                kind = KIND.match(text)
                if kind is not None:
                    yield Sample(entry.article.id, f"{part}.{language}[{number}]", kind[1], text)


def all_samples() -> list[Sample]:
    entries = load_dirs([shipped_dir()]).values()
    return [sample for entry in entries if isinstance(entry, Entry) for sample in samples_of(entry)]


SAMPLES = all_samples()
PROGRAMS = {sample.text: sample for sample in reversed(SAMPLES)}  # the same program in both languages is built once


@pytest.mark.parametrize(
    "sample", PROGRAMS.values(), ids=[f"{each.entry}-{each.place}-{each.kind}" for each in PROGRAMS.values()]
)
def test_clang_builds_each_sample_for_bpf(sample: Sample, system_program: Program, tmp_path: Path) -> None:
    clang = system_program("clang", "clang")
    source = tmp_path / "sample.c"
    source.write_text(PRELUDE + sample.text, encoding="utf-8")
    multiarch = subprocess.run([clang, "-print-multiarch"], capture_output=True, text=True, check=True).stdout.strip()
    options = ["-O2", "-g", "-target", "bpf", "-D__TARGET_ARCH_x86", f"-I/usr/include/{multiarch}", "-w"]
    command = [clang, *options, "-c", str(source), "-o", str(tmp_path / "sample.o")]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, f"{sample.entry} {sample.place}:\n{built.stderr}"


def test_each_entry_with_a_bad_sample_has_a_good_one() -> None:
    for language in ("en", "zh"):
        kinds: dict[str, set[str]] = {}
        for sample in SAMPLES:
            if f".{language}[" in sample.place:
                kinds.setdefault(sample.entry, set()).add(sample.kind)
        assert {entry for entry, found in kinds.items() if found == {"bad"}} == set()
