"""What a line says once its envelopes are off."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from matchers.envelopes.layer import no_pairs
from matchers.times import Stamp

__all__ = ["Message"]


@dataclass(slots=True)
class Message:
    """What one physical line says once everything around the message is taken off.

    Nobody changes it; a frozen one takes three times as long to make, and every line that is opened makes one.

    `lines`: at least one; escapes undone, leading blanks as they stand in the message. `uptime`: seconds since
    boot. `program` is None where the line does not say. `caller`: printk's caller id, `T123` (thread) or `C12`
    (CPU). `cursor`: the journal's. `repeated`: how often the line says the message came. `escaped`: `lines` is not
    simply the end of the line. `pairs`: fields of JSON, logfmt and journal records as text, without the journal's
    MESSAGE and Docker's `log`; inner objects as `outer.inner`. `layers`: names of the envelopes taken off,
    outermost first.
    """

    lines: tuple[str, ...]
    time: Stamp | None = None
    uptime: float | None = None
    host: str | None = None
    program: str | None = None
    pid: str | None = None
    caller: str | None = None
    cursor: str | None = None
    repeated: int = 1
    escaped: bool = False
    pairs: Mapping[str, str] = field(default_factory=no_pairs)
    layers: tuple[str, ...] = ()
