"""rsyslog's count in place of equal messages.

    message repeated 3 times: [ ixgbe 0000:83:00.0 eth0: NIC Link is Down]

Source: rsyslog, $RepeatedMsgReduction. The older `last message repeated 3 times` has no message to find and stays
as it is.
"""

import re
from typing import Final

from matchers.envelopes.layer import Layer

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "repeated"
STARTS: Final = "m"

_COUNT = re.compile(r"message repeated (\d{1,9}) times: \[ ?", re.ASCII)


def strip(text: str) -> Layer | None:
    """Take the message out of its brackets; its count is in `repeated`."""
    m = _COUNT.match(text)
    if m is None or not text.endswith("]") or len(text) == m.end():
        return None
    return Layer(text[m.end() : -1], repeated=max(1, int(m[1])), escaped=True)
