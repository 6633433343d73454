"""Where a store is, as people say it: `sqlite:///PATH`, or `postgresql+psycopg://USER@HOST/DATABASE`."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

FILE_NAME = "faultbook.db"
_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql+psycopg://"


def default_url(environment: Mapping[str, str] = os.environ) -> str:
    """The file in the user's state directory, where a watcher without a server records, too."""
    from app.config_watch import default_state_dir  # noqa: PLC0415 - imports the reader of watch.yaml

    return url_of(default_state_dir(environment) / FILE_NAME)


def url_of(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"{_SQLITE}{path.absolute()}"


def is_postgresql(url: str) -> bool:
    """Whether the URL names a PostgreSQL database."""
    return url.startswith(_POSTGRESQL)


def path_of(url: str) -> Path:
    """The file that a URL names; raises ValueError with what to write where it names none."""
    if not url.startswith(_SQLITE) or not url.removeprefix(_SQLITE) or "?" in url:
        shown = url.rpartition("@")[2]  # before it may stand a password
        raise ValueError(
            f'"{shown}" is not a store; write sqlite:///FILE, with a fourth slash for an absolute path, '
            "or postgresql+psycopg://USER@HOST/DATABASE"
        )
    return Path(unquote(url.removeprefix(_SQLITE)))
