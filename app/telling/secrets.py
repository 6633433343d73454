"""Addresses and secrets of channels, read from their files each time they are used: replacing one needs no restart.

A file holds one value a line; empty lines and those that begin with # say nothing. A webhook is signed with each of the
secrets in its file, so that they can be replaced one after the other; elsewhere the last one counts.
"""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app.telling.config import ChannelConfig
from app.telling.contract import Address

MAX_SECRETS: Final = 8
_MAX_BYTES: Final = 1 << 14


class SecretError(Exception):
    """A file cannot be used; str() names the file and nothing that it holds."""


def address_of(config: ChannelConfig) -> Address:
    """The channel's address and secrets; raises SecretError."""
    url = config.url if config.url_file is None else _url_in(config.url_file)
    secrets = _lines(config.secret_file) if config.secret_file is not None else ()
    return Address(url or "", secrets)


def _url_in(path: Path) -> str:
    url = _lines(path)[-1]
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_usable = False
    if not is_usable or "@" in urlsplit(url).netloc or "#" in url or not url.isascii():
        raise SecretError(f"{path} should hold one address: http://... or https://...")
    return url


def _lines(path: Path) -> tuple[str, ...]:
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES + 1).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"{path} cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})") from None
    found = tuple(line for each in text.splitlines() if (line := each.strip()) and not line.startswith("#"))
    if not found or len(found) > MAX_SECRETS or not all(each.isprintable() and " " not in each for each in found):
        raise SecretError(f"{path} should hold one value a line, at least one and at most {MAX_SECRETS}")
    return found
