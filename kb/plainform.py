"""Frozen dataclasses to plain JSON values and back, by their types."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any


def to_plain(value: Any) -> Any:
    """Dataclasses become dicts without what is at its default; tuples become lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        out = {}
        for each in dataclasses.fields(value):
            own = getattr(value, each.name)
            if own != _default(each):
                out[each.name] = to_plain(own)
        return out
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    return value


def _default(each: "dataclasses.Field[Any]") -> Any:
    if each.default_factory is not dataclasses.MISSING:
        return each.default_factory()
    return each.default


def from_plain(kind: Any, data: Any) -> Any:
    """The value of type `kind` that `to_plain` made `data` from. The data is our own: nothing is checked."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = [each for each in typing.get_args(kind) if each is not type(None)]
        return None if data is None else from_plain(inner[0], data)
    if origin is tuple:
        return tuple(from_plain(typing.get_args(kind)[0], item) for item in data)
    if origin is Mapping:
        return {key: from_plain(typing.get_args(kind)[1], item) for key, item in data.items()}
    base = origin or kind
    if dataclasses.is_dataclass(base) and isinstance(base, type):
        arguments = dict(zip(getattr(base, "__parameters__", ()), typing.get_args(kind), strict=False))
        hints = _hints(base)
        return base(**{name: from_plain(_bind(hints[name], arguments), item) for name, item in data.items()})
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _bind(hint: Any, arguments: dict[Any, Any]) -> Any:
    """The hint with a generic class's own type variables replaced: `T | None` of `Both[str]` is `str | None`."""
    if hint in arguments:
        return arguments[hint]
    own = getattr(hint, "__parameters__", ())
    return hint[tuple(arguments.get(each, each) for each in own)] if own else hint
