r"""Docker's json-file log, also as log shippers pass it on.

    {"log":"ixgbe 0000:83:00.0 eth0: NIC Link is Down\n","stream":"stderr","time":"2022-03-25T15:35:53.123456789Z"}

Source: moby, daemon/logger/jsonfilelog/jsonlog/jsonlog.go; Docker's documentation of the json-file logging driver.
"""

from typing import Final

from matchers import times
from matchers.envelopes.json_text import as_text, flatten, load_object
from matchers.envelopes.layer import Layer

__all__ = ["NAME", "STARTS", "strip"]

NAME: Final = "docker"
STARTS: Final = "{"


def strip(text: str) -> Layer | None:
    """Take the line out of `log`; the other values become `pairs`."""
    if '"log"' not in text or '"stream"' not in text:
        return None
    record = load_object(text)
    if record is None or record.get("stream") not in {"stdout", "stderr"} or type(record.get("log")) is not str:
        return None
    message = as_text(record["log"]) or ""
    pairs = {key: value for key, value in flatten(record).items() if key != "log"}
    return Layer(message, time=times.said(pairs.get("time", "")), escaped=True, pairs=pairs)
