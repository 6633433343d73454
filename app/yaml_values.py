"""What configuration files have in common: read as entries are, YAML as nodes that keep their place.

So a mistake is named with line and column, an unknown key with what was probably meant.
"""

import os
import re
from typing import Any
from urllib.parse import urlsplit

from app.config_watch import ConfigError
from kb.load import load_value
from kb.nodes import Parsed, Reader

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def read_yaml(path: str | os.PathLike[str], reader: Reader, manual: str) -> Any:
    """What the reader makes of a file; raises ConfigError, one line. `manual` is the page that shows a whole file."""
    values, problems = load_value(path, reader)
    if problems:
        first = min(problems)
        message = _of_any_file(manual).get(first.rule, first.message)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ConfigError(f"{first.path}:{first.line}:{first.column}: {message}{more}")
    return values


def _of_any_file(manual: str) -> dict[str, str]:
    """What the reader of entries says of a whole file, said of a configuration."""
    return {
        "empty": f"is empty; {manual} shows a whole configuration",
        "not-a-file": "is not a regular file; the configuration is a plain text file",
        "too-large": "is larger than any configuration; check the path",
        "too-deep": f"is nested deeper than any configuration; {manual} shows a whole one",
        "many-documents": "has a second document; one file is one configuration, remove the ---",
    }


def seconds(text: str) -> float:
    """The seconds of `250ms`, `10s`, `5m`, `1h`; raises ValueError."""
    found = re.fullmatch(r"([0-9]{1,9})(ms|s|m|h)", text)
    if found is None:
        raise ValueError("should be a duration; write 250ms, 10s, 5m or 1h")
    return int(found[1]) * _UNITS[found[2]]


def duration(least: str, most: str) -> Parsed:
    """Reads a duration within these bounds, to seconds."""

    def parse(text: str) -> float:
        value = seconds(text)
        if not seconds(least) <= value <= seconds(most):
            raise ValueError(f"should be a duration from {least} to {most}")
        return value

    return Parsed(parse)


def version(known: int) -> Parsed:
    """Reads the version of a file: only the known one."""

    def parse(text: str) -> int:
        if text != str(known):
            raise ValueError(f"is not known here; this faultbook reads version {known}")
        return known

    return Parsed(parse)


def server_url(text: str) -> str:
    """The address of a server without the slash at its end; raises ValueError."""
    hint = "should be the server's address; write http://HOST:PORT or https://HOST"
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        raise ValueError(hint) from None
    if parts.username is not None or parts.password is not None:
        raise ValueError("should have no user and password; put the token into token_file")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(hint)
    return text.rstrip("/")
