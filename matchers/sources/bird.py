"""BIRD, in its own log or through syslog: one line a message (sysdep/unix/log.c, log_commit())."""

import re

from matchers.sources.source import Source

BIRD = Source("bird", programs=re.compile(r"bird\d?|birdc\d?|calico-node|confd"))
