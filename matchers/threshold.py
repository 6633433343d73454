"""How often a matcher has to match before it says something.

Apart from the rest of a spec, because a scan needs only this of it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threshold:
    """So many matches with the same `by` fields within `within_s` seconds of the log's own time."""

    count: int
    within_s: float
    by: tuple[str, ...]
    hold: bool = False
