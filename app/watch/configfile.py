"""Reads `watch.yaml` as entries are read: YAML as nodes that keep their place.

So a mistake is named with line and column, an unknown key with what was probably meant. `docs/watch.md` shows the whole
file.
"""

import os
from pathlib import Path
from typing import Any, Final

from app.config_watch import (
    MIB,
    BatchConfig,
    Files,
    Journal,
    MetricsConfig,
    ReadConfig,
    ServerConfig,
    SpoolConfig,
    StormConfig,
)
from app.yaml_values import duration, read_yaml, server_url, version
from kb.catalog import SHIPPED
from kb.nodes import ByShape, Context, Key, ListOf, Object, OneOrMany, Parsed, Text, Whole, Word
from kb.nodes import Path as NodePath

VERSION: Final = 1
FACTS: Final = ("kernel", "os", "nic_drivers", "bird")
SOURCE_NAMES: Final = ("auto", "kernel", "bird", "verifier", "loader", "tcpdump", "audit", "text")


def read_config(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The values that a file gives, by their names in `WatchConfig`; raises ConfigError."""
    given: dict[str, Any] = read_yaml(path, _WATCH, "docs/watch.md")
    return given


def _file(text: str) -> Path:
    path = Path(text)
    try:
        is_file = path.is_file()
    except OSError:
        is_file = False
    if not is_file:
        raise ValueError("is no file; put the token there (see faultbook token add), readable to this user only")
    if not os.access(path, os.R_OK):
        raise ValueError("cannot be read; give it to the user that the watcher runs as")
    return path


def _bind(text: str) -> MetricsConfig:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError("should be HOST:PORT; write 127.0.0.1:9479")
    return MetricsConfig(host.removeprefix("[").removesuffix("]") or "0.0.0.0", int(port))


def _absolute(text: str) -> str:
    return os.path.abspath(text)  # noqa: PTH100 - resolve() follows links


class _SourceItem:
    """Reads an item of `sources`: one with `journal`, or one with `paths`."""

    def read(self, node: Any, at: NodePath, context: Context) -> Any:
        """The source; its keys tell which."""
        pairs = node.value if isinstance(getattr(node, "value", None), list) else []
        names = [pair[0].value for pair in pairs if isinstance(pair, tuple)]
        return (_JOURNAL if "journal" in names else _FILES).read(node, at, context)

    def schema(self) -> dict[str, Any]:
        """Either form."""
        return {"anyOf": [_JOURNAL.schema(), _FILES.schema()]}


_OFF = Word(("off",), {"off": None})
_SWITCH = Word(("true", "false"), {"true": True, "false": False})
_PATH = Parsed(_absolute, Text(4096))
_PATHS = OneOrMany(_PATH, 1000)
_FILES = Object(
    {
        "source": Key(Word(SOURCE_NAMES), about="Whose messages the files hold; auto: told line by line."),
        "paths": Key(_PATHS, required=True, about="Files or globs."),
        "exclude": Key(ByShape(_PATH, _PATH, ListOf(_PATH, 0, 1000)), about="Files or globs that are left out."),
    },
    lambda values: Files(**values | {"exclude": _many(values.get("exclude", ()))}),
)
_UNIT = Text(256, r"[A-Za-z0-9:_.\\@-]+", "write the name of a unit: bird.service")
_JOURNAL = Object(
    {
        "journal": Key(
            Object(
                {
                    "units": Key(ListOf(_UNIT, 0, 100), about="Units to read; none: all."),
                    "kernel": Key(_SWITCH, about="Also the kernel's messages."),
                },
                lambda values: Journal(**values),
            ),
            required=True,
        )
    },
    lambda values: values["journal"],
)
_SERVER = Object(
    {
        "url": Key(
            Parsed(server_url, Text(2048), quotes=False), required=True, about="http or https, no user:password@."
        ),
        "token_file": Key(Parsed(_file, Text(4096)), about="A file that holds the host's token."),
        "timeout": Key(duration("100ms", "10m"), about="Of one request."),
        "retry_max": Key(duration("100ms", "1h"), about="The longest wait between two attempts."),
        "batch": Key(
            Object(
                {"max_events": Key(Whole(1, 10_000)), "max_wait": Key(duration("0s", "1m"))},
                lambda values: BatchConfig(**_named(values, max_wait="max_wait_s")),
            )
        ),
    },
    lambda values: ServerConfig(**_named(values, timeout="timeout_s", retry_max="retry_max_s")),
)
_WATCH = Object(
    {
        "version": Key(version(VERSION), required=True),
        "host": Key(Text(253, r"[^\s\x00-\x1f\x7f-\x9f]+", "write a name without blanks"), about="This host's name."),
        "entries": Key(OneOrMany(Text(4096)), about=f'Directories of entries; "{SHIPPED}" names the shipped set.'),
        "state_dir": Key(Parsed(lambda text: Path(_absolute(text)), Text(4096)), about="Positions and spool."),
        "server": Key(_SERVER),
        "spool": Key(
            Object(
                {"max_bytes": Key(Whole(65_536, 1 << 50)), "when_full": Key(Word(("block", "drop_oldest")))},
                lambda values: SpoolConfig(**values),
            )
        ),
        "storm": Key(
            ByShape(
                _OFF,
                Object(
                    {
                        "over": Key(Whole(1, 1_000_000_000), required=True),
                        "per": Key(duration("1s", "24h"), required=True),
                    },
                    lambda values: StormConfig(values["over"], values["per"]),
                ),
            )
        ),
        "facts": Key(ByShape(Word(("off",), {"off": ()}), _OFF, ListOf(Word(FACTS), 0, len(FACTS)))),
        "read": Key(
            Object(
                {
                    "from": Key(Word(("beginning", "end"), {"beginning": False, "end": True})),
                    "poll": Key(duration("10ms", "1h")),
                    "max_line_bytes": Key(Whole(1024, 64 * MIB)),
                    "rotated": Key(_SWITCH),
                },
                lambda values: ReadConfig(**_named(values, **{"from": "from_end", "poll": "poll_s"})),
            )
        ),
        "metrics": Key(Object({"bind": Key(Parsed(_bind), required=True)}, lambda values: values["bind"])),
        "sources": Key(ListOf(_SourceItem(), 1, 1000), required=True),
    },
    lambda values: {name: value for name, value in values.items() if name != "version"},
)


def _named(values: dict[str, Any], **names: str) -> dict[str, Any]:
    """The values under the names that say their unit."""
    return {names.get(key, key): value for key, value in values.items()}


def _many(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
