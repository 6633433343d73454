"""The parameter `since`."""

from datetime import datetime

from flask import request
from werkzeug.exceptions import BadRequest

from app.store.times import parse_time


def since_of() -> datetime | None:
    """The time that the client asks from, None without one; raises 400 where it is none."""
    text = request.args.get("since")
    try:
        return parse_time(text) if text else None
    except ValueError as error:
        raise BadRequest(f"since {error}") from None
