"""Packets as tcpdump prints them: with -v a header line and indented lines below it make one packet (print-ip.c)."""

import re

from matchers.sources.source import Source

TCPDUMP = Source("tcpdump", continues=re.compile(r"\s"), framed=True)
