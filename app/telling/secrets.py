"""Addresses and secrets of channels, read from their files each time they are used: replacing one needs no restart.

A webhook is signed with each of the secrets in its file, so that they can be replaced one after the other; elsewhere
the last one counts.
"""

import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app.secret_file import SecretFileError, values_in
from app.telling.config import ChannelConfig
from app.telling.contract import Address

_WORD: Final = re.compile(r"[\x21-\x7e]+")


def address_of(config: ChannelConfig) -> Address:
    """The channel's address and secrets; raises SecretFileError."""
    url = config.url if config.url_file is None else _url_in(config.url_file)
    secrets = values_in(config.secret_file, "secret", _WORD) if config.secret_file is not None else ()
    return Address(url or "", secrets)


def _url_in(path: Path) -> str:
    url = values_in(path, "address", _WORD)[-1]
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_usable = False
    if not is_usable or "@" in urlsplit(url).netloc or "#" in url:
        raise SecretFileError(f"{path} should hold one address: http://... or https://...")
    return url
