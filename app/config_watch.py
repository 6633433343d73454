"""The configuration of the watcher as values; durations are seconds, sizes bytes. app/watch/configfile.py reads them.

Nothing heavy is imported here: the spool and the loop hold these values, too.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

MIB: Final = 1 << 20


class ConfigError(Exception):
    """The configuration cannot be used; str() is one line that names the place and says what to do."""


@dataclass(frozen=True, slots=True)
class BatchConfig:
    """How many rows go into one request, and how long rows wait for company while another request is under way."""

    max_events: int = 500
    max_wait_s: float = 1.0


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Where occurrences are delivered. Without a `token_file` the server asks for none."""

    url: str
    token_file: Path | None = None
    timeout_s: float = 10.0
    retry_max_s: float = 30.0
    batch: BatchConfig = field(default_factory=BatchConfig)


@dataclass(frozen=True, slots=True)
class SpoolConfig:
    """The bound of what waits for the server, and what happens there."""

    max_bytes: int = 256 * MIB
    when_full: Literal["block", "drop_oldest"] = "block"


@dataclass(frozen=True, slots=True)
class StormConfig:
    """More than `over` matches of one entry and identity within `per_s` are rolled up."""

    over: int
    per_s: float


@dataclass(frozen=True, slots=True)
class ReadConfig:
    """How files are read."""

    from_end: bool = False
    poll_s: float = 0.25
    max_line_bytes: int = MIB
    rotated: bool = True


@dataclass(frozen=True, slots=True)
class MetricsConfig:
    """Where `/metrics` listens; port 0 takes a free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Files:
    """An item of `sources`: files by path or glob, and whose messages they hold."""

    paths: tuple[str, ...]
    source: str = "auto"
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Journal:
    """An item of `sources`: the systemd journal. No `units`: all of them; `kernel`: the kernel's messages, too."""

    units: tuple[str, ...] = ()
    kernel: bool = True


@dataclass(frozen=True, slots=True)
class Stdin:
    """Standard input, asked for by the path `-`."""


Source = Files | Journal | Stdin


@dataclass(frozen=True, slots=True)
class WatchConfig:
    """The whole configuration; every default is in place."""

    sources: tuple[Source, ...]
    state_dir: Path
    host: str
    entries: tuple[str, ...] = ()
    server: ServerConfig | None = None
    spool: SpoolConfig = field(default_factory=SpoolConfig)
    storm: StormConfig | None = None
    facts: tuple[str, ...] = ()
    read: ReadConfig = field(default_factory=ReadConfig)
    metrics: MetricsConfig | None = None


def default_state_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """`$STATE_DIRECTORY` (systemd), `$XDG_STATE_HOME/faultbook`, or `~/.local/state/faultbook`."""
    if environment.get("STATE_DIRECTORY"):
        return Path(environment["STATE_DIRECTORY"].split(":")[0])
    base = environment.get("XDG_STATE_HOME", "")
    if Path(base).is_absolute():
        return Path(base, "faultbook")
    try:
        return Path.home() / ".local" / "state" / "faultbook"
    except RuntimeError:
        raise ConfigError("this account has no home directory; set XDG_STATE_HOME, or give a --config") from None
