"""Reads the file of `serve --notify`; docs/notify.md shows the whole of it."""

import os
from datetime import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.telling.channels import KINDS
from app.telling.config import ChannelConfig, Group, NotifyConfig, Quiet, Route
from app.telling.values import TOPICS
from app.yaml_values import duration, read_yaml, server_url, version
from kb.entry import LANGUAGES
from kb.nodes import INVALID, Context, Key, ListOf, MapOf, Node, Object, OneOrMany, Parsed, Text, Whole, Word, node_at
from kb.nodes import Path as NodePath
from kb.schema import SEVERITIES

VERSION: Final = 1
MAX_CHANNELS: Final = 30


def read_notify(path: str | os.PathLike[str]) -> NotifyConfig:
    """The configuration in a file; raises ConfigError, one line with file, line and column."""
    config: NotifyConfig = read_yaml(path, _Notify(), "docs/notify.md")
    return config


def warnings_of(config: NotifyConfig) -> list[str]:
    """What works but should be known: one sentence each."""
    used = {name for route in config.routes for name in route.channels}
    found = [f"no route leads to the channel {name}" for name in config.channels if name not in used]
    for name, channel in config.channels.items():
        parts = urlsplit(channel.url or "")
        if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
            found.append(f"the channel {name} is plain http: what is told travels readable")
    return found


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file() or not os.access(path, os.R_OK):
        raise ValueError("is no file that can be read; put the address or secret there, readable to this user only")
    return path


def _time(text: str) -> time:
    try:
        hours, minutes = (int(each) for each in text.split(":"))
        return time(hours, minutes)
    except ValueError:
        raise ValueError("should be a time of day; write '22:30', in quotes") from None


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise ValueError("is no time zone known here; write one as in Europe/Berlin or Asia/Shanghai") from None


def _quiet(values: dict[str, Any]) -> Quiet:
    return Quiet(values["from"], values["to"], values.get("zone") or ZoneInfo("UTC"))


def _group(values: dict[str, Any]) -> Group:
    names = {"wait": "wait_s", "interval": "interval_s"}
    return Group(**{names.get(name, name): value for name, value in values.items()})


def _channel(values: dict[str, Any]) -> ChannelConfig:
    defaults = {"group": KINDS[values["kind"]].group}
    return ChannelConfig(**defaults | {"resend_s" if name == "resend" else name: v for name, v in values.items()})


def _route(values: dict[str, Any]) -> Route:
    return Route(**{"severities" if name == "severity" else name: value for name, value in values.items()})


_NAME = Text(40, r"[a-z0-9][a-z0-9-]*", "write small letters, digits and hyphens")
_FILE = Parsed(_file, Text(4096))
_CHANNEL = Object(
    {
        "kind": Key(Word(tuple(KINDS)), required=True),
        "url": Key(Parsed(server_url, Text(2048), quotes=False), about="Where to; for webhook and alertmanager."),
        "url_file": Key(_FILE, about="A file that holds the address, where that is a secret."),
        "secret_file": Key(_FILE, about="A file that holds what messages are signed with, or a token."),
        "language": Key(Word(LANGUAGES)),
        "group": Key(
            Object(
                {
                    "by": Key(Word(("entry", "host", "all"))),
                    "wait": Key(duration("0s", "1h")),
                    "interval": Key(duration("0s", "24h")),
                },
                _group,
            )
        ),
        "quiet": Key(
            Object(
                {
                    "from": Key(Parsed(_time), required=True),
                    "to": Key(Parsed(_time), required=True),
                    "zone": Key(Parsed(_zone), about="Of these times; UTC where none is named."),
                },
                _quiet,
            )
        ),
        "resend": Key(duration("5s", "1h"), about="Of alertmanager: how often what is on is sent again."),
    },
    _channel,
    one_of=("url", "url_file"),
)
_ROUTE = Object(
    {
        "channels": Key(OneOrMany(_NAME, MAX_CHANNELS), required=True),
        "severity": Key(OneOrMany(Word(SEVERITIES))),
        "components": Key(OneOrMany(Text(60, r"[a-z0-9-]+", "write a component as in entries/_vocabulary.yaml"))),
        "entries": Key(OneOrMany(Text(100, r"[a-z0-9][a-z0-9-]*", "write the id of an entry"))),
        "hosts": Key(OneOrMany(Text(253)), about="Names or patterns: edge-*."),
        "on": Key(OneOrMany(Word(TOPICS), len(TOPICS)), about="What is told; all of it where nothing is named."),
    },
    _route,
)
_FIRST = Object(
    {
        "version": Key(version(VERSION), required=True),
        "rate_per_hour": Key(Whole(1, 1_000_000_000), about="A rate above it is told."),
        "channels": Key(MapOf(_NAME, _CHANNEL, MAX_CHANNELS), required=True),
        "routes": Key(ListOf(_ROUTE, 1, 200), required=True),
    },
    lambda values: NotifyConfig(values["channels"], values["routes"], values.get("rate_per_hour")),
)


class _Notify:
    """Reads the whole file, and then what of it has to fit together."""

    def read(self, node: Node, at: NodePath, context: Context) -> Any:
        """The configuration."""
        config = _FIRST.read(node, at, context)
        if config is INVALID or context.problems:
            return INVALID
        for index, route in enumerate(config.routes):
            for name in route.channels:
                if name not in config.channels:
                    known = ", ".join(config.channels)
                    _report(context, node, ("routes", index, "channels"), f'there is no channel "{name}": {known}')
        for name, channel in config.channels.items():
            for problem in _misfits(channel):
                _report(context, node, ("channels", name), problem)
        return config

    def schema(self) -> dict[str, Any]:
        """As the keys say it."""
        return _FIRST.schema()


def _misfits(channel: ChannelConfig) -> list[str]:
    kind = KINDS[channel.kind]
    found = []
    if kind.is_secret_url and channel.url is not None:
        found.append(f"the address of a {channel.kind} hook is a secret; put it into a file and name it as url_file")
    if kind.needs_secret and channel.secret_file is None:
        found.append(f"a {channel.kind} channel needs a secret_file to sign with")
    if channel.secret_file is not None and not kind.takes_secret:
        found.append(f"{channel.kind} signs nothing; leave secret_file out")
    if kind.keeps_alive and channel.quiet is not None:
        found.append(f"{channel.kind} has silences of its own; leave quiet out")
    return found


def _report(context: Context, node: Node, at: NodePath, message: str) -> None:
    context.report(node_at(node, at), f"{message}; docs/notify.md shows how", "misfit")
