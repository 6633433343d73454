"""The configuration of the watcher as values; durations are seconds, sizes bytes. app/watch/configfile.py reads them.

Nothing heavy is imported here: the spool and the loop hold these values, too.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

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


def load_config(path: str | os.PathLike[str], environment: Mapping[str, str] = os.environ) -> WatchConfig:
    """The configuration in a file; raises ConfigError, one line with file, line and column."""
    from app.watch.configfile import read_config  # noqa: PLC0415 - a watcher with PATHs reads no YAML

    return _with_defaults(read_config(path), environment)


def config_of_paths(paths: tuple[str, ...], environment: Mapping[str, str] = os.environ) -> WatchConfig:
    """The configuration of `watch PATH...`: told line by line, recorded in the user's state directory."""
    sources: list[Source] = [Stdin()] if "-" in paths else []
    files = tuple(os.path.abspath(path) for path in paths if path != "-")  # noqa: PTH100 - resolve() follows links
    if files:
        sources.append(Files(files))
    return _with_defaults({"sources": tuple(sources)}, environment)


def _with_defaults(values: dict[str, Any], environment: Mapping[str, str]) -> WatchConfig:
    values.setdefault("state_dir", default_state_dir(environment))
    values.setdefault("host", socket.gethostname() or "localhost")
    return WatchConfig(**values)


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


def warnings_of(config: WatchConfig) -> list[str]:
    """What works but should be known: one sentence each."""
    server = config.server
    if server is None or not server.url.startswith("http:") or _is_loopback(_host_of(server.url)):
        return []
    return [f"{server.url} is plain http: token and rows travel readable; use https, or an encrypted tunnel"]


def _host_of(url: str) -> str:
    from urllib.parse import urlsplit  # noqa: PLC0415

    return urlsplit(url).hostname or ""


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def same_place(one: WatchConfig, other: WatchConfig) -> bool:
    """Whether a running watcher may go from one to the other: state directory and host are for its whole life."""
    return (one.state_dir, one.host) == (other.state_dir, other.host)
