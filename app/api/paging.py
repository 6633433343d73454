"""Pages of long lists: `limit` and `cursor` come in, `next` goes out.

A cursor says where the page before ended. Clients give it back as it is and make none themselves.
"""

import base64
import binascii
import re

from flask import request
from werkzeug.exceptions import BadRequest

from app.api.operations import Parameter

MAX_LIMIT = 1_000
_CURSOR_BYTES = 200
_NOT_OURS = "the cursor is not one that this server gave; begin without one"


def paging(default: int, most: int = MAX_LIMIT) -> tuple[Parameter, Parameter]:
    """The two parameters of a list."""
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return (
        Parameter("limit", "How many at most.", schema),
        Parameter("cursor", "`next` of the page before."),
    )


def limit_of(default: int, most: int = MAX_LIMIT) -> int:
    """How many the client asks for; raises 400 where it is no number from 1 to `most`."""
    text = request.args.get("limit")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= most):
        raise BadRequest(f"limit is a whole number from 1 to {most}")
    return int(text)


def cursor_of(position: str) -> str:
    """The cursor for a place in a list."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def position_of() -> str | None:
    """The place that the client's cursor names, None without one; raises 400 where it is none of ours."""
    text = request.args.get("cursor")
    if text is None:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        position = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        position = ""
    if not position or len(position) > _CURSOR_BYTES:
        raise BadRequest(_NOT_OURS)
    return position


def host_behind() -> str | None:
    """The host that the client's cursor names, behind which a list of hosts goes on; as `position_of`."""
    position = position_of()
    found = re.fullmatch(r"host:(.+)", position, re.DOTALL) if position is not None else None
    if position is not None and found is None:
        raise BadRequest(_NOT_OURS)
    return found[1] if found else None
