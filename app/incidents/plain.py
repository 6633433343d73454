"""Values of this room as JSON holds them: times in ISO 8601 with Z, everything else by its own name."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from app.store.times import iso_of


def plain(value: Any) -> Any:
    """A value, or lists and mappings of them, as JSON."""
    if isinstance(value, datetime):
        return iso_of(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value
