"""The kernel's own log: dmesg, /dev/kmsg, syslog's `kernel:`, the journal's kernel transport, netconsole.

A message with newlines in it is one printk (ixgbe's "Detected Tx Unit Hang" is seven lines); tools print its further
lines bare and indented, with the stamp of the first (util-linux dmesg, journalctl) or each with a prefix (rsyslog).
"""

import re

from matchers.sources.source import Source

KERNEL = Source("kernel", programs=re.compile(r"kernel|klogd|netconsole|dmesg"), continues=re.compile(r"\s"))
