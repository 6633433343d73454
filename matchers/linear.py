"""Free regexes, compiled by RE2: linear in time, and in no more memory than they need.

By default RE2 takes up to 8 MiB for each expression, most of it for states that it keeps as it meets them. A watcher
may come to use hundreds of them.
"""

from typing import Any, Final

_USUAL_BYTES: Final = 1 << 18
MOST_BYTES: Final = 1 << 20
"""An expression that needs more is refused."""


def compile_regex(regex: str) -> Any:
    """The expression, compiled; raises re2.error for what RE2 refuses, and where `MOST_BYTES` are too few."""
    import re2  # noqa: PLC0415 - a few MB that only free regexes need

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _USUAL_BYTES
    try:
        return re2.compile(regex, options=options)
    except re2.error:
        options.max_mem = MOST_BYTES
        return re2.compile(regex, options=options)
