"""Audit records, one a line, from auditd's own file, its syslog plugin or the kernel's log while no auditd runs."""

import re

from matchers.sources.source import Source

AUDIT = Source("audit", programs=re.compile(r"audit|auditd|audispd|audisp-\w+|kernel|setroubleshoot"), framed=True)
