"""What stands around a message: stamps, hosts, programs, JSON, container prefixes. `open_envelope` takes it off.

One module per envelope, each with `NAME`, `STARTS` and `strip`; `ENVELOPES` of `matchers.envelopes.layers` is the order
in which they are tried. Envelopes stand in one another (a kernel line in a syslog file in a container's JSON), so they
are taken off until none is left. They are strict: text that only resembles one is a message, since a message cut short
is worse than one with its stamp.
"""

from matchers.envelopes.layer import MAX_LAYERS
from matchers.envelopes.message import Message
from matchers.envelopes.quick import open_syslog

__all__ = ["MAX_LAYERS", "Message", "open_envelope"]


def open_envelope(line: str) -> Message:
    """Take everything around the message of `line` off; `line` has no newline at its end.

    Never raises, linear in the length of the line, at most `MAX_LAYERS` envelopes. Blanks before an envelope go
    with it, those before a bare message stay. What several layers say: of times the fullest, among equals the
    innermost; of everything else the innermost.
    """
    line = line.rstrip("\r")
    quick = open_syslog(line)
    if quick is not None:
        return quick
    from matchers.envelopes.layers import open_layers  # noqa: PLC0415 - 5 ms that a syslog need not wait for

    return open_layers(line)
