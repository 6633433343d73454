"""Whose message it is: which programs print it and how its lines belong together.

One module per source. A matcher names a source; the scan asks it whether a line may be its message at all, and which
lines of a log belong to one record.
"""

from matchers.sources.audit import AUDIT
from matchers.sources.bird import BIRD
from matchers.sources.kernel import KERNEL
from matchers.sources.loader import LOADER
from matchers.sources.source import Source
from matchers.sources.tcpdump import TCPDUMP
from matchers.sources.text import TEXT
from matchers.sources.verifier import VERIFIER

SOURCES: dict[str, Source] = {source.name: source for source in (KERNEL, BIRD, VERIFIER, LOADER, TCPDUMP, AUDIT, TEXT)}
"""All sources by name."""

__all__ = ["SOURCES", "Source"]
