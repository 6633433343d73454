"""The server's log: one line per event on stderr, whatever a client sends.

    2026-01-31T12:00:00.123Z info access client=192.0.2.7 method=GET path=/entries/x status=200 bytes=5120 ms=1.9

Words of the event come first, then `name=value`; a value that is not plain is a JSON string. As JSON Lines the same
stands in one object. Query strings, bodies, user agents and referrers are never logged.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from app.config import LogFormat
from kb.template import visible, visible_json

LOGGER = logging.getLogger("faultbook")
_FIELDS = "faultbook_fields"
_PLAIN = re.compile(r"[!#-<>-\[\]-~]+")  # ASCII without blanks, quotes, backslash and "="


def log(event: str, *, level: int = logging.INFO, failure: BaseException | None = None, **fields: object) -> None:
    """Log an event; a field that is None is left out. `failure` adds its traceback, still in the one line."""
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, event, extra={_FIELDS: fields}, exc_info=failure)


class Formatter(logging.Formatter):
    """Records as one line each, as text or as JSON."""

    def __init__(self, log_format: LogFormat) -> None:
        super().__init__()
        self._as_json = log_format == "json"

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        at = datetime.fromtimestamp(record.created, UTC)
        stamp = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
        level = record.levelname.lower()
        fields = _fields(record)
        if self._as_json:
            row = {"time": stamp, "level": level, "event": record.getMessage(), **fields}
            return visible_json(json.dumps(row, ensure_ascii=False, default=str))
        words = [stamp, level, visible(record.getMessage())]
        return " ".join([*words, *(f"{name}={_as_text(value)}" for name, value in fields.items())])


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    given: Mapping[str, Any] = getattr(record, _FIELDS, {})
    fields = {name: value for name, value in given.items() if value is not None}
    if record.name != LOGGER.name:
        fields["logger"] = record.name
    if record.exc_info and record.exc_info[1] is not None:
        fields["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
    return fields


def _as_text(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else visible_json(json.dumps(text, ensure_ascii=False))


def set_up(log_format: LogFormat, stream: TextIO | None = None) -> None:
    """Send what the program and its libraries log to `stream` (default: stderr), each event as one line."""
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(Formatter(log_format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    LOGGER.setLevel(logging.INFO)
    # It warns whenever more requests wait than threads are idle; how long requests take is measured anyway.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
